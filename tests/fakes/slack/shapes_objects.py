"""Composition objects: texts, options, confirmations and names of files.

https://docs.slack.dev/reference/block-kit/composition-objects (2026-08).
"""

from collections.abc import Iterator
from typing import Any

from .shapes import Check, Fault, Path, anything, at_least_one, exactly_one, fields, flag, listing, one_of, text

URL = text(1, 3000, like=r"(https?://|mailto:|slack://)\S+")
PICTURE_URL = text(1, 3000, like=r"https?://\S+")


def plain(most: int, least: int = 1) -> Check:
    """Accept a plain_text of so many characters."""
    return fields({"type": one_of("plain_text"), "text": text(least, most)}, {"emoji": flag})


def mrkdwn(most: int) -> Check:
    """Accept a mrkdwn text of so many characters."""
    return fields({"type": one_of("mrkdwn"), "text": text(1, most)}, {"verbatim": flag})


def any_text(most: int) -> Check:
    """Accept either."""
    shapes = {"plain_text": plain(most), "mrkdwn": mrkdwn(most)}

    def check(value: Any, path: Path) -> Iterator[Fault]:
        kind = value.get("type") if isinstance(value, dict) else None
        yield from shapes.get(str(kind), shapes["plain_text"])(value, path)

    return check


CONFIRM = fields(
    {"title": plain(100), "text": any_text(300), "confirm": plain(30), "deny": plain(30)},
    {"style": one_of("primary", "danger")},
)
SLACK_FILE = fields({}, {"id": text(1, 64), "url": PICTURE_URL}, exactly_one("id", "url"))
DISPATCH = fields({}, {"trigger_actions_on": listing(one_of("on_enter_pressed", "on_character_entered"), 1, 2)})


def option(*, marked: bool = False) -> Check:
    """Accept an option; `marked` ones (of checkboxes and radio buttons) may be written in mrkdwn."""
    shown = any_text(75) if marked else plain(75)
    described = any_text(75) if marked else plain(75)
    return fields({"text": shown, "value": text(1, 150)}, {"description": described, "url": URL})


def options(most: int = 100, least: int = 1, *, marked: bool = False) -> Check:
    """Accept that many options."""
    return listing(option(marked=marked), least, most)


GROUPS = listing(fields({"label": plain(75), "options": options()}), 1, 100)
FILTER = fields(
    {},
    {
        "include": listing(one_of("im", "mpim", "private", "public"), 1, 4),
        "exclude_external_shared_channels": flag,
        "exclude_bot_users": flag,
    },
    at_least_one("include", "exclude_external_shared_channels", "exclude_bot_users"),
)
IMAGE = fields(
    {"alt_text": text(1, 2000)},
    {"image_url": PICTURE_URL, "slack_file": SLACK_FILE},
    exactly_one("image_url", "slack_file"),
)
"""An image among other elements, without its `type`."""

_METADATA = fields({"event_type": text(1, 255), "event_payload": anything})


def is_metadata(value: Any) -> bool:
    """Whether something is the metadata of a message: a type, and an object for what it says."""
    return not [*_METADATA(value, ())] and isinstance(value["event_payload"], dict)
