"""Volatile progress: latest only, gone by itself."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from adapters.redis import answers
from adapters.redis.edge import Edge
from adapters.redis.keys import job_name
from adapters.redis.serial import read, written
from bot.events import Stage
from bot.jobs import JobId
from bot.ports import Live

LIVE_MS = 60_000
"""Loading a large model reports nothing for most of a minute; a dead worker's job is queued again before that."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RedisLive:
    """LiveBoard on Redis."""

    edge: Edge

    async def show(self, job_id: JobId, live: Live, preview: bytes | None = None) -> None:
        """Replace what is shown of a job."""
        await self.edge.run("show", job_name(job_id), _text(live), preview or b"", LIVE_MS)

    async def look(self, job_ids: Sequence[JobId]) -> Mapping[JobId, Live]:
        """Return what is shown now."""
        if not job_ids:
            return {}
        names = [self.edge.keys.key("live", job_name(job_id)) for job_id in job_ids]
        found = answers.rows(await self.edge.ask("MGET", *names))
        shown = zip(job_ids, map(answers.data, found), strict=True)
        return {job_id: _live(text) for job_id, text in shown if text is not None}

    async def preview(self, job_id: JobId) -> bytes | None:
        """Return the latest preview."""
        name = self.edge.keys.key("preview", job_name(job_id))
        return answers.data(await self.edge.ask("GET", name))


def _text(live: Live) -> str:
    stage = live.stage.value if live.stage else None
    return written(
        {"stage": stage, "done": live.done, "total": live.total, "eta_s": live.eta_s, "preview": live.preview}
    )


def _live(text: bytes) -> Live:
    match read(text):
        case {"stage": stage, "done": int(done), "total": int(total), "eta_s": eta_s, "preview": preview}:
            return Live(
                stage=Stage(str(stage)) if stage else None,
                done=done,
                total=total,
                eta_s=float(eta_s) if isinstance(eta_s, int | float) else None,
                preview=str(preview) if preview is not None else None,
            )
        case _:
            return Live()
