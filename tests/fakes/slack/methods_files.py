"""files.*: the way of an upload, what is known of a file, and its end."""

from typing import Any

from . import bodies, composing, files
from .given import Given, refused
from .methods_chat import place, thread
from .shapes import Json, fields, listing, text
from .state import Channel, File

_COMPLETED = listing(fields({"id": text(1, 64)}, {"title": text(0, 255), "highlight_type": text(0, 10)}), 1, 100)
_MOST_CHANNELS = 100


async def get_link(given: Given) -> Json:
    """Announce a file; returns where to send it."""
    name, length = given.needed("filename"), given.number("length", 0)
    alt = given.text("alt_txt") or ""
    if length < 1:
        raise refused("missing_argument")
    if not given.team.takes_files:
        raise refused("file_uploads_disabled")
    if length > given.world.limits.file_bytes:
        raise refused("file_upload_size_restricted")
    if len(alt) > given.world.limits.alt_text:
        raise refused("alt_txt_too_large")
    file = files.announced(given.world, given.team.bot, name, length, alt)
    return {"upload_url": files.link(given.world, file), "file_id": file.id}


async def complete(given: Given) -> Json:
    """Say that files are whole, and share them perhaps: their message appears later."""
    named = given.json("files")
    if faults := [*_COMPLETED(named, ("files",))]:
        raise refused("invalid_arguments", faults)
    found = [_sent(given, each) for each in named]
    channels = _channels(given)
    thread_ts = thread(given, channels[0], "invalid_arguments") if channels else None
    for file, each in zip(found, named, strict=True):
        files.complete(given.world, file, each.get("title", ""))
    for channel in channels:
        comment = composing.escaped(given.text("initial_comment") or "")
        files.share(given.world, found, channel, comment, thread_ts)
    return {"files": [bodies.file(given.world, each) for each in found]}


def _sent(given: Given, named: Any) -> File:
    file = given.team.files.get(named["id"])
    if file is None or file.uploaded_at is None or file.deleted_at is not None or file.completed_at is not None:
        raise refused("file_not_found")
    if file.uploader is not given.team.bot:
        raise refused("access_denied")
    return file


def _channels(given: Given) -> list[Channel]:
    if given.text("channel_id"):
        return [_joined(given, place(given, "channel_id"))]
    named = [each for each in (given.text("channels") or "").split(",") if each]
    if len(named) > _MOST_CHANNELS:
        raise refused("channels_limit_exceeded")
    return [_joined(given, _one(given, each)) for each in named]


def _one(given: Given, number: str) -> Channel:
    found = given.team.channels.get(number)
    if found is None:
        raise refused("invalid_channel")
    return found


def _joined(given: Given, channel: Channel) -> Channel:
    if given.team.bot.id not in channel.members:
        raise refused("not_in_channel")
    if channel.is_archived or channel.is_read_only:
        raise refused("posting_to_channel_denied")
    return channel


def _known(given: Given) -> File:
    file = given.team.files.get(given.needed("file"))
    if file is None or file.completed_at is None or not files.is_seen_by_bot(file):
        raise refused("file_not_found")
    if file.deleted_at is not None:
        raise refused("file_deleted")
    return file


async def info(given: Given) -> Json:
    """Return what is known of a file: where it is shared as soon as that is so."""
    file = _known(given)
    paging = {"count": 100, "total": 0, "page": 1, "pages": 0}
    none = {"comments": [], "response_metadata": {"next_cursor": ""}}
    return {"file": bodies.file(given.world, file), **none, "paging": paging}


async def delete(given: Given) -> Json:
    """Delete a file of the application's own."""
    file = _known(given)
    if file.uploader is not given.team.bot:
        raise refused("cant_delete_file")
    files.delete(given.world, file)
    return {}
