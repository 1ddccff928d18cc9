"""GPUs come and go while the service runs, and what was said of them outlasts it; several processes share them."""

from collections.abc import AsyncIterator
from getpass import getuser

import pytest

from adapters.redis.engine import open_engine
from adapters.simulator.options import SimulatorOptions
from adapters.simulator.server import Simulator
from tests.acceptance.service.listing import servers, until_state
from tests.acceptance.service.page import Page, pictures_of
from tests.acceptance.service.service import Service
from tests.acceptance.service.truth import runs_of

LONG = "steps:40 size:64x64"  # two of them are at work at the same time, wherever there are two GPUs
SHORT = "steps:2 size:64x64"


@pytest.fixture
async def another() -> AsyncIterator[Simulator]:
    async with Simulator(SimulatorOptions(step_ms=40)) as gpu:
        yield gpu


async def painted(page: Page, words: str) -> str:
    """Ask for a small picture and see it through."""
    job = await page.ask(f"/imagine {words} {SHORT}")
    await page.until(lambda: page.state(job) == "succeeded")
    return job


async def test_a_gpu_is_added_drained_and_resumed_while_the_service_runs(
    service: Service, gpus: list[Simulator], another: Simulator, page: Page
) -> None:
    service.gpus = [gpus[0].url]
    await service.start()
    await service.run("servers", "add", "gpu9", another.url, "--label", "late")
    await until_state(service, "gpu9", "ready")
    assert (await servers(service))["gpu9"]["labels"] == ["late"]
    both = [await page.ask(f"/imagine fox {number} {LONG}") for number in range(2)]
    await page.until(lambda: all(page.state(job) == "running" for job in both))

    await service.run("servers", "drain", "gpu9")
    await until_state(service, "gpu9", "draining")
    later = [await painted(page, f"hen {number}") for number in range(3)]
    await page.until(lambda: all(page.state(job) == "succeeded" for job in both))
    assert sorted(runs_of(job, [another]) for job in both) == [[], ["success"]]
    assert [runs_of(job, [gpus[0]]) for job in later] == [["success"]] * 3

    await service.run("servers", "resume", "gpu9")
    await until_state(service, "gpu9", "ready")
    both = [await page.ask(f"/imagine owl {number} {LONG}") for number in range(2)]
    await page.until(lambda: all(page.state(job) == "succeeded" for job in both))
    assert sorted(runs_of(job, [another]) for job in both) == [[], ["success"]]
    assert page.faults == []


async def test_a_removed_gpu_stays_away_after_a_restart_and_an_added_one_stays(
    service: Service, gpus: list[Simulator], another: Simulator, page: Page
) -> None:
    service.gpus = [gpus[0].url]
    await service.start()
    await service.run("servers", "add", "gpu9", another.url)
    await service.run("servers", "remove", "gpu1")
    await until_state(service, "gpu9", "ready")
    await until_state(service, "gpu1", "removed")
    assert runs_of(await painted(page, "an owl"), [another]) == ["success"]

    assert await service.stop() == 0
    assert {name: each["state"] for name, each in (await servers(service)).items()} == {
        "gpu1": "removed",
        "gpu9": "unattended",
    }
    await service.start()
    assert "gpu1 (removed)" in service.log
    await until_state(service, "gpu9", "ready")
    assert runs_of(await painted(page, "a cow"), [another]) == ["success"]
    assert not gpus[0].records.runs

    await service.run("servers", "resume", "gpu1")
    await until_state(service, "gpu1", "ready")
    await service.run("servers", "remove", "gpu9")
    await until_state(service, "gpu9", "removed")
    assert runs_of(await painted(page, "a dog"), gpus) == ["success"]
    assert page.faults == []


async def test_a_page_and_workers_are_processes_of_their_own_that_share_a_pool_and_a_folder(
    service: Service, gpus: list[Simulator], page: Page
) -> None:
    blocks = [f'[[servers]]\nname = "gpu{n}"\nurl = "{gpu.url}"\n' for n, gpu in enumerate(gpus, start=1)]
    (service.folder / "fairbrush.toml").write_text("\n".join(blocks))
    async with open_engine(service.folder / "elsewhere") as url:
        service.command, service.redis_url = ("serve", "--only", "web"), url
        await service.start()
        workers = [Service(service.folder, (), redis_url=url, command=("serve", "--only", "worker")) for _ in range(2)]
        for worker in workers:
            await worker.spawn()
        for name in ("gpu1", "gpu2"):
            await until_state(service, name, "ready")

        jobs = [await page.ask(f"/imagine fox {number} {LONG}", getuser().lower()) for number in range(3)]
        await page.until(lambda: all(page.state(job) == "succeeded" for job in jobs))
        assert [runs_of(job, gpus) for job in jobs] == [["success"]] * 3
        for picture in pictures_of(page.cards[jobs[0]]):
            async with page.browser.http.get(page.browser.url(picture)) as response:
                assert response.status == 200

        await workers[0].kill()  # Whatever it had is taken over by the other one.
        job = await page.ask(f"/imagine hen {SHORT}", getuser().lower())
        await page.until(lambda: page.state(job) == "succeeded")
        for name in ("gpu1", "gpu2"):
            await until_state(service, name, "ready")
        assert await workers[1].stop() == 0
        assert await service.stop() == 0
    assert page.faults == []


async def test_a_worker_of_its_own_needs_a_redis_that_others_reach(service: Service) -> None:
    service.command = ("serve", "--only", "worker")
    process = await service.spawn()
    await process.communicate()

    assert process.returncode == 2
    assert "FAIRBRUSH_REDIS_URL" in service.log
    assert "Traceback" not in service.log
