"""A service of several processes on one Redis of its own: each is started again whenever somebody killed it."""

import asyncio
import signal
import sys
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from urllib.parse import urlsplit

from tests.acceptance.service import brisk
from tests.acceptance.service.service import PATIENCE_S, Service, commands, end
from tests.engines.names import EMBEDDED, REDIS7
from tests.engines.running import EngineMissing, binary_of, node

WORKERS = 3
GAP_S = 2.0
"""The longest between two kills, from when there is a worker at work again."""

HASTE = 0.2
"""Share of the kills that do not wait for that."""

LOOK_S = 0.05

AT_ONCE_S, LATER_S = 0.5, brisk.TENURE.lease_s
"""How long a killed process stays away at most: too short to be missed, or long enough for another to take its GPUs.
The page is always back at once, for without it nobody asks for anything."""

SLOTS = (1, 1, 2)

KEPT = {"appendonly": "yes", "appendfsync": "always"}
"""Nothing that the engine acknowledged may be lost, however it ends."""

STRIKES = {"a worker at work": 9, "the page": 4, "the engine": 4, "everything": 3}
"""What is killed, and how often beside the others."""


@dataclass
class Member:
    """One process of the service. `live` is run as a task."""

    service: Service
    random: Random
    pauses: Sequence[float]
    faults: list[str] = field(default_factory=list)
    retired: bool = False

    async def live(self) -> None:
        """Start the process, and again some time after it was killed, until it is stopped."""
        while not self.retired:
            process = await self.service.spawn()
            code = await process.wait()
            if not self.retired:
                if code != -signal.SIGKILL:
                    self.faults.append(f"{self.service.command} ended by itself with {code}")
                await asyncio.sleep(self.random.uniform(0, self.random.choice(self.pauses)))

    @property
    def pid(self) -> int | None:
        """Its process, while there is one."""
        process = self.service.process
        return process.pid if process is not None and process.returncode is None else None

    @property
    def _speaks(self) -> bool:
        """Whether it logged anything, which it does once it listens to signals. Not what it catches tells that: where
        coverage is measured, a handler that ends it at once is there from its first moment."""
        return self.pid is not None and f" {self.pid} bot." in self.service.log

    def kill(self) -> bool:
        """End it without a warning; whether there was anything to end."""
        if (pid := self.pid) is None:
            return False
        try:
            end(pid)
        except ProcessLookupError:  # killed a moment ago, and its end is not noticed yet
            return False
        return True

    async def retire(self) -> int:
        """End it as an operator would; returns its exit code."""
        async with asyncio.timeout(PATIENCE_S):
            while not self._speaks:  # noqa: ASYNC110 - a file that another process writes can only be looked at
                await asyncio.sleep(0.02)
        self.retired = True
        return await self.service.stop()


@dataclass
class Crew:
    """A page, and workers who share the GPUs."""

    page: Member
    workers: Sequence[Member]
    ports: frozenset[int]  #: of the GPUs
    redis_url: str
    killed: Counter[str] = field(default_factory=Counter)

    @property
    def members(self) -> Sequence[Member]:
        return (*self.workers, self.page)

    @property
    def faults(self) -> list[str]:
        return [fault for member in self.members for fault in member.faults]

    @property
    def log(self) -> str:
        return self.page.service.log

    async def suffer(self, kills: int, random: Random) -> None:
        """Kill so often, now and then."""
        while self.killed.total() < kills:
            hasty = random.random() < HASTE
            while not (hasty or self._at_work()):  # noqa: ASYNC110 - other processes tell nobody
                await asyncio.sleep(LOOK_S)
            await asyncio.sleep(random.uniform(0, GAP_S))
            [what] = random.choices(list(STRIKES), list(STRIKES.values()))
            if self._strike(what, random):
                self.killed[what] += 1

    async def retire(self) -> list[int]:
        """End everybody; returns the exit codes."""
        return await asyncio.gather(*[member.retire() for member in self.members])

    def _strike(self, what: str, random: Random) -> bool:
        match what:
            case "a worker at work":
                there = self._at_work() or [worker for worker in self.workers if worker.pid is not None]
                return bool(there) and random.choice(there).kill()
            case "the page":
                return self.page.kill()
            case "the engine":
                return self._kill_engine()
        engine = random.random() < 0.5 and self._kill_engine()
        return sum(member.kill() for member in self.members) > 0 or engine

    def _at_work(self) -> Sequence[Member]:
        """Return the workers that own a GPU, and so are connected to it."""
        return [worker for worker in self.workers if worker.pid is not None and _reaches(worker.pid, self.ports)]

    def _kill_engine(self) -> bool:
        about = dict(commands())
        engines = [pid for pid in self.page.service.engines() if "supervisor" not in about.get(pid, "supervisor")]
        for pid in engines:
            with suppress(ProcessLookupError):  # It ended meanwhile.
                end(pid)
        return bool(engines)


@asynccontextmanager
async def crew_of(folder: Path, gpus: Sequence[str], random: Random) -> AsyncIterator[Crew]:
    """Start a service in a folder; nothing of it is left afterwards."""
    blocks = [
        f'[[servers]]\nname = "gpu{number}"\nurl = "{url}"\nslots = {random.choice(SLOTS)}\n'
        for number, url in enumerate(gpus, start=1)
    ]
    (folder / "fairbrush.toml").write_text("\n".join(blocks))
    store = folder / "state" / "store"
    store.mkdir(parents=True)
    async with node(_engine(), store, KEPT) as url, asyncio.TaskGroup() as tasks:

        def member(role: str, *pauses: float) -> Member:
            program = (sys.executable, "-P", brisk.__file__)
            service = Service(folder, (), redis_url=url, command=("serve", "--only", role), program=program)
            return Member(service, Random(random.random()), pauses)

        ports = frozenset(urlsplit(url).port or 0 for url in gpus)
        workers = [member("worker", AT_ONCE_S, LATER_S) for _ in range(WORKERS)]
        crew = Crew(page=member("web", AT_ONCE_S), workers=workers, ports=ports, redis_url=url)
        lives = [tasks.create_task(each.live()) for each in crew.members]
        try:
            yield crew
        finally:
            for life, each in zip(lives, crew.members, strict=True):
                life.cancel()
                each.kill()


def _engine() -> Path:
    try:
        return binary_of(REDIS7)
    except EngineMissing:
        return binary_of(EMBEDDED)


def _reaches(pid: int, ports: frozenset[int]) -> bool:
    """Tell whether a process is connected to one of these ports."""
    try:
        own = {str(entry.readlink()) for entry in Path(f"/proc/{pid}/fd").iterdir()}
        lines = Path(f"/proc/{pid}/net/tcp").read_text().splitlines()[1:]
    except OSError:
        return False  # It ended meanwhile.
    connections = [(int(words[2].partition(":")[2], 16), f"socket:[{words[9]}]") for words in map(str.split, lines)]
    return any(port in ports and inode in own for port, inode in connections)
