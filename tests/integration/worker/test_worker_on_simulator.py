"""The worker on real sockets: through intake, a queue in memory, a ComfyUI look-alike and a folder of files."""

import asyncio
import itertools
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from adapters.comfyui.address import ComfyAddress
from adapters.comfyui.server import ComfyServer
from adapters.files import LinkSigner, LocalFiles
from adapters.simulator.options import SimulatorOptions
from adapters.simulator.server import Simulator
from bot import health
from bot.attempt import Bench, WorkerLimits
from bot.estimates import Estimates
from bot.holding import Tenure
from bot.intake import Intake, Knowledge
from bot.jobs import JobId, JobRecord, JobState, job_id_of, run_id_of
from bot.limits import Limits
from bot.owning import Owning
from bot.pool import Pool
from bot.servers import Listed, ServerSpec
from bot.shares import Caps
from bot.submissions import ResultOf, Submission
from tests.contracts.server.scenes import QUICK
from tests.fakes.memory_servers import MemoryServers
from tests.fakes.memory_store import MemoryStore
from tests.unit.bot.bench import ALICE, CATALOG, PLACE, occasion
from workflows.vocabulary import merged

PATIENCE_S = 60
LIMITS = WorkerLimits(tenure=Tenure(heartbeat_s=0.05, lease_s=5, grace_s=0.2), unknown_s=2, idle_s=0.02)


@dataclass
class House:
    """Everything of one service but its chat."""

    store: MemoryStore
    files: LocalFiles
    estimates: Estimates
    simulators: list[Simulator]

    def workers(self) -> Pool:
        return Pool(
            roster=self._roster,
            connect=self._connect,
            bench=Bench(
                queue=self.store, store=self.store, live=self.store, files=self.files, estimates=self.estimates
            ),
            owning=Owning(notices=self.store, owner="only"),
            store=MemoryServers(),
            limits=LIMITS,
        )

    async def _roster(self) -> Mapping[str, Listed]:
        names = {f"gpu{number}": each.url for number, each in enumerate(self.simulators)}
        return {name: Listed(spec=ServerSpec(name=name, url=url)) for name, url in names.items()}

    def _connect(self, listed: Listed) -> ComfyServer:
        return ComfyServer(listed.spec.name, ComfyAddress.of(listed.spec.url), limits=QUICK)

    async def ask(self, text: str, event: str, workers: Pool, **more: object) -> JobId:
        knowledge = Knowledge(
            catalog=lambda: CATALOG,
            vocabulary=lambda: merged(workers.vocabularies().values()),
            usual=lambda: "txt2img",
        )
        intake = Intake(
            queue=self.store,
            store=self.store,
            files=self.files,
            estimates=self.estimates,
            knowledge=knowledge,
            limits=Limits(waiting=Caps(person=20)),
        )
        submission = Submission(occasion=occasion(event, ALICE, PLACE), text=text, **more)  # type: ignore[arg-type]
        return (await intake.submit(submission)).record.job.id

    async def until(self, job_id: JobId, true: Callable[[JobRecord], bool]) -> JobRecord:
        async with asyncio.timeout(PATIENCE_S):
            while not true(record := await self.store.read(job_id)):
                await self.store.changed("web", 0.1)
        return record

    async def final(self, job_id: JobId) -> JobRecord:
        return await self.until(job_id, lambda record: record.state.is_final)

    async def content(self, key: str) -> bytes:
        return b"".join([chunk async for chunk in self.files.read(key)])


@asynccontextmanager
async def open_house(folder: Path, *, gpus: int = 1, step_ms: float = 1) -> AsyncIterator[House]:
    async with (
        Simulator(SimulatorOptions(step_ms=step_ms, draw=False)) as first,
        Simulator(SimulatorOptions(step_ms=step_ms, draw=False)) as second,
    ):
        files = LocalFiles(folder / "files", LinkSigner(b"a secret of tests"))
        yield House(MemoryStore(), files, Estimates(), [first, second][:gpus])


@asynccontextmanager
async def at_work(house: House) -> AsyncIterator[Pool]:
    workers, stopping = house.workers(), asyncio.Event()
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(workers.run(stopping))
        async with asyncio.timeout(PATIENCE_S):
            await workers.opened()
        yield workers
        stopping.set()


@pytest.fixture(autouse=True)
def _eager(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "FIRST_PAUSE_S", 0.05)
    monkeypatch.setattr("bot.runs.AMBIGUITY_S", 0.5)


