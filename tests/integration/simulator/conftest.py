"""A simulator for each test, fast, with a probe on it."""

from collections.abc import AsyncIterator

import aiohttp
import pytest

from adapters.simulator.options import SimulatorOptions
from adapters.simulator.server import Simulator
from tests.contracts.comfyui.probe import DEADLINE_S, Probe


@pytest.fixture
async def simulator() -> AsyncIterator[Simulator]:
    async with Simulator(SimulatorOptions(step_ms=1, draw=False)) as simulator:
        yield simulator


@pytest.fixture
async def probe(simulator: Simulator) -> AsyncIterator[Probe]:
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=DEADLINE_S)) as session:
        probe = Probe(simulator.url, session)
        probe.info = await probe.get("/object_info")
        yield probe
