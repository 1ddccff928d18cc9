"""The sockets of open pages: bounded in number, and closed when their session or the server ends."""

import asyncio
import contextlib
from collections import defaultdict
from collections.abc import Iterable, Iterator

from aiohttp import web

from adapters.web.console.limits import ConsoleLimits

OVER = 4401
"""What a page is told whose session is over: it goes to where one signs in."""

RESTARTING = 1012
"""What a page is told whose server ends: it comes back to the next one."""


class Sockets:
    """All of them, by the session that each belongs to."""

    def __init__(self, limits: ConsoleLimits) -> None:
        self._limits = limits
        self._open: dict[str, set[web.WebSocketResponse]] = defaultdict(set)

    @contextlib.contextmanager
    def kept(self, cookie: str, socket: web.WebSocketResponse) -> Iterator[None]:
        """Count a socket while it is open; raises HTTPTooManyRequests where there are enough.

        It is counted before anything is awaited: a thousand at once do not slip past the limit.
        """
        count = sum(map(len, self._open.values()))
        if count >= self._limits.streams or len(self._open.get(cookie, ())) >= self._limits.streams_per_session:
            raise web.HTTPTooManyRequests(text="Too many pages are open.")
        self._open[cookie].add(socket)
        try:
            yield
        finally:
            self._open[cookie].discard(socket)
            if not self._open[cookie]:
                del self._open[cookie]

    async def close_of(self, cookie: str) -> None:
        """Close those of a session that ended."""
        await _close(tuple(self._open.get(cookie, ())), OVER)

    async def close(self, _: web.Application) -> None:
        """Say goodbye to every page."""
        await _close([socket for sockets in self._open.values() for socket in sockets], RESTARTING)


async def _close(sockets: Iterable[web.WebSocketResponse], code: int) -> None:
    for socket in sockets:
        with contextlib.suppress(ConnectionError, TimeoutError):
            async with asyncio.timeout(1):
                await socket.close(code=code)
