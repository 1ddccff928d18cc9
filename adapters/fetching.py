"""What people attached is fetched from their platform's own hosts and from nowhere else, in bounded bytes.

Of all adapters' folders this is in none: every chat platform fetches so, and one adapter never imports another.
"""

from collections.abc import Collection

import aiohttp
from yarl import URL

from bot.errors import ImageRefused
from bot.images import MAX_BYTES

_CHUNK = 64 * 1024


def trusted(address: str, origins: Collection[str]) -> URL | None:
    """Return the address as it is going to be asked; None for any but these origins (scheme, host and port)."""
    try:
        url = URL(address)
        # Of the parsed address, which is the one that is asked: no two parsers can disagree about its host.
        is_theirs = str(url.origin()) in origins and url.user is None and url.password is None
    except ValueError:
        return None
    return url if is_theirs else None


async def picture_in(answer: aiohttp.ClientResponse, *, gone: str) -> bytes:
    """Return what an answer brings, of at most as many bytes as the image gate looks at.

    Raises ImageRefused, with the sentence `gone` where no picture comes.
    """
    # A page where people sign in comes with 200, where a token opens nothing.
    if answer.status != 200 or answer.content_type == "text/html":
        raise ImageRefused(gone, detail=f"status {answer.status}")
    content = bytearray()
    async for chunk in answer.content.iter_chunked(_CHUNK):
        content += chunk
        if len(content) > MAX_BYTES:
            raise ImageRefused(f"The picture is larger than {MAX_BYTES // 1024**2} MB.")
    return bytes(content)
