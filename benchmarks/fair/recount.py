"""What a play gave to whom, recounted from what happened alone: it knows nothing of tags and clocks.

Service is counted over weight, at the weight that held when a job began. A job counts from its beginning at what it
takes, up to its estimate; what goes beyond counts as it happens. So service jumps where a job begins, rises where one
overruns, and never falls.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from benchmarks.fair.playing import Happened, Play, Run, What
from benchmarks.fair.scene import Who
from bot.shares import ONE

Moment = tuple[int, int]
"""When, and what number among all that happened: what came first of two things at the same time."""


@dataclass(slots=True)
class Course:
    """The service of a user or a tenant, over time, and when they were eligible: had jobs waiting and might run one."""

    changes: list[tuple[Moment, float, float]] = field(default_factory=list)  #: (moment, jump, change of the slope)
    spans: list[tuple[Moment, Moment]] = field(default_factory=list)
    charge: float = 0.0  #: the largest that a job was charged at once, over weight
    over: float = 0.0  #: the most that one was charged too much, over weight
    under: float = 0.0  #: the most that one was charged too little, over weight
    most: int = 0  #: how many ran at once
    _moments: list[Moment] = field(default_factory=list)
    _values: list[tuple[float, float]] = field(default_factory=list)

    def settle(self) -> None:
        """Add up."""
        self.changes.sort()
        value = slope = 0.0
        before = 0
        for moment, jump, bend in self.changes:
            value += slope * (moment[0] - before) + jump
            slope += bend
            before = moment[0]
            self._moments.append(moment)
            self._values.append((value, slope))

    def at(self, moment: Moment) -> float:
        """Return the service up to and with a moment."""
        place = bisect_right(self._moments, moment) - 1
        if place < 0:
            return 0.0
        value, slope = self._values[place]
        return value + slope * (moment[0] - self._moments[place][0])

    def between(self, start: Moment, end: Moment) -> list[Moment]:
        """Return when anything changed."""
        return self._moments[bisect_right(self._moments, start) : bisect_right(self._moments, end)]

    @property
    def after(self) -> float:
        """Return how far after the clock they may be with what they got, without the slack."""
        return self.charge + self.most * self.under

    @property
    def before(self) -> float:
        """Return how far before the clock they may be: what they were charged too much was not theirs."""
        return self.most * self.over


@dataclass(slots=True)
class _Tally:
    """How many jobs somebody has, while they are counted."""

    course: Course = field(default_factory=Course)
    cap: int | None = None
    waiting: int = 0
    running: int = 0
    since: Moment | None = None
    charge_ms: int = 0
    lightest: float = 0.0  #: the least weight that held when one of their jobs began
    over: float = 0.0
    under: float = 0.0

    @property
    def eligible(self) -> bool:
        return self.waiting > 0 and (self.cap is None or self.running < self.cap)

    def mark(self, moment: Moment, *, eligible: bool) -> None:
        """Begin or end a span."""
        if eligible and self.since is None:
            self.since = moment
        elif not eligible and self.since is not None:
            self.course.spans.append((self.since, moment))
            self.since = None

    def begin(self, run: Run, moment: Moment, weight: float, charge_ms: int) -> None:
        """Count a job that begins."""
        early = min(run.cost_ms, charge_ms)
        self.course.changes.append((moment, early / weight, 0.0))
        if run.cost_ms > charge_ms:
            speed = run.gpu.speed / ONE
            beyond = run.began_ms + round(charge_ms / speed)
            self.course.changes.append(((beyond, -1), 0.0, speed / weight))
            self.course.changes.append(((run.ends_ms, -1), 0.0, -speed / weight))
        self.lightest = min(self.lightest or weight, weight)
        self.over = max(self.over, (charge_ms - run.cost_ms) / weight)
        self.under = max(self.under, (run.cost_ms - charge_ms) / weight)
        self.course.most = max(self.course.most, self.running)

    def close(self) -> None:
        """Add up."""
        self.course.charge = self.charge_ms / (self.lightest or 1.0)
        self.course.over, self.course.under = self.over, self.under
        self.course.settle()


@dataclass(slots=True)
class Recount:
    """Users and tenants of a play."""

    play: Play
    users: dict[Who, Course] = field(default_factory=dict)
    tenants: dict[str, Course] = field(default_factory=dict)
    _users: dict[Who, _Tally] = field(default_factory=dict)
    _tenants: dict[str, _Tally] = field(default_factory=dict)

    def count(self) -> "Recount":
        """Go through all that happened."""
        for number, each in enumerate(self.play.happened):
            self._count(each, (each.at_ms, number))
        end = (self.play.now_ms, len(self.play.happened))
        for tally in (*self._users.values(), *self._tenants.values()):
            tally.mark(end, eligible=False)
            tally.close()
        self.users = {who: tally.course for who, tally in self._users.items()}
        self.tenants = {tenant: tally.course for tenant, tally in self._tenants.items()}
        return self

    def _count(self, each: Happened, moment: Moment) -> None:
        who = each.work.who
        user = self._users.setdefault(who, _Tally(cap=self.play.scene.share(who).running.user))
        tenant = self._tenants.setdefault(who[0], _Tally())
        charge_ms = max(each.work.estimate_ms, self.play.scene.policy.least_ms)
        for tally in (user, tenant):
            tally.charge_ms = max(tally.charge_ms, charge_ms)
            tally.waiting += {What.CAME: 1, What.BEGAN: -1}.get(each.what, 0)
            tally.running += {What.BEGAN: 1, What.ENDED: -1}.get(each.what, 0)
        if each.what is What.BEGAN and each.run:
            user.begin(each.run, moment, self.play.scene.share(who).weight / ONE, charge_ms)
            tenant.begin(each.run, moment, self._tenant_weight(who), charge_ms)
        user.mark(moment, eligible=user.eligible)
        tenant.mark(moment, eligible=any(self._users[each].eligible for each in self._users if each[0] == who[0]))

    def _tenant_weight(self, who: Who) -> float:
        scene = self.play.scene
        weight = scene.share(who).tenant_weight / ONE
        if not scene.policy.by_users:
            return weight
        active = [name for name, tally in self._users.items() if name[0] == who[0] and tally.waiting + tally.running]
        return weight * sum(scene.share(name).weight for name in active) / ONE


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """Two who were eligible all the while, in GPU seconds over weight."""

    between: str
    gap_s: float  #: the largest difference of what they got between any two moments
    bound_s: float
    ahead_s: float | None  #: the same since both came; None: they did not come for the first time together
    ahead_bound_s: float


def gaps(courses: Iterable[tuple[str, Course]], slack_ms: float) -> Iterator[Gap]:
    """Compare everybody with everybody; docs/fairness.md proves the bounds."""
    named = list(courses)
    for place, (name, one) in enumerate(named):
        for other_name, other in named[place + 1 :]:
            spans = list(_both(one, other))
            if spans:
                reaches = one.after + other.before, other.after + one.before
                yield Gap(
                    between=f"{name}, {other_name}",
                    gap_s=max(max(apart) - min(apart) for apart in spans) / 1000,
                    bound_s=(sum(reaches) + 2 * slack_ms) / 1000,
                    ahead_s=max(map(abs, spans[0])) / 1000 if one.spans[0][0][0] == other.spans[0][0][0] else None,
                    ahead_bound_s=(max(reaches) + slack_ms) / 1000,
                )


def _both(one: Course, other: Course) -> Iterator[list[float]]:
    """Find when both were eligible: how far apart they were since that began."""
    for start, end in one.spans:
        for since, until in other.spans:
            if max(start, since) < min(end, until):
                yield _apart(one, other, max(start, since), min(end, until))


def _apart(one: Course, other: Course, start: Moment, end: Moment) -> list[float]:
    """Return the difference just before and after every change; it moves evenly in between."""
    changes = [moment for course in (one, other) for moment in course.between(start, end)]
    moments = [start, *(each for moment in changes for each in ((moment[0], moment[1] - 1), moment)), end]
    at_first = one.at(start) - other.at(start)
    return [one.at(moment) - other.at(moment) - at_first for moment in moments if moment >= start]


def jain(values: Iterable[float]) -> float:
    """Return Jain's index: 1 when all are equal, 1/n when one has everything."""
    served = list(values)
    squares = sum(value * value for value in served)
    return sum(served) ** 2 / (len(served) * squares) if squares else 1.0


def waits_s(play: Play, who: Iterable[Who], *, first_only: bool = False) -> list[float]:
    """Return how long each job of these people waited; one that never began, until the end."""
    wanted, seen, waits = set(who), set(), []
    for work in play.scene.works:
        if work.who in wanted and not (first_only and work.who in seen):
            run = play.runs.get(work.name)
            waits.append(((run.began_ms if run else play.now_ms) - work.at_ms) / 1000)
        seen.add(work.who)
    return waits
