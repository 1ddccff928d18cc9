"""Lanes kept true: what servers offer and what is asked for becomes a table, and whoever waits sits where it says.

Every process does this, each by what all of them share: the servers' offers and the known requirements, which lie in
the store. So they come to the same table, and whoever is late finds it laid.
"""

import asyncio
import logging
from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from bot.awaiting import Awaited, Presence
from bot.errors import FairbrushError, StoreLost, SubmissionError
from bot.jobs import JobRecord
from bot.lanes import lay, sharing
from bot.outages import Outage
from bot.ports import LaneStore, LaneTable
from bot.shares import ANY_LANE, Position
from workflows.requirements import Requirement, Uneven, read_requirement, requirement_of, serves, uneven_of, unmet
from workflows.values import Values
from workflows.vocabulary import Vocabulary, merged
from workflows.workflow import Workflow

_log = logging.getLogger(__name__)

LOOK_S = 60.0
"""How often the table is laid though nothing is known to have changed, and how often all who wait are looked at."""

KEPT_S = 3600.0
"""How often a requirement that is asked for is kept anew; the store forgets one after a day."""

_TRIES = 8  #: at a table that other processes lay at the same time
_KNOWN = 4096  #: requirements that a process remembers to have kept
_PAUSE_S = 1.0

_UNSETTLED = "Which GPUs can take this is being settled just now. Try again shortly."


class _Kept(NamedTuple):
    """When this process last kept a requirement."""

    at: float
    requirement: Requirement


