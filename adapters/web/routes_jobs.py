"""What can be done with a job, and its pictures. Every route first asks whether this session may see the job at all."""

from collections.abc import Awaitable, Callable

from aiohttp import web

from adapters.web.answers import fragment
from adapters.web.guards import session_of
from adapters.web.moderating import moderates
from adapters.web.room import Room, job_id_in, json_of, occasion_of, seen, seen_job, speaker_of
from adapters.web.sending import FILE_HEADERS, Sent, send
from bot.clicking import Click, effect_of
from bot.effects import Effect, GiveWords, Heed, OpenEdit, Paint, Remove, Say
from bot.errors import SubmissionError
from bot.forms import THANKS, fields_of
from bot.jobs import JobRecord
from bot.meanings import Press
from bot.refusals import OUTDATED
from bot.status import Button
from bot.submissions import Occasion
from workflows.workflow import Workflow

_LOOKED_AT = {"form": Button.EDIT, "command": Button.PARAMETERS}
"""What is asked for by GET: nothing is changed by it."""

_PRESSED = (Button.CANCEL, Button.DELETE, Button.REROLL, Button.VARY, Button.UPSCALE)
_Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class JobRoutes:
    """Clicks on a job, and its files."""

    def __init__(self, room: Room) -> None:
        self._room = room

    def routes(self) -> list[web.RouteDef]:
        """Return the routes."""
        return [
            *(web.get(f"/jobs/{{job}}/{name}", self._looking(button)) for name, button in _LOOKED_AT.items()),
            *(web.post(f"/jobs/{{job}}/{button.value}", self._pressing(button)) for button in _PRESSED),
            web.post("/jobs/{job}/report", self._report),
            web.get(r"/jobs/{job}/files/{number:\d{1,4}}", self._file),
            web.get("/jobs/{job}/previews/{name}", self._preview),
        ]

    def _looking(self, button: Button) -> _Handler:
        async def look(request: web.Request) -> web.Response:
            record, guest = await seen_job(self._room, request), session_of(request).guest
            occasion = Occasion(event="", requester=guest.onlooker(record) or guest.people[0], spot=guest.spot)
            meaning = Press(button=button, job_id=record.job.id)
            return await self._told(await effect_of(self._room.desk, Click(meaning=meaning, occasion=occasion)))

        return look

    def _pressing(self, button: Button) -> _Handler:
        async def press(request: web.Request) -> web.Response:
            record = await self._room.desk.job(job_id_in(request))
            if record or not self._is_left_over(request, button):
                record = seen(record, session_of(request).guest)
            content = await json_of(request, self._room.limits)
            occasion, number = occasion_of(request, content), content.get("number")
            click = Click(
                meaning=Press(
                    button=button, job_id=job_id_in(request), number=number if isinstance(number, int) else 0
                ),
                occasion=occasion,
                moderates=moderates(self._room.desk, occasion.requester),
                # What is left of a job that was forgotten belongs to its channel: to whoever clicks there.
                answers=(record.job.requester if record else occasion.requester).id,
            )
            effect = await effect_of(self._room.desk, click)
            if isinstance(effect, Remove):
                await self._room.chat.take_away(record.job.place if record else occasion.place, job_id_in(request))
            return await self._told(effect)

        return press

    def _is_left_over(self, request: web.Request, button: Button) -> bool:
        """Whether a card is to go although its job was forgotten, by age or by a deletion that a kill cut short."""
        place = session_of(request).guest.place
        return button is Button.DELETE and self._room.chat.entry(place, job_id_in(request)) is not None

    async def _told(self, effect: Effect) -> web.Response:
        pages = self._room.pages
        match effect:
            case Say(answer=answer):
                return fragment(pages.answer(answer))
            case Heed() | Remove():
                return web.Response(status=204)
            case Paint(submission=submission):
                receipt = await self._room.desk.submit(submission)
                return web.json_response({"job": str(receipt.record.job.id)}, status=202)
            case OpenEdit(record=record, workflow=workflow):
                return fragment(self._form(record, workflow))
            case GiveWords(workflow=name, words=words):
                return fragment(pages.note("This paints the same again:", command=f"/{name} {words}"))
        raise SubmissionError(OUTDATED)  # no button of the page says anything else

    def _form(self, record: JobRecord, workflow: Workflow) -> str:
        fields = fields_of(workflow, record.job.values, self._room.desk.vocabulary())
        title = workflow.manifest.title
        return self._room.pages.form(fields, workflow=workflow.name, title=title, parent=record.job.id)

    async def _report(self, request: web.Request) -> web.Response:
        record = await seen_job(self._room, request)
        content = await json_of(request, self._room.limits)
        reporter, place = speaker_of(request, content), session_of(request).guest.place
        await self._room.desk.report(record.job.id, reporter, place, str(content.get("reason", "")))
        return fragment(self._room.pages.note("Reported.", THANKS))

    async def _file(self, request: web.Request) -> web.StreamResponse:
        record = await seen_job(self._room, request)
        number = int(request.match_info["number"])
        if number >= len(record.files):
            raise web.HTTPNotFound(text="There is no such picture.")
        file = record.files[number]
        if not self._room.files.opens(file.key, request.query_string):
            raise web.HTTPGone(text="This link has expired. Open the page again.")
        return await send(
            request,
            self._room.files.read(file.key),
            Sent(name=file.name, media_type=file.media_type, bytes=file.bytes),
            send_s=self._room.limits.send_s,
        )

    async def _preview(self, request: web.Request) -> web.Response:
        # A card of the viewer's own channel: looked up in memory, as a page asks for one several times a second.
        entry = self._room.chat.entry(session_of(request).guest.place, job_id_in(request))
        # And only where that card shows one: of what a moderator has to see first none does.
        is_shown = entry is not None and entry.card is not None and entry.card.preview is not None
        content = await self._room.desk.preview(entry.job_id) if entry and is_shown else None
        if content is None:
            raise web.HTTPNotFound(text="There is no preview.")
        media_type = "image/png" if content.startswith(b"\x89PNG") else "image/jpeg"
        return web.Response(
            body=content, content_type=media_type, headers={**FILE_HEADERS, "Cache-Control": "no-store"}
        )
