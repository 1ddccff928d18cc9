"""One server while it is open: a worker for each of its slots over one connection, and an eye on it meanwhile."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import TypeVar

from bot.attempt import Bench, WorkerLimits
from bot.errors import FairbrushError, ServerLost, ServerRefused, ServerUnreached, StoreLost
from bot.faults import Verdict, verdict_of
from bot.health import Happening
from bot.holding import grace_over
from bot.outages import Outage
from bot.ports import Handle, Server, ServerFacts, ServerStore
from bot.runs import handle_of
from bot.servers import WORKING, Listed, ServerSpec, ServerState, offer_of, slots_of
from bot.worker import Gate, Worker
from workflows.vocabulary import Vocabulary

_log = logging.getLogger(__name__)
_T = TypeVar("_T")

Connect = Callable[[Listed], AbstractAsyncContextManager[Server]]
"""Makes a server to be entered; raises ConfigError when that cannot be done on this machine."""

LOOK_S = 5.0
"""How often a server is asked how it is: one that dies while it has nothing to do is noticed so soon."""

ASK_AGAIN_S = 30.0
"""How old a running server's choices may be: a ComfyUI with many nodes answers with megabytes."""

_ANSWER_S = 10.0
"""How long a look may take. Loading a large model keeps a ComfyUI from answering, so one silent look says nothing."""

_OFFER_S = 60.0  #: an offer may be megabytes over a slow line, and questions about hundreds of checkpoints

_CLEAR_S = 30.0
"""A superseded run stops within twenty seconds, or its server is stuck; until then nothing new may begin behind it."""

_MISSED = 2  #: looks in vain in a row, at a server that has nothing to do, or that has hung up
_LOOK_AGAIN_S = 2.0
"""How soon a server is looked at again that refused the connection: it died, or a proxy is being restarted."""

