"""The rhythm of a worker, in virtual time: no idle gap, and every decision as late as that allows."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import dataclass, replace

import pytest

from bot.attempt import Bench, WorkerLimits
from bot.errors import ModelMissing, OutOfMemory, ServerLost
from bot.estimates import Estimates, Work
from bot.events import RunEvent, Stage, Started, Stepped
from bot.faults import Verdict
from bot.holding import Tenure
from bot.jobs import JobState, Requester, run_id_of
from bot.leases import Held
from bot.ports import Handle
from bot.shares import ONE
from bot.worker import Gate, Worker
from tests.fakes.memory_files import MemoryFiles
from tests.fakes.memory_store import MemoryStore
from tests.fakes.virtual_time import run_virtually, virtual_ms, virtual_now
from tests.unit.bot.bench import ALICE, BOB, TXT2IMG, job
from tests.unit.bot.timed_server import LATENCY_S, TimedServer
from workflows.cost import cost_of

LIMITS = WorkerLimits(tenure=Tenure(heartbeat_s=5.0, lease_s=30.0, grace_s=20.0), idle_s=1.0)
WORK = Work("txt2img", cost_of(TXT2IMG.manifest.cost, job().values))


class Slow(MemoryStore):
    """A store that takes its time to answer, and notes when which job was claimed.

    What is `spoiled` is cancelled just before its run is recorded.
    """

    __slots__ = ("claims", "spoiled")

    async def record(self, lease, *, run_id, client_id="") -> bool:
        if lease.job_id in self.spoiled:
            await self.cancel(lease.job_id)
        return await super().record(lease, run_id=run_id, client_id=client_id)

    async def claim(self, server, nonce, *, warm=(), speed=ONE, successor_of=None, patience_s=0.0) -> Held | None:
        await asyncio.sleep(0.002)
        held = await super().claim(
            server, nonce, warm=warm, speed=speed, successor_of=successor_of, patience_s=patience_s
        )
        if held:
            self.claims[held.lease.job_id] = virtual_now()
        return held


@pytest.fixture(autouse=True)
def _no_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    """Virtual time does not wait for threads."""

    async def at_once(work, *given):
        return work(*given)

    monkeypatch.setattr(asyncio, "to_thread", at_once)


@dataclass
class Scene:
    store: Slow
    server: TimedServer
    gate: Gate
    stopping: asyncio.Event
    bench: Bench
    worker: asyncio.Task[None]

    async def ask(self, *events: str, who: Requester = ALICE) -> None:
        await self.store.keep_workflow(TXT2IMG.digest, TXT2IMG.manifest_file, TXT2IMG.graph_file)
        for event in events:
            await self.store.enqueue(job(event, who))

    async def until(self, true: Callable[[], bool | Awaitable[bool]]) -> None:
        async with asyncio.timeout(3600):
            while not true():  # noqa: ASYNC110 - virtual time costs nothing
                await asyncio.sleep(0.01)

    async def final(self, *events: str) -> list[JobState]:
        await self.until(lambda: all(self.record(event).state.is_final for event in events))
        return [self.record(event).state for event in events]

    def record(self, event: str):
        return self.store._entries[job(event).id].record

    def state(self, event: str) -> JobState:
        return self.record(event).state


def tell(
    story: Callable[[Scene], Awaitable[None]],
    server: TimedServer | None = None,
    *,
    expected_s: float = 2.0,
    gate: Gate | None = None,
    limits: WorkerLimits = LIMITS,
    bench: Callable[[Bench], Bench] = lambda bench: bench,
    report: Callable[[Verdict], None] = lambda verdict: None,
) -> TimedServer:
    """Run a story around a worker whose server is known to take `expected_s` for a job."""
    server = server or TimedServer()

    async def play() -> None:
        store = Slow(clock=virtual_ms)
        store.claims, store.spoiled = {}, set()
        estimates = Estimates()
        for _ in range(20):
            estimates.learn(WORK, "gpu", gpu_ms=round(expected_s * 1000), quoted_ms=1000)
        means = Bench(queue=store, store=store, live=store, files=MemoryFiles(), estimates=estimates, hints=store)
        means, own_gate, stopping = bench(means), gate or Gate(), asyncio.Event()
        worker = Worker(server, "gpu", means, limits, own_gate, report)
        async with asyncio.TaskGroup() as tasks:
            executing = tasks.create_task(server.execute())
            working = tasks.create_task(worker.run(stopping))
            await story(Scene(store, server, own_gate, stopping, means, working))
            stopping.set()
            await asyncio.wait((working,))
            executing.cancel()

    run_virtually(play())
    return server


# ---- No gap ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("takes_s", [0.2, 2.0, 20.0])
def test_while_work_waits_a_gpu_never_idles(takes_s):
    events = [str(number) for number in range(12)]

    async def story(scene: Scene) -> None:
        await scene.ask(*events)
        assert set(await scene.final(*events)) == {JobState.SUCCEEDED}

    server = tell(story, TimedServer(takes_s=lambda number: takes_s), expected_s=takes_s)

    assert set(server.gaps_s()) == {0.0}
    assert server.most_at_once == 2


def test_without_a_successor_a_suspect_has_one_job_at_a_time():
    async def story(scene: Scene) -> None:
        await scene.ask("1", "2", "3")
        await scene.final("1", "2", "3")

    server = tell(story, gate=Gate(eager=False))

    assert server.most_at_once == 1
    assert min(server.gaps_s()) > 0


def test_runs_that_scatter_leave_no_gap_once_their_scatter_is_known():
    events = [str(number) for number in range(40)]

    async def story(scene: Scene) -> None:
        await scene.ask(*events)
        await scene.final(*events)

    server = tell(story, TimedServer(takes_s=lambda number: 2.0 + (number * 7 % 5 - 2) / 10))

    assert set(server.gaps_s()[5:]) == {0.0}


# ---- As late as possible ---------------------------------------------------------------------------------------------


def test_a_successor_is_claimed_when_what_is_left_falls_below_the_latency_and_a_margin():
    async def story(scene: Scene) -> None:
        await scene.ask("1", "2", "3", "4", "5")
        await scene.final("1", "2", "3", "4", "5")
        (_, ended_s), successor = scene.server.spans[3], job("5").id
        assert ended_s - 0.3 < scene.store.claims[successor] < ended_s - LATENCY_S

    tell(story)


def test_somebody_who_comes_with_a_better_share_just_before_the_end_is_the_one_taken():
    async def story(scene: Scene) -> None:
        await scene.ask("a1", "a2", "a3")
        await scene.until(lambda: len(scene.server.executed) == 2)
        await asyncio.sleep(1.5)
        await scene.ask("b1", who=BOB)
        await scene.final("a1", "a2", "a3", "b1")
        assert scene.server.executed[2] == run_id_of(job("b1").id, 1)

    tell(story)


def test_a_job_that_comes_while_the_last_run_ends_is_its_successor():
    async def story(scene: Scene) -> None:
        await scene.ask("1")
        await scene.until(lambda: bool(scene.server.executed))
        await asyncio.sleep(1.75)
        await scene.ask("2")
        await scene.final("1", "2")

    assert tell(story).gaps_s() == [0.0]


# ---- What is given back ----------------------------------------------------------------------------------------------


def test_a_run_that_overruns_gives_its_successor_back_and_claims_none_on_a_guess():
    async def story(scene: Scene) -> None:
        await scene.ask("1", "2")
        await scene.until(lambda: len(scene.server.submitted_s) == 2)
        await scene.until(lambda: scene.state("2") is JobState.QUEUED)
        assert 3.9 < virtual_now() - scene.server.runs[run_id_of(job("1").id, 1)].began_s < 4.6
        await asyncio.sleep(20)
        assert scene.state("2") is JobState.QUEUED
        assert len(scene.server.submitted_s) == 2
        assert await scene.final("1", "2") == [JobState.SUCCEEDED] * 2
        assert scene.store._entries[job("2").id].spent == 0

    server = tell(story, TimedServer(takes_s=lambda number: 30.0 if number == 0 else 2.0))

    assert server.executed == [run_id_of(job("1").id, 1), run_id_of(job("2").id, 2)]


def test_a_cancelled_successor_leaves_at_once_and_another_takes_its_place_in_time():
    async def story(scene: Scene) -> None:
        await scene.ask("1", "2", "3")
        await scene.until(lambda: len(scene.server.submitted_s) == 2)
        await scene.store.cancel(job("2").id)
        assert await scene.final("1", "2", "3") == [JobState.SUCCEEDED, JobState.CANCELLED, JobState.SUCCEEDED]

    # A wide margin, so that there is time for somebody to change their mind.
    server = tell(story, TimedServer(takes_s=lambda number: 20.0), expected_s=20.0)

    assert server.gaps_s() == [0.0]
    assert run_id_of(job("2").id, 1) not in server.executed


def test_a_successor_that_is_cancelled_before_its_submit_is_never_submitted():
    async def story(scene: Scene) -> None:
        scene.store.spoiled.add(job("2").id)
        await scene.ask("1", "2", "3")
        await scene.final("1", "2", "3")

    server = tell(story)

    assert run_id_of(job("2").id, 1) not in server.submitted_s
    assert server.gaps_s() == [0.0]


def test_a_cancel_of_what_executes_is_heard_long_before_the_next_heartbeat():
    async def story(scene: Scene) -> None:
        await scene.ask("1")
        await scene.until(lambda: bool(scene.server.executed))
        await asyncio.sleep(2)
        asked_s = virtual_now()
        await scene.store.cancel(job("1").id)
        await scene.final("1")
        assert virtual_now() - asked_s < 1

    tell(story, TimedServer(takes_s=lambda number: 60.0))


def test_draining_hands_the_successor_back_at_once_and_finishes_what_runs():
    async def story(scene: Scene) -> None:
        await scene.ask("1", "2")
        await scene.until(lambda: len(scene.server.submitted_s) == 2)
        scene.gate.open.clear()
        assert await scene.final("1") == [JobState.SUCCEEDED]
        await scene.until(lambda: scene.state("2") is JobState.QUEUED)
        await asyncio.sleep(5)
        assert len(scene.server.executed) == 1
        scene.gate.open.set()
        assert await scene.final("2") == [JobState.SUCCEEDED]

    tell(story, TimedServer(takes_s=lambda number: 20.0), expected_s=20.0)


def test_a_gate_that_is_left_ends_the_worker_when_its_run_has_ended_without_any_hurry():
    async def story(scene: Scene) -> None:
        await scene.ask("1", "2")
        await scene.until(lambda: bool(scene.server.executed))
        scene.gate.leaving.set()
        await asyncio.wait((scene.worker,))
        assert [scene.state("1"), scene.state("2")] == [JobState.SUCCEEDED, JobState.QUEUED]

    tell(story, TimedServer(takes_s=lambda number: 50.0))


def test_a_shutdown_hands_the_successor_back_at_once_and_what_runs_after_its_grace_both_at_no_cost():
    async def story(scene: Scene) -> None:
        await scene.ask("1", "2")
        await scene.until(lambda: len(scene.server.submitted_s) == 2)
        scene.stopping.set()
        stopped_s = virtual_now()
        await scene.until(lambda: scene.state("2") is JobState.QUEUED)
        assert virtual_now() - stopped_s < 0.1
        await asyncio.wait((scene.worker,))
        assert 1.0 <= virtual_now() - stopped_s < 1.1
        assert scene.state("1") is JobState.QUEUED
        assert [scene.store._entries[job(event).id].spent for event in ("1", "2")] == [0, 0]

    limits = replace(LIMITS, tenure=replace(LIMITS.tenure, grace_s=1.0))
    tell(story, TimedServer(takes_s=lambda number: 20.0), expected_s=20.0, limits=limits)


# ---- Beside ----------------------------------------------------------------------------------------------------------


def test_results_that_take_longer_than_runs_delay_no_start():
    events = [str(number) for number in range(8)]

    async def story(scene: Scene) -> None:
        await scene.ask(*events)
        await scene.final(*events)

    server = tell(story, TimedServer(fetch_s=5.0))

    assert set(server.gaps_s()) == {0.0}
    assert server.most_fetching > 1


def test_only_four_results_are_on_their_way_home_and_beyond_that_nothing_is_claimed():
    events = [str(number) for number in range(12)]

    async def story(scene: Scene) -> None:
        await scene.ask(*events)
        await scene.final(*events)
        assert max(scene.server.gaps_s()) > 10

    server = tell(story, TimedServer(fetch_s=60.0))

    # The successor that was claimed before the fourth came is not held up for it.
    assert server.most_fetching <= 5


def test_what_comes_home_keeps_its_lease():
    async def story(scene: Scene) -> None:
        await scene.ask("1")
        await scene.until(lambda: bool(scene.server.spans))
        await asyncio.sleep(100)
        assert await scene.store.rescue() == []
        assert await scene.final("1") == [JobState.SUCCEEDED]

    tell(story, TimedServer(fetch_s=120.0))


def test_a_settled_run_is_forgotten_by_its_server():
    async def story(scene: Scene) -> None:
        await scene.ask("1")
        await scene.final("1")

    server = tell(story)

    assert server.forgotten == server.executed


# ---- Others ----------------------------------------------------------------------------------------------------------


def test_strangers_put_a_claim_off_for_a_minute_and_no_longer():
    async def story(scene: Scene) -> None:
        scene.server.others = 1
        await scene.ask("1", "2")
        began_s = virtual_now()
        await scene.until(lambda: bool(scene.server.submitted_s))
        assert 60 <= virtual_now() - began_s < 62
        scene.server.others = 0
        await scene.final("1", "2")

    assert tell(story).gaps_s() == [0.0]


def test_waiting_behind_others_is_not_charged_and_ends_no_job_however_long_it_takes():
    async def story(scene: Scene) -> None:
        await scene.ask("1", "2")
        await scene.final("1", "2")
        assert scene.record("2").gpu_ms == 2000

    # The first one takes longer than the deadline of the second, which is as long as it may run.
    tell(story, TimedServer(takes_s=lambda number: 59.0 if number == 0 else 2.0), expected_s=60.0)


def test_a_run_that_does_not_begin_within_the_longest_time_is_handed_back_at_no_cost():
    class Busy(TimedServer):
        async def execute(self) -> None:
            await asyncio.Event().wait()

    async def story(scene: Scene) -> None:
        await scene.ask("1")
        await scene.until(lambda: len(scene.server.submitted_s) == 2)
        assert scene.store._entries[job("1").id].spent == 0
        assert virtual_now() > 1_100

    tell(story, Busy(), limits=replace(LIMITS, run_deadline_s=100.0))


# ---- Faults ----------------------------------------------------------------------------------------------------------


def test_a_lost_server_costs_the_run_an_attempt_and_not_what_waited_behind_it():
    async def story(scene: Scene) -> None:
        await scene.ask("1", "2")
        await scene.until(lambda: len(scene.server.submitted_s) == 2)
        scene.server.lose(ServerLost())
        await scene.until(lambda: scene.state("1") is scene.state("2") is JobState.QUEUED)
        assert [scene.store._entries[job(event).id].spent for event in ("1", "2")] == [1, 0]

    with pytest.raises(BaseExceptionGroup) as raised:
        tell(story)
    assert raised.group_contains(ServerLost)


@pytest.mark.parametrize("larger_is", ["a.big", None])
def test_memory_that_runs_out_moves_a_job_to_where_there_is_more_or_says_what_to_lower(larger_is):
    async def larger(record, server) -> str | None:
        return larger_is if record.moved_to is None else None

    class Small(TimedServer):
        async def submit(self, run):
            await super().submit(run)
            raise OutOfMemory

    async def story(scene: Scene) -> None:
        await scene.ask("1")
        assert await scene.final("1") == [JobState.FAILED]
        assert "Lower the size" in scene.record("1").error_sentence
        assert scene.record("1").moved_to == larger_is
        assert scene.store._entries[job("1").id].spent == 0

    server = tell(story, Small(), bench=lambda bench: replace(bench, larger=larger))

    assert len(server.submitted_s) == (2 if larger_is else 1)


def test_a_server_that_no_longer_offers_what_a_job_needs_hands_it_back_at_no_cost():
    asked: list[str] = []

    async def still_serves(record, slot) -> bool:
        asked.append(slot)
        return len(asked) > 1

    async def story(scene: Scene) -> None:
        scene.server.submit_error = ModelMissing()
        await scene.ask("1")
        assert await scene.final("1") == [JobState.FAILED]
        assert scene.record("1").error_code == "model_missing"

    tell(story, bench=lambda bench: replace(bench, still_serves=still_serves))

    assert asked == ["gpu", "gpu"]


def test_what_a_run_says_of_its_server_is_reported():
    verdicts: list[Verdict] = []

    async def story(scene: Scene) -> None:
        await scene.ask("1", "2")
        await scene.final("1", "2")

    tell(story, TimedServer(takes_s=lambda number: 70.0 if number else 2.0), report=verdicts.append)

    assert [verdict.proved for verdict in verdicts] == [True, False]


def test_a_run_that_is_at_work_when_its_time_is_over_fails_and_speaks_for_its_server():
    class Stepping(TimedServer):
        async def follow(self, handle: Handle) -> AsyncGenerator[RunEvent]:
            async for event in super().follow(handle):
                yield event
                for done in range(1, 1000) if event == Started() else ():
                    yield Stepped(node="3", stage=Stage.PAINTING, done=done, total=1000)
                    await asyncio.sleep(5)

    verdicts: list[Verdict] = []

    async def story(scene: Scene) -> None:
        await scene.ask("1")
        assert await scene.final("1") == [JobState.FAILED]

    server = tell(story, Stepping(takes_s=lambda number: 5000.0), report=verdicts.append)

    assert [verdict.proved for verdict in verdicts] == [True]
    assert len(server.interrupted) == 1


# ---- What an earlier life left ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("touches", range(1, 40))
def test_killed_anywhere_with_two_held_both_are_adopted_and_each_runs_once(touches):
    async def play() -> None:
        store, server = Slow(clock=virtual_ms), TimedServer()
        store.claims, store.spoiled = {}, set()
        estimates = Estimates()
        for _ in range(20):
            estimates.learn(WORK, "gpu", gpu_ms=2000, quoted_ms=1000)
        bench = Bench(queue=store, store=store, live=store, files=MemoryFiles(), estimates=estimates, hints=store)
        await store.keep_workflow(TXT2IMG.digest, TXT2IMG.manifest_file, TXT2IMG.graph_file)
        for event in ("1", "2", "3"):
            await store.enqueue(job(event))
        stopping = asyncio.Event()
        async with asyncio.TaskGroup() as tasks:
            executing = tasks.create_task(server.execute())
            first = tasks.create_task(Worker(server, "gpu", bench, LIMITS).run(stopping))
            # Around the first start, and around the claim of the successor.
            await asyncio.sleep(touches / 200 if touches < 20 else 1.6 + touches / 100)
            first.cancel()
            await asyncio.wait((first,))
            second = tasks.create_task(Worker(server, "gpu", bench, LIMITS).run(stopping))
            async with asyncio.timeout(600):
                while not all(store._entries[job(event).id].record.state.is_final for event in ("1", "2", "3")):  # noqa: ASYNC110
                    await asyncio.sleep(0.01)
            stopping.set()
            await asyncio.wait((second,))
            executing.cancel()
        assert [store._entries[job(event).id].record.state for event in ("1", "2", "3")] == [JobState.SUCCEEDED] * 3
        assert len(server.executed) == 3
        assert server.most_at_once <= 2

    run_virtually(play())
