"""What all routes share: who asks, what they may see, and how a refusal is told."""

import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from json import loads
from secrets import token_hex
from uuid import UUID

from aiohttp import web

from adapters.web.chat import WebChat
from adapters.web.desk import Desk, LinkedFiles
from adapters.web.guards import session_of
from adapters.web.limits import WebLimits
from adapters.web.rendering import Pages
from adapters.web.seal import Seal
from bot.errors import FairbrushError, QueueFull, SubmissionError
from bot.jobs import JobId, JobRecord, Requester
from workflows.faults import InvalidValues
from workflows.values import FileHandle

_LOG = logging.getLogger(__name__)
_ATTACHMENT = "attachment"

Json = Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """Everything that routes work with."""

    desk: Desk
    chat: WebChat
    files: LinkedFiles
    pages: Pages
    seal: Seal
    limits: WebLimits


def fragment(html: str, status: int = 200) -> web.Response:
    """Answer with a piece of the page."""
    return web.Response(text=html, status=status, content_type="text/html")


def told(pages: Pages) -> Callable[[web.Request, Callable[[web.Request], Awaitable[web.StreamResponse]]], object]:
    """Return the innermost middleware: what a route raises becomes words for whoever asked."""

    @web.middleware
    async def tell(
        request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        try:
            return await handler(request)
        except web.HTTPException:
            raise
        except InvalidValues as invalid:
            return fragment(pages.faults(invalid.faults), 422)
        except QueueFull as full:
            sentence = f"Nothing was added. Try again in {_soon(full.retry_after_s)}."
            return fragment(pages.note(str(full), sentence, tone="full"), 429)
        except FairbrushError as error:
            status = 422 if isinstance(error, SubmissionError) else 503
            return fragment(pages.note(str(error), tone="bad"), status)
        except Exception:  # noqa: BLE001 — the edge: whoever asked gets a reference, the log gets the rest
            reference = token_hex(4)
            _LOG.exception("A request to the page failed, reference %s", reference)
            return fragment(pages.note("Something went wrong.", f"Reference: {reference}", tone="bad"), 500)

    return tell


def _soon(seconds: float) -> str:
    whole = max(1, round(seconds))
    return f"{whole} s" if whole < 120 else f"{round(whole / 60)} min"


async def json_of(request: web.Request, limits: WebLimits) -> Json:
    """Read a bounded JSON object."""
    if request.content_type != "application/json":
        raise web.HTTPUnsupportedMediaType(text="Send JSON.")
    try:
        content = loads(await body_of(request, limits.message_bytes))
    except (ValueError, RecursionError) as error:
        raise web.HTTPBadRequest(text="That is no JSON.") from error
    if not isinstance(content, dict):
        raise web.HTTPBadRequest(text="That is no JSON object.")
    return content


async def body_of(request: web.Request, limit: int) -> bytes:
    """Read a whole body, and stop where it becomes too large."""
    content = bytearray()
    async for chunk in request.content.iter_chunked(64 * 1024):
        content += chunk
        if len(content) > limit:
            raise web.HTTPRequestEntityTooLarge(max_size=limit, actual_size=len(content), text="That is too large.")
    return bytes(content)


def speaker_of(request: web.Request, content: Json) -> Requester:
    """Return the person that the page speaks as; nobody speaks as somebody of another session."""
    person = session_of(request).guest.speaker(str(content.get("as", "")))
    if person is None:
        raise web.HTTPForbidden(text="You cannot speak as that person.")
    return person


def event_of(requester: Requester, content: Json) -> str:
    """Name an asking: the page's own random name, within what belongs to this person."""
    event = content.get("event")
    if not isinstance(event, str) or not 8 <= len(event) <= 64:
        raise web.HTTPBadRequest(text="An event is missing.")
    return f"{requester.tenant.id}/{requester.id}/{event}"


def seal_attachment(seal: Seal, handle: FileHandle, requester: Requester) -> str:
    """Write an attachment down for the page to send back: it serves the one who attached it."""
    owner = f"{requester.tenant.id}/{requester.id}"
    return seal.close(_ATTACHMENT, f"{owner} {handle.key} {handle.media_type} {handle.width} {handle.height}")


def attachments_of(seal: Seal, requester: Requester, content: Json) -> dict[str, FileHandle]:
    """Read the attachments of a message, by kind; what is not ours, or not theirs, is refused."""
    sealed = content.get("attachments", {})
    if not isinstance(sealed, dict) or not sealed.keys() <= {"image", "mask", "video"}:
        raise web.HTTPBadRequest(text="Those are no attachments.")
    return {str(kind): _attachment(seal, requester, str(each)) for kind, each in sealed.items()}


def _attachment(seal: Seal, requester: Requester, sealed: str) -> FileHandle:
    parts = (seal.open(_ATTACHMENT, sealed) or "").rsplit(" ", 4)
    if len(parts) != 5 or parts[0] != f"{requester.tenant.id}/{requester.id}":
        raise SubmissionError("That attachment is not yours, or is not kept any more. Attach it again.")
    _, key, media_type, width, height = parts
    return FileHandle(key=key, media_type=media_type, width=int(width), height=int(height))


def job_id_in(request: web.Request) -> JobId:
    """Read the job's id of an address."""
    try:
        return JobId(UUID(request.match_info["job"]))
    except ValueError as error:
        raise web.HTTPNotFound(text="There is no such job.") from error


async def seen_job(room: Room, request: web.Request) -> JobRecord:
    """Return the job of an address, if this session may see it; otherwise there is none, whatever its id."""
    record = await room.desk.job(job_id_in(request))
    if record is None or not session_of(request).guest.sees(record):
        raise web.HTTPNotFound(text="There is no such job.")
    return record
