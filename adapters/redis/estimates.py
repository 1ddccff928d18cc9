"""What was learned of how long jobs take: one value, the latest wins; losing it costs only accuracy."""

from collections.abc import Mapping
from dataclasses import dataclass

from adapters.redis import answers
from adapters.redis.edge import Edge
from adapters.redis.serial import read, written


@dataclass(frozen=True, slots=True, kw_only=True)
class RedisEstimates:
    """The estimates of one pool, as plain JSON."""

    edge: Edge

    async def keep(self, state: Mapping[str, object]) -> None:
        """Replace what is kept."""
        await self.edge.ask("SET", self.edge.keys.key("estimates"), written(state))

    async def read(self) -> Mapping[str, object]:
        """Return what was kept; empty when nothing was."""
        text = answers.data(await self.edge.ask("GET", self.edge.keys.key("estimates")))
        return {} if text is None else read(text)
