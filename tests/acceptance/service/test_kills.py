"""The service is killed again and again, at moments that a seed chooses, with a page open and two GPUs that go on."""

import asyncio
from random import Random

from adapters.simulator.server import Simulator
from tests.acceptance.service.page import FINAL, Page
from tests.acceptance.service.service import Service
from tests.acceptance.service.truth import (
    cards_are_true,
    digests_on,
    files_are_distinct_results,
    nothing_ran_twice,
    records_of,
)

PEOPLE = ("ada", "ben", "cleo")
LIFE_S = 2.2
"""The longest that a service lives: long enough for the whole path of a job, from queued to settled."""

EARLY = 0.2
"""Share of the kills that come while the service is still starting."""

CALM_S = 120.0


async def one_life(service: Service, random: Random) -> None:
    """Start the service and kill it somewhere."""
    await service.spawn()
    if random.random() >= EARLY:
        await service.serving()
    await asyncio.sleep(random.uniform(0, LIFE_S))
    await service.kill()


async def asking(page: Page, random: Random, jobs: dict[str, str], count: int) -> None:
    """Ask for pictures, and take some of the wishes back, while the service comes and goes."""
    for number in range(count):
        person = random.choice(PEOPLE)
        text = f"/imagine fox {number} seed:{number} steps:{random.randint(2, 16)} size:64x64"
        job = await page.ask(text, person)
        jobs[job] = person
        if random.random() < 0.2:
            wanted = random.choice(list(jobs))
            await page.cancel(wanted, jobs[wanted])
        await asyncio.sleep(random.uniform(0, LIFE_S / 2))


async def test_whenever_the_service_is_killed_every_job_ends_once_and_its_card_is_true(
    service: Service, gpus: list[Simulator], page: Page, kills: int, seed: int
) -> None:
    jobs: dict[str, str] = {}
    async with asyncio.TaskGroup() as tasks:
        asked = tasks.create_task(asking(page, Random(seed), jobs, min(2 * kills, 190)))
        random = Random(seed + 1)
        for _ in range(kills):
            await one_life(service, random)
        await service.start()
        await asked
    await page.until(lambda: all(page.state(job) in FINAL for job in jobs), CALM_S)
    pictures = {job: await digests_on(page, job) for job in jobs}
    assert await service.stop() == 0
    await service.without_engine()

    records = await records_of(service.state, jobs)
    cards_are_true(page, records, pictures)
    assert page.cards.keys() == jobs.keys()
    await files_are_distinct_results(service.state, records.values())
    nothing_ran_twice(jobs, gpus)
    assert "succeeded" in {record.state for record in records.values()}
