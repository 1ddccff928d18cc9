"""A pool without GPUs, in virtual time: machines that open or do not, and slots that do what a test says."""

import asyncio
from collections.abc import AsyncIterator, Callable, Collection, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace

from bot.attempt import Bench
from bot.faults import PROVED, Verdict
from bot.owning import Owning
from bot.pool import Pool
from bot.ports import Handle, NoticeStore, Server, ServerFacts
from bot.servers import Listed, ServerSpec, ServerStatus, Wish
from bot.session import Connect
from bot.worker import Gate
from tests.fakes.memory_servers import MemoryServers
from tests.fakes.memory_store import MemoryStore
from tests.fakes.scripted_server import ScriptedServer
from tests.fakes.virtual_time import virtual_ms
from tests.unit.bot.bench import bench_of
from workflows.vocabulary import Vocabulary


@dataclass
class Machine(ScriptedServer):
    """A server that cannot be entered while `shut`, and does not tell how it is while `silent`."""

    shut: Exception | None = None
    silent: Exception | None = None
    mute: Exception | None = None  #: about what it offers
    hangs: str = ""  #: in what it never answers
    asked: set[str] = field(default_factory=set)  #: what it was asked since it hangs
    entered: list[Listed] = field(default_factory=list)
    tried: int = 0
    connected: int = 0  #: connections that are open now
    offer: Vocabulary = field(default_factory=Vocabulary)
    slots: dict[str, "ScriptedSlot"] = field(default_factory=dict)  #: of the last opening

    async def _answers(self, what: str) -> None:
        if what == self.hangs:
            self.asked.add(what)
            await asyncio.Event().wait()

    async def vocabulary(self) -> Vocabulary | None:
        await self._answers("vocabulary")
        if self.mute:
            raise self.mute
        return self.offer

    async def clear(self, keep: Collection[Handle]) -> int:
        await self._answers("clear")
        return await super().clear(keep)

    async def facts(self) -> ServerFacts:
        await self._answers("facts")
        if self.silent:
            raise self.silent
        return self.told

    @asynccontextmanager
    async def open(self, listed: Listed) -> AsyncIterator[Server]:
        self.tried += 1
        await self._answers("connecting")
        if self.shut:
            raise self.shut
        self.entered.append(listed)
        self.connected += 1
        try:
            yield self
        finally:
            self.connected -= 1
            await self._answers("letting go")


class ScriptedSlot:
    """In the place of a worker: it is busy as long as the test says, and reports what the test says."""

    def __init__(
        self, server: Machine, slot: str, bench: Bench, _: object, gate: Gate, report: Callable[[Verdict], None]
    ) -> None:
        self.slot, self.gate, self.bench, self.report = slot, gate, bench, report
        self.idle = asyncio.Event()
        self.idle.set()
        self.ended = ""
        self.warm = ("sdxl",)
        self._error: Exception | None = None
        self._lost = asyncio.Event()
        server.slots[slot] = self

    async def run(self, stopping: asyncio.Event, adopted: Callable[[], None]) -> None:
        adopted()
        try:
            async with asyncio.TaskGroup() as tasks:
                reasons = [tasks.create_task(each) for each in (stopping.wait(), self._leaving(), self._lost.wait())]
                await asyncio.wait(reasons, return_when=asyncio.FIRST_COMPLETED)
                for reason in reasons:
                    reason.cancel()
        except asyncio.CancelledError:
            self.ended = "plug pulled"
            raise
        self.ended = "lost" if self._error else "left"
        if self._error:
            raise self._error

    async def _leaving(self) -> None:
        await self.gate.leaving.wait()
        await self.idle.wait()

    @property
    def may(self) -> str:
        """Say what the gate allows."""
        if self.gate.leaving.is_set() or not self.gate.open.is_set():
            return "nothing"
        return "two at once" if self.gate.eager else "one at a time"

    def proved(self) -> None:
        self.report(PROVED)

    def faulted(self, reason: str = "The GPU took too long.") -> None:
        self.report(Verdict(proved=False, reason=reason))

    def lose(self, error: Exception) -> None:
        self._error = error
        self._lost.set()


@dataclass
class Town:
    """Machines by name, the roster as operators have it now, and what all processes share."""

    machines: dict[str, Machine]
    roster: dict[str, Listed] = field(default_factory=dict)
    store: MemoryStore = field(default_factory=lambda: MemoryStore(clock=virtual_ms))
    servers: MemoryServers = field(default_factory=lambda: MemoryServers(clock=virtual_ms))
    roster_lost: Exception | None = None
    told: list[Mapping[str, Vocabulary]] = field(default_factory=list)

    def lists(self, name: str, wish: Wish = Wish.SERVE, **spec: object) -> None:
        """Put a server on the roster, or change what stands there."""
        listed = self.roster.get(name, Listed(spec=ServerSpec(name=name, url=f"http://{name}")))
        self.roster[name] = replace(listed, wish=wish, spec=replace(listed.spec, **spec))  # type: ignore[arg-type]

    async def listed(self) -> Mapping[str, Listed]:
        if self.roster_lost:
            raise self.roster_lost
        return dict(self.roster)

    async def tell(self, offers: Mapping[str, Vocabulary]) -> None:
        self.told.append(offers)

    def pool(
        self,
        owner: str = "only",
        bench: Bench | None = None,
        connect: Connect | None = None,
        notices: NoticeStore | None = None,
    ) -> Pool:
        return Pool(
            roster=self.listed,
            connect=connect or (lambda listed: self.machines[listed.spec.name].open(listed)),
            bench=bench or bench_of(self.store),
            owning=Owning(notices=notices or self.store, owner=owner),
            store=self.servers,
            tell=self.tell,
        )

    @asynccontextmanager
    async def at_work(self, pool: Pool | None = None) -> AsyncIterator[Pool]:
        """Run a pool until the end of the block, which is that of a service."""
        pool, stopping = pool or self.pool(), asyncio.Event()
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(pool.run(stopping))
            await soon()
            yield pool
            stopping.set()

    async def status(self, name: str = "gpu1") -> ServerStatus:
        return (await self.servers.statuses())[name]


async def soon(seconds: float = 0.1) -> None:
    """Let so much time pass; it takes none."""
    await asyncio.sleep(seconds)


def town(*names: str) -> Town:
    """Make a town of machines that all stand on the roster."""
    made = Town({name: Machine() for name in names})
    for name in names:
        made.lists(name)
    return made
