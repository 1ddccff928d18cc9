"""What the promises of `Server` are tried on: an endpoint, and runs whose outcome there is known."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from adapters.comfyui.address import ComfyAddress
from adapters.comfyui.limits import ComfyLimits
from adapters.comfyui.server import ComfyServer
from adapters.simulator.options import SimulatorOptions
from adapters.simulator.server import Simulator
from bot.jobs import Run
from bot.ports import Server
from tests.fakes.plain_platform import PlainPlatform, PlainServer
from tests.fakes.runs import blank, broken_upload, node, painting, run_of

QUICK = ComfyLimits(
    connect_s=2, answer_s=10, poll_s=0.2, eager_s=0.01, absent_s=0.3, lost_s=1, confirm_s=30, reconnect_s=0.5
)
"""Patience for a machine next door."""


@dataclass(frozen=True, kw_only=True)
class Scene:
    """One endpoint. `open` makes a client of its own, as another process would."""

    open: Callable[..., Server]  #: takes the identity of a pool, if it is to have one
    unreachable: Server  #: a client, already entered, whose endpoint is gone
    good: Callable[[], Run]  #: makes one picture
    failing: Callable[[], Run]  #: is accepted, and fails
    refused: Callable[[], Run]
    endless: Callable[[], Run]  #: runs longer than any test
    takes_our_ids: bool
    stops: bool
    tells_vocabulary: bool
    lists_runs: bool  #: and whose they are, and forgets them when asked


@asynccontextmanager
async def plain_scene() -> AsyncIterator[Scene]:
    platform = PlainPlatform()
    yield Scene(
        open=lambda _pool="": PlainServer(platform),
        unreachable=PlainServer(PlainPlatform(reachable=False)),
        good=lambda: run_of({"9": node("Picture")}),
        failing=lambda: run_of({"9": node("Fails")}),
        refused=lambda: run_of({"9": node("Refused")}),
        endless=lambda: run_of({"9": node("Endless")}),
        takes_our_ids=False,
        stops=False,
        tells_vocabulary=False,
        lists_runs=False,
    )


@asynccontextmanager
async def simulated_scene() -> AsyncIterator[Scene]:
    async with (
        Simulator(SimulatorOptions(step_ms=20, draw=False)) as simulator,
        comfyui_scene(simulator.url, "simulated-sd15.safetensors") as scene,
    ):
        yield scene


@asynccontextmanager
async def real_scene(url: str) -> AsyncIterator[Scene]:
    async with ComfyServer("asking", ComfyAddress.of(url), limits=QUICK) as server:
        vocabulary = await server.vocabulary()
    assert vocabulary, "a ComfyUI that lists no node classes is none"
    async with comfyui_scene(url, vocabulary.choices["CheckpointLoaderSimple.ckpt_name"][0]) as scene:
        yield scene


@asynccontextmanager
async def comfyui_scene(url: str, checkpoint: str) -> AsyncIterator[Scene]:
    async with (
        Simulator(SimulatorOptions(draw=False)) as dying,
        ComfyServer("gone", ComfyAddress.of(dying.url), limits=QUICK) as unreachable,
    ):
        await dying.faults.die()
        yield Scene(
            open=lambda pool="": ComfyServer("comfyui", ComfyAddress.of(url), limits=QUICK, pool=pool),
            unreachable=unreachable,
            good=blank,
            failing=broken_upload,
            refused=lambda: blank(width=0),
            endless=lambda: painting(checkpoint=checkpoint, steps=2000),
            takes_our_ids=True,
            stops=True,
            tells_vocabulary=True,
            lists_runs=True,
        )
