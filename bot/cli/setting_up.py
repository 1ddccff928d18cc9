"""What every command starts from: the settings, the workflows, a server."""

import os
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from adapters.comfyui.address import ComfyAddress
from adapters.comfyui.server import ComfyServer
from adapters.simulator.definitions import object_info
from adapters.simulator.options import SimulatorOptions
from adapters.simulator.server import Simulator
from bot.cli.addresses import addresses
from bot.errors import ConfigError, UnknownWorkflow
from bot.service.reaching import server_at
from bot.settings import MAX_FILE_BYTES, Settings, read_settings
from workflows.catalog import LIBRARY, Catalog, load_catalog
from workflows.definitions import read_definitions
from workflows.vocabulary import Vocabulary, vocabulary_of
from workflows.workflow import Workflow

SETTINGS_FILE = Path("fairbrush.toml")

NOT_IN_DISCORD = (
    "There is no token for Discord. Take the bot's token from the developer portal (Bot, Reset Token), and set "
    "FAIRBRUSH_DISCORD_TOKEN to it."
)


def settings_path() -> Path:
    """Return where the settings are: FAIRBRUSH_CONFIG, else fairbrush.toml in this folder."""
    return Path(os.environ.get("FAIRBRUSH_CONFIG") or SETTINGS_FILE)


def load_settings() -> Settings:
    """Read the settings; a missing file is fine unless it was named. Raises ConfigError."""
    path = settings_path()
    try:
        with path.open("rb") as file:
            return read_settings(file.read(MAX_FILE_BYTES + 1))
    except FileNotFoundError as error:
        if "FAIRBRUSH_CONFIG" in os.environ:
            raise ConfigError([f"FAIRBRUSH_CONFIG names {path}, which is not there."]) from error
        return read_settings(None)
    except OSError as error:
        raise ConfigError([f"{path} cannot be read: {error.strerror}."]) from error


def open_catalog(settings: Settings) -> Catalog:
    """Load the operator's workflows, or the shipped ones."""
    return load_catalog(settings.workflows_dir or LIBRARY)


def pick_workflow(settings: Settings, name: str | None) -> Workflow:
    """Find a workflow by name, else the default; raises UnknownWorkflow or ConfigError."""
    catalog = open_catalog(settings)
    wanted = name or settings.default_workflow
    if wanted in catalog.workflows:
        return catalog.workflows[wanted]
    problems = [str(fault) for fault in catalog.faults if fault.workflow == wanted]
    if problems:
        raise ConfigError(problems)
    known = ", ".join(catalog.workflows) or "none at all"
    raise UnknownWorkflow(f"There is no workflow {wanted!r}. There is {known}.")


@dataclass(frozen=True, slots=True)
class Opened:
    """A server that answers, and whether it only simulates."""

    server: ComfyServer
    simulated: bool


@asynccontextmanager
async def open_server(settings: Settings, comfyui: str | None) -> AsyncIterator[Opened]:
    """Open the named server, else the first of the settings, else a simulator that lives as long as this."""
    named = next(iter(addresses(settings, comfyui).items()), None)
    async with AsyncExitStack() as stack:
        if named:
            yield Opened(await stack.enter_async_context(server_at(settings, *named)), simulated=False)
        else:
            simulator = await stack.enter_async_context(Simulator(SimulatorOptions()))
            server = server_at(settings, "simulator", ComfyAddress.of(simulator.url))
            yield Opened(await stack.enter_async_context(server), simulated=True)


async def ask_vocabulary(settings: Settings, comfyui: str | None) -> Vocabulary:
    """Return the choices of the server that `open_server` would open; the simulator's are known without starting it."""
    if not addresses(settings, comfyui):
        return vocabulary_of(read_definitions(object_info(SimulatorOptions())), {})
    async with open_server(settings, comfyui) as opened:
        return await opened.server.vocabulary() or Vocabulary()
