"""Attachments are fetched from Discord's own hosts and from nowhere else, whatever an event says."""

from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager

import aiohttp
from yarl import URL

from adapters.fetching import DEADLINE_S, Fetching

ORIGINS = frozenset({"https://cdn.discordapp.com", "https://media.discordapp.net"})
"""The only hosts that Discord keeps uploads on."""


class Cdn:
    """Fetches what people attach."""

    def __init__(self, *, origins: Collection[str] = ORIGINS, deadline_s: float = DEADLINE_S) -> None:
        self._fetching = Fetching(platform="Discord", origins=origins, deadline_s=deadline_s)

    async def fetch(self, address: str) -> bytes:
        """Return a file, of at most as many bytes as the image gate looks at. Raises ImageRefused."""
        return await self._fetching.fetch(address, _asked)


@asynccontextmanager
async def _asked(url: URL) -> AsyncIterator[aiohttp.ClientResponse]:
    # A connection for each: pictures are rare, and nothing of one visit (cookies, redirects) is left for the next.
    async with (
        aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar(), auto_decompress=False) as http,
        http.get(url, allow_redirects=False) as answer,
    ):
        yield answer
