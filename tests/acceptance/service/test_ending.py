"""The service ends, is ended, and goes on where it was."""

import asyncio
import signal

import pytest

from adapters.redis.engine import open_engine
from adapters.simulator.options import SimulatorOptions
from adapters.simulator.server import Simulator
from bot.holding import Tenure
from tests.acceptance.service.page import Page
from tests.acceptance.service.service import Service
from tests.acceptance.service.truth import nothing_ran_twice, runs_of

AT_ONCE_S = 20.0
"""Far less than the 30 seconds of a lease, and enough for a busy machine to start Python."""


async def test_a_stop_lets_the_running_finish_keeps_the_waiting_and_the_next_start_goes_on_at_once(
    service: Service, gpus: list[Simulator], page: Page
) -> None:
    await service.start()
    running = [await page.ask(f"/imagine fox {number} steps:30 size:64x64") for number in range(2)]
    await page.until(lambda: all(page.state(job) == "running" for job in running))
    waiting = [await page.ask(f"/imagine hen {number} steps:3 size:64x64", "ben") for number in range(3)]

    assert await service.stop() == 0
    assert [runs_of(job, gpus) for job in (*running, *waiting)] == [["success"]] * 2 + [[]] * 3
    await page.until(lambda: all(page.state(job) == "succeeded" for job in running))
    await service.without_engine()

    await service.start()
    await page.until(lambda: all(page.state(job) == "succeeded" for job in (*running, *waiting)), AT_ONCE_S)
    assert await service.stop(signal.SIGINT) == 0
    nothing_ran_twice([*running, *waiting], gpus)
    assert page.faults == []


@pytest.fixture
async def slow(service: Service) -> list[Simulator]:
    """One GPU on which nothing ends within the grace of a stop."""
    async with Simulator(SimulatorOptions(step_ms=500, draw=False)) as gpu:
        service.gpus = [gpu.url]
        yield [gpu]


async def test_a_second_signal_ends_the_grace_and_what_is_handed_back_starts_again_at_once(
    service: Service, slow: list[Simulator], page: Page
) -> None:
    await service.start()
    job = await page.ask("/imagine a whale steps:60 size:64x64")
    await page.until(lambda: page.state(job) == "running")
    assert service.process is not None
    service.process.send_signal(signal.SIGINT)
    await service.said("Once more hands it back at once.")
    async with asyncio.timeout(0.9 * Tenure().grace_s):
        assert await service.stop() == 0
    assert runs_of(job, slow) == ["interrupted"]

    await service.start()
    await page.until(lambda: page.state(job) == "running" and len(runs_of(job, slow)) == 2, AT_ONCE_S)
    assert await page.cancel(job)
    await page.until(lambda: page.state(job) == "cancelled")
    assert runs_of(job, slow) == ["interrupted"] * 2


async def test_a_killed_services_run_is_adopted_at_once_by_the_next(
    service: Service, slow: list[Simulator], page: Page
) -> None:
    await service.start()
    job = await page.ask("/imagine a whale steps:9 size:64x64")
    await page.until(lambda: page.state(job) == "running")
    await service.kill()

    await service.start()
    await page.until(lambda: page.state(job) == "succeeded", AT_ONCE_S)
    assert runs_of(job, slow) == ["success"]


async def test_a_killed_service_does_not_forget_that_somebody_cancelled(
    service: Service, slow: list[Simulator], page: Page
) -> None:
    await service.start()
    job = await page.ask("/imagine a whale steps:60 size:64x64")
    await page.until(lambda: page.state(job) == "running" and runs_of(job, slow))
    slow[0].faults.freeze()
    assert await page.cancel(job)
    await service.kill()
    slow[0].faults.thaw()

    await service.start()
    await page.until(lambda: page.state(job) == "cancelled", AT_ONCE_S)
    assert runs_of(job, slow) == ["interrupted"]


async def test_a_second_service_on_one_state_directory_ends_with_a_sentence(service: Service, page: Page) -> None:
    await service.start()
    second = Service(service.folder, service.gpus)
    process = await second.spawn()
    said, _ = await process.communicate()

    assert process.returncode == 2
    assert said == b""
    assert "Another Fairbrush uses this state directory." in second.log
    assert "Traceback" not in second.log
    job = await page.ask("/imagine a fox steps:2 size:64x64")
    await page.until(lambda: page.state(job) == "succeeded")
    assert len(service.engines()) == 2  # one supervisor, one engine


async def test_a_second_service_on_one_state_directory_ends_with_a_sentence_whatever_keeps_the_jobs(
    service: Service, page: Page
) -> None:
    async with open_engine(service.folder / "elsewhere") as url:
        service.redis_url = url
        await service.start()
        second = Service(service.folder, service.gpus, redis_url=url)
        process = await second.spawn()
        await process.communicate()

        assert process.returncode == 2
        assert "Another Fairbrush uses this state directory." in second.log
        job = await page.ask("/imagine a fox steps:2 size:64x64")
        await page.until(lambda: page.state(job) == "succeeded")
        assert await service.stop() == 0


async def test_services_that_share_a_store_never_share_a_gpu(
    service: Service, gpus: list[Simulator], page: Page
) -> None:
    async with open_engine(service.folder / "elsewhere") as url:
        service.redis_url = url
        await service.start()
        job = await page.ask("/imagine a fox steps:60 size:64x64")
        await page.until(lambda: page.state(job) == "running")
        other = Service(service.folder / "other", service.gpus, redis_url=url)
        other.folder.mkdir()
        await other.start()

        await page.until(lambda: page.state(job) == "succeeded")
        assert await other.stop() == 0
        assert runs_of(job, gpus) == ["success"]
        assert await service.stop() == 0
