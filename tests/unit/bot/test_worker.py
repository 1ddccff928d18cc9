"""The worker, on a store in memory and a server whose runs outlive every client."""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import replace

import pytest

from bot import attempt, results, runs
from bot.attempt import Bench, WorkerLimits
from bot.errors import (
    ExecutionFailed,
    GraphRejected,
    OutOfMemory,
    ResultLost,
    ServerLost,
    ServerStuck,
    ServerUnreached,
    StoreLost,
    SubmitUncertain,
)
from bot.estimates import Work
from bot.events import Interrupted
from bot.jobs import JobState, run_id_of
from bot.ports import Cancelling, NotFound
from bot.worker import Gate, Worker
from tests.fakes.memory_files import MemoryFiles
from tests.fakes.memory_store import MemoryStore
from tests.unit.bot.bench import (
    CATALOG,
    DONE,
    QUICK,
    TXT2IMG,
    VOCABULARY,
    Kitchen,
    bench_of,
    enqueued,
    failing,
    job,
    until_final,
)
from workflows.values import FileHandle


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runs, "AMBIGUITY_S", 0.02)
    monkeypatch.setattr(runs, "_ASK_AGAIN_S", 0.005)
    monkeypatch.setattr(results, "_AGAIN_S", 0.001)


@asynccontextmanager
async def working(
    server: Kitchen, bench: Bench, limits: WorkerLimits = QUICK, gate: Gate | None = None
) -> AsyncIterator[asyncio.Event]:
    """A worker at work, opened anew when it was lost; ends gracefully with the block."""
    stopping = asyncio.Event()

    async def reopening() -> None:
        while not stopping.is_set():
            with suppress(ServerLost):
                await Worker(server, server.name, bench, limits, gate).run(stopping)
            await asyncio.sleep(0)

    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(reopening())
        yield stopping
        stopping.set()


async def test_a_job_runs_and_its_result_is_in_the_file_store_before_it_is_complete():
    store, server, files = MemoryStore(), Kitchen(), MemoryFiles()
    await enqueued(store)

    async with working(server, bench_of(store, files)):
        await until_final(store)

    record = await store.read(job().id)
    assert record.state is JobState.SUCCEEDED
    assert files.contents[record.files[0].key] == b"a result"
    assert record.run_id == run_id_of(record.job.id, 1)


async def test_several_workers_on_one_queue_never_run_a_job_twice():
    store, servers = MemoryStore(), [Kitchen(name=f"gpu{number}") for number in range(3)]
    events = [str(number) for number in range(12)]
    for event in events:
        await enqueued(store, event)

    stopping = asyncio.Event()
    async with asyncio.TaskGroup() as tasks:
        for server in servers:
            tasks.create_task(Worker(server, server.name, bench_of(store), QUICK).run(stopping))
        states = await until_final(store, *events)
        stopping.set()

    assert set(states) == {JobState.SUCCEEDED}
    assert len([run for server in servers for run in server.submitted]) == 12
    assert max(server.most_at_once for server in servers) <= 2


@pytest.mark.parametrize("error", [ExecutionFailed(), ResultLost()])
async def test_a_failed_run_fails_its_job_with_the_code_and_is_not_tried_again(error):
    store, server = MemoryStore(), Kitchen(ends=failing(error))
    await enqueued(store)

    async with working(server, bench_of(store)):
        await until_final(store)

    record = await store.read(job().id)
    assert (record.state, record.error_code, record.error_sentence) == (JobState.FAILED, error.code, str(error))
    assert len(server.submitted) == 1


async def test_a_refused_graph_fails_the_job():
    store, server = MemoryStore(), Kitchen(refusal=GraphRejected())
    await enqueued(store)

    async with working(server, bench_of(store)):
        await until_final(store)

    assert (await store.read(job().id)).error_code == "graph_rejected"


