"""Which ComfyUI the contracts are held against: the simulator always, any server with --comfyui URL."""

from collections.abc import AsyncIterator

import pytest

from adapters.simulator.options import SimulatorOptions
from adapters.simulator.server import Simulator


def comfyui_urls(config: pytest.Config) -> list[str]:
    """Return which servers were named; none means the simulator."""
    return [str(url).rstrip("/") for url in config.getoption("--comfyui")]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "comfyui_url" in metafunc.fixturenames:
        metafunc.parametrize("comfyui_url", comfyui_urls(metafunc.config) or ["simulator"], indirect=True)


@pytest.fixture
async def comfyui_url(request: pytest.FixtureRequest) -> AsyncIterator[str]:
    if request.param != "simulator":
        yield request.param
        return
    async with Simulator(SimulatorOptions(step_ms=5)) as simulator:
        yield simulator.url
