"""Two real ComfyUI, which the tests may kill; without the flags that name them all of this is skipped."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest

from tests.acceptance.real.machine import Machine
from tests.acceptance.real.scene import Scene
from tests.acceptance.service.page import opened
from tests.acceptance.service.service import Service
from tests.contracts.comfyui.probe import Probe


@pytest.fixture
async def machines(request: pytest.FixtureRequest) -> AsyncIterator[tuple[Machine, Machine]]:
    """Both of them idle, and watched."""
    urls = [str(url).rstrip("/") for url in request.config.getoption("--comfyui")]
    control = str(request.config.getoption("--comfyui-control") or "")
    if len(urls) != 2 or not control:
        pytest.skip("needs --comfyui twice, and --comfyui-control")
    async with aiohttp.ClientSession() as http, asyncio.TaskGroup() as tasks:
        first, other = (Machine(f"gpu{number}", Probe(url, http), control) for number, url in enumerate(urls, start=1))
        watching = [tasks.create_task(machine.watch()) for machine in (first, other)]
        for machine in (first, other):
            await machine.clear()
        yield first, other
        for machine in (first, other):
            await machine.clear()
        for task in watching:
            task.cancel()


@pytest.fixture
async def service(machines: tuple[Machine, Machine], folder: Path) -> AsyncIterator[Service]:
    """The demo in front of both; nothing of it is left behind by any test."""
    service = Service(folder, [machine.probe.url for machine in machines])
    await service.start()
    yield service
    if service.process is not None and service.process.returncode is None:
        await service.kill()
    await service.without_engine()


@pytest.fixture
async def scene(machines: tuple[Machine, Machine], service: Service) -> AsyncIterator[Scene]:
    """Both GPUs ready for work, and a page that is left open."""
    async with opened(service) as page:
        scene = Scene(service, page, machines)
        for machine in machines:
            await scene.until_state(machine, "ready")
        yield scene
