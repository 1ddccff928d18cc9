"""Originals that are too large for a chat: whoever has the signed link gets the file, without a session, for a while.

The address names one file by its content. It lists nothing, and tells nobody whether a file is there without a link.
"""

import asyncio

from aiohttp import web

from adapters.web.limits import WebLimits
from adapters.web.links import LinkedFiles
from adapters.web.sending import Sent, send
from bot.media import recognise

ORIGINALS = "/files/"
"""Below it are the files that a signed link opens for whoever has it, and nothing else."""

AT_ONCE = 32
"""Files that are sent at one moment: strangers on slow lines leave the page and its files to others."""


class OriginalRoutes:
    """The one route that is open to the world, through a proxy of the operator's."""

    def __init__(self, files: LinkedFiles, limits: WebLimits) -> None:
        self._files = files
        self._send_s = limits.send_s
        self._sending = asyncio.Semaphore(AT_ONCE)

    def routes(self) -> list[web.RouteDef]:
        """Return the route."""
        return [web.get(ORIGINALS + "{key:[0-9a-f]{64}}/{name}", self._original, allow_head=False)]

    async def _original(self, request: web.Request) -> web.StreamResponse:
        key = request.match_info["key"]
        if not self._files.opens(key, request.query_string):
            raise web.HTTPGone(text="This link has expired.")
        if self._sending.locked():
            raise web.HTTPServiceUnavailable(
                text="Many people load pictures now. Try again.", headers={"Retry-After": "5"}
            )
        async with self._sending:
            name = request.match_info["name"]

            def told(begin: bytes) -> Sent:
                return Sent(name=name, media_type=recognise(begin).type)

            return await send(request, self._files.read(key), told, send_s=self._send_s)
