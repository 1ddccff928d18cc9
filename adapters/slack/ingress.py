"""slack-bolt in front of everything: signatures, and what Slack expects as an acknowledgement.

It is asked for no more than that. A workspace is not looked up before something is acknowledged, since whatever keeps
the tokens may be slow; each call that needs one finds it then.
"""

import logging
import re
from collections.abc import Awaitable, Callable, Sequence
from time import monotonic

from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response
from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.oauth.async_oauth_flow import AsyncOAuthFlow
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse
from slack_sdk.signature import SignatureVerifier
from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack.manifest import EVENTS_PATH, INSTALL_PATH, REDIRECT_PATH
from adapters.slack.shapes import Json
from adapters.slack.signed import UNREADABLE, NotTaken, refuse_packed, signed_request
from bot.budgets import Budget, Spending
from bot.errors import FairbrushError

_log = logging.getLogger(f"{__name__}.bolt")
# What bolt would note below that are payloads, prompts included.
_log.setLevel(logging.ERROR)

_INSTALLS = Budget(bucket="installs", edits=30, per_s=60.0)
"""Everybody's together: anybody may begin, and the store keeps each beginning for ten minutes."""

_ANYTHING = re.compile(r".*", re.DOTALL)

Route = web.RouteDef
_Way = Callable[[web.Request], Awaitable[web.StreamResponse]]

Hear = Callable[[Json], Awaitable[Json]]
"""Takes what was delivered; returns what the acknowledgement says. Raises nothing."""


def application(hear: Hear, leave: Hear, lose: Hear, *, signing_secret: str, base_url: str) -> AsyncApp:
    """Return bolt's application; `leave` hears of workspaces that throw the app out, `lose` of channels lost to it."""
    app = AsyncApp(
        client=AsyncWebClient(base_url=base_url, logger=_log, retry_handlers=[]),
        logger=_log,
        name="fairbrush",
        signing_secret=signing_secret,
        authorize=_authorize,
        # A listener returns as soon as the acknowledgement is known: none lives on as a task of nobody's.
        process_before_response=True,
    )
    listen, left, lost = map(_listener, (hear, leave, lose))
    for name in ("app_mention", "message", "app_home_opened"):
        app.event(name)(listen)
    for name in ("app_uninstalled", "tokens_revoked"):
        app.event(name)(left)
    for name in ("channel_archive", "channel_deleted", "group_archive", "group_deleted", "member_left_channel"):
        app.event(name)(lost)
    for way in (app.command, app.action, app.view, app.options, app.shortcut):
        way(_ANYTHING)(listen)
    app.error(_unheard)
    return app


def _listener(hear: Hear) -> Callable[[AsyncAck, Json], Awaitable[None]]:
    # bolt gives each argument by its name.
    async def listen(ack: AsyncAck, body: Json) -> None:
        await ack(**await hear(body))

    return listen


async def _unheard(error: Exception) -> BoltResponse:
    """Answer what bolt cannot take apart; Slack itself sends no such thing."""
    is_unreadable = isinstance(error, UNREADABLE)
    _log.error("not heard: %s", type(error).__name__, exc_info=None if is_unreadable else error)
    return BoltResponse(status=400 if is_unreadable else 500, body="")


async def _authorize(enterprise_id: str | None, team_id: str | None) -> AuthorizeResult:
    return AuthorizeResult(enterprise_id=enterprise_id, team_id=team_id, bot_token="kept elsewhere")  # noqa: S106


# ---- HTTP --------------------------------------------------------------------------------------------------------


def routes(
    app: AsyncApp | None, flow: AsyncOAuthFlow | None, *, hears: Callable[[], bool], signing_secret: str = ""
) -> Sequence[web.RouteDef]:
    """Return what a server has to serve: signed deliveries to an app, and the way to install it; each if there is one.

    Each guards itself: by Slack's signature, or by a state that is good once. While nobody `hears`, nothing is taken.
    """
    return [*(_deliveries(app, hears, signing_secret) if app else ()), *(_installing(flow) if flow else ())]


def _deliveries(app: AsyncApp, hears: Callable[[], bool], signing_secret: str) -> Sequence[web.RouteDef]:
    verifier = SignatureVerifier(signing_secret)

    async def deliver(request: web.Request) -> web.StreamResponse:
        try:
            asked = await signed_request(request, verifier)
        except NotTaken as refusal:
            return web.Response(status=refusal.status)
        if not hears():
            # Acknowledged, it would be lost: so Slack sends an event again, and says of a command that it failed.
            return web.Response(status=503)
        try:
            return await _answered(asked, app.async_dispatch)
        except UNREADABLE as error:
            # bolt, once more, while it looks for what to tell `_unheard`.
            _log.error("not heard: %s", type(error).__name__)
            return web.Response(status=400)

    return [web.post(EVENTS_PATH, _unpacked(deliver))]


def _installing(flow: AsyncOAuthFlow) -> Sequence[web.RouteDef]:
    begun = Spending(_INSTALLS)

    async def install(request: web.Request) -> web.StreamResponse:
        now = monotonic()
        if begun.ready_at(now) > now:
            return web.Response(status=429, text="Many people install this now. Try again in a minute.")
        begun.spend(now)
        return await _answered(_looked_at(request), flow.handle_installation)

    async def come_back(request: web.Request) -> web.StreamResponse:
        return await _answered(_looked_at(request), flow.handle_callback)

    ways = {INSTALL_PATH: install, REDIRECT_PATH: come_back}
    return [web.get(path, _unpacked(way), allow_head=False) for path, way in ways.items()]


def _unpacked(way: _Way) -> _Way:
    async def guarded(request: web.Request) -> web.StreamResponse:
        return await refuse_packed(request) or await way(request)

    return guarded


def _looked_at(request: web.Request) -> AsyncBoltRequest:
    """Return what a browser asks for; whatever it sends along is not read."""
    return AsyncBoltRequest(body="", query=request.query_string, headers={**request.headers})


async def _answered(
    asked: AsyncBoltRequest, answer: Callable[[AsyncBoltRequest], Awaitable[BoltResponse]]
) -> web.StreamResponse:
    try:
        return await to_aiohttp_response(await answer(asked))
    except FairbrushError as error:
        _log.error("not answered: %s", error.brief)
        return web.Response(status=503, text=str(error))
