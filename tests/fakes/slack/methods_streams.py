"""chat.startStream, appendStream, stopStream and the status of a thread: messages that are written bit by bit.

https://docs.slack.dev/reference/methods/chat.startStream; that a stream dies after some five minutes was seen in
slackapi/python-slack-sdk#1859.
"""

from collections.abc import Sequence
from typing import Any

from . import bodies, composing
from .events import tell_changed
from .given import Given, refused
from .methods_chat import found, may_post, place, thread
from .shapes import Check, Json, anything, by_type, fields, listing, one_of, text
from .shapes_blocks import BLOCK
from .state import Channel, Message, Stream, Version

_CHUNK: Check = by_type(
    {
        "markdown_text": fields({"text": text(1, 12_000)}),
        "task_update": fields(
            {
                "id": text(1, 255),
                "title": text(1, 256),
                "status": one_of("pending", "in_progress", "complete", "error"),
            },
            {"details": text(0, 256), "output": text(0, 256), "sources": listing(anything)},
        ),
        "plan_update": fields({"title": text(1, 256)}),
        "blocks": fields({"blocks": listing(BLOCK["message"], 1, 50)}),
    }
)
"""256 characters of titles, details and outputs: docs.slack.dev/messaging/sending-and-scheduling-messages."""


async def start(given: Given) -> Json:
    """Begin a message; in a channel it has to be said for whom."""
    channel = place(given)
    may_post(given, channel)
    if channel.kind != "im":
        _must_name_recipient(given)
    thread_ts = thread(given, channel, "messaging_processing_failed")
    stream = Stream(born=given.world.clock.now(), chunks=_added(given))
    shown = _shown(given, stream.chunks)
    message = composing.put(given.world, channel, given.team.bot, shown, thread_ts=thread_ts)
    message.stream = stream
    return {"channel": channel.id, "ts": message.ts}


def _must_name_recipient(given: Given) -> None:
    if not given.text("recipient_user_id"):
        raise refused("missing_recipient_user_id")
    if not given.text("recipient_team_id"):
        raise refused("missing_recipient_team_id")
    if given.text("recipient_user_id") not in given.team.users:
        raise refused("user_not_found")


async def append(given: Given) -> Json:
    """Write on."""
    channel, message = _streaming(given, "stopped_by_user")
    if not given.text("markdown_text") and not given.json("chunks"):
        raise refused("no_text")
    _write(given, message)
    return {"channel": channel.id, "ts": message.ts}


async def stop(given: Given) -> Json:
    """End it, with blocks below it perhaps."""
    channel, message = _streaming(given)
    blocks = given.json("blocks", "invalid_blocks")
    below = composing.judged(given.world, given.team, blocks) if blocks else ()
    metadata = composing.metadata(given, message.now.metadata)
    _write(given, message, below=below, metadata=metadata)
    assert message.stream is not None
    message.stream.ended_at = given.world.clock.now()
    return {"channel": channel.id, "ts": message.ts, "message": bodies.message(given.world, message)}


def _streaming(given: Given, stopped: str = "message_not_in_streaming_state") -> tuple[Channel, Message]:
    channel = given.channel()
    message = found(given, channel)
    if message.author is not given.team.bot:
        raise refused("message_not_owned_by_app")
    stream, now = message.stream, given.world.clock.now()
    if stream is not None and stream.is_stopped_by_user:
        raise refused(stopped)
    if stream is None or stream.ended_at is not None or now > stream.born + given.world.limits.stream_s:
        raise refused("message_not_in_streaming_state")
    return channel, message


def _write(given: Given, message: Message, *, below: Sequence[Json] = (), metadata: Json | None = None) -> None:
    stream = message.stream
    assert stream is not None
    chunks = stream.chunks + _added(given)
    shown = _shown(given, chunks, below=below, metadata=metadata)
    stream.chunks = chunks
    before = bodies.message(given.world, message)
    message.versions.append(shown)
    tell_changed(given.world, message, before)


def _added(given: Given) -> list[Json]:
    """Return what this call adds; raises invalid_chunks and msg_blocks_too_long."""
    markdown, chunks = given.text("markdown_text") or "", given.json("chunks", "invalid_chunks")
    if len(markdown) > given.world.limits.markdown:
        raise refused("msg_blocks_too_long")
    if faults := [*listing(_CHUNK)(chunks or [], ("chunks",))]:
        raise refused("invalid_chunks", faults)
    said: list[Json] = [{"type": "markdown_text", "text": markdown}] if markdown else []
    return [*said, *(chunks or [])]


def _shown(
    given: Given, chunks: Sequence[Json], *, below: Sequence[Json] = (), metadata: Json | None = None
) -> Version:
    blocks = (*_blocks(chunks), *below)
    if len(blocks) > given.world.limits.blocks:
        raise refused("msg_blocks_too_many")
    text = "".join(each["text"] for each in chunks if each["type"] == "markdown_text")
    return Version(at=given.world.clock.now(), text=text, blocks=blocks, metadata=metadata)


def _blocks(chunks: Sequence[Json]) -> list[Json]:
    """Return what the chunks become: text in a row, a card for each task with its newest state, and blocks."""
    made: list[Json] = []
    tasks: dict[str, Json] = {}
    for each in chunks:
        match each["type"]:
            case "markdown_text" if made and made[-1]["type"] == "markdown":
                made[-1]["text"] += each["text"]
            case "markdown_text":
                made.append({"type": "markdown", "text": each["text"]})
            case "task_update":
                _card(made, tasks, each)
            case "plan_update":
                made = [one for one in made if one["type"] != "plan"]
                made.append({"type": "plan", "title": each["title"]})
            case _:
                made += each["blocks"]
    return [{"block_id": f"s{index}", **each} for index, each in enumerate(made)]


def _card(made: list[Json], tasks: dict[str, Json], chunk: Json) -> None:
    shown: dict[str, Any] = {"title": chunk["title"], "status": chunk["status"]}
    if chunk["id"] in tasks:
        tasks[chunk["id"]] |= shown
        return
    tasks[chunk["id"]] = {"type": "task_card", "task_id": chunk["id"], **shown}
    made.append(tasks[chunk["id"]])


async def set_status(given: Given) -> Json:
    """Say what is being done, beneath a thread; an empty status takes it away. Nothing here remembers it."""
    channel = place(given, "channel_id")
    if given.needed("thread_ts") not in channel.messages:
        raise refused("invalid_thread_ts")
    return {}
