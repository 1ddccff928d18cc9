"""What somebody says: messages, forms, attachments, and what may come next while they type."""

from dataclasses import asdict
from uuid import UUID

from aiohttp import web

from adapters.web.commands import IMAGINE, NoCommand, Order, Service, command_names, read_message
from adapters.web.completion import complete
from adapters.web.desk import Asking
from adapters.web.forms import fields_of, read_form
from adapters.web.guards import session_of
from adapters.web.room import (
    Json,
    Room,
    attachments_of,
    body_of,
    event_of,
    fragment,
    json_of,
    seal_attachment,
    speaker_of,
)
from bot.errors import UnknownWorkflow
from bot.jobs import JobId, JobRecord, Place, Requester
from workflows.values import Values
from workflows.workflow import Workflow

_TYPED_MAX = 8000
"""Characters of a message: the longest prompt and every parameter."""


class AskRoutes:
    """Everything but clicks on a job."""

    def __init__(self, room: Room) -> None:
        self._room = room

    def routes(self) -> list[web.RouteDef]:
        """Return the routes."""
        return [
            web.post("/complete", self._complete),
            web.post("/ask", self._ask),
            web.post("/forms", self._form),
            web.post("/attachments", self._attach),
            web.get("/workflows/{name}/form", self._blank),
        ]

    async def _complete(self, request: web.Request) -> web.Response:
        # By POST: what somebody types belongs into no address, and so into no log of addresses.
        content = await json_of(request, self._room.limits)
        place = session_of(request).guest.place
        desk = self._room.desk
        before = str(content.get("before", ""))[:_TYPED_MAX]
        found = complete(before, desk.catalog(), desk.vocabulary(), desk.default_workflow(place))
        return web.json_response(asdict(found))

    async def _ask(self, request: web.Request) -> web.Response:
        content = await json_of(request, self._room.limits)
        requester, place = speaker_of(request, content), session_of(request).guest.place
        text, desk = str(content.get("text", "")), self._room.desk
        if len(text) > _TYPED_MAX:
            note = self._room.pages.note(f"That is longer than {_TYPED_MAX:,} characters.", tone="bad")
            return fragment(note, 422)
        files = attachments_of(self._room.seal, requester, content)
        said = read_message(text, files, desk.catalog(), desk.vocabulary(), desk.default_workflow(place))
        match said:
            case NoCommand():
                sentence = "Begin with / to see what can be done. To paint these words:"
                return fragment(self._room.pages.note("That was no command.", sentence, command=f"/imagine {text}"))
            case Service():
                return fragment(await self._serve(said, requester, place))
            case Order():
                return await self._order(
                    Asking(
                        event=event_of(requester, content),
                        workflow=said.workflow,
                        raw=said.raw,
                        requester=requester,
                        place=place,
                    )
                )

    async def _order(self, asking: Asking) -> web.Response:
        return web.json_response({"job": str(await self._room.desk.ask(asking))}, status=202)

    async def _serve(self, service: Service, requester: Requester, place: Place) -> str:
        desk, pages = self._room.desk, self._room.pages
        match service.name:
            case "queue":
                return pages.facts("The queue", await desk.queue(requester), "Nothing waits. Be the first.")
            case "usage":
                return pages.facts("What you have used", await desk.usage(requester), "Nothing yet.")
            case "history":
                return pages.history(await desk.history(requester))
            case "workflows":
                found = desk.catalog().workflows.items()
                return pages.workflows([(name, each.manifest.title, each.manifest.summary) for name, each in found])
        return pages.help([(f"/{name}", says) for name, says in command_names(desk.catalog()).items()])

    async def _form(self, request: web.Request) -> web.Response:
        content = await json_of(request, self._room.limits)
        requester, place = speaker_of(request, content), session_of(request).guest.place
        workflow = self._workflow(str(content.get("workflow", "")))
        parent = await self._parent(request, content)
        before: Values = parent.job.values if parent and parent.job.workflow == workflow.name else {}
        typed = content.get("values")
        if not isinstance(typed, dict):
            raise web.HTTPBadRequest(text="The values are missing.")
        values = {str(name): str(text)[:_TYPED_MAX] for name, text in typed.items()}
        files = attachments_of(self._room.seal, requester, content)
        return await self._order(
            Asking(
                event=event_of(requester, content),
                workflow=workflow.name,
                raw=read_form(workflow, values, files, before),
                requester=requester,
                place=place,
                parent=parent.job.id if parent else None,
            )
        )

    async def _parent(self, request: web.Request, content: Json) -> JobRecord | None:
        if not content.get("parent"):
            return None
        try:
            record = await self._room.desk.job(JobId(UUID(str(content["parent"]))))
        except ValueError as error:
            raise web.HTTPNotFound(text="There is no such job.") from error
        if record is None or not session_of(request).guest.sees(record):
            raise web.HTTPNotFound(text="There is no such job.")
        return record

    async def _attach(self, request: web.Request) -> web.Response:
        requester = speaker_of(request, {"as": request.query.get("as", "")})
        content = await body_of(request, self._room.limits.upload_bytes)
        handle = await self._room.desk.attach(content, requester)
        sealed = seal_attachment(self._room.seal, handle, requester)
        return web.json_response({"attachment": sealed, "width": handle.width, "height": handle.height}, status=201)

    async def _blank(self, request: web.Request) -> web.Response:
        name = request.match_info["name"]
        if name == IMAGINE:
            name = self._room.desk.default_workflow(session_of(request).guest.place)
        workflow = self._workflow(name)
        fields = fields_of(workflow, {}, self._room.desk.vocabulary())
        title = workflow.manifest.title
        return fragment(self._room.pages.form(fields, workflow=workflow.name, title=title, parent=None))

    def _workflow(self, name: str) -> Workflow:
        workflow = self._room.desk.catalog().workflows.get(name)
        if workflow is None:
            raise UnknownWorkflow("There is no such workflow any more. /workflows shows all.")
        return workflow
