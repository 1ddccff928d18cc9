"""A pool of the model with names that are easy to read: users of tenants ask, servers claim."""

from dataclasses import dataclass, field
from itertools import count

from bot.accounts import PRIORITY_STEP, Order, User
from bot.fairshare import FairShare
from bot.shares import ONE, Caps, FairPolicy, Share

EQUAL = Share()


def policy(
    *, slack_s: int = 0, refund_s: int = 60, debt_s: int = 900, least_ms: int = 1_000, by_users: bool = False
) -> FairPolicy:
    """Make a policy; without another word no model is preferred."""
    return FairPolicy(
        slack_ms=slack_s * 1000,
        refund_ms=refund_s * 1000,
        debt_ms=debt_s * 1000,
        least_ms=least_ms,
        by_users=by_users,
    )


def weighing(weight: float, *, tenant: float = 1) -> Share:
    """Make a share of a weight."""
    return Share(weight=round(weight * ONE), tenant_weight=round(tenant * ONE))


def capped(*, user: int | None = None, person: int | None = None, tenant: int | None = None) -> Share:
    """Make a share with caps on what runs."""
    return Share(running=Caps(user=user, person=person, tenant=tenant))


@dataclass(slots=True)
class Scene:
    """One pool. Jobs are named by their user and their number."""

    policy: FairPolicy = field(default_factory=policy)
    fair: FairShare = field(init=False)
    numbers: "count[int]" = field(default_factory=lambda: count(1))

    def __post_init__(self) -> None:
        self.fair = FairShare(policy=self.policy)

    def ask(
        self,
        user: str,
        times: int = 1,
        *,
        seconds: float = 10,
        tenant: str = "guild",
        person: str = "",
        needs: str = "",
        priority: int = 0,
        share: Share = EQUAL,
    ) -> list[str]:
        """Enqueue jobs; returns their names."""
        names = []
        for number in (next(self.numbers) for _ in range(times)):
            names.append(f"{user}-{number}")
            order = Order(
                place=number - priority * PRIORITY_STEP,
                job=names[-1],
                tenant=tenant,
                user=user,
                person=person or f"{tenant}/{user}",
                requirement=needs,
                estimate_ms=round(seconds * 1000),
            )
            self.fair.enqueue(order, share)
        return names

    def claim(
        self, server: str = "gpu", *, warm: tuple[str, ...] = (), speed: int = ONE, successor_of: str | None = None
    ) -> str:
        """Claim; returns the job's name, empty if there is none."""
        order = self.fair.claim(server, warm, speed, successor_of)
        return order.job if order else ""

    def serve(self, times: int, server: str = "gpu", *, warm: tuple[str, ...] = (), loads: bool = False) -> list[str]:
        """Claim and settle one job after another, each at its estimate; returns whose they were.

        With `loads` the server keeps the model that its last job needed.
        """
        served = []
        for _ in range(times):
            order = self.fair.claim(server, warm)
            if order is None:
                break
            self.fair.settle(order.job, order.estimate_ms)
            served.append(order.user)
            warm = (order.model,) if loads else warm
        return served

    def user(self, name: str, tenant: str = "guild") -> User:
        """Return a user's account."""
        return self.fair.tenants[tenant].users[name]

    def debt_s(self, user: str, tenant: str = "guild", lane: str = "any") -> float:
        """Return by how many seconds a user's tag comes after the clock of their tenant's users."""
        community = self.fair.tenants[tenant]
        return (community.users[user].tags[lane] - community.clocks.get(lane, 0)) / 1e6

    def lay(self, routes: dict[str, tuple[str, ...]], lanes: dict[str, str], *, tend: bool = True) -> None:
        """Lay lanes; with `tend` everybody is seated anew at once."""
        self.fair.lay(routes, lanes)
        for tenant, community in self.fair.tenants.items() if tend else ():
            for user in community.users:
                self.fair.tend(tenant, user)
