"""What somebody is due of the pool: weights and caps, and the policy that all shares follow. Plain data, whole numbers.

Whole numbers, because the queue's scripts have to come to the very same ones as the model that they are tested against.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

ONE = 1000
"""A weight of 1, a speed of 1: both are told in thousandths."""

LONGEST_MS = 7 * 24 * 3600 * 1000
"""No job is charged more at once; up to a thousand times of it, products with weights stay exact in a double."""

ANY_LANE = "any"
"""Where everything goes that no lane is laid for: the one lane of a pool that never told what its servers lack."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Caps:
    """How many jobs there may be at once; None: as many as they like."""

    user: int | None = None  #: of one person in one tenant
    person: int | None = None  #: of one person in all tenants of a platform
    tenant: int | None = None
    everybody: int | None = None  #: only of what waits: what runs is bounded by the GPUs


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """How somebody stands in the queue; the latest job's counts.

    A tier gives a member their weight; communities have all the same. What shares by members is in `FairPolicy`.
    """

    weight: int = ONE  #: among the users of a tenant, in thousandths
    tenant_weight: int = ONE  #: among tenants, in thousandths
    running: Caps = field(default_factory=Caps)  #: whoever reached it is passed over until a job of theirs ends
    waiting: Caps = field(default_factory=Caps)  #: whoever reached it is refused

    def __post_init__(self) -> None:
        if min(self.weight, self.tenant_weight) < 1:
            raise ValueError("a weight is a thousandth at least: nothing can be divided by it otherwise")
        if self.running.everybody is not None:
            raise ValueError("what runs has no cap for everybody: nobody would heed it")


@dataclass(frozen=True, slots=True, kw_only=True)
class FairPolicy:
    """What holds for all shares of a pool. GPU milliseconds at weight 1."""

    slack_ms: int = 30_000  #: how far a loaded model may let somebody run ahead of the one whose turn it is
    #: how far before the clock a refund may bring whoever sits: what they were charged too much in advance is theirs,
    #: also if the clock, which ran on with that charge, has passed it meanwhile
    refund_ms: int = 60_000
    debt_ms: int = 900_000  #: the most that anybody can be behind: what is used beyond it is forgiven
    least_ms: int = 1_000  #: what a job is charged at least, so that a great many tiny ones cost something
    by_users: bool = False  #: whether a tenant's weight is multiplied by the weights of its active users


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """What is still before a waiting job, if everybody stayed as they are."""

    jobs: int
    gpu_ms: int  #: of those jobs, on a server of speed 1
    lane: str | None  #: whose servers share that work; None: no server can take the job now
    capped: str | None = None  #: whose cap on running jobs is why there is none: user, person or tenant
    elsewhere: Mapping[str, int] = field(default_factory=dict)  #: other lanes that would take it, and gpu_ms there


def virtual_us(gpu_ms: int, weight: int) -> int:
    """Return how far GPU milliseconds move a tag: microseconds at weight 1."""
    return gpu_ms * 1_000_000 // weight


def normal_ms(gpu_ms: int, speed: int) -> int:
    """Return what so many GPU milliseconds of a server are on one of speed 1."""
    return min(gpu_ms, LONGEST_MS) * speed // ONE


def model_of(requirement: str) -> str:
    """Return what a requirement has to have loaded: what stands before its dot; empty for nothing."""
    return requirement.partition(".")[0]
