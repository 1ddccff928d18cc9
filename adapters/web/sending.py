"""Sends a stored file to a browser, so that nothing in it can speak as this page."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import dataclass

from aiohttp import web

from bot.errors import FileGone

_SHOWN_TYPES = frozenset(
    {
        "image/png", "image/jpeg", "image/webp", "image/gif", "video/mp4", "video/webm",
        "audio/mpeg", "audio/ogg", "audio/wav", "audio/flac",
    }
)  # fmt: skip
"""What a browser may show from us; everything else is saved, never opened: HTML and SVG could speak as this page."""

FILE_HEADERS = {"Content-Security-Policy": "default-src 'none'; sandbox", "Cache-Control": "private, max-age=3600"}
_NOT_KEPT = {"Cache-Control": "no-store"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """What is told of a file."""

    name: str
    media_type: str
    bytes: int | None = None  #: None: not known before its end
    is_kept: bool = True  #: by the browser, for a while


async def send(
    request: web.Request,
    content: AsyncGenerator[bytes],
    told: Sent | Callable[[bytes], Sent],
    *,
    send_s: float,
) -> web.StreamResponse:
    """Answer with a file; `told` may wait for how it begins. Raises HTTPNotFound, or ConnectionError: nobody reads."""
    # Closed here: whoever goes away in the middle of a picture leaves no open file behind.
    async with aclosing(content):
        try:
            first = await anext(content, b"")
        except FileGone as error:
            raise web.HTTPNotFound(text=str(error)) from error
        response = _begun(told if isinstance(told, Sent) else told(first))
        await response.prepare(request)
        await _write(response, first, send_s)
        async for chunk in content:
            await _write(response, chunk, send_s)
    await response.write_eof()
    return response


def _begun(told: Sent) -> web.StreamResponse:
    response = web.StreamResponse(headers=FILE_HEADERS if told.is_kept else {**FILE_HEADERS, **_NOT_KEPT})
    shown = told.media_type in _SHOWN_TYPES
    response.content_type = told.media_type if shown else "application/octet-stream"
    name = "".join(each for each in told.name if each.isalnum() or each in "-_. ")[:80] or "file"
    # Only ASCII letters survive a header; a browser needs no more than something to save under.
    ascii_name = name.encode("ascii", "ignore").decode() or "file"
    response.headers["Content-Disposition"] = f'{"inline" if shown else "attachment"}; filename="{ascii_name}"'
    if told.bytes is not None:
        response.content_length = told.bytes
    return response


async def _write(response: web.StreamResponse, chunk: bytes, send_s: float) -> None:
    try:
        async with asyncio.timeout(send_s):
            await response.write(chunk)
    except TimeoutError as error:
        raise ConnectionAbortedError("nobody reads") from error
