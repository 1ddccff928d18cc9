"""Attachments are fetched from Discord's own hosts and from nowhere else, whatever an event says."""

import asyncio
from collections.abc import Collection
from dataclasses import dataclass, field

import aiohttp
from yarl import URL

from adapters.fetching import picture_in, trusted
from bot.errors import ImageRefused

ORIGINS = frozenset({"https://cdn.discordapp.com", "https://media.discordapp.net"})
"""The only hosts that Discord keeps uploads on."""

_AT_ONCE = 4  #: each may hold 32 MB for a moment
_DEADLINE_S = 15.0
_NOT_DISCORDS = "That picture is not kept by Discord. Attach the file itself."
_GONE = "That picture is no longer there. Attach it again."
_AWAY = "Discord did not hand the picture over. Try again."


@dataclass(frozen=True, slots=True, kw_only=True)
class Cdn:
    """Fetches what people attach."""

    origins: Collection[str] = ORIGINS
    deadline_s: float = _DEADLINE_S
    _gate: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(_AT_ONCE), repr=False)

    async def fetch(self, address: str) -> bytes:
        """Return a file, of at most as many bytes as the image gate looks at. Raises ImageRefused."""
        url = trusted(address, self.origins)
        if url is None:
            raise ImageRefused(_NOT_DISCORDS, detail="another host")
        async with self._gate:
            try:
                async with asyncio.timeout(self.deadline_s):
                    return await _fetched(url)
            except (TimeoutError, aiohttp.ClientError) as error:
                raise ImageRefused(_AWAY, detail=type(error).__name__) from error


async def _fetched(url: URL) -> bytes:
    # A connection for each: pictures are rare, and nothing of one visit (cookies, redirects) is left for the next.
    async with (
        aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar(), auto_decompress=False) as http,
        http.get(url, allow_redirects=False) as answer,
    ):
        return await picture_in(answer, gone=_GONE)
