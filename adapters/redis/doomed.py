"""Messages that are to be taken away: told by whoever deletes their jobs, done by whoever has their platform."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

from adapters.redis import answers
from adapters.redis.edge import Edge
from adapters.redis.serial import job_of, job_text, message_of, message_text, read, written
from bot.jobs import Left

_LIFE_S = 7 * 86_400
"""A platform that is away for a week has its messages for good: whoever is there can delete them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RedisDoomed:
    """DoomedStore on Redis."""

    edge: Edge

    async def doom(self, left: Sequence[Left]) -> None:
        """Have messages taken away."""
        for each in left:
            doomed = self.edge.keys.key("doomed", each.ref.place.tenant.platform)
            await self.edge.ask("SADD", doomed, _text(each))
            await self.edge.ask("EXPIRE", doomed, _LIFE_S)

    async def doomed(self, platform: str, *, limit: int) -> Sequence[Left]:
        """Return any of a platform's messages that are to be taken away."""
        found = await self.edge.ask("SRANDMEMBER", self.edge.keys.key("doomed", platform), limit)
        return [_left(answers.data(each) or b"") for each in answers.rows(found)]

    async def gone(self, left: Left) -> None:
        """Note that one was."""
        await self.edge.ask("SREM", self.edge.keys.key("doomed", left.ref.place.tenant.platform), _text(left))


def _text(left: Left) -> str:
    # The same for the same: it is how one is found again.
    return written(
        {"job": job_text(left.job), "at": left.job.created_ms, "id": str(left.job.id), "ref": message_text(left.ref)}
    )


def _left(text: bytes) -> Left:
    content = read(text)
    job = job_of(str(content["id"]), str(content["job"]).encode(), created_ms=cast(int, content["at"]))
    return Left(job=job, ref=message_of(str(content["ref"]).encode()))
