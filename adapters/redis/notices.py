"""What the noticeboard remembers."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import uuid4

from adapters.redis import answers
from adapters.redis.edge import Edge
from adapters.redis.hints import Hints
from adapters.redis.keys import job_name, quoted
from adapters.redis.serial import message_of, message_text
from bot.jobs import JobId, MessageRef
from bot.ports import Notice, NoticeState


@dataclass(frozen=True, slots=True, kw_only=True)
class RedisNotices:
    """NoticeStore on Redis."""

    edge: Edge
    hints: Hints

    async def open_jobs(self, platform: str) -> Sequence[JobId]:
        """Return every job whose message is not yet finally true, the oldest first."""
        return answers.ids(await self.edge.run("open_jobs", quoted(platform)))

    async def notice(self, job_id: JobId) -> Notice:
        """Return what is known of a job's message."""
        kept = self.edge.keys.key("notice", job_name(job_id))
        found = answers.rows(await self.edge.ask("HMGET", kept, "state", "message", "rendered", "pinged"))
        state, message, rendered, pinged = map(answers.data, found)
        return Notice(
            job_id=job_id,
            state=NoticeState(state.decode()) if state else NoticeState.ABSENT,
            ref=message_of(message) if message else None,
            rendered=rendered.decode() if rendered else "",
            pinged=pinged is not None,
        )

    async def creating(self, job_id: JobId) -> None:
        """Note, before asking the platform, that a message is being made."""
        await self.edge.run("notice_creating", job_name(job_id))

    async def shown(self, job_id: JobId, ref: MessageRef, rendered: str, *, final: bool) -> None:
        """Note what a message shows now."""
        await self.edge.run("notice_shown", job_name(job_id), message_text(ref), rendered, int(final))

    async def closed(self, job_id: JobId) -> None:
        """Take a job off the board."""
        await self.edge.run("notice_closed", job_name(job_id))

    async def take_ping(self, job_id: JobId) -> bool:
        """Take the right to ping the requester; who asks again after a lost answer is still the first."""
        return await self.edge.run("notice_ping", job_name(job_id), uuid4().hex) == 1

    async def own(self, bucket: str, owner: str, *, term_s: float) -> bool:
        """Take or keep the right to edit in a bucket."""
        return await self.edge.run("own", quoted(bucket), owner, round(term_s * 1000)) == 1

    async def disown(self, bucket: str, owner: str) -> None:
        """Give the right back, if it is still ours."""
        await self.edge.run("disown", quoted(bucket), owner)

    async def changed(self, platform: str, timeout_s: float) -> Collection[JobId]:
        """Return the jobs that changed since the last call."""
        return await self.hints.changed(platform, timeout_s)