async def test_twenty_jobs_on_two_servers_all_end_with_a_picture_and_no_graph_runs_twice(tmp_path):
    async with open_house(tmp_path, gpus=2) as house, at_work(house) as workers:
        ids = [await house.ask(f"a cat steps:3 seed:{n}", str(n), workers) for n in range(20)]
        records = [await house.final(job_id) for job_id in ids]

    assert {record.state for record in records} == {JobState.SUCCEEDED}
    assert {record.attempt for record in records} == {1}
    picture = Image.open(BytesIO(await house.content(records[3].files[0].key)))
    assert picture.size == (records[3].files[0].width, records[3].files[0].height)
    assert set(picture.info) == {"parameters"}
    assert picture.info["parameters"].startswith("a cat\n")
    assert house.estimates.accuracy().jobs == 20


async def test_progress_and_previews_of_a_run_are_shown_while_it_paints(tmp_path):
    async with open_house(tmp_path, step_ms=40) as house, at_work(house) as workers:
        job_id = await house.ask("a cat steps:40", "1", workers)
        async with asyncio.timeout(PATIENCE_S):
            while not (shown := (await house.store.look([job_id])).get(job_id)) or not shown.preview:
                await house.store.changed("web", 0.1)
        assert shown.total == 40
        assert (await house.store.preview(job_id)).startswith((b"\xff\xd8", b"\x89PNG"))
        await house.store.cancel(job_id)
        assert (await house.final(job_id)).state is JobState.CANCELLED


async def test_a_server_that_dies_in_the_middle_is_opened_again_and_the_job_runs_anew(tmp_path):
    async with open_house(tmp_path, step_ms=30) as house, at_work(house) as workers:
        job_id = await house.ask("a cat steps:20", "1", workers)
        await house.until(job_id, lambda record: record.state is JobState.RUNNING)
        await house.simulators[0].faults.die()
        await house.until(job_id, lambda record: record.state is JobState.QUEUED)
        await house.simulators[0].faults.revive()
        record = await house.final(job_id)

    assert (record.state, record.attempt) == (JobState.SUCCEEDED, 2)


async def test_a_lost_answer_to_the_submit_is_found_out_and_the_run_is_not_submitted_twice(tmp_path):
    async with open_house(tmp_path) as house, at_work(house) as workers:
        house.simulators[0].faults.lose_next_answer()
        record = await house.final(await house.ask("a cat steps:3", "1", workers))

    assert (record.state, record.attempt) == (JobState.SUCCEEDED, 1)


async def test_memory_that_runs_out_fails_its_job_and_the_next_one_paints(tmp_path):
    async with open_house(tmp_path) as house, at_work(house) as workers:
        house.simulators[0].faults.out_of_memory()
        first = await house.final(await house.ask("a cat steps:3", "1", workers))
        second = await house.final(await house.ask("a dog steps:3", "2", workers))

    assert (first.state, first.error_code) == (JobState.FAILED, "out_of_memory")
    assert second.state is JobState.SUCCEEDED


async def test_a_killed_service_adopts_its_run_when_it_starts_again(tmp_path):
    async with open_house(tmp_path, step_ms=20) as house:
        killed = asyncio.create_task(_work_until_killed(house))
        await house.until(await _asked(house), lambda record: record.state is JobState.RUNNING)
        killed.cancel()
        await asyncio.gather(killed, return_exceptions=True)
        async with at_work(house):
            record = await house.final(await _asked(house))

    assert (record.state, record.attempt) == (JobState.SUCCEEDED, 1)


async def _work_until_killed(house: House) -> None:
    async with at_work(house) as workers:
        await house.ask("a cat steps:30", "1", workers)
        await asyncio.Event().wait()


async def _asked(house: House) -> JobId:
    async with asyncio.timeout(PATIENCE_S):
        while not (records := await house.store.of_requester(ALICE)):
            await house.store.changed("web", 0.1)
    return records[0].job.id


async def test_a_picture_of_ours_is_upscaled(tmp_path):
    async with open_house(tmp_path) as house, at_work(house) as workers:
        first = await house.final(await house.ask("a cat steps:3", "1", workers))
        pictures = {"image": ResultOf(job_id=first.job.id)}
        second = await house.final(await house.ask("", "2", workers, workflow="upscale", pictures=pictures))

    assert second.state is JobState.SUCCEEDED, second.error_sentence
    assert second.files[0].width > first.files[0].width


# ---- The run behind the one that executes ----


