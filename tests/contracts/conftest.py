"""Which ComfyUI the contracts are held against: the simulator always, any server with --comfyui URL."""

from collections.abc import AsyncIterator

import pytest

from adapters.simulator.options import SimulatorOptions
from adapters.simulator.server import Simulator


@pytest.fixture
async def comfyui_url(request: pytest.FixtureRequest) -> AsyncIterator[str]:
    given = request.config.getoption("--comfyui")
    if given:
        yield str(given).rstrip("/")
        return
    async with Simulator(SimulatorOptions(step_ms=5)) as simulator:
        yield simulator.url
