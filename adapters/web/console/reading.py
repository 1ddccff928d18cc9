"""What a request to the console says: where somebody looks, and what they filled in."""

import asyncio
from uuid import UUID

from aiohttp import web

from adapters.web.bodies import object_of
from adapters.web.console.looks import Look, Section, look_of
from adapters.web.console.visits import Visit, community_in
from bot.errors import NotAllowed
from bot.jobs import JobId

_BODY_S = 10.0


def look_in(request: web.Request, visit: Visit, section: Section | None = None) -> Look:
    """Return what an address looks at; raises HTTPForbidden, or HTTPNotFound where there is no such section.

    Here alone a community is taken from an address.
    """
    try:
        tenant = community_in(visit, request.query.get("in"))
        return look_of(section or request.match_info["section"], tenant, request.query)
    except NotAllowed as error:
        raise web.HTTPForbidden(text="You moderate another community.") from error
    except ValueError as error:
        raise web.HTTPNotFound(text="There is no such section.") from error


def job_in(request: web.Request) -> JobId:
    """Return the job of an address; raises HTTPNotFound."""
    try:
        return JobId(UUID(request.match_info["job"]))
    except ValueError as error:
        raise web.HTTPNotFound(text="There is no such job.") from error


async def content_of(request: web.Request, most: int) -> dict[str, object]:
    """Return what was filled in: a small JSON object."""
    if request.content_type != "application/json":
        raise web.HTTPUnsupportedMediaType(text="Send JSON.")
    body = bytearray()
    try:
        async with asyncio.timeout(_BODY_S):
            async for chunk in request.content.iter_chunked(most):
                body += chunk
                if len(body) > most:
                    raise web.HTTPRequestEntityTooLarge(max_size=most, actual_size=len(body), text="That is too large.")
    except TimeoutError as error:
        raise web.HTTPRequestTimeout(text="That took too long to arrive.") from error
    return object_of(bytes(body))
