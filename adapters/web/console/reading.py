"""What a request to the console says: where somebody looks, and what they filled in."""

from uuid import UUID

from aiohttp import web

from adapters.web.bodies import json_of
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
    return await json_of(request, most=most, within_s=_BODY_S)
