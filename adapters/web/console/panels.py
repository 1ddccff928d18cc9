"""What stands in each section: asked and rendered once for all who look at the same, however many they are."""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable, Sequence
from dataclasses import dataclass, field
from time import monotonic
from typing import Generic, TypeVar, assert_never

from adapters.web.console.limits import ConsoleLimits
from adapters.web.console.looks import REFRESHED_S, Look, Section
from adapters.web.console.rendering import ConsolePages
from bot.console.views import OpenView
from bot.jobs import Tenant
from bot.policy.measures import Actor, Rank
from bot.watching import Watching

_KEPT = 256
"""Sections that are remembered: more than are looked at in a second."""

_COUNTED_S = 3.0
"""How old what is open may be."""

_Key = TypeVar("_Key", bound=Hashable)
_Read = TypeVar("_Read")


@dataclass(slots=True)
class _Shown(Generic[_Read]):
    """What was read last. Whoever asks while it is asked waits for the same answer."""

    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    last: _Read | None = None
    asked_s: float = float("-inf")


class Panels:
    """Sections, as somebody of a rank sees them."""

    def __init__(
        self,
        watching: Watching,
        pages: ConsolePages,
        limits: ConsoleLimits,
        *,
        now_s: Callable[[], float] = monotonic,
    ) -> None:
        self._watching = watching
        self._pages = pages
        self._limits = limits
        self._now_s = now_s
        self._shown: OrderedDict[tuple[Look, Rank], _Shown[str]] = OrderedDict()
        self._counted: OrderedDict[Tenant | None, _Shown[OpenView]] = OrderedDict()

    async def html(self, actor: Actor, look: Look, *, is_fresh: bool = False) -> str:
        """Return a section; `is_fresh`: as it is now, not as it was a moment ago. Raises what Watching raises."""
        # Also of what is remembered: that was read for somebody else.
        self._watching.admit(actor, look.tenant)
        if look.section is Section.AUDIT and look.user:
            async with asyncio.timeout(self._limits.answer_s):
                await self._watching.note(actor, look.tenant, user=look.user)
        if is_fresh:
            self._counted.pop(look.tenant, None)  # what was done may have closed something
        kept_s = 0.0 if is_fresh else REFRESHED_S[look.section]
        return await self._read(_remembered(self._shown, (look, actor.rank)), kept_s, lambda: self._render(actor, look))

    async def open(self, actor: Actor, tenant: Tenant | None) -> OpenView:
        """Return how much there is to look at in a community; raises what Watching raises."""
        self._watching.admit(actor, tenant)
        shown = _remembered(self._counted, tenant)
        return await self._read(shown, _COUNTED_S, lambda: self._watching.open(actor, tenant))

    async def _read(self, shown: _Shown[_Read], kept_s: float, read: Callable[[], Awaitable[_Read]]) -> _Read:
        wanted_s = self._now_s()
        async with shown.lock:
            oldest_s = self._now_s() - kept_s if kept_s else wanted_s
            if shown.last is None or shown.asked_s < oldest_s:
                asked_s = self._now_s()
                async with asyncio.timeout(self._limits.answer_s):
                    shown.last = await read()
                shown.asked_s = asked_s
            return shown.last

    async def _render(self, actor: Actor, look: Look) -> str:
        watching, pages, tenant = self._watching, self._pages, look.tenant
        match look.section:
            case Section.NOW:
                live = await watching.live(actor, tenant)
                return pages.now(
                    await self._named(actor, look, [each.tenant for each in live.queue.members]), live, actor.rank
                )
            case Section.USE:
                used = await watching.usage(actor, tenant, days=look.days)
                listed = [each.tenant for each in (*used.people, *used.following)]
                return pages.use(await self._named(actor, look, listed), used)
            case Section.PEOPLE:
                people = await watching.people(actor, tenant)
                return pages.people(
                    await self._named(actor, look, [each.tenant for each in people]), people, actor.rank
                )
            case Section.REPORTS:
                reports = await watching.reports(actor, tenant)
                theirs = [each.report.requester.tenant for each in reports]
                return pages.reports(await self._named(actor, look, theirs), reports)
            case Section.REVIEW:
                pending = await watching.pending(actor, tenant)
                return pages.review(await self._named(actor, look, [each.job.tenant for each in pending]), pending)
            case Section.BLOCKLIST:
                own, everywhere = await watching.patterns(actor, tenant)
                return pages.blocklist(look, own, everywhere, actor.rank)
            case Section.AUDIT:
                found = await watching.audit(actor, tenant, user=look.user or None, before=look.before or None)
                return pages.audit(await self._named(actor, look, [each.tenant for each in found]), found)
            case _:
                assert_never(look.section)

    async def _named(self, actor: Actor, look: Look, tenants: Sequence[Tenant | None]) -> Look:
        """Return a look with what communities are called: where it is at one alone, the page's header says it."""
        return look.naming(await self._watching.names(actor, tenants)) if look.tenant is None else look


def _remembered(all_shown: OrderedDict[_Key, _Shown[_Read]], key: _Key) -> _Shown[_Read]:
    shown = all_shown.setdefault(key, _Shown())
    all_shown.move_to_end(key)
    if len(all_shown) > _KEPT:
        all_shown.popitem(last=False)
    return shown
