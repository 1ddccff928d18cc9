"""Clients in front of a simulator, and ways to wait for what they do."""

import asyncio
from collections.abc import Callable

from adapters.comfyui.address import ComfyAddress
from adapters.comfyui.limits import ComfyLimits
from adapters.comfyui.server import ComfyServer
from adapters.simulator.options import SimulatorOptions
from bot.events import OutputFile, RunEvent
from bot.ports import Handle

DEADLINE_S = 20

QUICK = ComfyLimits(
    connect_s=2, answer_s=5, poll_s=0.1, eager_s=0.01, absent_s=0.3, lost_s=0.5, confirm_s=5, reconnect_s=0.2
)
"""Patience for a server in the same process."""

DEAF_EARS = ComfyLimits(connect_s=2, answer_s=5, poll_s=60, eager_s=0.01)
"""No polling within a test: what comes, comes by the socket."""

FAST = SimulatorOptions(step_ms=10, draw=False)


def client(url: str, limits: ComfyLimits = QUICK, pool: str = "", **headers: str) -> ComfyServer:
    return ComfyServer("one", ComfyAddress.of(url, headers=headers), limits=limits, pool=pool)


async def followed(server: ComfyServer, handle: Handle) -> list[RunEvent]:
    async with asyncio.timeout(DEADLINE_S):
        return [event async for event in server.follow(handle)]


async def follow_until(
    server: ComfyServer, handle: Handle, reached: Callable[[RunEvent], bool], then: Callable[[], object]
) -> list[RunEvent]:
    """Follow to the end; on the way, the first time that `reached` holds, do something."""
    events, done = [], False
    async with asyncio.timeout(DEADLINE_S):
        async for event in server.follow(handle):
            events.append(event)
            if not done and reached(event):
                done = True
                outcome = then()
                if asyncio.iscoroutine(outcome):
                    await outcome
    return events


async def fetched(server: ComfyServer, file: OutputFile) -> bytes:
    async with asyncio.timeout(DEADLINE_S):
        return b"".join([chunk async for chunk in server.fetch(file)])
