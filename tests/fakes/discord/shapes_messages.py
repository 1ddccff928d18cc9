"""What the body of a message may hold: to create one, to edit one, and as an answer to an interaction."""

from collections.abc import Iterator
from typing import Any

from .shapes import (
    Check,
    Fault,
    Json,
    Path,
    anything,
    fields,
    flag,
    integer,
    listing,
    nullable,
    one_of,
    snowflake,
    text,
)
from .shapes_components import classic, layout
from .shapes_embeds import embeds

EPHEMERAL, SUPPRESS_EMBEDS, LOADING, SILENT, V2 = 1 << 6, 1 << 2, 1 << 7, 1 << 12, 1 << 15


def _flags(allowed: int) -> Check:
    def check(value: Any, path: Path) -> Iterator[Fault]:
        found = [*integer(0, 2**31)(value, path)]
        yield from found
        if not found and value & ~allowed:
            yield Fault(path=path, code="MESSAGE_FLAGS_INVALID", message=f"Flags {value & ~allowed} are not valid here")

    return check


def _mentions_do_not_contradict(mentions: Json, path: Path) -> Iterator[Fault]:
    for name in ("users", "roles"):
        if name in mentions.get("parse", []) and mentions.get(name):
            yield Fault(
                path=path,
                code="MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE",
                message=f'parse:["{name}"] and {name}: [ids...] are mutually exclusive.',
            )


_MENTIONS = fields(
    {},
    {
        "parse": listing(one_of("users", "roles", "everyone"), 0, 3),
        "users": listing(snowflake, 0, 100),
        "roles": listing(snowflake, 0, 100),
        "replied_user": flag,
    },
    _mentions_do_not_contradict,
)
_ECHOED = ("proxy_url", "size", "url", "spoiler", "height", "width", "content_type", "is_spoiler")
_ATTACHMENT = fields(
    {"id": snowflake},
    {
        "filename": text(1, 1024, like=r"[^/\\]+"),
        "description": nullable(text(0, 1024)),
        **dict.fromkeys(_ECHOED, anything),
    },
)
_REFERENCE = fields(
    {"message_id": snowflake},
    {"type": one_of(0, 1), "channel_id": snowflake, "guild_id": snowflake, "fail_if_not_exists": flag},
)


def _nonce(value: Any, path: Path) -> Iterator[Fault]:
    yield from text(0, 25)(str(value) if isinstance(value, int) else value, path)


_COMMON: dict[str, Check] = {
    "content": nullable(text(0, 2000)),
    "embeds": nullable(embeds),
    "allowed_mentions": nullable(_MENTIONS),
    "attachments": nullable(listing(_ATTACHMENT, 0, 10)),
    "components": nullable(anything),  # judged below, once the flags are known
    "tts": flag,  # discord.py sends it with edits, too, and Discord takes it
}


def _components(is_v2: bool) -> Check:
    return layout if is_v2 else classic


def _whole(was_v2: bool) -> Check:
    def check(body: Json, path: Path) -> Iterator[Fault]:
        is_v2 = was_v2 or bool(body.get("flags", 0) & V2)
        if body.get("components"):
            yield from _components(is_v2)(body["components"], (*path, "components"))
        for name in ("content", "embeds") if is_v2 else ():
            if body.get(name):
                yield Fault(
                    path=(*path, name),
                    code="MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2",
                    message=f"The '{name}' field cannot be used when using MessageFlags.IS_COMPONENTS_V2",
                )

    return check


CREATE = fields(
    {},
    {
        **_COMMON,
        "nonce": nullable(_nonce),
        "enforce_nonce": flag,
        "message_reference": nullable(_REFERENCE),
        "flags": _flags(SUPPRESS_EMBEDS | SILENT | V2),
        "sticker_ids": listing(snowflake, 0, 3),
    },
    _whole(was_v2=False),
)
ANSWER = fields({}, {**_COMMON, "flags": _flags(SUPPRESS_EMBEDS | EPHEMERAL | SILENT | V2)}, _whole(was_v2=False))
"""The data of an interaction's answer, and a follow-up."""


def edit(*, was_v2: bool) -> Check:
    """Return what an edit may hold; components V2 cannot be taken back."""
    return fields({}, {**_COMMON, "flags": _flags(SUPPRESS_EMBEDS | V2)}, _whole(was_v2))


DEFER = fields({}, {"flags": _flags(EPHEMERAL)})
