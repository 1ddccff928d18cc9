"""How often all processes together did something that the world limits."""

from dataclasses import dataclass
from uuid import uuid4

from adapters.redis import answers
from adapters.redis.edge import Edge
from adapters.redis.keys import quoted


@dataclass(frozen=True, slots=True, kw_only=True)
class RedisTurns:
    """TurnStore on Redis."""

    edge: Edge

    async def take(self, bucket: str, *, most: int, per_s: float) -> float:
        """Take a turn; returns 0, or after how many seconds to come again."""
        stretch_ms = max(1, round(per_s * 1000))
        told = await self.edge.run("take_turn", quoted(bucket), most, stretch_ms, uuid4().hex)
        return answers.number(told) / 1000

    async def pause(self, bucket: str, *, for_s: float) -> None:
        """Let nobody take one for so long."""
        await self.edge.run("pause_turns", quoted(bucket), max(1, round(for_s * 1000)))
