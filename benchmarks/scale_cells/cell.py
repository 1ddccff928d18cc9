"""What a queue is filled with: plain data, and the typed jobs that it makes.

Every job stands in a slot, which tells whose it is and what it needs. Whatever leaves a slot is followed by another
job of the same slot, so that a queue under measurement stays as large as it was, for everybody in it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from math import ceil, sqrt

from benchmarks.peers.protocol import order_of
from bot.jobs import Job, Place, Requester, Tenant, job_id_of
from bot.leases import LaneTable
from bot.limits import Limits, share_of
from bot.shares import Caps
from workflows.catalog import LIBRARY, load_catalog
from workflows.requirements import requirement_of

FEW = 3
"""Models that somebody has jobs with."""
SERVERS = 48
"""As many stand in each lane, for 1, 3 and 16 lanes alike."""
ROOM = 10_000_000
SHARE = share_of(Limits(waiting=Caps(person=ROOM, everybody=ROOM)))
"""The caps on waiting jobs are checked as ever, and are no obstacle."""

SHORTEST_MS, SPREAD_MS, STEP_MS = 4_000, 12_000, 7_919
_FIRST_ID, _ID_STEP = 10**17, 7_919_000_003
"""Names of tenants and users are as long as Discord's: 18 digits."""

WORKFLOW = load_catalog(LIBRARY).workflows["txt2img"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """How large a queue is, and how much is in its pool."""

    jobs: int
    tenants: int
    users: int  #: of each tenant
    models: int = 1
    lanes: int = 1

    def table(self) -> LaneTable:
        """Lay the lanes, which overlap: the square root of their number serves a requirement."""
        lanes = [str(number + 1) for number in range(self.lanes)]
        each = ceil(sqrt(self.lanes))
        return LaneTable(
            servers={server: lanes[number % self.lanes] for number, server in enumerate(servers())},
            routes={
                requirement(model): sorted(lanes[(model + other) % self.lanes] for other in range(each))
                for model in range(self.models)
            },
        )

    def job(self, slot: int, generation: int = 0) -> Job:
        """Make a job of a slot; its seed is the slot."""
        number, turn = slot % (self.tenants * self.users), slot // (self.tenants * self.users)
        tenant, user = Tenant(platform="discord", id=_name(number // self.users)), _name(-number)
        model = (number * FEW + turn % FEW) % self.models
        return Job(
            id=job_id_of("discord", f"{slot}.{generation}"),
            workflow=WORKFLOW.name,
            digest=WORKFLOW.digest,
            values={**_values(model), "seed": slot},
            requester=Requester(tenant=tenant, id=user, name=f"user{number}"),
            place=Place(tenant=tenant, channel=_name(number % FEW)),
            estimate_ms=SHORTEST_MS + slot * STEP_MS % SPREAD_MS,
            created_ms=0,
            requirement=requirement(model),
        )


@cache
def servers() -> tuple[str, ...]:
    """Name the servers."""
    return tuple(f"gpu{number}" for number in range(SERVERS))


@cache
def requirement(model: int) -> str:
    """Return what a job with a model needs, as intake finds it."""
    return requirement_of(WORKFLOW, _values(model)).key


@cache
def _values(model: int) -> Mapping[str, str | int | float]:
    values = order_of(0) | {"model": f"model_{model:03}.safetensors"}
    return {name: value for name, value in values.items() if name not in ("tenant", "user")}


def _name(number: int) -> str:
    return str(_FIRST_ID * (5 if number > 0 else 7) + abs(number) * _ID_STEP)
