"""What a request brings, read in one place for the page and the console: no more and no longer than it may."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from json import dumps, loads

from aiohttp import web


async def json_of(request: web.Request, *, most: int, within_s: float) -> dict[str, object]:
    """Return the JSON object that a request brings; raises HTTPUnsupportedMediaType, and as body_of and object_of."""
    if request.content_type != "application/json":
        raise web.HTTPUnsupportedMediaType(text="Send JSON.")
    return object_of(await body_of(request, most=most, within_s=within_s))


async def body_of(request: web.Request, *, most: int, within_s: float) -> bytes:
    """Return a body of at most so many bytes; raises HTTPRequestEntityTooLarge and HTTPRequestTimeout."""
    body = bytearray()
    async with arriving(within_s):
        async for chunk in request.content.iter_chunked(most):
            grow(body, chunk, most)
    return bytes(body)


@asynccontextmanager
async def arriving(within_s: float) -> AsyncIterator[None]:
    """Wait no longer for what arrives inside; raises HTTPRequestTimeout."""
    try:
        async with asyncio.timeout(within_s):
            yield
    except TimeoutError as error:
        raise web.HTTPRequestTimeout(text="That took too long to arrive.") from error


def grow(content: bytearray, chunk: bytes, most: int) -> None:
    """Add to what arrived; raises HTTPRequestEntityTooLarge where it becomes too large."""
    content += chunk
    if len(content) > most:
        raise web.HTTPRequestEntityTooLarge(max_size=most, actual_size=len(content), text="That is too large.")


def object_of(body: bytes) -> dict[str, object]:
    """Return the JSON object that a body is; raises HTTPBadRequest, or HTTPUnprocessableEntity for what is no text."""
    try:
        content = loads(body)
        # Half of a sign alone can be escaped in JSON, and be written down nowhere.
        dumps(content, ensure_ascii=False).encode()
    except UnicodeEncodeError as error:
        raise web.HTTPUnprocessableEntity(text="Some of that is no text: type it anew.") from error
    except (ValueError, RecursionError) as error:
        raise web.HTTPBadRequest(text="That is no JSON.") from error
    if not isinstance(content, dict):
        raise web.HTTPBadRequest(text="That is no JSON object.")
    return content
