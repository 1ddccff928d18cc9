"""A probe on the server, which is idle when a test starts and when it ends."""

import asyncio
from collections.abc import AsyncIterator

import aiohttp
import pytest

from tests.contracts.comfyui.probe import DEADLINE_S, Probe


@pytest.fixture
async def probe(comfyui_url: str) -> AsyncIterator[Probe]:
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=DEADLINE_S)) as session:
        probe = Probe(comfyui_url, session)
        await _settle(probe)
        probe.info = await probe.get("/object_info")
        yield probe
        await _settle(probe)


async def _settle(probe: Probe) -> None:
    """Stop whatever runs or waits: a test may have failed in the middle of a long run."""
    async with asyncio.timeout(DEADLINE_S):
        await probe.post("/queue", {"clear": True})
        while (await probe.get("/prompt"))["exec_info"]["queue_remaining"]:
            await probe.post("/interrupt", {})
            await asyncio.sleep(0.05)  # the wire offers nothing to wait on