async def _with_a_successor(house: House, workers: Pool) -> tuple[JobId, JobId]:
    """A run that takes very much longer than any did, and one behind it in the server's own queue."""
    # From now on it is known what such a job takes.
    await house.final(await house.ask("a cat steps:3", "known", workers))
    house.simulators[0].faults.slow_down(4000)
    first = await house.ask("a cat steps:3 seed:1", "1", workers)
    second = await house.ask("a cat steps:3 seed:2", "2", workers)
    await house.until(second, lambda record: record.state is JobState.RUNNING)
    house.simulators[0].faults.slow_down(1)
    return first, second


def _executions(house: House, job_id: JobId) -> int:
    runs = {run_id_of(job_id, attempt) for attempt in range(1, 9)}
    return sum(record.prompt_id in runs for record in house.simulators[0].runs)


async def test_runs_are_handed_over_before_the_one_before_them_ends(tmp_path):
    async with open_house(tmp_path, step_ms=10) as house, at_work(house) as workers:
        for job_id in [await house.ask(f"a cat steps:30 seed:{n}", str(n), workers) for n in range(8)]:
            assert (await house.final(job_id)).attempt == 1
        runs = house.simulators[0].runs
        early = [after.posted_at < before.finished_at for before, after in itertools.pairwise(runs)]

    assert sum(early) >= len(early) // 2
    assert not any(after.posted_at < before.started_at for before, after in zip(runs, runs[2:], strict=False)), "two"


async def test_a_successor_that_is_cancelled_never_executes(tmp_path):
    async with open_house(tmp_path) as house, at_work(house) as workers:
        first, second = await _with_a_successor(house, workers)
        await house.store.cancel(second)
        assert (await house.final(second)).state is JobState.CANCELLED
        await house.store.cancel(first)
        assert (await house.final(first)).state is JobState.CANCELLED
        assert _executions(house, second) == 0


async def test_a_successor_of_a_run_that_does_not_end_is_given_back_and_runs_once_later(tmp_path):
    async with open_house(tmp_path) as house, at_work(house) as workers:
        first, second = await _with_a_successor(house, workers)
        await house.until(second, lambda record: record.state is JobState.QUEUED)
        assert _executions(house, second) == 0
        await house.store.cancel(first)
        assert (await house.final(second)).state is JobState.SUCCEEDED
        assert _executions(house, second) == 1


async def test_a_killed_service_adopts_both_of_its_runs_and_each_runs_once(tmp_path):
    async with open_house(tmp_path) as house:
        held: asyncio.Future[tuple[JobId, JobId]] = asyncio.get_running_loop().create_future()

        async def life() -> None:
            async with at_work(house) as workers:
                held.set_result(await _with_a_successor(house, workers))
                await asyncio.Event().wait()

        killed = asyncio.create_task(life())
        first, second = await held
        killed.cancel()
        await asyncio.gather(killed, return_exceptions=True)
        async with at_work(house):
            await house.store.cancel(first)
            assert (await house.final(first)).state is JobState.CANCELLED
            assert (await house.final(second)).state is JobState.SUCCEEDED
        assert _executions(house, second) == 1


async def test_a_server_that_dies_with_two_runs_loses_no_job(tmp_path):
    async with open_house(tmp_path) as house, at_work(house) as workers:
        first, second = await _with_a_successor(house, workers)
        await house.simulators[0].faults.die()
        for job_id in (first, second):
            await house.until(job_id, lambda record: record.state is JobState.QUEUED)
        await house.simulators[0].faults.revive()
        states = {(await house.final(job_id)).state for job_id in (first, second)}

    assert states == {JobState.SUCCEEDED}


@pytest.mark.parametrize("turns", range(8))
async def test_a_job_that_comes_while_the_service_stops_and_a_claim_waits_is_nobodys_and_costs_nothing(tmp_path, turns):
    async with open_house(tmp_path) as house:
        workers, stopping = house.workers(), asyncio.Event()
        async with asyncio.timeout(PATIENCE_S), asyncio.TaskGroup() as tasks:
            tasks.create_task(workers.run(stopping))
            await workers.opened()
            before = await house.final(await house.ask("a lighthouse", "before", workers))
            asked = replace(before.job, id=job_id_of("test", "just then"))
            stopping.set()
            for _ in range(turns):
                await asyncio.sleep(0)
            await house.store.enqueue(asked)
        record = await house.store.read(asked.id)

    assert (record.state, record.attempt) == (JobState.QUEUED, 0) or record.state is JobState.SUCCEEDED
