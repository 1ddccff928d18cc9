"""Looking: the sections as pages, somebody alone, pictures that were reported, and the audit as a file."""

import asyncio
import json
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing

from aiohttp import web

from adapters.web.answers import fragment
from adapters.web.console.guarding import PATH, Guarding
from adapters.web.console.limits import ConsoleLimits
from adapters.web.console.looks import Look, Section
from adapters.web.console.panels import Panels
from adapters.web.console.reading import job_in, look_in
from adapters.web.console.rendering import ConsolePages, Whole
from adapters.web.console.visits import Visit, acting_in
from adapters.web.links import LinkedFiles
from adapters.web.sending import Sent, send
from bot.answers import Answer
from bot.desk import Desk
from bot.errors import StoreLost, SubmissionError
from bot.jobs import Tenant
from bot.policy.audit import AuditEntry, as_data
from bot.policy.measures import Rank, ShowUser
from bot.refusals import refused
from bot.watching import Watching

_SHOWN = ("image/", "video/")


class LookRoutes:
    """Everything that changes nothing."""

    def __init__(
        self,
        desk: Desk,
        watching: Watching,
        files: LinkedFiles,
        panels: Panels,
        guarding: Guarding,
        pages: ConsolePages,
        limits: ConsoleLimits,
    ) -> None:
        self._desk = desk
        self._watching = watching
        self._files = files
        self._panels = panels
        self._guarding = guarding
        self._pages = pages
        self._limits = limits

    def routes(self) -> list[web.RouteDef]:
        """Return the routes; the one for any section comes last."""
        inside = self._guarding.signed_in
        return [
            web.get(PATH, inside(self._home), allow_head=False),
            web.get(f"{PATH}/person", inside(self._person), allow_head=False),
            web.get(f"{PATH}/audit.jsonl", inside(self._export), allow_head=False),
            web.get(f"{PATH}/files/{{job}}/{{number:\\d{{1,4}}}}", inside(self._file), allow_head=False),
            web.get(f"{PATH}/panel/{{section}}", inside(self._panel), allow_head=False),
            web.get(f"{PATH}/{{section}}", inside(self._page), allow_head=False),
        ]

    async def _home(self, _: web.Request, __: Visit) -> web.Response:
        return web.Response(status=303, headers={"Location": f"{PATH}/{Section.NOW}"})

    async def _page(self, request: web.Request, visit: Visit) -> web.Response:
        try:
            look = look_in(request, visit)
        except web.HTTPForbidden:
            return self._pages.elsewhere()
        try:
            panel = await self._panels.html(visit.actor, look)
            opened = await self._panels.open(visit.actor, look.tenant)
            communities = await self._communities(visit, look.tenant)
            look = await self._named(visit, look, communities)
        except (StoreLost, TimeoutError):
            return self._pages.away()
        title = f"{look.section.capitalize()} · Console"
        return self._pages.page(visit, Whole(look=look, panel=panel, communities=communities, title=title, open=opened))

    async def _panel(self, request: web.Request, visit: Visit) -> web.Response:
        # After something was done: as it is now, for whoever did it.
        return fragment(await self._panels.html(visit.actor, look_in(request, visit), is_fresh=True))

    async def _communities(self, visit: Visit, looked_at: Tenant | None) -> Sequence[Tenant]:
        """Return what an operator may choose from; a moderator's is fixed."""
        if visit.actor.rank is not Rank.OPERATOR:
            return ()
        async with asyncio.timeout(self._limits.answer_s):
            found = await self._watching.communities(visit.actor)
        return found if looked_at is None or looked_at in found else [*found, looked_at]

    async def _named(self, visit: Visit, look: Look, communities: Sequence[Tenant]) -> Look:
        async with asyncio.timeout(self._limits.answer_s):
            return look.naming(await self._watching.names(visit.actor, communities or [look.tenant]))

    async def _person(self, request: web.Request, visit: Visit) -> web.Response:
        look = look_in(request, visit, Section.PEOPLE)
        if not look.user:
            raise web.HTTPBadRequest(text="Say who.")
        actor = acting_in(visit.actor, look.tenant)
        # Through the bench, as in a chat: that a moderator looked at somebody is written down.
        try:
            answer: Answer = await self._desk.moderate(actor, ShowUser(user=look.user), look.tenant)
        except SubmissionError as error:
            return fragment(self._pages.answer(refused(error, "console person")), 422)
        jobs = await self._watching.recent(visit.actor, look.tenant, user=look.user)
        # A name that an address gives would be somebody else's word; what a job was asked by is not.
        name = next((each.name for each in jobs), look.user)
        return fragment(self._pages.person(look, (look.user, name), answer, jobs, visit.actor.rank))

    async def _file(self, request: web.Request, visit: Visit) -> web.StreamResponse:
        look = look_in(request, visit, Section.REPORTS)
        number = int(request.match_info["number"])
        try:
            file = await self._watching.report_file(visit.actor, look.tenant, job_in(request), number)
        except SubmissionError as error:
            raise web.HTTPNotFound(text="There is no such picture.") from error
        if not file.media_type.startswith(_SHOWN):
            raise web.HTTPNotFound(text="There is no such picture.")
        sent = Sent(name=file.name, media_type=file.media_type, bytes=file.bytes, is_kept=False)
        return await send(request, self._files.read(file.key), sent, send_s=self._limits.send_s)

    async def _export(self, request: web.Request, visit: Visit) -> web.StreamResponse:
        look = look_in(request, visit, Section.AUDIT)
        async with aclosing(self._watching.audit_export(visit.actor, look.tenant)) as pages:
            try:
                entries = await self._following(pages)
            except (StoreLost, TimeoutError):
                return self._pages.away()
            response = web.StreamResponse(headers={"Content-Disposition": 'attachment; filename="audit.jsonl"'})
            response.content_type = "application/x-ndjson"
            await response.prepare(request)
            try:
                while entries:
                    async with asyncio.timeout(self._limits.send_s):
                        await response.write(_lines(entries))
                    entries = await self._following(pages, visit)
            except (StoreLost, TimeoutError) as error:
                # Broken off, not ended: a file that is not whole must not look as if it were.
                raise ConnectionAbortedError("the audit was not sent to its end") from error
        await response.write_eof()
        return response

    async def _following(
        self, pages: AsyncGenerator[Sequence[AuditEntry]], visit: Visit | None = None
    ) -> Sequence[AuditEntry]:
        """Return the next page, empty after the last; with a visit only while its session goes on."""
        async with asyncio.timeout(self._limits.answer_s):
            if visit and not await self._guarding.is_still(visit):
                raise ConnectionAbortedError("the session is over")
            return await anext(pages, None) or ()


def _lines(entries: Sequence[AuditEntry]) -> bytes:
    return "".join(f"{json.dumps(as_data(each), ensure_ascii=False)}\n" for each in entries).encode()
