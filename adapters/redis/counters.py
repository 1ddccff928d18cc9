"""What was charged so far, to look at and to forget."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from adapters.redis import answers
from adapters.redis.edge import Edge
from adapters.redis.keys import quoted
from bot.leases import Counted, Span


@dataclass(frozen=True, slots=True, kw_only=True)
class RedisCounters:
    """CounterStore on Redis."""

    edge: Edge

    async def look(self, counters: Sequence[str]) -> Mapping[str, Counted]:
        """Return what each of these counters counts now."""
        if not counters:
            return {}
        now, *found = answers.rows(await self.edge.run("counters", *map(quoted, counters)))
        now_ms = answers.number(now)
        return {name: _counted(answers.fields(each), now_ms) for name, each in zip(counters, found, strict=True)}

    async def reset(self, counters: Sequence[str]) -> None:
        """Forget what was used; what is held stays."""
        if counters:
            await self.edge.run("reset", *map(quoted, counters))


def _counted(fields: Mapping[str, str], now_ms: int) -> Counted:
    """Read a counter as the scripts write it: `0` is the span that never ends, and no other counts beside it."""
    ends = sorted(int(name) for name in fields if not name.startswith("h"))
    return Counted(
        spans=tuple(
            Span(count=int(fields[f"{each}"]), held=int(fields[f"h{each}"]), ends_ms=each or None)
            for each in ends
            if not each or each > now_ms
        )
    )
