"""What people attached is fetched from their platform's own hosts and from nowhere else, in bounded bytes.

Of all adapters' folders this is in none: every chat platform fetches so, and one adapter never imports another.
"""

import asyncio
from collections.abc import Callable, Collection
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field

import aiohttp
from yarl import URL

from bot.bundles import NOT_TO_BE_HAD, not_handed_over, not_kept_by
from bot.errors import ImageRefused
from bot.images import MAX_BYTES

DEADLINE_S = 20.0
_AT_ONCE = 4  #: each may hold 32 MB for a moment
_CHUNK = 64 * 1024

Ask = Callable[[URL], AbstractAsyncContextManager[aiohttp.ClientResponse]]
"""Asks for an address, following no redirect."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetching:
    """Fetches what people attached on one platform, a few at a time."""

    platform: str  #: as people read it
    origins: Collection[str]
    deadline_s: float = DEADLINE_S
    _gate: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(_AT_ONCE), init=False, repr=False)

    async def fetch(self, address: str, ask: Ask) -> bytes:
        """Return a file, of at most as many bytes as the image gate looks at. Raises ImageRefused."""
        url = trusted(address, self.origins)
        if url is None:
            raise ImageRefused(not_kept_by(self.platform), detail="another host")
        async with self._gate:
            try:
                async with asyncio.timeout(self.deadline_s), ask(url) as answer:
                    return await _picture_in(answer)
            except (TimeoutError, aiohttp.ClientError, OSError) as error:
                raise ImageRefused(not_handed_over(self.platform), detail=type(error).__name__) from error


def trusted(address: str, origins: Collection[str]) -> URL | None:
    """Return the address as it is going to be asked; None for any but these origins (scheme, host and port)."""
    try:
        url = URL(address)
        # Of the parsed address, which is the one that is asked: no two parsers can disagree about its host.
        is_theirs = str(url.origin()) in origins and url.user is None and url.password is None
    except ValueError:
        return None
    return url if is_theirs else None


async def _picture_in(answer: aiohttp.ClientResponse) -> bytes:
    # A page where people sign in comes with 200, where a token opens nothing.
    if answer.status != 200 or answer.content_type == "text/html":
        raise ImageRefused(NOT_TO_BE_HAD, detail=f"status {answer.status}")
    content = bytearray()
    async for chunk in answer.content.iter_chunked(_CHUNK):
        content += chunk
        if len(content) > MAX_BYTES:
            raise ImageRefused(f"The picture is larger than {MAX_BYTES // 1024**2} MB.")
    return bytes(content)
