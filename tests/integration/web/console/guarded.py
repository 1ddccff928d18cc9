"""A console over the real bench and the real views, on a house in memory: who gets where is judged by nothing else."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from types import MethodType

from adapters.web.console.guarding import Paces
from bot.answers import Answer
from bot.jobs import Job, Requester, StoredFile, Tenant
from bot.moderation import Moderation
from bot.policy.audit import Outcome
from bot.policy.measures import Actor, BanUser, Measure
from bot.policy.rulebook import Pattern
from bot.watching import Watching
from tests.integration.web.console.scene import PUBLIC, ConsoleScene, console_of
from tests.integration.web.console.watched import GUILD, MODERATOR, OTHER, SECRET
from tests.integration.web.desk import PracticeDesk
from tests.unit.bot.test_moderation import bench
from tests.unit.bot.test_watching import Scene

ADA = Requester(tenant=GUILD, id="80351110224678912", name="Ada")
WALTER = Requester(tenant=OTHER, id="U0WALRUS", name="Walter")


class Looked:
    """The real views, and how often they were asked."""

    def __init__(self, watching: Watching) -> None:
        self._watching = watching
        self.asked = 0

    def __getattr__(self, name: str) -> object:
        found = getattr(self._watching, name)
        self.asked += isinstance(found, MethodType)
        return found


@dataclass(kw_only=True)
class GuardedDesk(PracticeDesk):
    """A desk with the real bench, and what was done there."""

    bench: Moderation
    done: list[tuple[Actor, Measure, Tenant | None]] = field(default_factory=list)

    async def moderate(self, actor: Actor, measure: Measure, tenant: Tenant | None) -> Answer:
        answer = await self.bench.do(actor, measure, tenant)
        self.done.append((actor, measure, tenant))
        return answer


@dataclass
class Guarded:
    """The console, and the life in two communities that it shows."""

    console: ConsoleScene
    life: Scene

    def __getattr__(self, name: str) -> object:
        return getattr(self.console, name)

    async def reported(self, requester: Requester, prompt: str, file: StoredFile) -> Job:
        """Let somebody's picture be painted and reported."""
        job = await self.life.asked(requester, prompt)
        while (lease := await self.life.runs()).job_id != job.id:
            pass
        assert await self.life.house.store.succeed(lease, files=[file], gpu_ms=2_000)
        await self.life.reported(job)
        return job

    async def tried(self) -> list[tuple[str, str]]:
        """Return who only tried what in the moderator's community."""
        entries = await self.life.house.audit.newest(GUILD, limit=50)
        return [(each.author.name, each.measure) for each in entries if each.outcome is Outcome.TRIED]

    async def looked(self) -> list[tuple[str, str | None]]:
        """Return who looked at whose audit in the moderator's community, or with None at all of it."""
        entries = await self.life.house.audit.newest(GUILD, limit=50)
        return [(each.author.name, each.user) for each in entries if each.measure == "audit"]


@asynccontextmanager
async def guarded_of(
    folder: Path, *, public_url: str | None = PUBLIC, paces: Paces | None = None
) -> AsyncIterator[Guarded]:
    """Serve a console over two communities: in both somebody waits, in one something is forbidden and was done."""
    life = Scene()
    seat = bench(life.house)
    await life.house.say(Pattern(text="casino"), tenant=GUILD)
    await seat.do(MODERATOR, BanUser(user="80351110224678999", reason="spam"), GUILD)
    await life.asked(ADA, "a lighthouse at dusk")
    await life.asked(WALTER, SECRET)
    watched, desk = Looked(life.watching), partial(GuardedDesk, bench=seat)
    async with console_of(folder, public_url=public_url, paces=paces, watched=watched, desk_of=desk) as console:  # type: ignore[arg-type]
        yield Guarded(console, life)
