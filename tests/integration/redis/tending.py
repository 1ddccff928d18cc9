"""The fake, asked without an event loop; and tended a few users at a time, as a script does."""

from collections.abc import Coroutine
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

from adapters.redis.lanes import COUNTED_JOBS
from bot.errors import QueueFull
from bot.shares import ANY_LANE
from tests.fakes.memory_store import MemoryStore

BETWEEN_PASSES_MS = 60_000


def at_once(asked: Coroutine[Any, Any, Any]) -> Any:
    """Return what the fake answers, which never waits; a refusal is an answer, too."""
    try:
        asked.send(None)
    except StopIteration as done:
        return done.value
    except QueueFull as full:
        return refusal(full)
    raise AssertionError("the fake waits for something")


def refusal(full: QueueFull) -> tuple[str, float]:
    """Return a refusal as an answer that can be compared."""
    return full.counter, full.retry_after_s


@dataclass(slots=True)
class Tending:
    """How far a pass through those who are looked after has come, as a script that tends a few at a time goes."""

    fake: MemoryStore
    listed: set[tuple[str, str]] = field(default_factory=set)  #: who was active and not yet seen at rest
    cursor: tuple[str, str] | None = None
    began_ms: int = 0
    version: int = 0
    done: int = 0

    def note(self) -> None:
        """Look who is active now."""
        tenants = self.fake.fair.tenants.items()
        self.listed |= {(name, user) for name, each in tenants for user in each.users if each.users[user].active}

    def tend(self, most: int, now_ms: int) -> bool:
        """Tend a few, until there was so much work; whether there is more to be done."""
        table = at_once(self.fake.table())
        laid, lanes = table.version, len({ANY_LANE, *table.servers.values(), *chain(*table.routes.values())})
        if self.version != laid:
            self.cursor = None
        if self.cursor is None:
            if self.done == laid and now_ms < self.began_ms + BETWEEN_PASSES_MS:
                return False
            self.began_ms, self.version = now_ms, laid
        rest = [who for who in sorted(self.listed, key="/".join) if self.cursor is None or who > self.cursor]
        tended = spent = 0
        while tended < len(rest) and spent < most:
            tenant, user = rest[tended]
            tended, spent = tended + 1, spent + lanes + self._jobs(tenant, user)
            if self.fake.fair.tenants[tenant].users[user].active:
                self.fake.fair.tend(tenant, user)
            else:
                self.listed.discard((tenant, user))
        self.cursor = rest[tended - 1] if tended < len(rest) else None
        self.done = self.done if self.cursor else laid
        return self.cursor is not None

    def _jobs(self, tenant: str, user: str) -> int:
        """Return how many jobs of a user are looked at: all of so few."""
        queues = self.fake.fair.tenants[tenant].users[user].queues
        waiting = sum(map(len, queues.values()))
        assert waiting <= COUNTED_JOBS
        return waiting

    @property
    def through(self) -> bool:
        """Whether everybody sits where lanes now lead."""
        return bool(self.done == at_once(self.fake.table()).version)
