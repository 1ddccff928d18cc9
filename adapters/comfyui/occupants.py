"""Who is in a server's queue, as the body of GET /queue tells it."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from adapters.comfyui.bodies import mapping_of
from adapters.comfyui.whereabouts import items

POOL_KEY = "fairbrush_pool"
"""Where the identity of the pool stands in a run's extra_data, so that later owners know their own from strangers'."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Occupant:
    """A run in the queue, whoever's it is."""

    prompt_id: str
    executing: bool
    pool: str = ""  #: the mark of who submitted it; empty: a stranger to Fairbrush

    def belongs(self, pool: str) -> bool:
        """Whether this pool submitted it; a pool without an identity owns nothing by its mark."""
        return bool(pool) and self.pool == pool


def occupants(body: Mapping[str, object]) -> Iterator[Occupant]:
    """Read the body of GET /queue, the executing ones first."""
    for key, executing in (("queue_running", True), ("queue_pending", False)):
        for item in items(body.get(key)):
            mark = mapping_of(item[3]).get(POOL_KEY) if len(item) > 3 else None
            yield Occupant(prompt_id=str(item[1]), executing=executing, pool=mark if isinstance(mark, str) else "")


def strangers(found: Collection[Occupant], pool: str, ours: Collection[str]) -> int:
    """Count those that neither bear the pool's mark nor are known by their id."""
    return sum(not each.belongs(pool) and each.prompt_id not in ours for each in found)
