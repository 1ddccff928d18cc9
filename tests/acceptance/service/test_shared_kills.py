"""A page, workers and an engine are killed at moments that a seed chooses; three GPUs that they share go on."""

import asyncio
from collections import Counter
from collections.abc import Collection, Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from random import Random

from adapters.redis.opening import open_redis
from adapters.simulator.options import SimulatorOptions
from adapters.simulator.server import Simulator
from bot.limits import policy_of
from bot.settings import Settings
from tests.acceptance.service.brisk import PEOPLE
from tests.acceptance.service.crew import crew_of
from tests.acceptance.service.page import FINAL, Page, opened
from tests.acceptance.service.service import commands
from tests.acceptance.service.truth import (
    cards_are_true,
    digests_on,
    files_are_distinct_results,
    nothing_ran_twice,
    records_at,
)
from tests.integration.redis.invariants import faults, jobs_of

GPUS = 3
SEASON = 20
"""Kills after which everything has to come to rest; then all begins anew."""

BACKLOG = 10
"""Jobs that are under way at most: as many as one person may have, so that nobody is turned away for that."""

MOST_JOBS = 190
"""A channel keeps 200 messages."""

CANCELLED = 0.15
"""Share of the wishes after which one is taken back."""

CALM_S = 120.0
SPEED = SimulatorOptions(step_ms=40, load_s=0.4)
POLICY = policy_of(Settings())

HELD = {"leases", "held", "parked", "patience", "bay", "queue", "line", "rota"}
"""Keys that are there while somebody has something or waits for something."""


async def test_whatever_is_killed_of_a_shared_service_every_job_ends_once_and_nothing_is_left_over(
    folder: Path, kills: int, seed: int
) -> None:
    for number in range(0, kills, SEASON):
        place = folder / str(number)
        place.mkdir()
        await season(place, min(SEASON, kills - number), seed + number)


async def season(folder: Path, kills: int, seed: int) -> None:
    """Kill so often while people ask, then let all jobs end, stop, and look whether everything is as it should be."""
    random, jobs, over = Random(seed), dict[str, str](), asyncio.Event()
    async with AsyncExitStack() as stack:
        gpus = [await stack.enter_async_context(Simulator(SPEED)) for _ in range(GPUS)]
        crew = await stack.enter_async_context(crew_of(folder, [gpu.url for gpu in gpus], random))
        async with opened(crew.page.service) as page, asyncio.TaskGroup() as tasks:
            asking = tasks.create_task(ask(page, Random(seed + 1), jobs, over))
            await page.until(lambda: any(page.state(job) == "running" for job in jobs))
            await crew.suffer(kills, random)
            over.set()
            await asking
            await page.until(lambda: not under_way(page, jobs), CALM_S)
            pictures = {job: await digests_on(page, job) for job in jobs}
            assert await crew.retire() == [0] * len(crew.members), crew.log
        assert crew.faults == []
        records = await records_at(crew.redis_url, jobs)
        ends = Counter((record.state.value, record.attempt) for record in records.values())
        print(f"--seed {seed}: killed {dict(crew.killed)}, ended (after so many attempts) {dict(ends)}")  # noqa: T201
        # No GPU died, so no job is to fail.
        assert {job: record.error_code for job, record in records.items() if record.error_code} == {}
        cards_are_true(page, records, pictures)
        assert page.cards.keys() == jobs.keys()
        await files_are_distinct_results(crew.page.service.state, records.values(), crew.redis_url)
        nothing_ran_twice(jobs, gpus)
        await nothing_is_left_over(crew.redis_url, jobs)
    assert [words for _, words in commands() if str(folder) in words] == []


async def ask(page: Page, random: Random, jobs: dict[str, str], over: asyncio.Event) -> None:
    """Keep the GPUs busy, and take some of the wishes back."""
    while not over.is_set() and len(jobs) < MOST_JOBS:
        person, number = random.choice(PEOPLE).lower(), len(jobs)
        text = f"/imagine fox {number} seed:{number} steps:{random.randint(2, 40)} size:64x64"
        jobs[await page.ask(text, person)] = person
        if random.random() < CANCELLED:
            wanted = random.choice(list(jobs))
            await page.cancel(wanted, jobs[wanted])
        await page.until(lambda: len(under_way(page, jobs)) < BACKLOG, CALM_S)


def under_way(page: Page, jobs: Collection[str]) -> Sequence[str]:
    """Return the jobs whose cards do not show an end."""
    return [job for job in jobs if page.state(job) not in FINAL]


async def nothing_is_left_over(redis_url: str, jobs: Collection[str]) -> None:
    """In the store there are these jobs, ended, and nobody holds, owns, waits for or is owed anything."""
    async with open_redis(redis_url, policy=POLICY) as pool:
        while await pool.lanes.tend():
            pass
        assert await faults(pool, POLICY) == []
        assert (await jobs_of(pool)).keys() == set(jobs)
        keys = {key.decode().rpartition("}:")[2] async for key in pool.edge.client.scan_iter(count=1000)}
    assert {key for key in keys if key.partition(":")[0] in HELD or key.startswith("owner:server")} == set()
