"""What all routes share: who asks, what they may see, and how a refusal is told."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from uuid import UUID

from aiohttp import BodyPartReader, web
from aiohttp.typedefs import Middleware

from adapters.web import bodies
from adapters.web.answers import fragment, status_of
from adapters.web.chat import WebChat
from adapters.web.guards import session_of
from adapters.web.guests import Guest
from adapters.web.limits import WebLimits
from adapters.web.links import LinkedFiles
from adapters.web.rendering import Pages
from bot.answers import Answer
from bot.desk import Desk
from bot.errors import QueueFull
from bot.images import Admitted
from bot.jobs import JobId, JobRecord, Requester
from bot.refusals import refused
from bot.submissions import Occasion
from workflows.faults import InvalidValues

KINDS = ("image", "mask")
"""What may be attached."""

BODY_S = 60.0
"""How long a body may take to arrive: two pictures of 32 MB over a slow connection of one's own house."""

Json = Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """Everything that routes work with."""

    desk: Desk
    chat: WebChat
    files: LinkedFiles
    pages: Pages
    limits: WebLimits
    people: frozenset[str]  #: ids of all who may ever speak here, whatever their invitation


def told(pages: Pages) -> Middleware:
    """Return the innermost middleware: what a route raises becomes words for whoever asked."""

    @web.middleware
    async def tell(
        request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        try:
            return await handler(request)
        except (web.HTTPException, ConnectionError):
            raise  # the second: whoever asked has gone
        except Exception as error:  # noqa: BLE001 — the edge: the log has what whoever asked is not told
            resource = request.match_info.route.resource  # what was asked for, without the ids in its address
            refusal = refused(error, f"{request.method} {resource.canonical if resource else 'nothing'}")
            return fragment(_words(pages, error, refusal), status_of(error))

    return tell


def _words(pages: Pages, error: Exception, refusal: Answer) -> str:
    if isinstance(error, InvalidValues):
        return pages.faults(error.faults)
    [section] = refusal.sections
    tone = "full" if isinstance(error, QueueFull) else "bad"
    return pages.note(section.headline, "".join(section.sentence), tone=tone)


async def json_of(request: web.Request, limits: WebLimits) -> Json:
    """Read a bounded JSON object."""
    return await bodies.json_of(request, most=limits.message_bytes, within_s=BODY_S)


def speaker_of(request: web.Request, content: Json) -> Requester:
    """Return the person that the page speaks as; nobody speaks as somebody of another session."""
    person = session_of(request).guest.speaker(str(content.get("as", "")))
    if person is None:
        raise web.HTTPForbidden(text="You cannot speak as that person.")
    return person


def occasion_of(request: web.Request, content: Json) -> Occasion:
    """Return who asks, where, and under which name: the page's own random one, within what belongs to this person."""
    requester, event = speaker_of(request, content), content.get("event")
    if not isinstance(event, str) or not 8 <= len(event) <= 64 or not event.isascii():
        raise web.HTTPBadRequest(text="An event is missing.")
    event = f"{requester.tenant.id}/{requester.id}/{event}"
    return Occasion(event=event, requester=requester, spot=session_of(request).guest.spot)


async def parts_of(request: web.Request, room: Room) -> tuple[Json, dict[str, Admitted]]:
    """Read a multipart body: the JSON part `ask`, and pictures by kind, each through the image gate."""
    if request.content_type != "multipart/form-data":
        raise web.HTTPUnsupportedMediaType(text="Send a form.")
    content: Json = {}
    sent: dict[str, bytes] = {}
    async with bodies.arriving(BODY_S):
        async for part in await request.multipart():
            if not isinstance(part, BodyPartReader):
                raise web.HTTPBadRequest(text="Forms do not nest.")
            if part.name == "ask":
                content = bodies.object_of(await _part(part, room.limits.message_bytes))
            elif part.name in KINDS and part.name not in sent:
                sent[part.name] = await _part(part, room.limits.upload_bytes)
            else:
                raise web.HTTPBadRequest(text="That part is not known.")
    return content, {kind: await room.desk.admit(picture) for kind, picture in sent.items()}


async def _part(part: BodyPartReader, limit: int) -> bytes:
    content = bytearray()
    while chunk := await part.read_chunk(64 * 1024):
        bodies.grow(content, chunk, limit)
    return bytes(content)


def job_id_in(request: web.Request) -> JobId:
    """Read the job's id of an address."""
    try:
        return JobId(UUID(request.match_info["job"]))
    except ValueError as error:
        raise web.HTTPNotFound(text="There is no such job.") from error


async def seen_job(room: Room, request: web.Request) -> JobRecord:
    """Return the job of an address, if this session may see it."""
    return seen(await room.desk.job(job_id_in(request)), session_of(request).guest)


def seen(record: JobRecord | None, guest: Guest) -> JobRecord:
    """Return a job that this guest may see; to others there is none, whatever its id."""
    if record is None or not guest.sees(record):
        raise web.HTTPNotFound(text="There is no such job.")
    return record