_SETTLE_S = 10.0
"""What the other slots of a lost server have to notice it by themselves; what they hold then is adopted later."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Means:
    """What all servers of a pool are worked with."""

    connect: Connect
    bench: Bench
    limits: WorkerLimits
    store: ServerStore
    offered: Callable[[], Awaitable[None]]  #: what all servers offer has changed: tell the lanes; raises FairbrushError
    adopted: Callable[[str], None]  #: nothing of an earlier life is left over in this slot
    alone: Callable[[], bool]  #: whether it is our own network that is gone


class Session:
    """A server that was entered.

    Whoever keeps it hears of a verdict by `happened`, of an error that made it unusable by `broke`, the first one only,
    and by `looked` when something is known anew.
    """

    def __init__(
        self,
        server: Server,
        spec: ServerSpec,
        means: Means,
        happened: Callable[[Happening, str], None],
        broke: Callable[[Exception], None],
        looked: Callable[[], None],
    ) -> None:
        self._server = server
        self._spec = spec
        self._means = means
        self._happened = happened
        self._broke = broke
        self._looked = looked
        self._gates = {slot: Gate(open=asyncio.Event(), eager=False) for slot in slots_of(spec)}
        self._workers: dict[str, Worker] = {}
        self._broken = asyncio.Event()
        self._faulted = False
        self._left = False
        self.begun = False  #: its slots were let in, and hold what is leased to them
        self._vocabulary = Vocabulary()
        self.facts = ServerFacts()
        self.jobs = 0  #: of ours, as the store told lately

    @property
    def others(self) -> int:
        """Return how many runs of strangers the server has."""
        return self._server.others

    @property
    def models(self) -> tuple[str, ...]:
        """Return what its slots have certainly loaded, as requirements call it."""
        return tuple(dict.fromkeys(model for worker in self._workers.values() for model in worker.warm))

    def offers(self) -> Mapping[str, Vocabulary]:
        """Return what each slot offers, as the server told it last."""
        return dict.fromkeys(self._gates, offer_of(self._spec, self._vocabulary, self.facts.memory))

    def allow(self, state: ServerState) -> None:
        """Let the slots do what the state allows: a suspect gets one job at a time, and no successor."""
        for number, gate in enumerate(self._gates.values()):
            gate.eager = state is ServerState.READY
            if state in WORKING and (gate.eager or number == 0):
                gate.open.set()
            else:
                gate.open.clear()

    def leave(self) -> None:
        """Let the slots finish what runs and take nothing more; `run` ends then."""
        self._left = True
        for gate in self._gates.values():
            gate.open.clear()
            gate.leaving.set()

    async def ask(self) -> None:
        """Ask what the server offers and how it is; raises ServerLost."""
        self._vocabulary = await self._offer()
        self.facts = await _within(_OFFER_S, self._server.facts())

    async def run(self, stopping: asyncio.Event) -> None:
        """Work until `stopping` is set, or until it was left or broke and its slots have finished."""
        async with asyncio.TaskGroup() as tasks:
            working = tasks.create_task(self._work_all(stopping))
            beside = [
                tasks.create_task(self._look_again()),
                tasks.create_task(self._ask_again()),
                tasks.create_task(self._give_up(working)),
                tasks.create_task(self._outlast(working, stopping)),
            ]
            await asyncio.wait((working,))
            for task in beside:
                task.cancel()

    async def _work_all(self, stopping: asyncio.Event) -> None:
        # Before any slot works: what one of them had just submitted would be stopped for a run of long ago.
        await self._clear(stopping)
        self.begun = True
        async with asyncio.TaskGroup() as slots:
            for slot, gate in self._gates.items():
                slots.create_task(self._work(slot, gate, stopping))

    async def _clear(self, stopping: asyncio.Event) -> None:
        """Stop what an earlier life left running here, except what is still leased to a slot and will be adopted."""
        outage = Outage(_log, f"asking what is held server={self._spec.name}")
        while not (stopping.is_set() or self._left):
            try:
                keep = await self._held()
                outage.over()
                if stopped := await _within(_CLEAR_S, self._server.clear(keep)):
                    _log.info("superseded runs stopped server=%s runs=%s", self._spec.name, stopped)
            except StoreLost as lost:
                outage.lost(lost)
                await asyncio.sleep(self._means.limits.idle_s)
            except Exception as error:  # noqa: BLE001 - as with a worker: whoever keeps the server sorts it
                self._break(error)
            else:
                return

    async def _held(self) -> frozenset[Handle]:
        held = [each for slot in self._gates for each in await self._means.bench.store.held_by(slot)]
        self.jobs = len(held)
        return frozenset(handle_of(each.record, each.lease) for each in held)

    async def _work(self, slot: str, gate: Gate, stopping: asyncio.Event) -> None:
        means = self._means
        worker = self._workers[slot] = Worker(self._server, slot, means.bench, means.limits, gate, self._judge)
        try:
            await worker.run(stopping, lambda: means.adopted(slot))
        except Exception as error:  # noqa: BLE001 - whatever it is, the other slots go on, and whoever keeps the server sorts it
            self._break(error)

    def _judge(self, verdict: Verdict) -> None:
        """Tell how a run spoke for the server; of all that goes wrong while it is open once only one fault counts."""
        if self._faulted:
            return
        if verdict.proved:
            self._happened(Happening.PROVED, "")
            return
        self._faulted = True
        self._happened(Happening.FAULTED, verdict.reason)
        self.leave()

    def _break(self, error: Exception) -> None:
        verdict = verdict_of(error)
        if verdict is not None:
            self._judge(verdict)
        elif not self._broken.is_set():
            self._broke(error)
        self.leave()
        self._broken.set()

    async def _give_up(self, working: asyncio.Task[None]) -> None:
        """End the slots that do not notice by themselves that their server is lost."""
        await self._broken.wait()
        await asyncio.sleep(_SETTLE_S)
        working.cancel()

    async def _outlast(self, working: asyncio.Task[None], stopping: asyncio.Event) -> None:
        """End with the service whatever a server keeps from ending: what its slots hold then, the next one adopts."""
        means = self._means
        await stopping.wait()
        if self.begun:
            await grace_over(stopping, means.limits.tenure, means.bench.hurry)
            # Stopping the last run and settling it have deadlines of their own, which are shorter than a lease.
            await asyncio.sleep(means.limits.tenure.lease_s)
            _log.warning("ended without its slots server=%s", self._spec.name)
        working.cancel()

    async def _look_again(self) -> None:
        missed, outage = 0, Outage(_log, f"looking at server={self._spec.name}")
        while True:
            pause_s = LOOK_S
            try:
                await self._held()
                self.facts = await self._look()
                missed = 0
                outage.over()
            except ServerLost as lost:
                missed += 1
                if self._is_gone(lost, missed):
                    self._break(lost)
                elif isinstance(lost, ServerRefused):
                    pause_s = min(LOOK_S, _LOOK_AGAIN_S)
            except FairbrushError as error:
                outage.lost(error)
            except Exception as error:  # noqa: BLE001 - an answer that nobody foresaw must not take its runs from the slots
                outage.broke(error)
            self._looked()
            await asyncio.sleep(pause_s)

    def _is_gone(self, lost: ServerLost, missed: int) -> bool:
        """Judge a look in vain. Whether a silent server is lost is known better by whoever follows a run there."""
        if self.jobs:
            return missed >= _MISSED and isinstance(lost, ServerRefused)
        return missed >= _MISSED or isinstance(lost, ServerUnreached)

    async def _look(self) -> ServerFacts:
        return await _within(_ANSWER_S, self._server.facts())

    async def _offer(self) -> Vocabulary:
        return await _within(_OFFER_S, self._server.vocabulary()) or Vocabulary()

    async def _ask_again(self) -> None:
        """See what was installed on a server, or removed from it, while it is open."""
        outage = Outage(_log, f"choices of server={self._spec.name}")
        while True:
            await asyncio.sleep(ASK_AGAIN_S)
            try:
                self._vocabulary = await self._offer()
                outage.over()
            except FairbrushError as error:  # Whoever looks at it sees whether it is lost.
                outage.lost(error)
            except Exception as error:  # noqa: BLE001 - its choices stay as they were, and its runs with the slots
                outage.broke(error)


async def _within(seconds: float, answer: Awaitable[_T]) -> _T:
    """Wait for a server's answer; raises ServerLost for one that does not come. An adapter has deadlines of its own."""
    try:
        async with asyncio.timeout(seconds):
            return await answer
    except TimeoutError as error:
        raise ServerLost(detail=f"no answer within {seconds:g} s") from error
