"""The installed command, run as a person runs it: in a folder of its own, with nothing else set up."""

import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest

from adapters.simulator.options import SimulatorOptions
from adapters.simulator.server import Simulator

COMMAND = Path(sys.executable).with_name("fairbrush")

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # Whatever was begun in the background of a script is deaf to it, and so would be every command that is tried here.
    signal.signal(signal.SIGINT, signal.default_int_handler)

Fairbrush = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder, and no settings in the environment."""
    for name in [name for name in os.environ if name.startswith("FAIRBRUSH_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    place = tmp_path / "here"
    place.mkdir()
    return place


@pytest.fixture
def fairbrush(folder: Path) -> Fairbrush:
    """Run a command to its end."""

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [str(COMMAND), *arguments],
            cwd=folder,
            capture_output=True,
            text=True,
            timeout=60,
            stdin=subprocess.DEVNULL,
            check=False,
        )

    return run


@pytest.fixture
def start(folder: Path) -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Start a command and leave it running; it is ended after the test."""
    started: list[subprocess.Popen[str]] = []

    def popen(*arguments: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [str(COMMAND), *arguments],
            cwd=folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            stdin=subprocess.DEVNULL,
            text=True,
        )
        started.append(process)
        return process

    yield popen
    for process in started:
        process.kill()
        process.communicate()


@pytest.fixture
async def simulator() -> AsyncIterator[Simulator]:
    """A GPU that a command can be pointed at, and that can be looked into."""
    async with Simulator(SimulatorOptions(step_ms=20, draw=False)) as simulator:
        yield simulator