@dataclass(slots=True, kw_only=True)
class Laning:
    """The lanes of a pool, as one process sees them. `run` is a task of whoever owns it."""

    store: LaneStore
    presence: Presence = field(default_factory=Presence)  #: replaced by whoever looks at the servers' statuses
    _offers: Mapping[str, Vocabulary] = field(default_factory=dict)
    _uneven: Uneven = field(default_factory=dict)
    _installed: frozenset[str] = frozenset()  #: digests of workflows
    _table: LaneTable = field(default_factory=LaneTable)
    _meanings: dict[str, Requirement | None] = field(default_factory=dict)
    _kept: dict[str, _Kept] = field(default_factory=dict)  #: the one kept longest ago first
    _looked: float = float("-inf")
    _told: bool = False  #: offers were taken in to the end
    _laying: asyncio.Lock = field(default_factory=asyncio.Lock)
    _moved: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def is_told(self) -> bool:
        """Whether any server ever told what it offers, be it that it cannot tell; true once `refresh` returns.

        Sooner, whoever asks would be measured by what is offered before they could choose from it.
        """
        return self._told

    async def admit(self, workflow: Workflow, values: Values) -> str:
        """Return what a job needs, as lanes know it; by then a route leads to the lanes that serve it.

        None does while nobody told what servers offer. A store that lost the route since it was last looked at is
        given it anew at the next look, and whoever waits then sits where it leads. Raises SubmissionError when no
        server serves it, StoreLost also when other processes leave no room to lay it.
        """
        return await self._routed(self.require(workflow, values))

    def require(self, workflow: Workflow, values: Values) -> Requirement:
        """Return what a job needs, from memory; raises SubmissionError when no server serves it."""
        requirement = requirement_of(workflow, values, self._uneven)
        if self._offers and not self._is_served(requirement):
            raise SubmissionError(unmet(requirement, self._offers.values()))
        return requirement

    async def larger(self, record: JobRecord, slot: str) -> str | None:
        """Return what a job needs that ran out of memory there: a server with more; a route leads to it by then.

        None when no server that could take it tells of more, or when it was moved once already. Raises StoreLost.
        """
        offer = self._offers.get(slot)
        requirement = await self._meant_by(record.requirement)
        if record.moved_to is not None or requirement is None or offer is None or offer.memory is None:
            return None
        wanted = requirement.beyond(offer.memory)
        return await self._routed(wanted) if self._is_served(wanted) else None

    async def still_serves(self, record: JobRecord, slot: str) -> bool:
        """Tell whether a server, by what it offered last, serves what a job needs, as far as anybody knows that.

        Whoever doubts it asks the server before, and has `refresh` called. Raises StoreLost.
        """
        offer = self._offers.get(slot)
        requirement = await self._meant_by(record.requirement)
        return offer is None or requirement is None or serves(requirement, offer)

    async def refresh(self, offers: Mapping[str, Vocabulary], workflows: Collection[Workflow]) -> None:
        """Take in what all servers offer and which workflows are installed; lay anew what that changes."""
        installed = frozenset(workflow.digest for workflow in workflows)
        # One after the other: of many servers that are asked at one moment each comes here, and one look is for all.
        async with self._laying:
            if offers != self._offers or installed != self._installed:
                self._uneven = await asyncio.to_thread(uneven_of, list(offers.values()))
                self._offers, self._installed = dict(offers), installed
                self._looked = float("-inf")
            if offers and not await self._is_settled():
                await self._settle(workflows)
            self._told = bool(offers)

    async def run(self) -> None:
        """Seat those who wait where they belong: whenever servers have moved, and every minute."""
        outage = Outage(_log, "tending the lanes")
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(LOOK_S):
                    await self._moved.wait()
            self._moved.clear()
            try:
                await self._tend()
            except FairbrushError as error:
                outage.lost(error)
                await asyncio.sleep(_PAUSE_S)
                self._moved.set()
            else:
                outage.over()

    def gpus(self, lane: str, lanes: Collection[str]) -> float:
        """Return how many servers work off what is before a job in a lane, if it may run in these lanes; 0: none.

        Those that do not work now keep their place in the lane.
        """
        if lane == ANY_LANE:
            return len(self._offers.keys() - self._table.servers.keys())
        there = {slot: its for slot, its in self._table.servers.items() if self.presence.works(slot)}
        return sharing(replace(self._table, servers=there), lane, lanes)

    def awaited(self, position: Position) -> Awaited | None:
        """Return for which servers a job waits there, none of which works now; None when one does."""
        return self.presence.awaited(position, self._table)

    async def _is_settled(self) -> bool:
        """Tell whether the table is as this process left it, not long ago."""
        # All of it, not the version alone: a store that lost its last second counts on from before. It is some ten KB.
        recent = asyncio.get_running_loop().time() - self._looked < LOOK_S
        return recent and await self.store.table() == self._table

    async def _settle(self, workflows: Collection[Workflow]) -> None:
        now = asyncio.get_running_loop().time()
        for requirement in await asyncio.to_thread(self._usual, workflows):
            await self._keep(requirement)
        await self._lay()
        self._looked = now

    def _is_served(self, requirement: Requirement) -> bool:
        return any(serves(requirement, offer) for offer in self._offers.values())

    async def _routed(self, requirement: Requirement) -> str:
        """Return its key; by then a route leads to the lanes that serve it."""
        key = requirement.key
        await self._keep(requirement)
        if key not in self._table.routes:
            async with self._laying:
                if key not in self._table.routes:
                    await self._lay()
        if self._offers and key not in self._table.routes:
            raise StoreLost(_UNSETTLED, detail=f"no route was laid for {key}")
        return key

    async def _meant_by(self, key: str) -> Requirement | None:
        """Return what a requirement means; None for one that nobody can read, or that nobody keeps."""
        if key in self._kept:
            return self._kept[key].requirement
        if key not in self._meanings:
            await self._requirements()
        return self._meanings.get(key)

    async def _tend(self) -> None:
        """Tend all who wait, a batch at a time; between two the store serves others for as long as one took."""
        loop = asyncio.get_running_loop()
        began = loop.time()
        while await self.store.tend():
            await asyncio.sleep(loop.time() - began)
            began = loop.time()

    def _usual(self, workflows: Collection[Workflow]) -> list[Requirement]:
        """Return what the installed workflows need when nobody chooses anything."""
        vocabulary = merged(self._offers.values())
        return [requirement_of(each, each.usual(vocabulary), self._uneven) for each in workflows]

    async def _keep(self, requirement: Requirement) -> None:
        now, key = asyncio.get_running_loop().time(), requirement.key
        if key in self._kept and now - self._kept[key].at < KEPT_S:
            return
        await self.store.require(key, requirement.meaning)
        self._kept.pop(key, None)
        self._kept[key] = _Kept(now, requirement)
        while len(self._kept) > _KNOWN:
            del self._kept[next(iter(self._kept))]

    async def _lay(self) -> None:
        if not self._offers:
            return  # Nobody told anything: what was laid stays.
        for _ in range(_TRIES):
            # The table first: whoever lays a route has kept its requirement before, so whoever sees it knows it.
            table = await self.store.table()
            requirements = await self._requirements()
            laid = await asyncio.to_thread(lay, table, self._offers, requirements)
            if laid is table or await self.store.lay(laid):
                self._see(table, table if laid is table else replace(laid, version=laid.version + 1))
                return
        _log.warning("lanes not laid: other processes lay them all the time; the next look mends it")

    def _see(self, found: LaneTable, laid: LaneTable) -> None:
        # A route that is only new moves nobody: its jobs come after it. One that the store lost while we knew it does.
        before, self._table = self._table, laid
        routes = laid.routes
        rerouted = any(tuple(routes[key]) != tuple(lanes) for key, lanes in before.routes.items() if key in routes)
        if rerouted or before.routes.keys() - found.routes.keys() or laid.servers != before.servers:
            self._moved.set()

    async def _requirements(self) -> Mapping[str, Requirement | None]:
        meanings = await self.store.requirements()
        known = {key: self._meanings[key] for key in meanings.keys() & self._meanings.keys()}
        for key in meanings.keys() - known.keys():
            known[key] = read_requirement(meanings[key])
        self._meanings = {**known, **await self._kept_anew(meanings.keys())}
        return self._meanings

    async def _kept_anew(self, present: Collection[str]) -> dict[str, Requirement | None]:
        """Keep again what the store has lost though we kept it lately, for jobs may wait with it; return just that."""
        since = asyncio.get_running_loop().time() - KEPT_S
        lost = {key: kept.requirement for key, kept in self._kept.items() if key not in present and kept.at > since}
        for key, requirement in lost.items():
            await self.store.require(key, requirement.meaning)
        return {**lost}
