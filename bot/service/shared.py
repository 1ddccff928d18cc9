"""What all processes of a pool know alike: the catalog of the folder, what the servers offer, and which are away."""

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from adapters.redis.opening import RedisPool
from adapters.redis.vocabulary import TOLD_S
from bot.awaiting import Presence
from bot.jobs import Job
from bot.laning import Laning
from bot.servers import server_of, slots_of
from bot.service.roster import Roster
from bot.status import Button, Described
from workflows.catalog import Catalog, load_catalog
from workflows.vocabulary import Vocabulary, merged


@dataclass(slots=True, kw_only=True)
class Shared:
    """It, as one process last saw it. Offers are told and laid by slot."""

    pool: RedisPool
    folder: Path
    default: str
    catalog: Catalog
    roster: Roster
    lanes: Laning
    vocabulary: Vocabulary = field(default_factory=Vocabulary)
    _heeded: object = None  #: of the roster, when it was offered last
    _told_at: float = float("-inf")
    _told: frozenset[str] = frozenset()
    _offering: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def refresh(self, own: Mapping[str, Vocabulary]) -> None:
        """Read the workflow folder and the roster again, and offer."""
        self.catalog = await asyncio.to_thread(load_catalog, self.folder, self.catalog)
        await self.roster.look()
        await self.offer(own)

    async def heed(self, own: Mapping[str, Vocabulary]) -> None:
        """Read the roster again, and offer if operators changed it: what is there no more takes no job."""
        await self.roster.look()
        if self._heeded != (self.roster.listed, self.roster.removed):
            await self.offer(own)

    async def offer(self, own: Mapping[str, Vocabulary]) -> None:
        """Tell what our servers offer, learn what all do, and lay the lanes by it."""
        # Each in its turn: of two GPUs that open together neither may lay the lanes without the other.
        async with self._offering:
            await self._offer(own)

    async def _offer(self, own: Mapping[str, Vocabulary]) -> None:
        self._heeded = self.roster.listed, self.roster.removed
        await self._tell_of_ours()
        offered = await self._present()
        await self._keep(own, offered)
        self.lanes.presence = Presence(
            statuses=await self.pool.servers.statuses(),
            now_ms=await self.pool.servers.now_ms(),
            # Also another process's, which are known by what they offer.
            listed=frozenset({*self.roster.listed, *map(server_of, offered)}),
        )
        # Before the vocabulary: nobody asks for what no lane is laid for.
        await self.lanes.refresh(offered, self.catalog.workflows.values())
        self.vocabulary = merged(offered.values())

    async def forget_others(self) -> None:
        """Forget the servers of an earlier start, where no other process may have them."""
        for slot in (await self.pool.vocabulary.by_server()).keys() - self._slots():
            await self.pool.vocabulary.forget(slot)

    async def describe(self, job: Job) -> Described:
        """Return what cards say of a job's workflow as it is today."""
        workflow = self.catalog.workflows.get(job.workflow)
        if workflow is None:
            return Described(title=job.workflow, gone=True)
        actions = {
            Button(name) for name, each in workflow.manifest.actions.items() if each.workflow in self.catalog.workflows
        }
        title, nsfw = workflow.manifest.title, workflow.manifest.nsfw
        return Described(title=title, actions=frozenset(actions), nsfw=nsfw)

    def _slots(self) -> frozenset[str]:
        return frozenset(slot for each in self.roster.listed.values() for slot in slots_of(each.spec))

    async def _keep(self, own: Mapping[str, Vocabulary], offered: dict[str, Vocabulary]) -> None:
        """Have the store and what is offered agree with what our servers tell."""
        # What was removed, or taken from its server, may still be at work, but takes nothing new.
        ours = {slot: vocabulary for slot, vocabulary in own.items() if slot in self._slots()}
        # Whoever works on a server knows which slots it has, whatever another process's settings say.
        servers = frozenset(map(server_of, ours))
        for slot in [slot for slot in offered if server_of(slot) in servers and slot not in ours]:
            await self.pool.vocabulary.forget(slot)
            del offered[slot]
        for slot, vocabulary in ours.items():
            if offered.get(slot) != vocabulary:
                await self.pool.vocabulary.keep(slot, vocabulary)
                offered[slot] = vocabulary

    async def _tell_of_ours(self) -> None:
        """Say which slots are somebody's, so that one that is down keeps what it offered last."""
        ours = self._slots()
        if ours != self._told or time.monotonic() - self._told_at > TOLD_S / 3:
            await self.pool.vocabulary.told(ours)
            self._told, self._told_at = ours, time.monotonic()

    async def _present(self) -> dict[str, Vocabulary]:
        """Return what is offered; what was removed is forgotten, by whichever process sees it first.

        What is not listed here and was not removed may be another process's; if it is nobody's, nobody tells of it.
        """
        offered = dict(await self.pool.vocabulary.by_server())
        for slot in [slot for slot in offered if server_of(slot) in self.roster.removed]:
            await self.pool.vocabulary.forget(slot)
            del offered[slot]
        return offered
