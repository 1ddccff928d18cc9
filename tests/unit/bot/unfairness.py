"""How far two who wait side by side can be apart: the bound, and books in which it is counted anew.

Whoever sits in a lane's line has a tag near the lane's clock.

After it by at most a reach (`after_us`):

- A claim in the lane charges whoever's tag is the least, which is then no further than the clock, or, for a loaded
  model, somebody at most the slack after it. So right after it their tag is at most the slack and that charge after the
  clock.
- Until their next claim in the lane the tag grows only by what their running jobs take beyond their estimates, and by
  their claims in other lanes; the clock never goes back, and what is given back only makes the tag less.
- Whoever takes a seat comes at the clock, at most a tie (1 ms) after it, or with the tag that they left with, if that
  is still after the clock.
- No charge puts a tag more than the debt after the clock.

Before it by at most what was given back to them since they sat down, and by `refund_ms` at the most (`before_us`):
the clock only moves to the least tag in the line, so nothing but a refund puts a tag before it.

Both tags are in these reaches of the same clock at the beginning and at the end of any interval through which both sit.
So what the two tags moved in it differs by at most all their reaches together: the bound. In one lane, with estimates
that are right:

    | moved_f / w_f - moved_g / w_g |  <=  c_f / w_f + c_g / w_g + 2 A

with c the largest charge of each and A the slack (at least 1 ms). For each of the two, estimates that were too short
add what they add between two claims, at most (jobs at once) x (largest overrun) / w; estimates that were too long add
what was given back, at most `refund_ms`; claims in other lanes add themselves. A + c + overruns + other lanes count no
more than the debt.

- `moved` is what was charged, each amount over the weight at which it was charged (weights may change meanwhile), less
  what was given back, as far as it was: a refund ends `refund_ms` before the clock, a charge the debt after it.
- The slack counts twice, for a model may be loaded for the one at the beginning and for the other at the end. For two
  who begin at the same tag it counts once: then the larger reach is the bound, c + A.
- Whoever leaves the line between (a cap, nothing left to do) begins anew. The same holds between tenants.
- c is the largest charge since they sat down, not only in the interval: it begins with what was charged before.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import combinations

from bot.accounts import Bill
from bot.fairshare import TIES, FairShare
from bot.shares import FairPolicy, virtual_us
from tests.unit.bot.fair_recount import Who, accounts_of

Seat = tuple[Who, str]
"""Who sits, and in which lane."""


def after_us(charged_us: int, policy: FairPolicy) -> int:
    """Return how far after the clock a tag can be; `charged_us` is the most from one claim in the lane to the next."""
    return min(max(policy.slack_ms * 1000, TIES) + charged_us, policy.debt_ms * 1000)


def before_us(given_us: int, policy: FairPolicy) -> int:
    """Return how far before the clock a tag can be; `given_us` is what was given back since they sat down."""
    return min(given_us, policy.refund_ms * 1000)


@dataclass(slots=True)
class Page:
    """What one account was charged in one lane since it sat down there."""

    moved_us: int = 0
    charged_us: int = 0  #: at their last claim in this lane, and since
    most_us: int = 0  #: of those
    given_us: int = 0  #: given back

    def reach_us(self, policy: FairPolicy) -> int:
        """Return how far from the clock the tag can be, both ways together."""
        return after_us(self.most_us, policy) + before_us(self.given_us, policy)


@dataclass(slots=True)
class Books:
    """Everybody's pages, and how far any two who sit side by side were apart since both sat down."""

    fair: FairShare
    pages: dict[Seat, Page] = field(default_factory=dict)
    gaps: dict[tuple[Seat, Seat], tuple[int, int]] = field(default_factory=dict)
    widest: float = 0.0  #: the largest gap so far, over its bound

    def enter(self, act: Callable[[], object], *, lane: str = "", took_ms: int = 0) -> list[str]:
        """Let something happen and write down what it moved; returns what should not be.

        `lane` is where a claim is made, `took_ms` what a held job that ends hereby is charged in the end.
        """
        bills = {job: (bill, bill.charged_ms) for job, bill in self.fair.bills.items()}
        before = self._tags()
        act()
        amounts = self._amounts(bills, took_ms)
        after = self._tags()
        self.pages = {seat: self.pages.get(seat, Page()) for seat in after}
        return [
            *(
                fault
                for seat in after
                for fault in self._turn(seat, before.get(seat), after[seat], amounts.get(seat[0], 0), seat[1] == lane)
            ),
            *self._compare({seat for seat in after if after[seat][2] and before.get(seat, after[seat])[2]}),
        ]

    def _tags(self) -> dict[Seat, tuple[int, int, bool]]:
        """Return every tag with its clock, and whether its owner sits there."""
        return {
            (who, lane): (tag, clocks.get(lane, 0), lane in each.seats)
            for who, each, clocks in accounts_of(self.fair)
            for lane, tag in each.tags.items()
        }

    def _amounts(self, before: Mapping[str, tuple[Bill, int]], took_ms: int) -> dict[Who, int]:
        amounts: dict[Who, int] = {}
        now = {job: (bill, bill.charged_ms) for job, bill in self.fair.bills.items()}
        for job in before.keys() | now.keys():
            bill, charged = now.get(job) or (before[job][0], took_ms)
            was = before[job][1] if job in before else 0
            tenant = bill.order.tenant
            for who, weight in (((tenant, bill.order.user), bill.weight), ((tenant, ""), bill.tenant_weight)):
                amounts[who] = amounts.get(who, 0) + virtual_us(charged, weight) - virtual_us(was, weight)
        return amounts

    def _turn(
        self, seat: Seat, before: tuple[int, int, bool] | None, after: tuple[int, int, bool], amount: int, here: bool
    ) -> list[str]:
        page, (tag, clock, sits), policy = self.pages[seat], after, self.fair.policy
        debt_us = policy.debt_ms * 1000
        page.charged_us = amount if here and amount > 0 else page.charged_us + max(0, amount)
        if before and clock < before[1]:  # the lane went and came back: what they owed there is owed to a new clock
            page.charged_us = debt_us
        if not (before and before[2]):
            page.moved_us, page.most_us, page.given_us = 0, 0, 0
            page.charged_us = 0 if sits and tag - clock < TIES else page.charged_us
        page.most_us = max(page.most_us, page.charged_us)
        page.given_us += max(0, -amount)
        if not sits:
            return []
        faults = []
        if before and before[2]:
            moved = tag - before[0]
            page.moved_us += moved
            if moved != amount and tag != clock + (-policy.refund_ms * 1000 if amount < 0 else debt_us):
                faults.append(f"{seat} was charged {amount} and moved {moved}")
        if not -before_us(page.given_us, policy) <= tag - clock <= after_us(page.most_us, policy):
            faults.append(f"{seat} is {tag - clock} after the clock; {page}")
        return faults

    def _compare(self, sitting: set[Seat]) -> list[str]:
        gaps, faults = {}, []
        for one, other in combinations(sorted(sitting), 2):
            (tenant, user), lane = one
            (other_tenant, other_user), other_lane = other
            if lane != other_lane or bool(user) != bool(other_user) or (user and tenant != other_tenant):
                continue
            apart = self.pages[one].moved_us - self.pages[other].moved_us
            least, most = self.gaps.get((one, other), (apart, apart))
            gaps[one, other] = least, most = min(least, apart), max(most, apart)
            bound = sum(self.pages[each].reach_us(self.fair.policy) for each in (one, other))
            self.widest = max(self.widest, (most - least) / bound)
            if most - least > bound:
                faults.append(f"{one} and {other} were {most - least} apart, at most {bound} is fair")
        self.gaps = gaps
        return faults
