"""slack-bolt in front of everything: signatures, and what Slack expects as an acknowledgement.

It is asked for no more than that. A workspace is not looked up before something is acknowledged, since whatever keeps
the tokens may be slow; each call that needs one finds it then.
"""

import logging
import re
from collections.abc import Awaitable, Callable, Sequence
from time import monotonic

from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.oauth.async_oauth_flow import AsyncOAuthFlow
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse
from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack.manifest import EVENTS_PATH, INSTALL_PATH, REDIRECT_PATH
from adapters.slack.shapes import Json
from bot.budgets import Budget, Spending
from bot.errors import FairbrushError

MOST_BYTES = 1024 * 1024
"""Of one delivery: a form of Slack's is 250 KB at most."""

_log = logging.getLogger(f"{__name__}.bolt")
# What bolt would note below that are payloads, prompts included.
_log.setLevel(logging.ERROR)

_INSTALLS = Budget(bucket="installs", edits=30, per_s=60.0)
"""Everybody's together: anybody may begin, and the store keeps each beginning for ten minutes."""

_TIME = re.compile("[0-9]{1,20}")
_ANYTHING = re.compile(r".*", re.DOTALL)

Route = web.RouteDef

Hear = Callable[[Json], Awaitable[Json]]
"""Takes what was delivered; returns what the acknowledgement says. Raises nothing."""


def application(hear: Hear, leave: Hear, *, signing_secret: str, base_url: str) -> AsyncApp:
    """Return bolt's application; `leave` hears of workspaces that throw the app out."""
    app = AsyncApp(
        client=AsyncWebClient(base_url=base_url, logger=_log, retry_handlers=[]),
        logger=_log,
        name="fairbrush",
        signing_secret=signing_secret,
        authorize=_authorize,
        # A listener returns as soon as the acknowledgement is known: none lives on as a task of nobody's.
        process_before_response=True,
    )

    async def listen(ack: AsyncAck, body: Json) -> None:
        await ack(**await hear(body))

    async def left(ack: AsyncAck, body: Json) -> None:
        await ack(**await leave(body))

    for name in ("app_mention", "app_home_opened"):
        app.event(name)(listen)
    for name in ("app_uninstalled", "tokens_revoked"):
        app.event(name)(left)
    for way in (app.command, app.action, app.view, app.options, app.shortcut):
        way(_ANYTHING)(listen)
    return app


async def _authorize(enterprise_id: str | None, team_id: str | None) -> AuthorizeResult:
    return AuthorizeResult(enterprise_id=enterprise_id, team_id=team_id, bot_token="kept elsewhere")  # noqa: S106


# ---- HTTP --------------------------------------------------------------------------------------------------------


def routes(app: AsyncApp | None, flow: AsyncOAuthFlow | None) -> Sequence[web.RouteDef]:
    """Return what a server has to serve: signed deliveries to an app, and the way to install it; each if there is one.

    Each guards itself: by Slack's signature, or by a state that is good once.
    """
    return [*(_deliveries(app) if app else ()), *(_installing(flow) if flow else ())]


def _deliveries(app: AsyncApp) -> Sequence[web.RouteDef]:

    async def deliver(request: web.Request) -> web.StreamResponse:
        # slack_sdk trips over a time that is none, and the log would have a traceback of whoever likes to send one.
        if not _TIME.fullmatch(request.headers.get("X-Slack-Request-Timestamp", "0")):
            return web.Response(status=401)
        return await _answered(request, app.async_dispatch)

    return [web.post(EVENTS_PATH, deliver)]


def _installing(flow: AsyncOAuthFlow) -> Sequence[web.RouteDef]:
    begun = Spending(_INSTALLS)

    async def install(request: web.Request) -> web.StreamResponse:
        now = monotonic()
        if begun.ready_at(now) > now:
            return web.Response(status=429, text="Many people install this now. Try again in a minute.")
        begun.spend(now)
        return await _answered(request, flow.handle_installation)

    async def come_back(request: web.Request) -> web.StreamResponse:
        return await _answered(request, flow.handle_callback)

    return [web.get(INSTALL_PATH, install, allow_head=False), web.get(REDIRECT_PATH, come_back, allow_head=False)]


async def _answered(
    request: web.Request, answer: Callable[[AsyncBoltRequest], Awaitable[BoltResponse]]
) -> web.StreamResponse:
    if (request.content_length or 0) > MOST_BYTES:
        return web.Response(status=413)
    try:
        # Whatever the server takes elsewhere; what says nothing of its length is read no further.
        asked = await to_bolt_request(request.clone(client_max_size=MOST_BYTES))
    except (ValueError, LookupError):
        return web.Response(status=400)  # in no encoding, or none that there is
    try:
        return await to_aiohttp_response(await answer(asked))
    except FairbrushError as error:
        _log.error("not answered: %s", error.brief)
        return web.Response(status=503, text=str(error))
