"""From a body to what a message shows: fields kept or changed, uploads stored, pings found."""

import mimetypes
import re
from collections.abc import Iterator, Sequence
from itertools import count

from .asks import Ask, Upload
from .events import CREATED, DELETED, UPDATED, tell
from .payloads import file_bytes
from .permissions import Can
from .refusals import invalid, must_be, refused
from .shapes import Fault, Json
from .shapes_components import walk
from .shapes_messages import EPHEMERAL, SILENT, SUPPRESS_EMBEDS, V2, edit
from .state import Channel, File, Interaction, Message, User, Version, World

_KEPT = EPHEMERAL | SUPPRESS_EMBEDS | SILENT | V2


def may_show(ask: Ask, channel: Channel) -> None:
    """Raise 50001 or 50013 unless the bot may post there what it is about to post."""
    if channel.guild is not None and not channel.guild.has_bot:
        raise refused(50001)
    can = channel.can(ask.world.bot)
    if Can.VIEW_CHANNEL not in can:
        raise refused(50001)
    needed = channel.to_send
    needed |= Can.ATTACH_FILES if ask.uploads else Can(0)
    needed |= Can.EMBED_LINKS if ask.body.get("embeds") else Can(0)
    if needed & ~can:
        raise refused(50013)


def shown_by(ask: Ask, channel: Channel, before: Version | None, *, flags: int = 0) -> Version:
    """Return what a message shows after this body; fields that it leaves out stay as they were."""
    body: Json = ask.body
    known = before or Version(at=0)
    now = Version(
        at=ask.world.clock.now(),
        content=known.content if "content" not in body else body["content"] or "",
        embeds=known.embeds if "embeds" not in body else tuple(body["embeds"] or ()),
        components=known.components if "components" not in body else _numbered(body["components"] or ()),
        files=_files(ask, channel, known, is_ephemeral=bool((known.flags | flags) & EPHEMERAL)),
        flags=(known.flags | flags | body.get("flags", 0)) & _KEPT,
    )
    if not (now.content or now.embeds or now.components or now.files or body.get("sticker_ids")):
        raise refused(50006)
    _check_references(now)
    return now


def _numbered(components: Sequence[Json]) -> tuple[Json, ...]:
    """Return the components with the ids that Discord gives to those that have none."""
    taken = {each.get("id") for each in walk(components)}
    numbers = (number for number in count(1) if number not in taken)
    for each in walk(components):
        if not each.get("id"):
            each["id"] = next(numbers)
    return tuple(components)


def _files(ask: Ask, channel: Channel, before: Version, *, is_ephemeral: bool) -> tuple[File, ...]:
    uploads = {each.index: each for each in ask.uploads}
    if any(len(each.content) > file_bytes(ask.world, channel) for each in ask.uploads):
        raise refused(40005)
    named = ask.body.get("attachments")
    kept = {each.id: each for each in before.files}
    if named is None and "attachments" not in ask.body:
        named = [{"id": number} for number in (*kept, *uploads)]
    stored: list[File] = []
    for index, each in enumerate(named or ()):
        number = int(each["id"])
        if number in kept:
            stored.append(kept[number])
        elif number in uploads:
            stored.append(_store(ask.world, channel, uploads.pop(number), each, is_ephemeral=is_ephemeral))
        else:
            raise invalid([Fault(path=("attachments", index), code="ATTACHMENT_NOT_FOUND", message="Unknown upload")])
    if len(stored) > 10:
        raise invalid([Fault(path=("attachments",), code="BASE_TYPE_MAX_LENGTH", message="Must be 10 or fewer.")])
    if uploads and named is not None and "attachments" in ask.body:
        stored += [_store(ask.world, channel, each, {}, is_ephemeral=is_ephemeral) for each in uploads.values()]
    return tuple(stored)


def _store(world: World, channel: Channel, upload: Upload, named: Json, *, is_ephemeral: bool) -> File:
    name = re.sub(r"[^\w.\-]", "_", named.get("filename") or upload.name)
    file = File(
        id=world.clock.snowflake(),
        name=name,
        content=upload.content,
        kind=mimetypes.guess_type(name)[0] or upload.kind,
        channel=channel.id,
        description=named.get("description"),
        is_ephemeral=is_ephemeral,
    )
    world.files[file.id] = file
    return file


def _check_references(now: Version) -> None:
    """Raise 50035 when components V2 name an upload that is not there; a file that none names would not be seen."""
    there = {f"attachment://{each.name}" for each in now.files}
    missing = [url for url in _named(now.components) if url.startswith("attachment://") and url not in there]
    if missing:
        message = f"The referenced attachment was not found: {missing[0]}"
        code = "UNFURLED_MEDIA_ITEM_REFERENCED_ATTACHMENT_NOT_FOUND"
        raise invalid([Fault(path=("components",), code=code, message=message)])


def _named(components: Sequence[Json]) -> Iterator[str]:
    for each in walk(components):
        for media in (each.get("media"), each.get("file"), *(one["media"] for one in each.get("items", ()))):
            if media:
                yield media["url"]


def post(ask: Ask, channel: Channel, version: Version, *, author: User, asked: Interaction | None = None) -> Message:
    """Put a new message into a channel and tell of it."""
    world = ask.world
    reference = (ask.body or {}).get("message_reference") or {}
    message = Message(
        id=world.clock.snowflake(),
        channel=channel,
        author=author,
        versions=[version],
        interaction=asked,
        reference=int(reference["message_id"]) if reference else None,
    )
    message.pings = pings(ask, message)
    channel.messages[message.id] = message
    if asked is not None:
        asked.messages.append(message)
    tell(world, message, CREATED)
    return message


def pings(ask: Ask, message: Message) -> set[str]:
    """Return who is notified: what the text mentions, as far as `allowed_mentions` lets it."""
    allowed = (ask.body or {}).get("allowed_mentions")
    parse = {"users", "roles", "everyone"} if allowed is None else set(allowed.get("parse", ()))
    named = {str(each) for key in ("users", "roles") for each in (allowed or {}).get(key, ())}
    said = (
        message.now.content
        + "\n"
        + "\n".join(each["content"] for each in walk(message.now.components) if each["type"] == 10)
    )
    users = set(re.findall(r"<@!?(\d+)>", said))
    found = users if "users" in parse else users & named
    may_ping_all = "everyone" in parse and Can.MENTION_EVERYONE in message.channel.can(ask.world.bot)
    if may_ping_all and re.search(r"@(everyone|here)\b", said):
        found |= {"everyone"}
    replied = message.channel.messages.get(message.reference or 0)
    if replied is not None and (allowed or {}).get("replied_user", allowed is None):
        found |= {str(replied.author.id)}
    return found


def change(ask: Ask, message: Message) -> Message:
    """Edit a message and tell of it; what was a loading message is one no more."""
    must_be(edit(was_v2=message.is_v2), ask.body)
    message.versions.append(shown_by(ask, message.channel, message.now))
    if message.is_loading:
        message.is_loading, message.pings = False, pings(ask, message)  # edits ping nobody; this is its first showing
    tell(ask.world, message, UPDATED)
    return message


def remove(world: World, message: Message) -> None:
    """Delete a message and tell of it."""
    message.deleted_at = world.clock.now()
    tell(world, message, DELETED)
