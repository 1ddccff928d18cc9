"""What can be done with a job, and its pictures. Every route first asks whether this session may see the job at all."""

from collections.abc import Awaitable, Callable

from aiohttp import web

from adapters.web.guards import session_of
from adapters.web.room import Room, fragment, job_id_in, json_of, occasion_of, seen_job, speaker_of
from adapters.web.sending import FILE_HEADERS, Sent, send
from bot.forms import fields_of
from bot.jobs import JobRecord, Requester
from bot.repeating import command_of, submission_of_click, workflow_of
from bot.status import Button
from bot.telling import cancelled, is_seen


class JobRoutes:
    """Clicks on a job, and its files."""

    def __init__(self, room: Room) -> None:
        self._room = room

    def routes(self) -> list[web.RouteDef]:
        """Return the routes."""
        making = {button.value: self._making(button) for button in (Button.REROLL, Button.VARY, Button.UPSCALE)}
        return [
            web.get("/jobs/{job}/form", self._edit),
            web.get("/jobs/{job}/command", self._command),
            web.post("/jobs/{job}/cancel", self._cancel),
            web.post("/jobs/{job}/delete", self._delete),
            web.post("/jobs/{job}/report", self._report),
            *(web.post(f"/jobs/{{job}}/{name}", handler) for name, handler in making.items()),
            web.get(r"/jobs/{job}/files/{number:\d{1,4}}", self._file),
            web.get("/jobs/{job}/previews/{name}", self._preview),
        ]

    async def _edit(self, request: web.Request) -> web.Response:
        record = await seen_job(self._room, request)
        workflow = workflow_of(record, self._room.desk.catalog())
        fields = fields_of(workflow, record.job.values, self._room.desk.vocabulary())
        title = workflow.manifest.title
        html = self._room.pages.form(fields, workflow=workflow.name, title=title, parent=record.job.id)
        return fragment(html)

    async def _command(self, request: web.Request) -> web.Response:
        record, desk = await seen_job(self._room, request), self._room.desk
        workflow, words = command_of(record, await desk.version(record.job), desk.vocabulary())
        note = self._room.pages.note("This paints the same again:", command=f"/{workflow} {words}")
        return fragment(note)

    async def _cancel(self, request: web.Request) -> web.Response:
        record, requester = await self._clicked(request)
        found = await self._room.desk.cancel(record.job.id, requester)
        if is_seen(found):
            return web.Response(status=204)
        return fragment(self._room.pages.note(cancelled(found).sections[0].headline))

    async def _delete(self, request: web.Request) -> web.Response:
        place, job_id = session_of(request).guest.place, job_id_in(request)
        if self._room.chat.entry(place, job_id) and await self._room.desk.job(job_id) is None:
            # Its job was forgotten, by age or by a deletion that a kill cut short: what is left belongs to the channel.
            speaker_of(request, await json_of(request, self._room.limits))
        else:
            record, requester = await self._clicked(request)
            await self._room.desk.delete(job_id, requester, answers=record.job.requester.id)
            place = record.job.place
        await self._room.chat.take_away(place, job_id)
        return web.Response(status=204)

    async def _report(self, request: web.Request) -> web.Response:
        record = await seen_job(self._room, request)
        content = await json_of(request, self._room.limits)
        reporter, place = speaker_of(request, content), session_of(request).guest.place
        await self._room.desk.report(record.job.id, reporter, place, str(content.get("reason", "")))
        return fragment(self._room.pages.note("Reported. The operator can read it; nothing else happens by itself."))

    def _making(self, button: Button) -> Callable[[web.Request], Awaitable[web.Response]]:
        async def press(request: web.Request) -> web.Response:
            record = await seen_job(self._room, request)
            content = await json_of(request, self._room.limits)
            occasion, catalog = occasion_of(request, content), self._room.desk.catalog()
            number = content.get("number", 0)
            number = number if isinstance(number, int) else 0
            submission = submission_of_click(occasion, button, record, catalog, number=number)
            receipt = await self._room.desk.submit(submission)
            return web.json_response({"job": str(receipt.record.job.id)}, status=202)

        return press

    async def _clicked(self, request: web.Request) -> tuple[JobRecord, Requester]:
        record = await seen_job(self._room, request)
        return record, speaker_of(request, await json_of(request, self._room.limits))

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
        content = await self._room.desk.preview(entry.job_id) if entry else None
        if content is None:
            raise web.HTTPNotFound(text="There is no preview.")
        media_type = "image/png" if content.startswith(b"\x89PNG") else "image/jpeg"
        return web.Response(
            body=content, content_type=media_type, headers={**FILE_HEADERS, "Cache-Control": "no-store"}
        )
