"""The page's server: an address of this machine, and every route behind the guards."""

import contextlib
import errno
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Self

from aiohttp import web

from adapters.web.chat import WebChat
from adapters.web.console.serving import Console, ConsoleParts
from adapters.web.guards import Guards, check_host, put_headers
from adapters.web.guests import Door, Guest
from adapters.web.limits import WebLimits
from adapters.web.links import LinkedFiles, Links
from adapters.web.originals import OriginalRoutes
from adapters.web.rendering import Pages
from adapters.web.room import Room, told
from adapters.web.routes_ask import AskRoutes
from adapters.web.routes_jobs import JobRoutes
from adapters.web.routes_live import LiveRoutes
from adapters.web.routes_page import PageRoutes
from adapters.web.seal import Seal
from bot.desk import Desk
from bot.errors import ConfigError

TRIES = 20
"""Ports that are tried after one that is taken."""

_SHUTDOWN_S = 2.0

Route = web.RouteDef


@dataclass(frozen=True, slots=True, kw_only=True)
class WebOptions:
    """How the page is served. The key signs sessions: the same key after a restart keeps every page's session."""

    key: bytes = field(repr=False)
    guests: Sequence[Guest]
    host: str = "127.0.0.1"
    port: int = 8800  #: 0: any
    title: str = "Fairbrush"
    serves_originals: bool = False  #: whoever has a link may fetch its file, through a proxy, without a session
    limits: WebLimits = field(default_factory=WebLimits)


class WebServer:
    """Serves the page while entered. `url` is where; `note` says so when it is not the port that was wished for.

    What is served `beside` the page opens to whoever can reach it: each route of it has to look by itself who asks.
    """

    def __init__(
        self,
        *,
        desk: Desk,
        chat: WebChat,
        files: LinkedFiles,
        options: WebOptions,
        beside: Sequence[Route] = (),
        console: ConsoleParts | None = None,
    ) -> None:
        check_host(options.host)
        self._options = options
        self._chat = chat
        self._port = options.port
        seal = Seal(options.key)
        pages = Pages(Links(files, options.limits.link_s))
        people = frozenset(each.id for guest in options.guests for each in guest.people)
        room = Room(desk=desk, chat=chat, files=files, pages=pages, limits=options.limits, people=people)
        door = Door(options.guests, seal)
        live = LiveRoutes(room)
        limits = options.limits
        guards = Guards(door, limits, lambda: self._port)
        self.app = web.Application(
            client_max_size=limits.upload_bytes, middlewares=[*guards.middlewares(), told(pages)]
        )
        for routes in (PageRoutes(room, door, options.title), live, AskRoutes(room), JobRoutes(room)):
            self.app.add_routes(routes.routes())
        originals = OriginalRoutes(files, limits).routes() if options.serves_originals else []
        guards.leave_open(self.app.add_routes([*originals, *beside]))
        if console is not None:
            self._open_console(console, desk, files, guards)
        self.app.on_response_prepare.append(put_headers)
        self.app.on_shutdown.append(live.close)
        self._runner = web.AppRunner(self.app, access_log=None, shutdown_timeout=_SHUTDOWN_S)

    def _open_console(self, parts: ConsoleParts, desk: Desk, files: LinkedFiles, guards: Guards) -> None:
        console = Console(parts, desk=desk, files=files, port=lambda: self._port, title=self._options.title)
        guards.leave_open(self.app.add_routes(console.routes()))
        self.app.on_shutdown.append(console.close)

    async def __aenter__(self) -> Self:
        await self._chat.load()
        await self._runner.setup()
        try:
            await self._listen()
        except BaseException:
            await self._runner.cleanup()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._runner.cleanup()

    @property
    def url(self) -> str:
        """Return where the page is."""
        host = f"[{self._options.host}]" if ":" in self._options.host else self._options.host
        return f"http://{host}:{self._port}"

    @property
    def note(self) -> str | None:
        """Say that the page is at another port than was wished for; None when it is not."""
        wished = self._options.port
        return f"Port {wished} is taken, so the page is at {self._port}." if wished not in (0, self._port) else None

    async def _listen(self) -> None:
        wished = self._options.port
        for port in range(wished, min(wished + TRIES, 65535) + 1) if wished else (0,):
            site = web.TCPSite(self._runner, self._options.host, port)
            with contextlib.suppress(_Taken):
                await _start(site)
                self._port = int(self._runner.addresses[0][1])
                return
        raise ConfigError([f"Ports {wished} to {wished + TRIES} are all taken. Name another one."])


class _Taken(Exception):
    """Somebody else listens there."""


async def _start(site: web.TCPSite) -> None:
    try:
        await site.start()
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            await site.stop()
            raise _Taken from error
        raise ConfigError([f"The page cannot be served: {error.strerror}."]) from error
