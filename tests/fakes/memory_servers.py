"""What operators changed about the servers and how each is, in memory. One object is one store."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from adapters.redis.servers import GONE_MS
from bot.servers import Change, ServerStatus


@dataclass(slots=True, kw_only=True)
class MemoryServers:
    """ServerStore in memory; `clock` is milliseconds."""

    clock: Callable[[], int] = lambda: 0
    _changes: dict[str, Change] = field(default_factory=dict)
    _statuses: dict[str, ServerStatus] = field(default_factory=dict)

    async def changes(self) -> Mapping[str, Change]:
        return dict(sorted(self._changes.items()))

    async def change(self, name: str, change: Change | None) -> None:
        if change is None:
            self._changes.pop(name, None)
        else:
            self._changes[name] = change

    async def tell(self, name: str, status: ServerStatus) -> None:
        self._statuses[name] = status

    async def forget(self, name: str) -> None:
        self._statuses.pop(name, None)

    async def statuses(self) -> Mapping[str, ServerStatus]:
        late = self.clock() - GONE_MS
        return {name: status for name, status in sorted(self._statuses.items()) if status.seen_ms >= late}

    async def now_ms(self) -> int:
        return self.clock()
