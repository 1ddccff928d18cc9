"""The embedded engine is killed under load: the service goes on by itself."""

import asyncio
from random import Random

from adapters.simulator.server import Simulator
from tests.acceptance.service.page import FINAL, Page
from tests.acceptance.service.service import Service, end
from tests.acceptance.service.truth import cards_are_true, digests_on, files_are_distinct_results, records_of, runs_of

DEATHS = 3
WRITTEN_S = 1.2
"""The engine writes to the disk every second: what was acknowledged so long ago has to outlive it."""


async def test_the_engine_is_killed_under_load_and_nothing_older_than_a_second_is_lost(
    service: Service, gpus: list[Simulator], page: Page, seed: int
) -> None:
    random, jobs = Random(seed), list[str]()
    await service.start()
    pid = service.process.pid if service.process else None
    for death in range(DEATHS):
        jobs += [await page.ask(f"/imagine hen {death} {number} steps:12 size:64x64") for number in range(3)]
        await asyncio.sleep(WRITTEN_S + random.uniform(0, 0.5))
        before = service.engine()
        end(before)
        # Asked while there is no engine: whoever keeps asking is let in by the next one.
        jobs.append(await page.ask(f"/imagine wren {death} steps:4 size:64x64", "ben"))
        assert service.engine() != before
    await page.until(lambda: all(page.state(job) in FINAL for job in jobs))
    pictures = {job: await digests_on(page, job) for job in jobs}
    assert service.process
    assert (service.process.pid, service.process.returncode) == (pid, None)
    assert await service.stop() == 0

    records = await records_of(service.state, jobs)
    cards_are_true(page, records, pictures)
    assert {record.state.value for record in records.values()} == {"succeeded"}
    await files_are_distinct_results(service.state, records.values())
    assert all(runs_of(job, gpus).count("success") == 1 for job in jobs)
