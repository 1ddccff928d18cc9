"""Which servers the pool has now: what this process was started with, and what operators changed since."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.errors import StoreLost
from bot.outages import Outage
from bot.ports import ServerStore
from bot.servers import Change, Listed, ServerSpec, Wish, pool_of

_log = logging.getLogger(__name__)


@dataclass(slots=True, kw_only=True)
class Roster:
    """The pool's servers, looked at anew whenever somebody asks, for any process may change them."""

    seeds: Mapping[str, ServerSpec]
    store: ServerStore
    _changes: Mapping[str, Change] | None = field(default=None)  #: as last seen
    _outage: Outage = field(default_factory=lambda: Outage(_log, "the list of servers, which stay as they were"))

    async def look(self) -> Mapping[str, Listed]:
        """Return the servers by name; while the store is away those of last time. Raises StoreLost at first."""
        try:
            self._changes = await self.store.changes()
        except StoreLost as lost:
            if self._changes is None:
                raise
            self._outage.lost(lost)
        else:
            self._outage.over()
        return self.listed

    @property
    def listed(self) -> Mapping[str, Listed]:
        """The servers by name, as last seen."""
        return pool_of(self.seeds, self._changes or {})

    @property
    def remark(self) -> str:
        """What somebody who starts the service may have forgotten: seeds that an operator took out; else empty."""
        words = {Wish.DRAIN: "drained", Wish.REMOVE: "removed"}
        changes = self._changes or {}
        out = [f"{name} ({words[changes[name].wish]})" for name in self.seeds if _wish(changes, name) in words]
        return f"Not at work: {', '.join(out)}. To bring one back: fairbrush servers resume NAME." if out else ""

    @property
    def removed(self) -> frozenset[str]:
        """The names of those that an operator took away."""
        return frozenset(name for name, change in (self._changes or {}).items() if change.wish is Wish.REMOVE)


def _wish(changes: Mapping[str, Change], name: str) -> Wish:
    return changes.get(name, Change()).wish
