"""Two GPUs that outlast the service, the service itself, and a page that is left open."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from adapters.simulator.options import SimulatorOptions
from adapters.simulator.server import Simulator
from tests.acceptance.service.page import Page, opened
from tests.acceptance.service.service import Service


@pytest.fixture
async def gpus() -> AsyncIterator[list[Simulator]]:
    """GPUs that load a model in half a second and paint small pictures in about another."""
    options = SimulatorOptions(step_ms=40, load_s=0.4)
    async with Simulator(options) as first, Simulator(options) as second:
        yield [first, second]


@pytest.fixture
async def service(folder: Path, gpus: list[Simulator]) -> AsyncIterator[Service]:
    """A service that is not started yet; nothing of it is left behind by any test."""
    service = Service(folder, [gpu.url for gpu in gpus])
    yield service
    if service.process is not None and service.process.returncode is None:
        await service.kill()
    await service.without_engine()


@pytest.fixture
async def page(service: Service) -> AsyncIterator[Page]:
    """A page that waits for the service, and for every next one."""
    async with opened(service) as page:
        yield page
