"""`fairbrush demo`: everything on this machine, with nothing else installed: store, GPUs, chat page."""

import asyncio
import os
import secrets
import signal
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from adapters.comfyui.address import ComfyAddress
from adapters.simulator.options import SimulatorOptions
from adapters.simulator.server import Simulator
from adapters.web.guests import Guest
from bot.app import ServiceOptions, serve
from bot.cli.setting_up import load_settings
from bot.cli.terminal import note, say
from bot.errors import ConfigError
from bot.jobs import Place, Requester, Tenant
from bot.settings import Settings

PEOPLE = ("Ada", "Ben", "Cleo")
"""Whom the page may speak as: enough to see whose turn it is."""

SIMULATED_GPUS = 2


def demo(*, comfyui: list[str], port: int, state: Path | None, step_ms: float) -> None:
    """Serve the demo until Ctrl-C; raises ConfigError."""
    settings = load_settings()
    folder = _state_folder(state or settings.state_dir)
    asyncio.run(_demo(settings, folder, comfyui=comfyui, port=port, step_ms=step_ms))


async def _demo(settings: Settings, folder: Path, *, comfyui: list[str], port: int, step_ms: float) -> None:
    stopping = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    async with _gpus(comfyui, step_ms) as servers:
        options = ServiceOptions(
            settings=settings,
            state=folder,
            key=_key(settings, folder),
            servers=servers,
            guests=(_guest(),),
            redis_url=settings.redis_url.get_secret_value() if settings.redis_url else None,
            port=port,
        )
        if options.redis_url is None:
            note(f"No FAIRBRUSH_REDIS_URL is set, so jobs are kept by an engine of our own in {folder}.")
        await serve(options, stopping, _announce)


@asynccontextmanager
async def _gpus(comfyui: list[str], step_ms: float) -> AsyncIterator[Mapping[str, ComfyAddress]]:
    """Yield the GPUs by name: the ones that were named, else simulated ones that live as long as this."""
    if comfyui:
        yield {f"gpu{number}": ComfyAddress.of(url) for number, url in enumerate(comfyui, start=1)}
        return
    note(f"No GPU was named, so {SIMULATED_GPUS} are simulated. For a real one: --comfyui http://127.0.0.1:8188")
    async with AsyncExitStack() as stack:
        simulators = [
            await stack.enter_async_context(Simulator(SimulatorOptions(step_ms=step_ms, load_s=1.5)))
            for _ in range(SIMULATED_GPUS)
        ]
        yield {f"gpu{number}": ComfyAddress.of(each.url) for number, each in enumerate(simulators, start=1)}


def _announce(url: str, remark: str | None) -> None:
    if remark:
        note(remark)
    say(url)
    note("Open it in a browser and type /imagine a lighthouse at dusk. Ctrl-C ends it; what waits goes on next time.")


def _guest() -> Guest:
    tenant = Tenant(platform="web", id="local")
    people = tuple(Requester(tenant=tenant, id=name.lower(), name=name) for name in PEOPLE)
    return Guest(id="demo", place=Place(tenant=tenant, channel="studio"), people=people)


def _state_folder(wished: Path | None) -> Path:
    base = Path(os.environ.get("XDG_STATE_HOME") or "~/.local/state")
    try:
        folder = (wished or base / "fairbrush").expanduser().absolute()
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except (OSError, RuntimeError) as error:
        raise ConfigError([f"The state folder cannot be used: {error}."]) from error
    return folder


def _key(settings: Settings, folder: Path) -> bytes:
    """Return what links and sessions are signed with: the environment's, else one that the state folder keeps."""
    if settings.key:
        return settings.key.get_secret_value().encode()
    path = folder / "key"
    try:
        # Made once, for its owner's eyes alone: the same key after a restart keeps every page's session.
        with os.fdopen(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:
            file.write(secrets.token_bytes(32))
    except FileExistsError:
        pass
    except OSError as error:
        raise ConfigError([f"{path} cannot be written: {error.strerror}."]) from error
    key = path.read_bytes()
    if len(key) < 32:
        raise ConfigError([f"{path} was cut short. Delete it; open pages will have to be loaded again."])
    return key
