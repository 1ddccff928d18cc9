"""What is known of jobs and of the workflows that they were made for."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

from adapters.redis import answers
from adapters.redis.edge import Edge, Reply
from adapters.redis.keys import job_name, quoted, tenant_name, user_name
from adapters.redis.reading import records_of
from bot.accounts import PRIORITY_STEP
from bot.jobs import JobId, JobRecord, Requester
from bot.ports import Held


@dataclass(frozen=True, slots=True, kw_only=True)
class RedisStore:
    """JobStore on Redis."""

    edge: Edge

    async def read(self, job_id: JobId) -> JobRecord | None:
        """Return a job and what has become of it."""
        found = await records_of(self.edge, [job_name(job_id)])
        return found[0] if found else None

    async def of_requester(self, requester: Requester, *, limit: int = 20) -> Sequence[JobRecord]:
        """Return somebody's jobs, the newest first."""
        index = f"{self.edge.keys.key('of')}:{tenant_name(requester.tenant)}/{user_name(requester)}"
        newest = await self.edge.ask("ZREVRANGE", index, 0, limit - 1)
        return await records_of(self.edge, cast("list[bytes]", newest))

    async def forget(self, job_id: JobId) -> bool:
        """Forget a settled job; its files, if nothing else needs them, go with the next sweep."""
        return await self.edge.run("forget", job_name(job_id)) == 1

    async def withdraw(self, job_id: JobId, *, until_ms: int) -> bool:
        """Keep a settled job as evidence alone."""
        return await self.edge.run("withdraw", job_name(job_id), until_ms) == 1

    async def held_by(self, server: str) -> Sequence[Held]:
        """Return the jobs that are leased to a server, the oldest first."""
        found = answers.rows(await self.edge.run("held", quoted(server)))
        return [answers.held(*answers.rows(each)) for each in sorted(found, key=_number)]

    async def keep_workflow(self, digest: str, manifest: bytes, graph: bytes) -> None:
        """Store a workflow's files once under its digest."""
        await self.edge.run("keep_workflow", quoted(digest), manifest, graph)

    async def workflow(self, digest: str) -> tuple[bytes, bytes] | None:
        """Return manifest and graph; None when they have expired."""
        kept = self.edge.keys.key("workflow", digest)
        manifest, graph = map(answers.data, answers.rows(await self.edge.ask("HMGET", kept, "manifest", "graph")))
        return (manifest, graph) if manifest is not None and graph is not None else None


def _number(answer: Reply) -> int:
    """Return the number in the queue of a held job."""
    _, snapshot = answers.rows(answer)
    return int(answers.fields(answers.rows(snapshot)[0])["p"]) % PRIORITY_STEP