async def test_a_job_that_is_always_turned_away_ends_after_its_attempts_and_the_next_one_runs():
    class Guarded(Kitchen):
        async def submit(self, run):
            if run.id in [run_id_of(job("poison").id, attempt) for attempt in range(9)]:
                raise ServerLost(detail="HTTP 403 from whatever stands before it")
            return await super().submit(run)

    store = MemoryStore()
    await enqueued(store, "poison")
    await enqueued(store, "good")

    async with working(Guarded(), bench_of(store)):
        assert await until_final(store, "poison", "good") == [JobState.FAILED, JobState.SUCCEEDED]

    record = await store.read(job("poison").id)
    assert (record.error_code, record.attempt) == ("server_lost", 3)


async def test_a_server_that_was_never_reached_costs_no_attempt():
    store, server = MemoryStore(), Kitchen(refusal=ServerUnreached(), refusals=7)
    await enqueued(store)

    async with working(server, bench_of(store)):
        assert await until_final(store) == [JobState.SUCCEEDED]

    assert len(server.submitted) == 1


async def test_a_run_whose_answer_was_lost_is_looked_for_and_retried_only_when_absent():
    store, server = MemoryStore(), Kitchen(refusal=SubmitUncertain(), refusals=1)
    await enqueued(store)

    async with working(server, bench_of(store)):
        await until_final(store)

    assert server.submitted == [run_id_of(job().id, 2)], "a new run, never the first one's id again"


async def test_a_server_that_loses_every_run_ends_the_job_after_its_attempts():
    class Losing(Kitchen):
        async def follow(self, handle):
            del self.runs[handle]
            raise ServerLost
            yield

    store, server = MemoryStore(), Losing()
    await enqueued(store)

    async with working(server, bench_of(store)):
        await until_final(store)

    assert (await store.read(job().id)).error_code == "server_lost"
    assert len(set(server.submitted)) == len(server.submitted) == 3


async def test_events_that_break_off_after_the_end_do_not_lose_the_picture():
    class Breaking(Kitchen):
        broken = False

        async def follow(self, handle):
            if not self.broken:
                self.broken = True
                self.finish(handle)
                raise ServerLost
            async for event in super().follow(handle):
                yield event

    store, server = MemoryStore(), Breaking(looks=None)
    await enqueued(store)

    async with working(server, bench_of(store)):
        assert await until_final(store) == [JobState.SUCCEEDED]

    assert len(server.submitted) == 1


async def test_cancel_between_claim_and_submit_is_not_lost():
    class CancelledMeanwhile(MemoryStore):
        async def workflow(self, digest):
            assert await self.cancel(job().id) is Cancelling.CANCELLED
            return await super().workflow(digest)

    store, server = CancelledMeanwhile(), Kitchen()
    await enqueued(store)

    async with working(server, bench_of(store)):
        assert await until_final(store) == [JobState.CANCELLED]

    assert server.submitted == []


async def test_cancel_during_the_submit_stops_that_run():
    class Cancelled(Kitchen):
        async def submit(self, run):
            await store.cancel(job().id)
            return await super().submit(run)

    store, server = MemoryStore(), Cancelled(looks=None)
    await enqueued(store)

    async with working(server, bench_of(store)):
        assert await until_final(store) == [JobState.CANCELLED]

    assert server.interrupted[0] == server.submitted[0]


async def test_a_running_job_that_is_cancelled_is_interrupted_and_confirmed():
    store, server = MemoryStore(), Kitchen(looks=None)
    await enqueued(store)

    async with working(server, bench_of(store)):
        await server.until(lambda: bool(server.submitted))
        assert await store.cancel(job().id) is Cancelling.REQUESTED
        assert await until_final(store) == [JobState.CANCELLED]

    assert set(server.interrupted) == set(server.submitted)


