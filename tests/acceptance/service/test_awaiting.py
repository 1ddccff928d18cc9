"""A job waits for the GPU that it needs while that is drained or down, and whoever asked reads so."""

from uuid import uuid4

from adapters.simulator.options import SimulatorOptions
from adapters.simulator.server import Simulator
from tests.acceptance.service.page import Page
from tests.acceptance.service.service import Service
from tests.acceptance.service.truth import runs_of

SHORT = "steps:2 size:64x64"


async def waiting(page: Page, words: str, headline: str) -> str:
    """Ask until a job waits with that headline: what is said of a GPU is heeded within seconds. Return that job."""
    while True:
        job = await page.ask(f"/imagine {words} {SHORT}")
        await page.until(lambda job=job: page.state(job) == "succeeded" or headline in page.cards.get(job, ""))
        if page.state(job) != "succeeded":
            return job


async def test_a_card_names_the_gpu_that_it_waits_for_and_the_job_goes_on_when_that_is_back(
    service: Service, gpus: list[Simulator], page: Page
) -> None:
    service.gpus = [gpus[0].url]
    await service.start()
    await page.until(lambda: page.connections)
    seen = await page.ask(f"/imagine an owl {SHORT}")
    await page.until(lambda: page.state(seen) == "succeeded")

    await service.run("servers", "drain", "gpu1")
    job = await waiting(page, "a fox", "Waiting for gpu1, which is taking no new jobs at the moment")
    await service.run("servers", "resume", "gpu1")
    await page.until(lambda: page.state(job) == "succeeded")

    assert page.faults == []


async def test_what_only_a_gpu_has_that_is_down_waits_for_it_and_is_painted_there_when_it_is_back(
    service: Service, gpus: list[Simulator], page: Page
) -> None:
    options = SimulatorOptions(step_ms=20, checkpoints=("rare.safetensors",))
    async with Simulator(options) as rare:
        service.gpus = [gpus[0].url, rare.url]
        await service.start()
        first = await page.ask(f"/imagine an owl model:rare {SHORT}")
        await page.until(lambda: page.state(first) == "succeeded")
        port = int(rare.url.rpartition(":")[2])
    job = await waiting(page, "a fox model:rare", "Waiting for gpu2, which is down")

    other = await page.ask(f"/imagine a hen {SHORT}")
    await page.until(lambda: page.state(other) == "succeeded")
    async with Simulator(SimulatorOptions(step_ms=20, port=port, checkpoints=("rare.safetensors",))) as back:
        await page.until(lambda: page.state(job) == "succeeded")
        assert runs_of(job, [back]) == ["success"]
    assert page.faults == []


async def test_a_pool_without_any_gpu_refuses_with_a_sentence(
    service: Service, gpus: list[Simulator], page: Page
) -> None:
    service.gpus = [gpus[0].url]
    await service.start()
    seen = await page.ask(f"/imagine an owl {SHORT}")
    await page.until(lambda: page.state(seen) == "succeeded")

    await service.run("servers", "remove", "gpu1")
    answer = ""
    while "There is no GPU here" not in answer:
        _, answer = await page.browser.ask(f"/imagine a fox {SHORT}", **{"as": "ada", "event": str(uuid4())})

    assert page.faults == []
