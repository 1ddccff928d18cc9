"""What the model of the queue keeps of everybody: waiting orders, accounts of tenants and users, bills of held jobs."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from bot.shares import ONE, FairPolicy, model_of

PRIORITY_STEP = 2**42
"""Between two priorities of one user: more jobs than any pool will ever see."""


class Order(NamedTuple):
    """A waiting job, as fairness sees it; the first two fields put one user's orders in line."""

    place: int  #: its number in the queue, less the step for each priority
    job: str
    tenant: str
    user: str
    person: str
    requirement: str
    estimate_ms: int

    @property
    def model(self) -> str:
        """Return what it has to have loaded."""
        return model_of(self.requirement)


@dataclass(slots=True, kw_only=True)
class Capped:
    """Whose jobs are counted, and may be capped."""

    cap: int | None = None  #: on those that run
    waiting: int = 0
    leased: int = 0

    @property
    def open(self) -> bool:
        """Whether the cap lets another one run."""
        return self.cap is None or self.leased < self.cap


@dataclass(slots=True, kw_only=True)
class Account(Capped):
    """A tenant or a user."""

    weight: int = ONE
    backlog_ms: int = 0  #: estimates of what waits
    tags: dict[str, int] = field(default_factory=dict)  #: by lane, also of lanes without a seat now
    seats: set[str] = field(default_factory=set)  #: lanes whose line they stand in

    @property
    def mean_ms(self) -> int:
        """Return what one of the waiting jobs takes."""
        return max(1, self.backlog_ms // self.waiting) if self.waiting else 1

    def move(self, amount_us: int, clocks: Mapping[str, int], policy: FairPolicy) -> None:
        """Charge in every lane, or give back."""
        for lane, tag in self.tags.items() if amount_us else ():
            clock = clocks.get(lane, 0)
            if amount_us > 0:
                self.tags[lane] = min(tag + amount_us, clock + policy.debt_ms * 1000)
            else:
                lowest = clock - policy.refund_ms * 1000 if lane in self.seats else clock
                self.tags[lane] = max(tag + amount_us, min(tag, lowest))


@dataclass(slots=True, kw_only=True)
class User(Account):
    """One person in one tenant."""

    person: str
    queues: dict[str, list[Order]] = field(default_factory=dict)  #: by requirement, never empty
    #: by lane: what went before their first job there because its model was loaded
    passed_us: dict[str, int] = field(default_factory=dict)

    def first(self, requirements: Collection[str]) -> Order | None:
        """Return the first of their jobs with one of these requirements."""
        return min((queue[0] for name, queue in self.queues.items() if name in requirements), default=None)

    @property
    def active(self) -> bool:
        """Whether anything of theirs waits or runs."""
        return self.waiting + self.leased > 0


@dataclass(slots=True, kw_only=True)
class Tenancy(Account):
    """A tenant."""

    clocks: dict[str, int] = field(default_factory=dict)  #: of its users, by lane
    crowd: int = 0  #: the weights of its active users
    users: dict[str, User] = field(default_factory=dict)


@dataclass(slots=True, kw_only=True)
class Person(Capped):
    """Somebody in all their tenants."""

    users: set[tuple[str, str]] = field(default_factory=set)  #: tenant and user of those that have jobs waiting


@dataclass(slots=True)
class Bill:
    """What a held job was charged, and at which weights: it is given back at the same ones."""

    order: Order
    charged_ms: int
    weight: int
    tenant_weight: int
    speed: int
