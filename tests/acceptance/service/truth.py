"""What must hold when everything has ended, whatever was killed on the way."""

import os
from collections import Counter
from collections.abc import Collection, Iterable
from hashlib import sha256
from pathlib import Path
from uuid import UUID

from adapters.redis.engine import open_engine
from adapters.redis.opening import open_redis
from adapters.simulator.server import Simulator
from bot.app import ServiceOptions, opened
from bot.jobs import JobId, JobRecord, run_id_of
from bot.settings import Settings
from tests.acceptance.service.page import Page, pictures_of
from workflows.values import FileHandle

ATTEMPTS = 12
"""More than any job gets."""


async def records_of(state: Path, jobs: Iterable[str]) -> dict[str, JobRecord]:
    """Read jobs from the state directory of a service that has ended."""
    async with open_engine(state / "store") as url:
        return await records_at(url, jobs)


async def records_at(redis_url: str, jobs: Iterable[str]) -> dict[str, JobRecord]:
    """Read jobs from a store."""
    async with open_redis(redis_url) as pool:
        found = {job: await pool.store.read(JobId(UUID(job))) for job in jobs}
    assert None not in found.values()
    return {job: record for job, record in found.items() if record}


async def digests_on(page: Page, job: str) -> list[str]:
    """Fetch every picture that a job's card shows."""
    digests = []
    for address in pictures_of(page.cards[job]):
        async with page.browser.http.get(page.browser.url(address)) as response:
            assert response.status == 200, address
            digests.append(sha256(await response.read()).hexdigest())
    return digests


def cards_are_true(page: Page, records: dict[str, JobRecord], pictures: dict[str, list[str]]) -> None:
    """Every card shows its job's durable state, and its pictures are the job's."""
    for job, record in records.items():
        assert record.state.is_final, record
        assert page.state(job) == record.state.value, job
        assert pictures[job] == [file.key for file in record.files], job
        assert bool(record.files) == (record.state.value == "succeeded"), record
        assert (record.error_sentence or "") in page.cards[job]
    assert page.faults == []


async def files_are_distinct_results(state: Path, records: Collection[JobRecord], redis_url: str | None = None) -> None:
    """Once tidied, every distinct result and input is kept once and nothing else, not even half a file."""
    await _tidied(state, redis_url)
    kept = Counter(path.name for path in (state / "files").rglob("*") if path.is_file())
    wanted = {file.key for record in records for file in record.files}
    for record in records:
        wanted |= {value.key for value in record.job.values.values() if isinstance(value, FileHandle)}
    assert kept == Counter(wanted)


async def _tidied(state: Path, redis_url: str | None) -> None:
    """Tidy as a service does whose files are old enough: what a kill left half done may lie there until then."""
    for path in (state / "files").rglob("*"):
        os.utime(path, (1, 1))
    options = ServiceOptions(
        settings=Settings(), state=state, key=bytes(32), servers={}, guests=(), redis_url=redis_url
    )
    async with opened(options) as service:
        await service.tidying.tidy()


def runs_of(job: str, gpus: Iterable[Simulator]) -> list[str]:
    """Return how each execution of a job on these servers ended."""
    mine = {run_id_of(JobId(UUID(job)), attempt) for attempt in range(ATTEMPTS)}
    return [run.outcome for gpu in gpus for run in gpu.records.runs if run.prompt_id in mine]


def nothing_ran_twice(jobs: Collection[str], gpus: Collection[Simulator]) -> None:
    """Each job was executed once at most, and nothing else was."""
    times = Counter(run.prompt_id for gpu in gpus for run in gpu.records.runs)
    assert [run for run, count in times.items() if count > 1] == []
    runs = {job: runs_of(job, gpus) for job in jobs}
    assert {job: ran for job, ran in runs.items() if len(ran) > 1} == {}
    assert sum(map(len, runs.values())) == times.total()
