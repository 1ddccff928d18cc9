"""response_urls: five answers in thirty minutes to one thing that somebody did.

https://docs.slack.dev/interactivity/handling-user-interaction#message_responses; that blocks that are wrong are
answered by 404 and JSON was seen in slackapi/java-slack-sdk#1349.
"""

import json

from aiohttp import web

from . import bodies, composing
from .events import tell_changed, tell_deleted
from .given import Refused, refused
from .record import Call
from .shapes import Json, anything, fields, flag, one_of, text
from .state import Message, Response, Version, World

_BODY = fields(
    {},
    {
        "text": text(0, 40_000),
        "blocks": anything,
        "attachments": anything,
        "response_type": one_of("ephemeral", "in_channel"),
        "replace_original": flag,
        "delete_original": flag,
        "thread_ts": text(1, 32),
        "unfurl_links": flag,
        "unfurl_media": flag,
        "mrkdwn": flag,
        "metadata": anything,
        "headers": anything,
    },
)


async def serve(world: World, request: web.Request, call: Call) -> web.StreamResponse:
    """Take one answer: `ok` in plain text, or what is wrong as JSON with status 404."""
    found = world.responses.get(request.path)
    call.team = found.channel.team.id if found else ""
    try:
        if found is None:
            raise refused("no_service")
        call.args = body = await _body(request)
        _spend(world, found)
        carry_out(world, found, body)
    except Refused as no:
        call.answer = no.body()
        return web.json_response(call.answer, status=404)
    return web.Response(text="ok")


async def _body(request: web.Request) -> Json:
    try:
        body = json.loads(await request.read())
    except ValueError:
        raise refused("invalid_payload") from None
    if faults := [*_BODY(body, ())]:
        raise refused("invalid_payload", faults)
    checked: Json = body
    return checked


def _spend(world: World, found: Response) -> None:
    if world.clock.now() > found.born + world.limits.response_s:
        raise refused("expired_url")
    if found.uses >= world.limits.response_uses:
        raise refused("used_url")
    found.uses += 1


def carry_out(world: World, found: Response, body: Json) -> None:
    """Do what an answer says: show something, instead of the original perhaps, or delete that; raises Refused."""
    source = found.source if found.source is not None and found.source.deleted_at is None else None
    if body.get("delete_original"):
        if source is None:
            raise refused("message_not_found")
        source.deleted_at = world.clock.now()
        if not source.is_ephemeral:
            tell_deleted(world, source)
        world.changed()
        return
    shown = _version(world, found, body)
    if body.get("replace_original") and source is not None:
        _replace(world, source, shown)
        return
    is_for_all = body.get("response_type") == "in_channel"
    thread_ts = body.get("thread_ts") or found.thread_ts
    channel, bot = found.channel, found.channel.team.bot
    whom = None if is_for_all else found.user
    found.messages.append(composing.put(world, channel, bot, shown, thread_ts=thread_ts, ephemeral_to=whom))


def _version(world: World, found: Response, body: Json) -> Version:
    blocks = body.get("blocks")
    shown = composing.judged(world, found.channel.team, blocks) if blocks else ()
    if not (body.get("text") or shown or body.get("attachments")):
        raise refused("no_text")
    attachments = tuple(body.get("attachments") or ())
    said = composing.escaped(body.get("text") or "")
    return Version(at=world.clock.now(), text=said, blocks=shown, attachments=attachments)


def _replace(world: World, source: Message, shown: Version) -> None:
    before = bodies.message(world, source)
    source.versions.append(shown)
    if source.is_ephemeral:
        world.changed()
    else:
        tell_changed(world, source, before)
