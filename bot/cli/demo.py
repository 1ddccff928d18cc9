"""`fairbrush demo`: everything on this machine, with nothing else installed: store, GPUs, chat page."""

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from adapters.simulator.options import SimulatorOptions
from adapters.simulator.server import Simulator
from bot.cli.loops import run
from bot.cli.service import run_service, state_folder
from bot.cli.setting_up import load_settings
from bot.cli.terminal import note
from bot.errors import ConfigError
from bot.servers import ServerSpec
from bot.service.reaching import checked, place_of
from bot.service.roles import AT_HOME

PEOPLE = ("Ada", "Ben", "Cleo")
"""Whom the page may speak as: enough to see whose turn it is."""

SIMULATED_GPUS = 2


def demo(*, comfyui: list[str], port: int, state: Path | None, step_ms: float) -> None:
    """Serve the demo until Ctrl-C; raises ConfigError."""
    run(_demo(comfyui=comfyui, port=port, state=state, step_ms=step_ms))


async def _demo(*, comfyui: list[str], port: int, state: Path | None, step_ms: float) -> None:
    settings = load_settings()
    folder = state_folder(state or settings.state_dir)
    async with gpus(comfyui, step_ms) as servers:
        await run_service(settings, servers, PEOPLE, state=folder, host="127.0.0.1", port=port, roles=AT_HOME)


@asynccontextmanager
async def gpus(comfyui: list[str], step_ms: float) -> AsyncIterator[Mapping[str, ServerSpec]]:
    """Yield the GPUs by name: the ones that were named, else simulated ones that live as long as this."""
    if comfyui:
        yield _named(comfyui)
        return
    note(f"No GPU was named, so {SIMULATED_GPUS} are simulated. For a real one: --comfyui http://127.0.0.1:8188")
    async with AsyncExitStack() as stack:
        simulators = [
            await stack.enter_async_context(Simulator(SimulatorOptions(step_ms=step_ms, load_s=1.5)))
            for _ in range(SIMULATED_GPUS)
        ]
        yield _seeds([each.url for each in simulators])


def _named(urls: list[str]) -> Mapping[str, ServerSpec]:
    found = [checked(url) for url in urls]
    if len(set(map(place_of, found))) < len(found):
        raise ConfigError(["The same GPU is named twice. It has one worker, which does one job at a time."])
    return _seeds([each.url for each in found])


def _seeds(urls: list[str]) -> Mapping[str, ServerSpec]:
    specs = [ServerSpec(name=f"gpu{number}", url=url) for number, url in enumerate(urls, start=1)]
    return {spec.name: spec for spec in specs}
