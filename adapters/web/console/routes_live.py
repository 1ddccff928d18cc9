"""The socket: a page is told its section as soon as it changes, and nothing once its session is over."""

import asyncio
from collections.abc import Mapping
from time import monotonic
from types import MappingProxyType
from typing import NamedTuple

from aiohttp import WSMsgType, web

from adapters.web.console.guarding import PATH, Guarding
from adapters.web.console.limits import ConsoleLimits
from adapters.web.console.looks import Look
from adapters.web.console.panels import Panels
from adapters.web.console.reading import look_in
from adapters.web.console.rendering import badges
from adapters.web.console.sockets import OVER, Sockets
from adapters.web.console.visits import Visit
from bot.errors import FairbrushError
from bot.policy.measures import Actor

_HEARTBEAT_S = 20.0


class Told(NamedTuple):
    """What a page was told last."""

    html: str = ""
    open: Mapping[str, str] = MappingProxyType({})


class LiveRoutes:
    """Tells what changed."""

    def __init__(self, guarding: Guarding, panels: Panels, sockets: Sockets, limits: ConsoleLimits) -> None:
        self._guarding = guarding
        self._panels = panels
        self._sockets = sockets
        self._limits = limits

    def routes(self) -> list[web.RouteDef]:
        """Return the route."""
        return [web.get(f"{PATH}/live/{{section}}", self._guarding.signed_in(self._live), allow_head=False)]

    async def _live(self, request: web.Request, visit: Visit) -> web.StreamResponse:
        look = look_in(request, visit)
        socket = web.WebSocketResponse(heartbeat=_HEARTBEAT_S, max_msg_size=1024, timeout=2.0)
        with self._sockets.kept(visit.cookie, socket):
            await socket.prepare(request)
            async with asyncio.TaskGroup() as tasks:
                telling = tasks.create_task(self._tell(socket, visit, look))
                await _until_closed(socket)
                telling.cancel()
        return socket

    async def _tell(self, socket: web.WebSocketResponse, visit: Visit, look: Look) -> None:
        actor, told, checked_s = visit.actor, Told(), monotonic()
        try:
            while True:
                if monotonic() - checked_s >= self._limits.checked_every_s:
                    if not await self._guarding.is_still(visit):
                        await socket.close(code=OVER)
                        return
                    checked_s = monotonic()
                told = await self._tell_once(socket, actor, look, told)
                await asyncio.sleep(self._limits.tick_s)  # a page is told at most so often, whatever happens
        except (ConnectionError, TimeoutError):
            # Too slow or gone; it comes back and gets everything.
            await socket.close()

    async def _tell_once(self, socket: web.WebSocketResponse, actor: Actor, look: Look, told: Told) -> Told:
        try:
            now = Told(await self._panels.html(actor, look), badges(await self._panels.open(actor, look.tenant)))
        except (FairbrushError, TimeoutError):
            now = Told()  # the page says that it cannot be reached now, and keeps what it shows
        # Only what changed; of a break each time, for a page may have come back since.
        news: dict[str, object] = {"html": now.html} if now.html != told.html or not now.html else {}
        if now.open and now.open != told.open:
            news["open"] = now.open
        if news:
            async with asyncio.timeout(self._limits.send_s):
                await socket.send_json(news)
        return now


async def _until_closed(socket: web.WebSocketResponse) -> None:
    async for message in socket:
        if message.type in (WSMsgType.TEXT, WSMsgType.BINARY):
            # The socket only tells; whoever talks on it is no page of ours.
            await socket.close(code=1008)
