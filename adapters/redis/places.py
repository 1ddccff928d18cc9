"""Where the engine of a state directory keeps its files, its socket and its lock."""

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


def locked(state: Path) -> int | None:
    """Take the state directory's lock; None while somebody has it.

    The descriptor is handed down to the supervisor and the engine: the lock is free only when all of them are gone, so
    two engines never write one file, whoever is killed.
    """
    lock = os.open(state / "engine.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(lock)
        return None
    return lock
