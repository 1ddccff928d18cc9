"""From arguments to what a message shows: text, blocks, attachments and metadata judged; pings found."""

import json
import re
from typing import Any

from . import blocks as block_kit
from . import files, texts
from .events import tell_posted
from .given import Given, refused
from .limits import Limits
from .shapes import Json
from .shapes_objects import is_metadata
from .state import Channel, Message, Team, User, Version, World
from .walking import characters


def judged(world: World, team: Team, blocks: Any, *, is_update: bool = False) -> tuple[Json, ...]:
    """Return the blocks with their ids; raises invalid_blocks, invalid_blocks_format and msg_blocks_too_long."""
    if not isinstance(blocks, list):
        raise refused("invalid_blocks_format")
    faults = block_kit.faults(blocks, "message", world.limits, lambda name: files.can_show(world, team, name))
    if faults:
        raise refused("invalid_blocks", faults)
    if characters(blocks) > world.limits.message_text:
        raise refused(_too_long(is_update=is_update))
    return block_kit.identified(blocks)


def _too_long(*, is_update: bool) -> str:
    return "msg_too_long" if is_update else "msg_blocks_too_long"


def version(given: Given, *, before: Version | None = None, most: int) -> Version:
    """Return what a message shows by these arguments, instead of what it showed before."""
    text, blocks = _text_and_blocks(given, is_update=before is not None)
    attachments = _attachments(given)
    kept = before.attachments if before is not None and attachments is None else tuple(attachments or ())
    if not (text or blocks or kept):
        raise refused("no_text")
    if len(text) > most and before is not None:
        raise refused("msg_too_long")
    return Version(
        at=given.world.clock.now(),
        text=escaped(text[:most]),
        blocks=blocks,
        attachments=kept,
        files=before.files if before else (),
        metadata=metadata(given, before.metadata if before else None),
        is_edited=before is not None and (before.is_edited or (not blocks and before.text != escaped(text))),
    )


def _attachments(given: Given) -> list[Json] | None:
    """Return the attachments, their blocks judged as well; None if they are not given."""
    found = given.json("attachments")
    if found is None:
        return None
    if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
        raise refused("invalid_arguments", ["must be an array [json-pointer:/attachments]"])
    if len(found) > given.world.limits.attachments:
        raise refused("too_many_attachments")
    for each in found:
        judged(given.world, given.team, each.get("blocks", []))
    return found


def _text_and_blocks(given: Given, *, is_update: bool) -> tuple[str, tuple[Json, ...]]:
    text, blocks = given.text("text") or "", given.json("blocks", "invalid_blocks_format")
    markdown = given.text("markdown_text")
    if markdown is not None:
        if text or blocks:
            raise refused("markdown_text_conflict")
        return markdown, _as_markdown(markdown, given.world.limits, is_update=is_update)
    if blocks is None or blocks == []:
        return text, ()
    return text, judged(given.world, given.team, blocks, is_update=is_update)


def _as_markdown(text: str, limits: Limits, *, is_update: bool) -> tuple[Json, ...]:
    if len(text) > limits.markdown:
        raise refused(_too_long(is_update=is_update))
    return block_kit.identified([{"type": "markdown", "text": text}]) if text else ()


def metadata(given: Given, before: Json | None) -> Json | None:
    """Return the metadata: as it was if it is not given, none for {}; raises invalid_metadata_format and too_large."""
    if "metadata" not in given.args:
        return before
    value = given.json("metadata", "invalid_metadata_format")
    if value == {} or value is None:
        return None
    if not is_metadata(value):
        raise refused("invalid_metadata_format")
    if len(json.dumps(value).encode()) > given.world.limits.metadata_bytes:
        raise refused("metadata_too_large")
    checked: Json = value
    return checked


def escaped(text: str) -> str:
    """Return a text as Slack keeps it: signs that are not part of anything are escaped."""
    text = re.sub(r"&(?!(?:amp|lt|gt);)", "&amp;", text)
    return re.sub(r"<(?![@#!][^<>\n]*>|(?:https?|mailto|tel|slack):[^<>\n]*>)", "&lt;", text)


def pings(message: Message, *, looks_for_names: bool = False) -> set[str]:
    """Return who is notified of a message when it is posted."""
    names = message.channel.team.names()
    found = message.seen.pings | texts.mrkdwn(message.now.text, names).pings
    return found | (texts.linked(message.now.text, names) if looks_for_names else set())


def put(
    world: World,
    channel: Channel,
    author: User,
    shown: Version,
    *,
    thread_ts: str | None = None,
    ephemeral_to: User | None = None,
    looks_for_names: bool = False,
) -> Message:
    """Put a new message into a channel and tell of it."""
    message = Message(
        ts=world.clock.ts(),
        channel=channel,
        author=author,
        versions=[shown],
        thread_ts=thread_ts,
        ephemeral_to=ephemeral_to,
    )
    message.pings = set() if ephemeral_to else pings(message, looks_for_names=looks_for_names)
    channel.messages[message.ts] = message
    tell_posted(world, message)
    return message
