"""Where the engine of a state directory keeps its files, its socket and its lock."""

import asyncio
import fcntl
import hashlib
import os
import stat
import tempfile
from pathlib import Path

from bot.errors import ConfigError

MAX_SOCKET_BYTES = 100
"""sun_path holds 108 bytes on Linux and 104 on macOS, the closing zero among them."""
_SOCKET = "engine.sock"

ENGINE_LOCK = "engine.lock"
"""Handed down to the supervisor and the engine, so two engines never write one file, whoever is killed."""
SERVICE_LOCK = "service.lock"
"""The service's own, wherever its jobs are kept: the channel log has one writer."""
TAKING_OVER_S = 3.0
"""How long a predecessor that was just killed may take to vanish, before it counts as another service."""
_POLL_S = 0.01


def private_folder(path: Path) -> Path:
    """Make a folder that only its owner enters; raises ConfigError when somebody else's is in the way."""
    path = path.absolute()
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        found = path.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid():
            raise ConfigError(["The folder for the embedded store belongs to somebody else."])
        path.chmod(0o700)
    except OSError as error:
        raise ConfigError(["The state directory cannot be made or entered."]) from error
    return path


def socket_of(state: Path) -> Path:
    """Return the path of the engine's socket: in the state directory, or in a short place that is derived from it.

    The short place is always the same for a state directory, so a killed service leaves no heap of folders.
    """
    if len(os.fsencode(state / _SOCKET)) <= MAX_SOCKET_BYTES:
        return state / _SOCKET
    name = hashlib.sha256(os.fsencode(state)).hexdigest()[:16]
    return private_folder(Path(tempfile.gettempdir()) / f"fairbrush-{os.getuid()}-{name}") / _SOCKET


def locked(folder: Path, name: str) -> int | None:
    """Take a lock in a folder; None while somebody has it, ConfigError when it cannot be written.

    It is free when every copy of the descriptor is closed.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = os.open(folder / name, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise ConfigError(["The state directory cannot be written to."]) from error
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(lock)
        return None
    return lock


async def lock_of(folder: Path, name: str) -> int:
    """Take a lock, which a killed predecessor may still hold for a moment; raises ConfigError. The caller closes it."""
    deadline = asyncio.get_running_loop().time() + TAKING_OVER_S
    while asyncio.get_running_loop().time() < deadline:
        if (lock := locked(folder, name)) is not None:
            return lock
        await asyncio.sleep(_POLL_S)
    raise ConfigError(
        ["Another Fairbrush uses this state directory. Stop it, or give this one a state directory of its own."]
    )


def engine_runs(state: Path) -> bool:
    """Tell whether the engine of a state directory runs; a socket alone may be what a killed one left."""
    if not (state / ENGINE_LOCK).exists():
        return False
    lock = locked(state, ENGINE_LOCK)
    if lock is not None:
        os.close(lock)
    return lock is None
