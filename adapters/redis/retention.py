"""What is forgotten, and when: settled jobs with their results, messages and workflows, by age, count and bytes."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from adapters.redis import answers
from adapters.redis.edge import Edge

_DAY_MS = 86_400_000
MAX_SWEPT = 200
"""Jobs in one script, so that a great many do not block everybody else."""

MAX_FILES = 1000
"""Named by one sweep; the next one names the others."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Retention:
    """How long and how much is kept. Only what is settled is ever forgotten."""

    days: float = 30.0
    jobs: int = 100_000
    bytes: int = 20 * 1024**3  #: of inputs and results, counted once for each job that has them


@dataclass(frozen=True, slots=True, kw_only=True)
class Swept:
    """What was forgotten."""

    jobs: int
    workflows: int
    files: tuple[str, ...]  #: keys in the FileStore that no job refers to any more: to be deleted by the caller


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """What is kept now."""

    jobs: int  #: settled ones
    bytes: int  #: of all inputs and results, of jobs under way too


@dataclass(frozen=True, slots=True, kw_only=True)
class RedisRetention:
    """The retention of one pool."""

    edge: Edge

    async def sweep(self, retention: Retention) -> Swept:
        """Forget what is too old or too much. A file is named by every sweep until it is `deleted`."""
        age, jobs, full = round(retention.days * _DAY_MS), 0, True
        while full:
            swept = await self.edge.run("sweep_jobs", age, retention.jobs, retention.bytes, MAX_SWEPT)
            jobs, full = jobs + answers.number(swept), swept == MAX_SWEPT
        workflows = answers.number(await self.edge.run("sweep_workflows", age, MAX_SWEPT))
        files = await self.edge.ask("SRANDMEMBER", self.edge.keys.key("unreferenced"), MAX_FILES)
        names = (answers.text(key) for key in answers.rows(files))
        return Swept(jobs=jobs, workflows=workflows, files=tuple(sorted(names)))

    async def deleted(self, files: Collection[str]) -> None:
        """Note that files are gone from the FileStore."""
        if files:
            await self.edge.ask("SREM", self.edge.keys.key("unreferenced"), *files)

    async def unknown(self, files: Sequence[str]) -> list[str]:
        """Return those files that no job refers to: never did, or does not any more."""
        found: list[str] = []
        for start in range(0, len(files), MAX_FILES):
            some = files[start : start + MAX_FILES]
            counts = answers.rows(await self.edge.ask("HMGET", self.edge.keys.key("files"), *some))
            found += [key for key, count in zip(some, counts, strict=True) if count is None]
        return found

    async def held(self) -> Held:
        """Count what is kept now."""
        jobs = await self.edge.ask("ZCARD", self.edge.keys.key("ended"))
        size = await self.edge.ask("HGET", self.edge.keys.key("pool"), "bytes")
        return Held(jobs=answers.number(jobs), bytes=answers.number(size or 0))
