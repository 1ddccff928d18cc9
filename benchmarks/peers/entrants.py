"""Who is measured, and the environment that each one needs: made once, kept in the user's cache.

A peer gets an environment of its own because their needs exclude each other (arq asks for redis<6). It is installed as
its own first page says, and so is Fairbrush, which brings hiredis and uvloop along; `--tuned` gives both to everybody.
Otherwise defaults stand: more prefetching in taskiq and streaq, or no check of parameters, changed nothing that could
be measured.
"""

import asyncio
import hashlib
import json
import os
import platform
import shutil
import sys
from asyncio.subprocess import DEVNULL, PIPE
from dataclasses import dataclass, replace
from pathlib import Path

from benchmarks.peers.protocol import CONCURRENCY, SETTLING_S, order_of

HOUSE = Path(__file__).parents[2]
PREPARING_S = 300.0
FAST = ("hiredis==3.5.0", "uvloop==0.23.0")


class Skipped(Exception):
    """A peer cannot be measured here; the text is the word that says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entrant:
    """A queue that is measured."""

    name: str
    program: str  #: the module in this package, or the file
    needs: tuple[str, ...] = ()
    arguments: tuple[str, ...] = ()
    poll_s: float = 0.0  #: how often its worker looks; submits are spread over this time, or they would meet its beat


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """How an entrant is started; the engine's address comes after the command."""

    entrant: Entrant
    command: tuple[str, ...]
    folder: Path


OURS = Entrant(name="Fairbrush", program="fairbrush")
_ARQ = ("arq==0.28.0",)
PYTHON = (
    # typing-extensions: saq 0.26.4 imports it without asking for it.
    Entrant(name="saq", program="saq", needs=("saq[redis]==0.26.4", "typing-extensions")),
    Entrant(name="taskiq-redis", program="taskiq_redis", needs=("taskiq-redis==1.2.4",)),
    Entrant(name="arq", program="arq", needs=_ARQ, arguments=("500",), poll_s=0.5),
    Entrant(name="arq, 10 ms poll", program="arq", needs=_ARQ, arguments=("10",), poll_s=0.01),
    Entrant(name="streaq", program="streaq", needs=("streaq==7.2.0",)),
)
BULLMQ = Entrant(
    name="BullMQ",
    program="bullmq.mjs",
    needs=("bullmq@6.7.0", "ioredis@6.0.0"),
    arguments=(json.dumps(order_of(0)), str(CONCURRENCY), str(SETTLING_S)),
)


async def prepare(entrant: Entrant, *, tuned: bool = False) -> Prepared:
    """Make the entrant's environment if it is not there, for Python's with all that makes it fast; raises Skipped."""
    if entrant is OURS:
        return Prepared(entrant=entrant, command=(sys.executable, "-m", _module(entrant)), folder=HOUSE)
    if entrant is BULLMQ:
        folder = await _packages(entrant)
        program = Path(__file__).with_name(entrant.program)
        return Prepared(entrant=entrant, command=("node", str(program)), folder=folder)
    folder = await _environment(replace(entrant, needs=(*entrant.needs, *FAST)) if tuned else entrant)
    return Prepared(entrant=entrant, command=(str(folder / "bin/python"), "-m", _module(entrant)), folder=HOUSE)


def _module(entrant: Entrant) -> str:
    return f"benchmarks.peers.{entrant.program}"


async def _environment(entrant: Entrant) -> Path:
    folder = _folder(entrant)
    if not (folder / "ready").exists():
        uv = os.environ.get("UV") or shutil.which("uv")  # uv run tells its own path.
        if uv is None:
            raise Skipped("no uv")
        await _do(uv, "venv", "--quiet", "--no-project", "--clear", "--python", sys.executable, str(folder))
        python = ("--python", str(folder / "bin/python"))
        await _do(uv, "pip", "install", "--quiet", "--system-certs", *python, *entrant.needs, folder=folder)
        (folder / "ready").touch()
    return folder


async def _packages(entrant: Entrant) -> Path:
    for program in ("node", "npm"):
        if shutil.which(program) is None:
            raise Skipped(f"no {program}")
    folder = _folder(entrant)
    if not (folder / "ready").exists():
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "package.json").write_text(json.dumps({"private": True}))
        await _do("npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", *entrant.needs, folder=folder)
        (folder / "ready").touch()
    return folder


def _folder(entrant: Entrant) -> Path:
    made_of = json.dumps([entrant.needs, sys.executable, platform.python_version()])
    cache = Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache").expanduser() / "fairbrush-benchmarks"
    return cache / f"{Path(entrant.program).stem}-{hashlib.sha256(made_of.encode()).hexdigest()[:12]}"


async def _do(*command: str, folder: Path | None = None) -> None:
    """Run a command that needs the network; raises Skipped when it fails, with what it said on standard error."""
    process = await asyncio.create_subprocess_exec(*command, cwd=folder, stdin=DEVNULL, stdout=DEVNULL, stderr=PIPE)
    try:
        async with asyncio.timeout(PREPARING_S):
            _, said = await process.communicate()
    except TimeoutError:
        process.kill()
        raise Skipped("no network") from None
    if process.returncode:
        print(said.decode(errors="replace").strip(), file=sys.stderr)
        raise Skipped("not installed")