async def test_a_job_that_is_claimed_too_late_to_be_shown_takes_no_gpu():
    now = [0]
    store, server = MemoryStore(clock=lambda: now[0], lease_ms=round(QUICK.tenure.lease_s * 1000)), Kitchen()
    await store.enqueue(replace(job(), within_s=60))
    now[0] = 61_000

    async with working(server, bench_of(store)):
        assert await until_final(store) == [JobState.CANCELLED]

    assert server.submitted == []


async def test_a_run_is_stopped_when_its_end_could_not_be_shown_any_more():
    store, server = MemoryStore(clock=lambda: 0, lease_ms=round(QUICK.tenure.lease_s * 1000)), Kitchen(looks=None)
    await store.keep_workflow(TXT2IMG.digest, TXT2IMG.manifest_file, TXT2IMG.graph_file)
    await store.enqueue(replace(job(), within_s=0.2))

    async with working(server, bench_of(store)):
        assert await until_final(store) == [JobState.CANCELLED]

    assert set(server.interrupted) == set(server.submitted) != set()


async def test_success_wins_over_a_late_cancel():
    class Finishing(Kitchen):
        async def interrupt(self, handle):
            self.finish(handle, DONE)
            return await super().interrupt(handle)

    store, server = MemoryStore(), Finishing(looks=None)
    await enqueued(store)

    async with working(server, bench_of(store)):
        await server.until(lambda: bool(server.submitted))
        await store.cancel(job().id)
        assert await until_final(store) == [JobState.SUCCEEDED]

    assert (await store.read(job().id)).cancel_requested


async def test_an_interrupt_that_is_not_confirmed_is_said_again_until_the_run_ends():
    store, server = MemoryStore(), Kitchen(looks=None, stops=False)
    await enqueued(store)

    async with working(server, bench_of(store)):
        await server.until(lambda: bool(server.submitted))
        await store.cancel(job().id)
        await server.until(lambda: len(server.interrupted) > 2)
        server.finish(server.submitted[0], Interrupted())
        assert await until_final(store) == [JobState.CANCELLED]


async def test_a_run_that_a_stranger_stopped_is_painted_again():
    first = run_id_of(job().id, 1)
    store, server = MemoryStore(), Kitchen(ends=lambda run: Interrupted() if run.id == first else DONE)
    await enqueued(store)

    async with working(server, bench_of(store)):
        assert await until_final(store) == [JobState.SUCCEEDED]

    assert server.submitted == [first, run_id_of(job().id, 2)]
    assert server.forgotten == server.submitted


async def test_a_job_that_strangers_always_stop_ends_after_its_attempts():
    store, server = MemoryStore(), Kitchen(ends=lambda run: Interrupted())
    await enqueued(store)

    async with working(server, bench_of(store)):
        assert await until_final(store) == [JobState.FAILED]

    assert len(server.submitted) == 3


async def test_servers_that_hang_cost_a_job_that_never_began_nothing():
    class Hanging(Kitchen):
        async def follow(self, handle):
            if len(self.submitted) < 5:
                raise ServerStuck
            async for event in super().follow(handle):
                yield event

    store, server = MemoryStore(), Hanging()
    await enqueued(store)

    async with working(server, bench_of(store)):
        assert await until_final(store) == [JobState.SUCCEEDED]

    assert server.alive_at_submit == [], "each was taken back before the next one"


async def test_a_lost_lease_stops_the_run_and_changes_nothing():
    now = [0]
    store, server = MemoryStore(clock=lambda: now[0]), Kitchen(looks=None)
    await enqueued(store)

    async with working(server, bench_of(store)) as stopping:
        await server.until(lambda: bool(server.submitted))
        stopping.set()  # It shall not claim it again.
        now[0] += 10**6
        await store.rescue()
        await server.until(lambda: bool(server.interrupted))

    record = await store.read(job().id)
    assert (record.state, record.attempt) == (JobState.QUEUED, 1)
    assert server.interrupted[0] == run_id_of(job().id, 1)


