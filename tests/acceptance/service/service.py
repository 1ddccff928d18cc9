"""The service as a process of its own, which tests start, kill and stop; its GPUs live here and outlast it."""

import asyncio
import os
import signal
import socket
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.acceptance.conftest import COMMAND

PATIENCE_S = 120.0


def free_port() -> int:
    """Return a port that nobody listens on: a page finds a restarted service only where it was."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Service:
    """`fairbrush demo`, or another command, on one state directory."""

    folder: Path
    gpus: Sequence[str]
    port: int = field(default_factory=free_port)
    process: Process | None = None
    redis_url: str | None = None
    command: Sequence[str] = ("demo",)  #: `serve` takes its GPUs from the folder's settings
    program: Sequence[str] = (str(COMMAND),)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def state(self) -> Path:
        return self.folder / "state"

    @property
    def log(self) -> str:
        return (self.folder / "service.log").read_text(errors="replace")

    async def spawn(self, *more: str) -> Process:
        """Start the command; what it says of faults is appended to a file."""
        gpus = [word for url in self.gpus for word in ("--comfyui", url)] if "demo" in self.command else []
        with (self.folder / "service.log").open("ab") as log:
            self.process = await asyncio.create_subprocess_exec(
                *self.program, *self.command, "--port", str(self.port), "--state", str(self.state), *gpus, *more,
                cwd=self.folder, stdin=DEVNULL, stdout=PIPE, stderr=log, env=self._environment(),
            )  # fmt: skip
        return self.process

    def _environment(self) -> dict[str, str]:
        return {**os.environ, **({"FAIRBRUSH_REDIS_URL": self.redis_url} if self.redis_url else {})}

    async def run(self, *words: str) -> str:
        """Run another command beside it to its end, which has to be good; returns what it says."""
        process = await asyncio.create_subprocess_exec(
            str(COMMAND), *words, "--state", str(self.state),
            cwd=self.folder, stdin=DEVNULL, stdout=PIPE, stderr=PIPE, env=self._environment(),
        )  # fmt: skip
        async with asyncio.timeout(PATIENCE_S):
            said, faults = await process.communicate()
        assert process.returncode == 0, faults.decode()
        return said.decode()

    async def start(self) -> None:
        """Start the command and wait until its page is served."""
        await self.spawn()
        await self.serving()

    async def serving(self) -> None:
        """Wait until the started command tells where its page is, which has to be where it was."""
        assert self.process is not None
        assert self.process.stdout is not None
        async with asyncio.timeout(PATIENCE_S):
            said = (await self.process.stdout.readline()).decode().strip()
        assert said == self.url, (said, self.log)

    async def said(self, words: str) -> None:
        """Wait until it says something on its error stream, which goes to a file."""
        async with asyncio.timeout(PATIENCE_S):
            while words not in self.log:  # noqa: ASYNC110 - a file that another process writes can only be looked at
                await asyncio.sleep(0.02)

    async def kill(self) -> None:
        """End it without a warning; what it wrote is the operating system's, so this is no power cut."""
        assert self.process is not None
        self.process.kill()
        await self.process.communicate()

    async def stop(self, with_signal: signal.Signals = signal.SIGTERM) -> int:
        """End it as an operator would; returns its exit code."""
        assert self.process is not None
        self.process.send_signal(with_signal)
        async with asyncio.timeout(PATIENCE_S):
            await self.process.communicate()
        assert self.process.returncode is not None
        return self.process.returncode

    def engines(self) -> list[int]:
        """List the processes of the embedded engine and its supervisor, as far as they are of this state directory."""
        return [pid for pid, words in commands() if str(self.state / "store") in words and "demo" not in words]

    def engine(self) -> int:
        """Return the process of the engine itself."""
        [pid] = [pid for pid in self.engines() if "supervisor" not in dict(commands())[pid]]
        return pid

    async def without_engine(self) -> None:
        """Wait until no process of the engine is left."""
        async with asyncio.timeout(PATIENCE_S):
            while self.engines():  # noqa: ASYNC110 - the end of somebody else's child can only be looked for
                await asyncio.sleep(0.02)


def commands() -> list[tuple[int, str]]:
    """List every process of this machine with its command line, and the folder in which it works."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                words = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode()
                # An engine tells its socket for its command line, which stands elsewhere where the path is a long one.
                found.append((int(entry.name), f"{words} in {(entry / 'cwd').readlink()}"))
            except OSError:
                continue  # It ended meanwhile.
    return found


def end(pid: int) -> None:
    """Kill a process."""
    os.kill(pid, signal.SIGKILL)
