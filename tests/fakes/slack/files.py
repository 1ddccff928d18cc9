"""Files: sent to a link, said to be complete, ready a while later; shown in messages; downloaded with a token only.

https://docs.slack.dev/messaging/working-with-files; that it takes a moment, and that the media type is empty until
then, was seen in slackapi/node-slack-sdk#1865 and slackapi/python-slack-sdk#1575.
"""

import secrets
from collections.abc import Iterator

from aiohttp import BodyPartReader, web

from . import pictures
from .events import tell_posted, tell_shared
from .record import Call
from .shapes import Json
from .state import Channel, File, Message, Team, User, Version, World
from .walking import slack_files

SIGN_IN = "<!DOCTYPE html><html><head><title>Sign in to Slack</title></head><body>Sign in</body></html>"


def announced(world: World, user: User, name: str, length: int, alt: str = "") -> File:
    """Return a new file of which nothing has arrived."""
    secret = secrets.token_urlsafe(24)
    number = world.clock.name("F")
    made = File(id=number, team=user.team, name=name, length=length, uploader=user, secret=secret, alt=alt)
    made.created = world.clock.now()
    user.team.files[number] = made
    return made


def stored(world: World, user: User, name: str, content: bytes, *, is_in_form: bool = False) -> File:
    """Return a file as a member uploads one: it is ready when it is sent."""
    made = announced(world, user, name, len(content))
    made.is_in_form = is_in_form
    _received(world, made, content)
    made.completed_at = made.ready_at = world.clock.now()
    return made


def link(world: World, file: File) -> str:
    """Return where the content is to be sent."""
    return f"{world.host}/upload/v1/{file.secret}"


def _received(world: World, file: File, content: bytes) -> None:
    file.content, file.kind, file.uploaded_at = content, pictures.kind(content), world.clock.now()


async def take(world: World, request: web.Request, call: Call) -> web.StreamResponse:
    """Take the content of a file: so many bytes as were announced, once."""
    found = next((each for each in _all(world) if each.secret == request.match_info["secret"]), None)
    if found is None or found.uploaded_at is not None:
        return web.Response(status=404, text="Not found")
    content = await _content(request)
    call.args, call.team = {"file": found.id, "length": len(content)}, found.team.id
    if len(content) != found.length:
        return web.Response(status=400, text="Bad request: wrong length")
    _received(world, found, content)
    return web.Response(text=f"OK - {len(content)}")


async def _content(request: web.Request) -> bytes:
    if not request.content_type.startswith("multipart/"):
        return await request.read()
    async for part in await request.multipart():
        if isinstance(part, BodyPartReader) and part.filename is not None:
            return bytes(await part.read())
    return b""


def _all(world: World) -> Iterator[File]:
    for team in world.teams.values():
        yield from team.files.values()


def complete(world: World, file: File, title: str) -> None:
    """Say that a file is whole; it can be shown a while later."""
    file.title, file.completed_at = title, world.clock.now()
    file.ready_at = world.clock.now() + world.limits.file_ready_s
    world.later(world.limits.file_ready_s, world.changed)


def share(world: World, files: list[File], channel: Channel, text: str, thread_ts: str | None) -> None:
    """Let a message with these files appear, after a while: nobody is told its name but by files.info."""

    def appears() -> None:
        left = tuple(each for each in files if each.deleted_at is None)
        if not left:
            return
        shown = Version(at=world.clock.now(), text=text, files=left)
        author = left[0].uploader
        message = Message(ts=world.clock.ts(), channel=channel, author=author, versions=[shown], thread_ts=thread_ts)
        message.subtype = "file_share"
        channel.messages[message.ts] = message
        for each in left:
            each.shares.setdefault(channel.id, []).append(message.ts)
            tell_shared(world, each, channel)
        tell_posted(world, message)

    world.later(world.limits.file_ready_s + world.limits.file_shared_s, appears)


def delete(world: World, file: File) -> None:
    """Delete a file; messages that were nothing but its frame go with it."""
    file.deleted_at = world.clock.now()
    for channel, stamps in file.shares.items():
        for ts in stamps:
            message = file.team.channels[channel].messages[ts] if channel in file.team.channels else None
            if message is not None and message.deleted_at is None and not _left(message):
                message.deleted_at = world.clock.now()
    world.changed()


def _left(message: Message) -> bool:
    return bool(message.now.text or message.now.blocks or any(not each.deleted_at for each in message.files))


def is_seen_by_bot(file: File) -> bool:
    """Whether the application may know of a file: its own, shared where it is, or handed to it in a form.

    Of the last one https://docs.slack.dev/reference/block-kit/block-elements/file-input-element says that its `files`
    can be asked for with files.info, though no channel has them.
    """
    bot = file.team.bot
    shared = [file.team.channels[each] for each in file.shares if each in file.team.channels]
    return file.uploader is bot or file.is_in_form or any(bot.id in each.members for each in shared)


def named(world: World, team: Team, name: Json) -> File | None:
    """Return the file that a `slack_file` names, by its id or one of its addresses."""
    if "id" in name:
        return team.files.get(name["id"])
    found = (each for each in team.files.values() if f"/{team.id}-{each.id}/" in name.get("url", ""))
    return next(found, None)


def can_show(world: World, team: Team, name: Json) -> bool:
    """Whether a block may show the file: known, a picture, whole and processed."""
    file = named(world, team, name)
    is_whole = file is not None and file.is_ready(world.clock.now()) and file.kind in pictures.SHOWN
    return is_whole and file is not None and is_seen_by_bot(file)


def shown_in(world: World, message: Message) -> list[File]:
    """Return the files that a message shows now, in its blocks or attached to it, deleted ones left out."""
    team = message.channel.team
    found = [named(world, team, each) for each in slack_files([*message.now.blocks])]
    return [each for each in [*message.files, *found] if each is not None and each.deleted_at is None]


def orphans(world: World) -> list[str]:
    """Return the files of the application's that nothing shows: whole ones, of others Slack lets go by itself."""
    shown = {file.id for each in world.messages() if each.deleted_at is None for file in shown_in(world, each)} | {
        file.id
        for view in world.views.values()
        if view.is_open
        for each in slack_files(view.shape["blocks"])
        if (file := named(world, view.team, each)) is not None
    }
    own = [each for each in _all(world) if each.uploader.is_bot and each.completed_at and each.deleted_at is None]
    return [each.id for each in own if each.id not in shown]


async def serve(world: World, request: web.Request, call: Call) -> web.StreamResponse:
    """Answer a download: without a token that may read it, with a page to sign in and status 200."""
    team = world.teams.get(request.match_info["team"])
    file = team.files.get(request.match_info["file"]) if team else None
    shown = request.headers.get("Authorization", "").removeprefix("Bearer ")
    token = world.tokens.get(shown)
    call.args, call.team = {"file": request.match_info["file"]}, token.team.id if token else ""
    opens = token is not None and not token.revoked and token.team is team and "files:read" in token.scopes
    if not opens:
        return web.Response(text=SIGN_IN, content_type="text/html")
    if file is None or file.uploaded_at is None or file.deleted_at is not None or not is_seen_by_bot(file):
        return web.Response(status=404, text="Not found", content_type="text/html")
    return web.Response(body=file.content, content_type=file.kind)
