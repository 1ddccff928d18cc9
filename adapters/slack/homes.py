"""App Home: published when somebody looks at it and after what they click there, and kept true for a while after.

Slack tells nobody when they stop looking. So for an hour their jobs are looked at again and again, and the page is
published anew when it would say something else: what a lost event or a process that ended left behind is mended, too.
"""

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from time import time
from typing import NoReturn

from adapters.slack.calls import Calls
from adapters.slack.home import LATEST, home
from adapters.slack.notes import Notes
from adapters.slack.origins import Origin
from adapters.slack.persons import Persons
from adapters.slack.refusals import Refusal, Refused
from adapters.slack.shapes import Json
from adapters.slack.standing import PLATFORM
from bot.desk import Desk
from bot.errors import StoreLost
from bot.jobs import JobId, JobRecord, Place, Requester, Tenant
from bot.outages import Outage
from bot.policy.places import Spot, is_for_adults

_log = logging.getLogger(__name__)

KEPT_TRUE_S = 3600.0
"""For so long a page is kept true after somebody looked at it."""

MOST_KEPT_TRUE = 100
"""Pages that a process keeps true: those that were looked at last."""

SOON_S, LATER_S = 2.0, 10.0
"""How often jobs are looked at: of whoever has some under way, and of others."""

PAUSE_S = 1.5
"""Between two pages that nobody asked for just now: 40 a minute at most, so that less than half of what views.publish
takes of one workspace is used up by them."""

_LOOK_S = 0.5

_NOT_TAKEN = frozenset({Refusal.INVALID, Refusal.NOT_READY, Refusal.FILE_GONE})


@dataclass(slots=True, kw_only=True)
class _Page:
    """Somebody's App Home, which they have looked at."""

    requester: Requester
    until: float  #: the time of day
    look_at: float = 0.0
    shown: Json | None = None  #: what it says of jobs; None: nobody here knows
    pictures: dict[JobId, str] = field(default_factory=dict)  #: what was found of them since it was looked at
    door: asyncio.Lock = field(default_factory=asyncio.Lock)  #: of two that publish it, the later one knows more

    @property
    def spot(self) -> Spot:
        """Return it as rules see it."""
        return Spot(place=Place(tenant=self.requester.tenant, channel=""))


@dataclass(frozen=True, slots=True, kw_only=True)
class Homes:
    """Publishes them; `now`: the time of day in seconds."""

    desk: Desk
    calls: Calls
    notes: Notes
    persons: Persons
    now: Callable[[], float] = time
    _pages: OrderedDict[str, _Page] = field(default_factory=OrderedDict, init=False, repr=False)

    async def publish(self, origin: Origin) -> None:
        """Make somebody's App Home true, and keep it so for a while. May raise StoreLost."""
        page = self._opened(origin.requester, self.now() + KEPT_TRUE_S)
        async with page.door:
            page.shown = None
            page.pictures.clear()
            await self._make_true(page)
        await self._note()

    async def keep_true(self) -> NoReturn:
        """Publish those again that say something else by now, until cancelled; the store may be away for a while."""
        outage, is_known = Outage(_log, "App Homes"), False
        while True:
            try:
                is_known = is_known or await self._remember()
                for page in [*self._pages.values()]:
                    await self._look(page)
                outage.over()
            except StoreLost as error:
                outage.lost(error)
                await asyncio.sleep(LATER_S)
            except Exception as error:  # noqa: BLE001 - a page that cannot be made is no reason to hear nobody any more
                outage.broke(error)
                await asyncio.sleep(LATER_S)
            await asyncio.sleep(_LOOK_S)

    def _opened(self, requester: Requester, until: float) -> _Page:
        key = f"{requester.tenant.id}/{requester.id}"
        page = self._pages.setdefault(key, _Page(requester=requester, until=until))
        page.until = until
        self._pages.move_to_end(key)
        while len(self._pages) > MOST_KEPT_TRUE:
            self._pages.popitem(last=False)
        return page

    async def _look(self, page: _Page) -> None:
        if page.look_at > self.now():
            return
        if page.until <= self.now():
            self._pages.pop(f"{page.requester.tenant.id}/{page.requester.id}", None)
            return
        async with page.door:
            is_published = await self._make_true(page)
        if is_published:
            await asyncio.sleep(PAUSE_S)

    # ---- Those of the process that was here before ----

    async def _note(self) -> None:
        # Two processes may write at once, and one of them is forgotten: it is kept true by whoever published it, unless
        # that ends within the hour.
        kept = {whose: until for whose, until in (await self.notes.homes()).items() if until > self.now()}
        ours = {whose: page.until for whose, page in self._pages.items()}
        latest = sorted({**kept, **ours}.items(), key=lambda each: each[1])[-MOST_KEPT_TRUE:]
        await self.notes.note_homes(dict(latest), for_s=KEPT_TRUE_S)

    async def _remember(self) -> bool:
        for whose, until in sorted((await self.notes.homes()).items(), key=lambda each: each[1]):
            workspace, _, user = whose.partition("/")
            if whose not in self._pages:
                self._opened(Requester(tenant=Tenant(platform=PLATFORM, id=workspace), id=user, name=""), until)
        return True

    # ---- One of them ----

    async def _make_true(self, page: _Page) -> bool:
        """Publish it unless it says what is so; returns whether Slack was asked. What it refuses is asked again."""
        records = await self.desk.history(page.requester)
        is_under_way = any(not each.state.is_final for each in records)
        page.look_at = self.now() + (SOON_S if is_under_way else LATER_S)
        pictures = await self._pictures(page, records)
        jobs = home(records, (), pictures)
        if jobs == page.shown:
            return False
        page.shown = jobs if await self._published(page, records, pictures) else None
        return True

    async def _published(self, page: _Page, records: Sequence[JobRecord], pictures: Mapping[JobId, str]) -> bool:
        whose = page.requester
        roles = (await self.persons.rights(whose.tenant.id, whose.id)).roles
        usage = await self.desk.usage(whose, roles)
        try:
            try:
                await self._put(page, home(records, usage, pictures))
            except Refused as refused:
                if not pictures or refused.refusal not in _NOT_TAKEN:
                    raise
                page.pictures.clear()  # others may be sent by then
                await self._put(page, home(records, usage))
        except Refused as refused:
            page.look_at = self.now() + LATER_S
            _log.info("an App Home is not up to date: %s", refused.brief)
            _log.debug("an App Home is not up to date: %s", refused.detail)
            return False
        return True

    async def _put(self, page: _Page, view: Json) -> None:
        whose = page.requester
        await self.calls.ask(whose.tenant.id, "views.publish", {"user_id": whose.id, "view": view})

    async def _pictures(self, page: _Page, records: Sequence[JobRecord]) -> dict[JobId, str]:
        """Return a picture of each job that is shown with one and may be seen there, of those that Slack has."""
        found: dict[JobId, str] = {}
        shows_all = self.desk.ruled(page.spot).adults_only
        workflows = self.desk.catalog().workflows
        for record in [each for each in records if each.state.is_final][:LATEST]:
            is_fit = record.files and (shows_all or not is_for_adults(record.job, workflows))
            first = await self._picture(page, record.job.id) if is_fit else None
            if first is not None:
                found[record.job.id] = first
        return found

    async def _picture(self, page: _Page, job_id: JobId) -> str | None:
        if job_id not in page.pictures:
            uploaded = await self.notes.uploaded(job_id)
            first = next(iter(uploaded.ids.values()), None) if uploaded else None
            if first is not None:
                page.pictures[job_id] = first
        return page.pictures.get(job_id)
