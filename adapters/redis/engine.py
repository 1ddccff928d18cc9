"""The embedded engine: a Redis of our own in the state directory, for whoever has set no FAIRBRUSH_REDIS_URL.

One service per state directory: a second one ends with a sentence. What a killed service leaves is nothing: its
supervisor notices the closed pipe and stops the engine. Nothing listens on a port; the socket is the owner's alone.
"""

import asyncio
import contextlib
import os
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Literal
from urllib.parse import quote

from redis.exceptions import BusyLoadingError, RedisError

from adapters.redis import supervisor
from adapters.redis.allocator import jemalloc, told
from adapters.redis.binary import engine_binary
from adapters.redis.edge import ANSWER_S, client_of
from adapters.redis.owned import beside
from adapters.redis.places import ENGINE_LOCK, lock_of, private_folder, socket_of
from bot.errors import ConfigError

Fsync = Literal["everysec", "always"]
"""When the engine sees to it that what it wrote is on the disk: once a second, or before every answer."""
STARTING_S = 15.0
LOADING_S = 300.0
"""Reading the append-only file: a gigabyte takes some ten seconds."""
_POLL_S = 0.01


@asynccontextmanager
async def open_engine(state: Path, *, fsync: Fsync = "everysec") -> AsyncIterator[str]:
    """Start the engine of a state directory and keep it running; yields its URL when it answers. Raises ConfigError."""
    state = private_folder(state)
    socket = socket_of(state)
    url, command = f"unix://{quote(str(socket))}", _command(engine_binary(), state, socket, fsync)
    lock = await lock_of(state, ENGINE_LOCK)
    try:
        async with beside(_keep(await _supervise(command, lock), command, lock)):
            await _ready(url)
            yield url
    finally:
        os.close(lock)


def _command(binary: Path, state: Path, socket: Path, fsync: Fsync) -> Sequence[str]:
    """Return the engine's command line. What was acknowledged a second ago survives a crash; with `always`, all."""
    settings = {
        "port": "0",
        "unixsocket": str(socket),
        "unixsocketperm": "700",
        "dir": str(state),
        "appendonly": "yes",
        "appendfsync": fsync,
        "aof-load-truncated": "yes",
        "save": "",
        "maxmemory-policy": "noeviction",
        "loglevel": "warning",
        "logfile": str(state / "engine.log"),
        "daemonize": "no",
    }
    return [str(binary), *(word for name, value in settings.items() for word in (f"--{name}", value))]


async def _supervise(command: Sequence[str], lock: int) -> Process:
    """Start the supervisor in a session of its own: Ctrl-C is for the service, which still needs the engine to stop."""
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-I",
        "-S",
        supervisor.__file__,
        *command,
        stdin=PIPE,
        stdout=DEVNULL,
        stderr=DEVNULL,
        env=told(os.environ, jemalloc()),
        pass_fds=[lock],
        start_new_session=True,
    )


async def _keep(process: Process, command: Sequence[str], lock: int) -> None:
    """Start another supervisor whenever one dies; at the end stop the engine and see it gone."""
    try:
        while True:
            await process.wait()
            await asyncio.sleep(supervisor.PAUSE_S)
            process = await _supervise(command, lock)
    finally:
        await asyncio.shield(_stop(process))


async def _stop(process: Process) -> None:
    if process.stdin is not None:
        process.stdin.close()
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(2 * supervisor.STOPPING_S):
            await process.wait()


async def _ready(url: str) -> None:
    """Wait until the engine answers; one that still reads its file may take longer."""
    client, clock = client_of(url, max_connections=1), asyncio.get_running_loop().time
    latest = clock() + LOADING_S
    deadline = clock() + STARTING_S
    try:
        while clock() < deadline:
            try:
                async with asyncio.timeout(ANSWER_S):
                    await client.ping()
            except BusyLoadingError:
                deadline = min(clock() + STARTING_S, latest)
            except (RedisError, OSError):
                pass
            else:
                return
            await asyncio.sleep(_POLL_S)
    finally:
        await client.aclose()
    raise ConfigError(["The embedded store does not start. engine.log in the state directory says why."])
