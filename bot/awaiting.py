"""Which servers of a pool work now, as all of its processes know it, and for which of them a job waits. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from bot.leases import LaneTable
from bot.servers import STALE_MS, ServerState, ServerStatus, server_of
from bot.shares import Position

_NAMED = 3  #: servers that a sentence names


@dataclass(frozen=True, slots=True, kw_only=True)
class Awaited:
    """The servers that could take a job, none of which works now. Both are empty when the pool lost them meanwhile."""

    down: Sequence[str] = ()  #: not reached, or looked after by no process
    draining: Sequence[str] = ()  #: they finish what they have, and take nothing new

    def __str__(self) -> str:
        """Name them as somebody reads it who waits for one of them."""
        named = [_named(self.down, "down"), _named(self.draining, "taking no new jobs at the moment")]
        return ", or ".join(filter(None, named)) or "a GPU that has what it needs"


@dataclass(frozen=True, slots=True, kw_only=True)
class Presence:
    """How all servers were when somebody looked last. Of whom nothing is told is taken to work."""

    statuses: Mapping[str, ServerStatus] = field(default_factory=dict)  #: by server, as `ServerStore.statuses` tells
    now_ms: int = 0  #: the store's clock then
    listed: frozenset[str] | None = None  #: the pool's servers, as its roster names them; None: that is not known

    def works(self, slot: str) -> bool:
        """Tell whether a slot takes new jobs."""
        server = server_of(slot)
        return self._is_listed(server) and not self._is_down(server) and not self._is_draining(server)

    def awaited(self, position: Position, table: LaneTable) -> Awaited | None:
        """Return for which servers a job waits that stands there; None when one of them works, or nobody knows any."""
        lanes = {position.lane, *position.elsewhere}
        slots = [slot for slot, lane in table.servers.items() if lane in lanes]
        if not slots or any(map(self.works, slots)):
            return None
        servers = sorted({server for server in map(server_of, slots) if self._is_listed(server)})
        return Awaited(
            down=tuple(server for server in servers if self._is_down(server)),
            draining=tuple(server for server in servers if not self._is_down(server)),
        )

    def _is_listed(self, server: str) -> bool:
        return self.listed is None or server in self.listed

    def _is_down(self, server: str) -> bool:
        status = self.statuses.get(server)
        return status is not None and (status.state is ServerState.DOWN or status.seen_ms < self.now_ms - STALE_MS)

    def _is_draining(self, server: str) -> bool:
        status = self.statuses.get(server)
        return status is not None and status.state is ServerState.DRAINING


def _named(servers: Sequence[str], how: str) -> str:
    if len(servers) > _NAMED:
        return f"one of {len(servers)} GPUs, which are {how}"
    *some, last = servers or [""]
    are = "are" if some else "is"
    return f"{' or '.join(filter(None, (', '.join(some), last)))}, which {are} {how}" if servers else ""
