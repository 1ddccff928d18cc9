"""A service at work: what it does beside its runs, and how it ends."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from bot.errors import ConfigError, FairbrushError, gathered
from bot.outages import Outage
from bot.pool import ROSTER_S, Pool
from bot.service.core import Core
from bot.service.fronts import Front, Stand
from bot.service.tidying import Tidying
from bot.takedowns import Takedowns
from bot.vouching import ROUND_S
from workflows.vocabulary import Vocabulary

_log = logging.getLogger(__name__)

REFRESH_S = 5.0  #: how old the shared vocabulary, the catalog and the kept estimates may be
EAGER_S = 0.1
UNTOLD_S = 1.0  #: the longest pause while nothing is offered: a GPU that has told the store is refused meanwhile
_SLOWER = 1.2
LAST_CARDS_S = 3.0
TIDY_S = 60.0
TAKEDOWNS_S = 3.0  #: how soon a message goes that a moderator has removed


@dataclass(slots=True, kw_only=True)
class Service:
    """Everything joined; a process that works on no GPU has no workers, one that nobody asks has no stands."""

    core: Core
    workers: Pool | None
    stands: Sequence[Stand]
    tidying: Tidying
    kept: int = 0  #: facts that the kept estimates know of
    wrong: list[str] = field(default_factory=list)  #: with which settings a front will never let anybody in

    async def run(self, stopping: asyncio.Event) -> None:
        """Work until stopped; cards go on being made true while the last runs end. Raises ConfigError."""
        async with asyncio.TaskGroup() as tasks:
            beside = [tasks.create_task(each) for each in self._beside(stopping)]
            await (self.workers.run(stopping) if self.workers else stopping.wait())
            await _tried(self._refresh, Outage(_log, "the last look"))
            await _tried(self._last_cards, Outage(_log, "the last cards"))
            for task in beside:
                task.cancel()
        if self.wrong:
            raise ConfigError(self.wrong)

    def _beside(self, stopping: asyncio.Event) -> list[Coroutine[None, None, None]]:
        return [
            self._keep_fresh(),
            _again(ROSTER_S, self._heed, "following the roster"),
            self.core.shared.lanes.run(),
            self.core.hearing.run(),
            _again(TIDY_S, self.tidying.tidy, "tidying"),
            *(stand.noticeboard.run() for stand in self.stands),
            *(_again(TAKEDOWNS_S, self._takedowns(stand).round, "taking messages away") for stand in self.stands),
            *(
                _again(ROUND_S, vouching.round, f"asking about those of {vouching.platform} at the console")
                for stand in self.stands
                for vouching in stand.vouching
            ),
            *(self._let_in(stand.front, stopping) for stand in self.stands),
        ]

    def _takedowns(self, stand: Stand) -> Takedowns:
        return Takedowns(platform=stand.front.platform, doomed=self.core.pool.doomed)

    async def _let_in(self, front: Front, stopping: asyncio.Event) -> None:
        """Run a front; where its settings are wrong all ends as it does when somebody stops it, and is told then."""
        try:
            await front.run()
        except* ConfigError as wrong:
            self.wrong += gathered(wrong).problems
            stopping.set()

    async def _last_cards(self) -> None:
        """Give the noticeboards a moment to show how the last jobs ended; the next start shows what is left.

        It is looked for again and again: a noticeboard tells nobody, and it is for seconds.
        """
        platforms = [stand.front.platform.name for stand in self.stands]
        with suppress(TimeoutError):
            async with asyncio.timeout(LAST_CARDS_S):
                while await self._have_ended_unseen(platforms):  # noqa: ASYNC110 - see above
                    await asyncio.sleep(EAGER_S)

    async def _have_ended_unseen(self, platforms: Sequence[str]) -> bool:
        for platform in platforms:
            for job_id in await self.core.pool.notices.open_jobs(platform):
                record = await self.core.pool.store.read(job_id)
                if record is not None and record.state.is_final:
                    return True
        return False

    async def _keep_fresh(self) -> None:
        # Until the first GPU has told what it offers nobody can ask for anything, so that is looked for eagerly;
        # but a page may be there long before any worker.
        pause_s, outage = EAGER_S, Outage(_log, "what all processes share")
        while True:
            await _tried(self._refresh, outage)
            await asyncio.sleep(REFRESH_S if self.core.shared.lanes.is_told else pause_s)
            pause_s = min(_SLOWER * pause_s, UNTOLD_S)

    async def _heed(self) -> None:
        await self.core.shared.heed(self._offers())

    def _offers(self) -> Mapping[str, Vocabulary]:
        return self.workers.vocabularies() if self.workers else {}

    async def _refresh(self) -> None:
        estimates, store = self.core.estimates, self.core.pool.estimates
        await self.core.shared.refresh(self._offers())
        if not self.core.alone:
            estimates.take_in(await store.read())
        if estimates.learned != self.kept:
            kept = estimates.learned
            await store.keep(estimates.state())
            self.kept = kept


async def _again(pause_s: float, step: Callable[[], Awaitable[None]], what: str) -> None:
    outage = Outage(_log, what)
    while True:
        await _tried(step, outage)
        await asyncio.sleep(pause_s)


async def _tried(step: Callable[[], Awaitable[None]], outage: Outage) -> None:
    """Do a step that is done again soon: one that fails is put off, not fatal."""
    try:
        await step()
    except FairbrushError as error:
        outage.lost(error)
    else:
        outage.over()
