"""All servers at once: whichever the roster lists, each kept by whoever owns it, and nobody's job forgotten."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection, Mapping
from contextlib import suppress
from dataclasses import replace
from functools import partial

from bot.attempt import Bench, WorkerLimits
from bot.errors import FairbrushError
from bot.health import lost_together
from bot.jobs import JobRecord
from bot.keeping import Keeper
from bot.outages import Outage
from bot.owning import Owning
from bot.ports import ServerStore
from bot.servers import Listed, ServerState, server_of
from bot.session import Connect, Means
from workflows.vocabulary import Vocabulary

_log = logging.getLogger(__name__)

Look = Callable[[], Awaitable[Mapping[str, Listed]]]
Tell = Callable[[Mapping[str, Vocabulary]], Awaitable[None]]

ROSTER_S = 2.0
"""How soon what an operator says of a server is heeded."""

_AWAY = frozenset({ServerState.DOWN, ServerState.DRAINING})


class Pool:
    """The servers that the roster lists, as far as they are this process's."""

    def __init__(
        self,
        *,
        roster: Look,
        connect: Connect,
        bench: Bench,
        owning: Owning,
        store: ServerStore,
        limits: WorkerLimits | None = None,
        tell: Tell | None = None,
    ) -> None:
        """Take what tells the servers; `tell` is told what each slot offers whenever one of them was asked.

        `bench.still_serves` is asked after the server was, and its offer told.
        """
        self._roster = roster
        self._owning = owning
        self._bench = bench
        self._limits = limits or WorkerLimits()
        self._tell = tell
        self._means = Means(
            connect=connect,
            bench=replace(bench, still_serves=self._still_serves),
            limits=self._limits,
            store=store,
            offered=self._offered,
            adopted=self._adopted,
            alone=self._alone,
        )
        self._keepers: dict[str, Keeper] = {}  #: until what they had is finished, even of those that are listed no more
        self._opened = asyncio.Event()
        self._to_adopt: set[str] | None = None  #: slots that the first roster listed, and that were not asked yet
        self._all_adopted = asyncio.Event()

    async def run(self, stopping: asyncio.Event) -> None:
        """Work until `stopping` is set and every run had its grace."""
        async with asyncio.TaskGroup() as tasks:
            rescuing = tasks.create_task(self._rescue())
            async with asyncio.TaskGroup() as keeping:
                await self._follow(keeping, stopping)
            rescuing.cancel()

    async def opened(self) -> None:
        """Return when some server has answered, so that its choices are known."""
        await self._opened.wait()

    def away(self) -> Collection[str]:
        """Return those slots of our servers that do not work at the moment."""
        ours = [keeper for keeper in self._keepers.values() if keeper.ours and keeper.health.state in _AWAY]
        return frozenset(slot for keeper in ours for slot in keeper.slots())

    def vocabularies(self) -> Mapping[str, Vocabulary]:
        """Return what each slot of our servers offers, as it told lately; nothing of what is to be removed."""
        listed = [keeper for keeper in self._keepers.values() if not keeper.ended.is_set()]
        return {slot: offer for keeper in listed for slot, offer in keeper.offers().items()}

    async def _follow(self, keeping: asyncio.TaskGroup, stopping: asyncio.Event) -> None:
        outage = Outage(_log, "the roster")
        while not stopping.is_set():
            try:
                roster, before = await self._roster(), self.vocabularies().keys()
                self._take_in(roster, keeping, stopping)
                if before - self.vocabularies().keys():
                    await self._offered()  # Before somebody waits in a lane for what is to be there no more.
                outage.over()
            except FairbrushError as error:
                outage.lost(error)
            with suppress(TimeoutError):
                async with asyncio.timeout(ROSTER_S):
                    await stopping.wait()
        for keeper in self._keepers.values():
            keeper.stop()

    def _take_in(self, roster: Mapping[str, Listed], keeping: asyncio.TaskGroup, stopping: asyncio.Event) -> None:
        for name, keeper in self._keepers.items():
            if name in roster:
                keeper.follow(roster[name])
            else:
                keeper.leave()
        # One that was removed and is listed again gets a new keeper when the old one has finished.
        for name in sorted(roster.keys() - self._keepers.keys()):
            self._keepers[name] = keeper = Keeper(roster[name], self._means)
            keeping.create_task(self._keep(keeper, stopping))
        if self._to_adopt is None:
            self._to_adopt = {slot for keeper in self._keepers.values() for slot in keeper.slots()}

    async def _keep(self, keeper: Keeper, stopping: asyncio.Event) -> None:
        await self._owning.work(keeper.name, keeper.ended, partial(keeper.keep, stopping))
        del self._keepers[keeper.name]

    async def _offered(self) -> None:
        self._opened.set()
        if self._tell:
            await self._tell(self.vocabularies())

    async def _still_serves(self, record: JobRecord, slot: str) -> bool:
        """Ask the server, tell the lanes, and say whether it still serves a job that it refused; raises ServerLost."""
        keeper = self._keepers.get(server_of(slot))
        if keeper is not None:
            await keeper.ask()
        return await self._bench.still_serves(record, slot)

    def _alone(self) -> bool:
        return lost_together([keeper.health for keeper in self._keepers.values() if keeper.ours])

    def _adopted(self, slot: str) -> None:
        if self._to_adopt is not None:
            self._to_adopt.discard(slot)
            if not self._to_adopt:
                self._all_adopted.set()

    async def _rescue(self) -> None:
        # Not before our own servers were asked: after a long night a lease has run out while its run went on.
        with suppress(TimeoutError):
            async with asyncio.timeout(self._limits.tenure.lease_s):
                await self._all_adopted.wait()
        outage = Outage(_log, "rescuing")
        while True:
            try:
                rescued = await self._bench.queue.rescue()
            except FairbrushError as error:
                outage.lost(error)
            else:
                outage.over()
                if rescued:
                    _log.info("rescued jobs=%s", len(rescued))
            await asyncio.sleep(self._limits.tenure.lease_s / 2)
