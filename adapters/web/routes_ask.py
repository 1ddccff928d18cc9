"""What somebody says: messages and forms with their pictures, and what may come next while they type."""

from dataclasses import asdict
from typing import assert_never
from urllib.parse import urlencode
from uuid import UUID

from aiohttp import web

from adapters.web.answers import fragment
from adapters.web.completion import Completion, complete
from adapters.web.guards import session_of
from adapters.web.moderating import moderated, moderates, rank_of
from adapters.web.room import Json, Room, json_of, occasion_of, parts_of, speaker_of
from adapters.web.sending import FILE_HEADERS
from adapters.web.verbs import complete_verb
from bot.answers import Answer, Link, Section
from bot.commands import (
    IMAGINE,
    SERVICES,
    NoCommand,
    Order,
    Service,
    command_names,
    meant_workflow,
    place_pictures,
    read_message,
)
from bot.errors import UnknownWorkflow
from bot.forms import fields_of, read_form
from bot.jobs import JobId, JobRecord, Requester
from bot.policy.places import Spot
from bot.presiding import DOES, MOD
from bot.repeating import submission_of_form
from bot.submissions import Occasion, Submission
from bot.telling import DATA_NAME, HAVE_IT, Own, answer_to, data_of
from workflows.catalog import Catalog
from workflows.workflow import Workflow

_SERVICES = frozenset({*SERVICES, MOD})
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
            web.get("/workflows/{name}/form", self._blank),
            web.get("/mydata", self._data),
        ]

    async def _complete(self, request: web.Request) -> web.Response:
        # By POST: what somebody types belongs into no address, and so into no log of addresses.
        content = await json_of(request, self._room.limits)
        desk, spot = self._room.desk, session_of(request).guest.spot
        before = str(content.get("before", ""))[:_TYPED_MAX]
        guest = session_of(request).guest
        # A page from before an upgrade does not say as whom it speaks.
        requester = guest.speaker(str(content.get("as", ""))) or guest.people[0]
        found = self._measured(requester, before)
        if found is None:
            own = {MOD: DOES} if moderates(desk, requester) else {}
            found = complete(before, self._offered(spot), desk.vocabulary(), desk.default_workflow(spot), own)
        return web.json_response(asdict(found))

    def _measured(self, requester: Requester, before: str) -> Completion | None:
        """Return what may come next of a moderator."""
        desk = self._room.desk
        tiers = [tier.name for tier in desk.limits.tiers_in(requester.tenant)]
        return complete_verb(before, rank_of(desk, requester), [*desk.catalog().workflows], tiers)

    async def _ask(self, request: web.Request) -> web.Response:
        content, pictures = await parts_of(request, self._room)
        requester, spot = speaker_of(request, content), session_of(request).guest.spot
        text = str(content.get("text", ""))
        if len(text) > _TYPED_MAX:
            note = self._room.pages.note(f"That is longer than {_TYPED_MAX:,} characters.", tone="bad")
            return fragment(note, 422)
        said = read_message(text, self._room.desk.catalog(), services=_SERVICES)
        match said:
            case NoCommand():
                sentence = "Begin with / to see what can be done. To paint these words:"
                return fragment(self._room.pages.note("That was no command.", sentence, command=f"/imagine {text}"))
            case Service():
                return fragment(await self._serve(said, requester, spot))
            case Order():
                workflow = self._meant(said, spot)
                placed, left = place_pictures(workflow, pictures)
                return await self._submit(
                    Submission(
                        occasion=occasion_of(request, content),
                        text=said.text,
                        workflow=said.workflow,
                        pictures=placed,
                        attachments=left,
                    )
                )

    def _meant(self, order: Order, spot: Spot) -> Workflow | None:
        default = self._room.desk.default_workflow(spot)
        return meant_workflow(order.workflow or IMAGINE, order.text, self._room.desk.catalog(), default)

    async def _submit(self, submission: Submission) -> web.Response:
        receipt = await self._room.desk.submit(submission)
        return web.json_response({"job": str(receipt.record.job.id)}, status=202)

    def _offered(self, spot: Spot) -> Catalog:
        return Catalog(workflows=self._room.desk.workflows(spot))

    async def _serve(self, service: Service, requester: Requester, spot: Spot) -> str:
        desk, pages = self._room.desk, self._room.pages
        match service.name:
            case name if name == MOD:
                return pages.answer(await moderated(desk, requester, service.rest, self._room.people))
            case "workflows":  # here each has a button that opens its form
                found = self._offered(spot).workflows.items()
                return pages.workflows([(name, each.manifest.title, each.manifest.summary) for name, each in found])
        told = await answer_to(
            desk, service.name, Occasion(event="", requester=requester, spot=spot), _no_roles, service.rest
        )
        match told:
            case Answer():
                return pages.answer(told)
            case Own.HISTORY:
                return pages.history(await desk.history(requester))
            case Own.MY_DATA:
                address = f"/mydata?{urlencode({'as': requester.id})}"
                sentence = (Link("Save the file", address), ": nobody else can.")
                return pages.answer(Answer(sections=(Section(headline=HAVE_IT, sentence=sentence),)))
            case Own.HELP | Own.CANCEL:  # there is no /cancel here: whoever asked sees the card, with its button
                return pages.help(self._commands(requester, spot))
            case _:
                assert_never(told)

    async def _data(self, request: web.Request) -> web.Response:
        requester = speaker_of(request, {"as": request.query.get("as", "")})
        headers = {**FILE_HEADERS, "Cache-Control": "no-store"}
        headers["Content-Disposition"] = f'attachment; filename="{DATA_NAME}"'
        body = await data_of(self._room.desk, requester)
        return web.Response(body=body, content_type="application/json", headers=headers)

    def _commands(self, requester: Requester, spot: Spot) -> list[tuple[str, str]]:
        more = {MOD: DOES} if moderates(self._room.desk, requester) else {}
        return [(f"/{name}", says) for name, says in {**command_names(self._offered(spot)), **more}.items()]

    async def _form(self, request: web.Request) -> web.Response:
        content, attached = await parts_of(request, self._room)
        workflow = self._workflow(str(content.get("workflow", "")))
        parent = await self._parent(request, content)
        typed = content.get("values")
        if not isinstance(typed, dict):
            raise web.HTTPBadRequest(text="The values are missing.")
        placed, left = place_pictures(workflow, attached)
        raw = read_form(workflow, {str(name): str(text)[:_TYPED_MAX] for name, text in typed.items()})
        occasion = occasion_of(request, content)
        return await self._submit(
            submission_of_form(occasion, workflow, parent, raw, attached=placed, attachments=left)
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

    async def _blank(self, request: web.Request) -> web.Response:
        name = request.match_info["name"]
        if name == IMAGINE:
            name = self._room.desk.default_workflow(session_of(request).guest.spot)
        workflow = self._workflow(name)
        fields = fields_of(workflow, {}, self._room.desk.vocabulary())
        title = workflow.manifest.title
        return fragment(self._room.pages.form(fields, workflow=workflow.name, title=title, parent=None))

    def _workflow(self, name: str) -> Workflow:
        workflow = self._room.desk.catalog().workflows.get(name)
        if workflow is None:
            raise UnknownWorkflow("There is no such workflow any more. /workflows shows all.")
        return workflow


async def _no_roles() -> tuple[str, ...]:
    return ()