async def test_a_run_past_its_deadline_is_stopped_and_said_to_have_taken_too_long(monkeypatch):
    monkeypatch.setattr("bot.attempt.deadline_s", lambda estimate_ms, ceiling_s: 0.02)
    store, server = MemoryStore(), Kitchen(looks=None)
    await enqueued(store)

    async with working(server, bench_of(store)):
        await until_final(store)

    assert (await store.read(job().id)).error_code == "timed_out"
    assert server.interrupted


async def test_a_slow_server_is_given_the_time_that_it_needs(monkeypatch):
    asked: list[int] = []
    monkeypatch.setattr(attempt, "deadline_s", lambda expected_ms, ceiling_s: asked.append(expected_ms) or ceiling_s)
    store = MemoryStore()
    bench = bench_of(store)
    for server, gpu_ms in (("kitchen", 3000), ("other", 1000)):
        bench.estimates.learn(Work("upscale", 1), server, gpu_ms=gpu_ms, quoted_ms=1)
    await enqueued(store)

    async with working(Kitchen(), bench):
        await until_final(store)

    assert asked == [job().estimate_ms * 1000 // 667]


async def test_an_unforeseen_fault_fails_its_job_under_a_reference_that_the_log_has_and_the_next_one_runs(caplog):
    class Odd(Kitchen):
        async def follow(self, handle):
            if handle == run_id_of(job("1").id, 1):
                raise ZeroDivisionError("a cat")
            async for event in super().follow(handle):
                yield event

    store, server = MemoryStore(), Odd()
    await enqueued(store, "1")
    await enqueued(store, "2")

    async with working(server, bench_of(store)):
        states = await until_final(store, "1", "2")

    record = await store.read(job("1").id)
    assert states == [JobState.FAILED, JobState.SUCCEEDED]
    assert record.error_code == "internal"
    assert record.error_sentence.rpartition(" ")[2].rstrip(".") in caplog.text
    assert server.interrupted == [run_id_of(record.job.id, 1)], "nobody follows it, so it must not go on"


async def test_a_workflow_that_is_not_kept_any_more_fails_its_job_with_a_sentence():
    store, server = MemoryStore(), Kitchen()
    await store.enqueue(job())

    async with working(server, bench_of(store)):
        await until_final(store)

    assert (await store.read(job().id)).error_code == "file_gone"
    assert server.submitted == []


# ---- The end of a process ----


async def test_a_graceful_stop_lets_a_short_run_end():
    store, server = MemoryStore(), Kitchen(looks=3)
    await enqueued(store)

    async with working(server, bench_of(store)):
        await server.until(lambda: bool(server.submitted))

    assert (await store.read(job().id)).state is JobState.SUCCEEDED


async def test_a_graceful_stop_hands_a_long_run_back_stopped_and_at_no_cost():
    store, server = MemoryStore(), Kitchen(looks=None)
    await enqueued(store)

    for _ in range(5):  # More often than a job has attempts.
        before = len(server.submitted)
        async with working(server, bench_of(store)):
            await server.until(lambda before=before: len(server.submitted) > before)

    assert (await store.read(job().id)).state is JobState.QUEUED
    assert server.alive_at_submit == []
    assert len(set(server.submitted)) == 5, "each one is a run of its own"


async def test_a_graceful_stop_of_a_run_that_cannot_be_stopped_leaves_it_to_be_adopted():
    store, server = MemoryStore(), Kitchen(looks=None, stops=False)
    await enqueued(store)

    async with working(server, bench_of(store)):
        await server.until(lambda: bool(server.submitted))
    assert (await store.read(job().id)).state is JobState.RUNNING
    server.finish(server.submitted[0])
    async with working(server, bench_of(store)):
        await until_final(store)

    assert len(server.submitted) == 1


class Plug:
    """Pulls the plug at the n-th touch of the world: the worker's task ends there, as if it had been killed."""

    def __init__(self, at: int) -> None:
        self.left = at
        self.pulled = asyncio.Event()

    async def touch(self) -> None:
        self.left -= 1
        if self.left <= 0:
            self.pulled.set()
            await asyncio.Event().wait()


class Through:
    """Any port, each of whose calls touches the plug before and after."""

    def __init__(self, port: object, plug: Plug) -> None:
        self._port, self._plug = port, plug

    def __getattr__(self, name: str):
        method = getattr(self._port, name)
        if name in {"follow", "fetch"}:
            return lambda *given: self._items(method(*given))
        if not asyncio.iscoroutinefunction(method):
            return method

        async def call(*given, **named):
            await self._plug.touch()
            answer = await method(*given, **named)
            await self._plug.touch()
            return answer

        return call

    async def _items(self, items):
        async for item in items:
            await self._plug.touch()
            yield item


async def life(store: MemoryStore, server: Kitchen, files: MemoryFiles, plug: Plug) -> None:
    """One process: works until the job is final or the plug is pulled."""
    through = Through(store, plug)
    bench = Bench(queue=through, store=through, live=through, files=files, estimates=bench_of(store).estimates)
    worker = asyncio.create_task(Worker(Through(server, plug), "kitchen", bench, QUICK).run(asyncio.Event()))
    pulled = asyncio.create_task(plug.pulled.wait())
    final = asyncio.create_task(until_final(store))
    await asyncio.wait({worker, pulled, final}, return_when=asyncio.FIRST_COMPLETED)
    for task in (worker, pulled, final):
        task.cancel()
    await asyncio.gather(worker, pulled, final, return_exceptions=True)


@pytest.mark.parametrize("seed", range(60))
async def test_killed_anywhere_and_started_again_a_job_ends_once_and_runs_once(seed):
    chance = random.Random(seed)
    cancels = seed % 3 == 0
    store, server, files = MemoryStore(), Kitchen(looks=chance.randrange(1, 6)), MemoryFiles()
    await enqueued(store)

    for _ in range(chance.randrange(1, 4)):
        await life(store, server, files, Plug(chance.randrange(1, 24)))
        if cancels and chance.random() < 0.5:
            await store.cancel(job().id)
    async with working(server, bench_of(store, files)):
        [state] = await until_final(store)

    assert state in {JobState.SUCCEEDED, JobState.CANCELLED}
    assert server.alive_at_submit == []
    assert len(server.submitted) <= 1, "the first run outlived the process, so it was adopted"
    if state is JobState.SUCCEEDED:
        assert files.contents


async def test_a_run_that_a_killed_process_recorded_but_never_submitted_is_tried_as_a_new_one():
    store, server = MemoryStore(), Kitchen()
    await enqueued(store)
    lease = (await store.claim("kitchen", "nonce")).lease
    await store.record(lease, run_id=run_id_of(job().id, 1))

    async with working(server, bench_of(store)):
        await until_final(store)

    assert server.submitted == [run_id_of(job().id, 2)]


async def test_a_server_that_cannot_tell_is_asked_again_before_the_job_goes_elsewhere():
    class Mute(Kitchen):
        silent = 5

        async def find(self, handle):
            self.silent -= 1
            return NotFound.UNKNOWN if self.silent > 0 else await super().find(handle)

    store, server = MemoryStore(), Mute()
    record = await enqueued(store)
    lease = (await store.claim("kitchen", "nonce")).lease
    run_id = run_id_of(record.job.id, 1)
    await store.record(lease, run_id=run_id)
    await server.submit(runs.prepare(TXT2IMG, record.job.values, record.job.id, 1, {}))

    async with working(server, bench_of(store)):
        await until_final(store)

    assert server.submitted == [run_id]


async def test_a_store_that_goes_away_for_a_while_costs_nothing():
    class Flaky:
        """Loses half of the calls, some before and some after they took effect."""

        def __init__(self, store: MemoryStore, chance: random.Random) -> None:
            self._store, self._chance = store, chance

        def __getattr__(self, name: str):
            async def call(*given, **named):
                if self._chance.random() < 0.25:
                    raise StoreLost
                answer = await getattr(self._store, name)(*given, **named)
                if self._chance.random() < 0.25:
                    raise StoreLost
                return answer

            return call

    store, server = MemoryStore(), Kitchen()
    flaky = Flaky(store, random.Random(7))
    await enqueued(store)
    bench = Bench(queue=flaky, store=flaky, live=flaky, files=MemoryFiles(), estimates=bench_of(store).estimates)

    # A lease that outlasts any number of lost answers in a row that will ever come.
    async with working(server, bench, replace(QUICK, tenure=replace(QUICK.tenure, lease_s=60))):
        assert await until_final(store) == [JobState.SUCCEEDED]

    assert len(server.submitted) == 1
    assert (await store.read(job().id)).attempt == 1


async def test_settling_twice_does_nothing_the_second_time():
    store, server = MemoryStore(), Kitchen()
    await enqueued(store)
    lease = (await store.claim("kitchen", "nonce")).lease
    async with working(server, bench_of(store)):
        await until_final(store)
    settled = await store.read(job().id)

    await store.fail(lease, code="x", sentence="x")

    assert await store.read(job().id) == settled


async def test_a_worker_learns_what_a_job_took():
    store, server = MemoryStore(), Kitchen()
    bench = bench_of(store)
    await enqueued(store)

    async with working(server, bench):
        await until_final(store)

    assert bench.estimates.accuracy().jobs == 1


async def test_a_result_that_breaks_off_is_fetched_again():
    class Breaking(Kitchen):
        async def fetch(self, file):
            self.fetched += 1
            yield b"a re"
            if self.fetched == 1:
                raise ServerLost
            yield b"sult"

    store, server, files = MemoryStore(), Breaking(), MemoryFiles()
    await enqueued(store)

    async with working(server, bench_of(store, files)):
        assert await until_final(store) == [JobState.SUCCEEDED]

    assert list(files.contents.values()) == [b"a result"]


async def test_a_picture_that_cannot_be_read_is_refused_for_it_cannot_be_shown_to_be_clean():
    store, server, files = MemoryStore(), Kitchen(contents=b"\x89PNG\r\n\x1a\nbroken"), MemoryFiles()
    await enqueued(store)

    async with working(server, bench_of(store, files)):
        await until_final(store)

    assert (await store.read(job().id)).error_code == "result_lost"
    assert files.contents == {}


async def test_a_picture_that_a_job_was_given_is_uploaded_with_its_run():
    store, server, files = MemoryStore(), Kitchen(), MemoryFiles(contents={"ab" * 32: b"a picture"})
    given = FileHandle(key="ab" * 32, media_type="image/png", width=8, height=8)
    workflow = CATALOG.workflows["upscale"]
    values = {**workflow.usual(VOCABULARY), "image": given}
    await store.keep_workflow(workflow.digest, workflow.manifest_file, workflow.graph_file)
    await store.enqueue(replace(job(), workflow="upscale", digest=workflow.digest, values=values))

    async with working(server, bench_of(store, files)):
        await until_final(store)

    [(run, _, _)] = server.runs.values()
    assert run.uploads == {given.name: b"a picture"}


async def test_a_picture_that_is_not_kept_any_more_fails_its_job_with_a_sentence():
    store, server = MemoryStore(), Kitchen()
    await enqueued(store)
    gone = FileHandle(key="ab" * 32, media_type="image/png", width=8, height=8)
    await store.enqueue(replace(job("2"), values={**job().values, "image": gone}))

    async with working(server, bench_of(store)):
        await until_final(store, "1", "2")

    assert (await store.read(job("2").id)).error_code == "file_gone"


async def test_a_long_result_that_is_no_picture_passes_in_chunks_and_a_picture_that_is_too_large_is_refused(
    monkeypatch,
):
    class Chunked(Kitchen):
        async def fetch(self, file):
            for start in range(0, len(self.contents), 50_000):
                yield self.contents[start : start + 50_000]

    monkeypatch.setattr(results, "MAX_REWRITTEN_BYTES", 150_000)
    store, files = MemoryStore(), MemoryFiles()
    for event, head in (("1", b"GIF89a"), ("2", b"\x89PNG\r\n\x1a\n")):
        await enqueued(store, event)
        async with working(Chunked(contents=head + bytes(200_000)), bench_of(store, files)):
            await until_final(store, event)

    animation, picture = await store.read(job("1").id), await store.read(job("2").id)
    assert (animation.files[0].media_type, animation.files[0].bytes) == ("image/gif", 200_006)
    assert picture.error_code == "result_lost"


async def test_a_result_that_never_comes_through_costs_an_attempt():
    store, server = MemoryStore(), Kitchen(fetch_error=ServerLost())
    await enqueued(store)

    async with working(server, bench_of(store)):
        await until_final(store)

    assert (await store.read(job().id)).error_code == "server_lost"
    assert len(server.submitted) == 3
    assert server.fetched == 9


# ---- What it tells when it claims ----


class Noting(MemoryStore):
    """Notes what every claim that got a job told of its server."""

    def __init__(self) -> None:
        super().__init__()
        self.told: list[tuple[tuple[str, ...], int]] = []

    async def claim(self, server, nonce, *, warm=(), speed=1000, **named):
        held = await super().claim(server, nonce, warm=warm, speed=speed, **named)
        if held:
            self.told.append((tuple(warm), speed))
        return held


async def _served(server: Kitchen, *requirements: str, eager: bool = False) -> list[tuple[str, ...]]:
    """Which models were loaded, as each claim of these jobs told."""
    store = Noting()
    await store.keep_workflow(TXT2IMG.digest, TXT2IMG.manifest_file, TXT2IMG.graph_file)
    events = [str(number) for number, _ in enumerate(requirements)]
    for event, requirement in zip(events, requirements, strict=True):
        await store.enqueue(replace(job(event), requirement=requirement))
    async with working(server, bench_of(store), gate=Gate(eager=eager)):
        await until_final(store, *events)
    return [warm for warm, _ in store.told]


async def test_a_claim_names_the_model_that_the_last_run_had_loaded():
    assert await _served(Kitchen(), "a.1", "a.2", "b.3", ".4", "b.5") == [(), ("a",), ("a",), ("b",), ("b",)]


async def test_the_claim_of_a_successor_names_the_model_that_will_be_loaded_when_it_begins():
    server = Kitchen(looks=200)
    assert await _served(server, "a.1", "b.2", "c.3", eager=True) == [(), ("a",), ("b",)]
    assert server.most_at_once == 2


async def test_a_run_that_failed_leaves_nothing_certain_but_the_model_that_was_there_before():
    def end(run):
        return DONE if run.id == run_id_of(job("0").id, 1) else failing(OutOfMemory())(run)

    assert await _served(Kitchen(ends=end), "a.1", "a.2", "b.3", "b.4") == [(), ("a",), ("a",), ()]


async def test_a_server_that_was_lost_has_nothing_loaded():
    class Restarting(Kitchen):
        async def submit(self, run):
            if len(self.submitted) == 1 and self.refusals:
                self.refusals = 0
                raise ServerUnreached
            return await super().submit(run)

    assert await _served(Restarting(), "a.1", "a.2") == [(), ("a",), ()]


async def test_a_claim_tells_the_speed_that_was_learned():
    store = Noting()
    bench = bench_of(store)
    for server, gpu_ms in (("kitchen", 1000), ("other", 3000)):
        bench.estimates.learn(Work("upscale", 1), server, gpu_ms=gpu_ms, quoted_ms=1)
    await enqueued(store)

    async with working(Kitchen(), bench):
        await until_final(store)

    assert store.told == [((), 2000)]
