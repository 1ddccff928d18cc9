"""Which servers of a pool work now, as all of its processes know it, and for which of them a job waits. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from bot.leases import LaneTable
from bot.servers import WORKING, ServerState, ServerStatus, is_told, server_of
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
    """How all servers were when somebody looked last. One of which nothing is told is taken to work."""

    statuses: Mapping[str, ServerStatus] = field(default_factory=dict)  #: by server, as `ServerStore.statuses` tells
    now_ms: int = 0  #: the store's clock then
    listed: frozenset[str] | None = None  #: the pool's servers, as its roster names them; None: that is not known

    def works(self, slot: str) -> bool:
        """Tell whether a slot takes new jobs."""
        server = server_of(slot)
        return self._is_listed(server) and not self._is_down(server) and self._state(server) in WORKING

    def awaited(self, position: Position, table: LaneTable) -> Awaited | None:
        """Return for which servers a job waits that stands there; None when one works or begins, or none is known."""
        lanes = {position.lane, *position.elsewhere}
        stand = {server_of(slot) for slot, lane in table.servers.items() if lane in lanes}
        listed = sorted(filter(self._is_listed, stand))
        down = tuple(filter(self._is_down, listed))
        draining = tuple(each for each in listed if each not in down and self._state(each) is ServerState.DRAINING)
        return Awaited(down=down, draining=draining) if stand and len(down) + len(draining) == len(listed) else None

    def _is_listed(self, server: str) -> bool:
        return self.listed is None or server in self.listed

    def _is_down(self, server: str) -> bool:
        status = self.statuses.get(server)
        return status is not None and (status.state is ServerState.DOWN or not is_told(status, self.now_ms))

    def _state(self, server: str) -> ServerState:
        status = self.statuses.get(server)
        return status.state if status else ServerState.READY


def _named(servers: Sequence[str], how: str) -> str:
    if len(servers) > _NAMED:
        return f"one of {len(servers)} GPUs, which are {how}"
    *some, last = servers or [""]
    are = "are" if some else "is"
    return f"{' or '.join(filter(None, (', '.join(some), last)))}, which {are} {how}" if servers else ""
