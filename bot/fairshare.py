"""The policy of the queue as a pure model: who is next, and what it costs them. The scripts are tested against it.

Hierarchical start-time fair queueing: a tag for each tenant, and in it for each of its users, in microseconds of GPU
time over weight. The least tag is next. A job is charged when it is claimed, so unknown costs need no guess of who
would finish first; what it really took is corrected later. Every lane has tags and clocks of its own, which are never
compared with another's; what somebody uses counts in all lanes that they were ever seen in.

- A clock is the tag of the one whose turn it last was. Who comes to a lane begins at its clock at the least (idle time
  earns nothing), and `debt_ms` after it at the most.
- Whoever may not run now (a cap) has no seat, so nobody has to look past them.
- A loaded model may let somebody go first who is at most `slack_ms` after the one whose turn it is. The clock follows
  the latter all the same: otherwise a cap that comes and goes would cost somebody the slack every time.
- A refund is no credit: it brings whoever has no seat to the clock and no further, and whoever sits at most `refund_ms`
  before it. Those few seconds are needed: with a share of several GPUs the clock follows one's own estimates, and what
  they were too high would be lost for good every time. Who leaves the line forfeits it.
"""

from bisect import insort
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from bot.accounts import Account, Bill, Order, Person, Tenancy, User
from bot.shares import ANY_LANE, LONGEST_MS, ONE, FairPolicy, Position, Share, model_of, normal_ms, virtual_us

TIES = 1000
"""Microseconds in which those who come at the same tag are told apart, by who came first."""

CHECKS = 4
"""How many users with a loaded model are looked at in one claim; whoever fails is looked at last the next time."""

STALE = 64
"""How many of those whom new lanes left in a line in vain are sent away in one claim; after them it finds nothing."""

SAMPLE = 16
"""How many tenants, and users of a tenant, a position looks at; more are counted by a sample of so many."""


@dataclass(slots=True)
class FairShare:
    """One pool."""

    policy: FairPolicy = field(default_factory=FairPolicy)
    clocks: dict[str, int] = field(default_factory=dict)  #: of the tenants, by lane
    tenants: dict[str, Tenancy] = field(default_factory=dict)
    people: dict[str, Person] = field(default_factory=dict)
    bills: dict[str, Bill] = field(default_factory=dict)  #: by held job
    orders: dict[str, Order] = field(default_factory=dict)  #: by waiting job
    routes: dict[str, tuple[str, ...]] = field(default_factory=dict)  #: requirement -> lanes that serve it
    servers: dict[str, str] = field(default_factory=dict)  #: server -> its lane
    rotas: dict[str, dict[tuple[str, str], int]] = field(default_factory=dict)  #: model -> who has jobs with it -> turn
    seated: int = 0  #: how often anybody took a seat at the clock
    turns: int = 0  #: the last one given in any rota

    # ---- Verbs -------------------------------------------------------------------------------------------------------

    def full(self, order: Order, share: Share) -> str | None:
        """Return which cap on waiting jobs refuses an order: user, person, tenant or everybody."""
        person, tenant = self.people.get(order.person, Person()), self.tenants.get(order.tenant, Tenancy())
        user = tenant.users.get(order.user, User(person=order.person))
        waiting = (
            ("user", user.waiting, share.waiting.user),
            ("person", person.waiting, share.waiting.person),
            ("tenant", tenant.waiting, share.waiting.tenant),
            ("everybody", len(self.orders), share.waiting.everybody),
        )
        return next((name for name, count, cap in waiting if cap is not None and count >= cap), None)

    def enqueue(self, order: Order, share: Share) -> None:
        """Add an order that no cap refuses; from now on its share holds."""
        tenant = self.tenants.setdefault(order.tenant, Tenancy())
        user = tenant.users.setdefault(order.user, User(person=order.person))
        person = self.people.setdefault(order.person, Person())
        was_open = person.open
        tenant.weight, tenant.cap = share.tenant_weight, share.running.tenant
        if user.active:
            tenant.crowd += share.weight - user.weight
        user.weight, user.cap, person.cap = share.weight, share.running.user, share.running.person
        self._line_up(order)
        self._seat(order, was_open)

    def claim(
        self, server: str, warm: Sequence[str] = (), speed: int = ONE, successor_of: str | None = None
    ) -> Order | None:
        """Take the order whose turn it is on a server; `successor_of` is a held job that counts for no cap."""
        leaving = self.bills[successor_of].order if successor_of in self.bills else None
        if leaving:
            self._excuse(leaving, -1)
        lane = self.servers.get(server, ANY_LANE)
        order = self._next(lane, warm)
        if order:
            self._take(order, lane, speed)
        if leaving:
            self._excuse(leaving, +1)
        return order

    def used(self, job: str, gpu_ms: int) -> None:
        """Charge what a running job took beyond its estimate, as soon as it did."""
        bill = self.bills[job]
        self._correct(bill, max(bill.charged_ms, normal_ms(gpu_ms, bill.speed)))

    def settle(self, job: str, gpu_ms: int | None) -> None:
        """End a held job at what it took; None: nothing is charged, the fault was ours."""
        order, was_open = self._release(job, gpu_ms)
        self._seat(order, was_open)

    def hand_back(self, job: str, requirement: str | None = None) -> None:
        """Put a held job back at its old place; nothing is charged. It may be moved to another requirement."""
        order, was_open = self._release(job, None)
        self._line_up(order if requirement is None else order._replace(requirement=requirement))
        self._seat(order, was_open)

    def cancel(self, job: str) -> None:
        """Remove a waiting job."""
        order = self.orders[job]
        self._step_out(order)
        self._seat(order, self.people[order.person].open)

    def lay(self, routes: Mapping[str, tuple[str, ...]], servers: Mapping[str, str]) -> None:
        """Lay the lanes anew; until `tend` came by, everybody sits where they sat."""
        self.routes, self.servers = dict(routes), dict(servers)

    def tend(self, tenant: str, user: str) -> None:
        """Put one user where they belong, and forget what nobody needs of lanes that nothing leads to any more.

        A lane may come back before all were tended: its clock and a tag live for as long as somebody sits by them.
        """
        self._seat_user(tenant, user)
        self._seat_tenant(tenant)
        known, community = self.known_lanes(), self.tenants[tenant]
        account = community.users[user]
        _forget(account.tags, known)
        _forget(account.passed_us, known)
        _forget(community.tags, known | community.seats)
        _forget(community.clocks, known.union(*(each.seats for each in community.users.values())))
        _forget(self.clocks, known.union(*(each.seats for each in self.tenants.values())))

    def known_lanes(self) -> set[str]:
        """Return every lane that something leads to."""
        return {ANY_LANE, *self.servers.values(), *(lane for lanes in self.routes.values() for lane in lanes)}

    def weight_of(self, account: Account) -> int:
        """Return the weight in force: a tenant's may be multiplied by those of its active users."""
        if self.policy.by_users and isinstance(account, Tenancy):
            return max(1, account.weight * account.crowd // ONE)
        return account.weight

    # ---- Whose turn it is --------------------------------------------------------------------------------------------

    def line(self, lane: str, tenant: str | None = None) -> list[tuple[int, str]]:
        """Return who stands in line, the next first: tenants, or the users of one."""
        accounts: Mapping[str, Account] = self.tenants if tenant is None else self.tenants[tenant].users
        return sorted((each.tags[lane], name) for name, each in accounts.items() if lane in each.seats)

    def _next(self, lane: str, warm: Sequence[str]) -> Order | None:
        head = self._head(lane)
        if head is None:
            return None
        tag, tenant, user = head
        self.clocks[lane] = max(self.clocks.get(lane, 0), tag)
        order = self._of(lane, tenant, user, warm)
        if warm and order.model not in warm:
            order = self._loaded(lane, warm, tag, (tenant, user)) or order
        clocks = self.tenants[order.tenant].clocks
        clocks[lane] = max(clocks.get(lane, 0), self.line(lane, order.tenant)[0][0])
        return order

    def _head(self, lane: str) -> tuple[int, str, str] | None:
        """Return whose turn it is: the tenant's tag, the tenant, the user; whoever sits there in vain is tended first.

        Lanes may have been laid anew since they took their seat.
        """
        for _ in range(STALE):
            line = self.line(lane)
            if not line:
                return None
            tag, tenant = line[0]
            user = self.line(lane, tenant)[0][1]
            if self._served(self.tenants[tenant].users[user], lane):
                return tag, tenant, user
            self._seat_user(tenant, user)
            self._seat_tenant(tenant)
        return None

    def _of(self, lane: str, tenant: str, user: str, warm: Sequence[str]) -> Order:
        """Return which of a user's jobs is taken: one with a loaded model, if their first one can bear it."""
        account = self.tenants[tenant].users[user]
        first = account.first(self._served(account, lane))
        assert first is not None  # noqa: S101 - who sits there in vain was sorted out
        loaded = account.first([each for each in self._served(account, lane) if model_of(each) in warm])
        if loaded is None or loaded == first:
            return first
        passed = account.passed_us.get(lane, 0) + virtual_us(self._price(loaded), account.weight)
        return loaded if passed <= self._slack_us else first

    def _loaded(self, lane: str, warm: Sequence[str], head: int, turn: tuple[str, str]) -> Order | None:
        """Look for somebody else with a loaded model who is not too far ahead; the clocks know nothing of it."""
        for model in warm:
            rota = self.rotas.get(model, {})
            for _ in range(min(CHECKS, len(rota))):
                tenant, user = min(rota, key=lambda who: rota[who])
                self._turn(model, (tenant, user))
                if (tenant, user) != turn and self._near(lane, head, tenant, user):
                    order = self._of(lane, tenant, user, warm)
                    if order.model in warm:
                        return order
        return None

    def _near(self, lane: str, head: int, tenant: str, user: str) -> bool:
        community = self.tenants[tenant]
        account = community.users[user]
        if lane not in community.seats or lane not in account.seats or not self._served(account, lane):
            return False
        first = self.line(lane, tenant)[0][0]
        return community.tags[lane] <= head + self._slack_us and account.tags[lane] <= first + self._slack_us

    def _served(self, user: User, lane: str) -> list[str]:
        return [requirement for requirement in user.queues if lane in self._serving(requirement)]

    def _serving(self, requirement: str) -> tuple[str, ...]:
        return self.routes.get(requirement, (ANY_LANE,))

    @property
    def _slack_us(self) -> int:
        return self.policy.slack_ms * 1000

    # ---- What it costs -----------------------------------------------------------------------------------------------

    def _take(self, order: Order, lane: str, speed: int) -> None:
        tenant, user, person = self._parties(order)
        was_open, price = person.open, self._price(order)
        in_turn = order == user.first(self._served(user, lane))
        if in_turn:
            user.passed_us.pop(lane, None)
        else:
            user.passed_us[lane] = user.passed_us.get(lane, 0) + virtual_us(price, user.weight)
        self._step_out(order)
        self._count(order, leased=+1)
        self.bills[order.job] = bill = Bill(order, 0, user.weight, self.weight_of(tenant), speed)
        self._correct(bill, price)
        self._seat(order, was_open)

    def _price(self, order: Order) -> int:
        return min(max(order.estimate_ms, self.policy.least_ms), LONGEST_MS)

    def _correct(self, bill: Bill, gpu_ms: int) -> None:
        tenant, user, _ = self._parties(bill.order)
        change = virtual_us(gpu_ms, bill.weight) - virtual_us(bill.charged_ms, bill.weight)
        user.move(change, tenant.clocks, self.policy)
        change = virtual_us(gpu_ms, bill.tenant_weight) - virtual_us(bill.charged_ms, bill.tenant_weight)
        tenant.move(change, self.clocks, self.policy)
        bill.charged_ms = gpu_ms

    def _release(self, job: str, gpu_ms: int | None) -> tuple[Order, bool]:
        bill = self.bills.pop(job)
        took = 0 if gpu_ms is None else max(self.policy.least_ms, normal_ms(gpu_ms, bill.speed))
        self._correct(bill, took)
        was_open = self.people[bill.order.person].open
        self._count(bill.order, leased=-1)
        return bill.order, was_open

    # ---- Who stands where --------------------------------------------------------------------------------------------

    def _parties(self, order: Order) -> tuple[Tenancy, User, Person]:
        tenant = self.tenants[order.tenant]
        return tenant, tenant.users[order.user], self.people[order.person]

    def _line_up(self, order: Order) -> None:
        user = self._parties(order)[1]
        self.orders[order.job] = order
        insort(user.queues.setdefault(order.requirement, []), order)
        self._count(order, waiting=+1)
        who = (order.tenant, order.user)
        if order.model and who not in self.rotas.setdefault(order.model, {}):
            self._turn(order.model, who)

    def _step_out(self, order: Order) -> None:
        user = self._parties(order)[1]
        del self.orders[order.job]
        user.queues[order.requirement].remove(order)
        if not user.queues[order.requirement]:
            del user.queues[order.requirement]
        self._count(order, waiting=-1)
        if order.model and all(model_of(each) != order.model for each in user.queues):
            del self.rotas[order.model][order.tenant, order.user]

    def _turn(self, model: str, who: tuple[str, str]) -> None:
        self.turns += 1
        self.rotas[model][who] = self.turns

    def _count(self, order: Order, *, waiting: int = 0, leased: int = 0) -> None:
        tenant, user, person = self._parties(order)
        was_active = user.active
        for each in (tenant, user):
            each.waiting += waiting
            each.leased += leased
            each.backlog_ms += waiting * order.estimate_ms
        person.waiting += waiting
        person.leased += leased
        (person.users.add if user.waiting else person.users.discard)((order.tenant, order.user))
        tenant.crowd += (user.active - was_active) * user.weight

    def _excuse(self, order: Order, change: int) -> None:
        """Let a job that is about to end count for no cap, or count it again."""
        tenant, user, person = self._parties(order)
        was_open = person.open
        for each in (tenant, user, person):
            each.leased += change
        self._seat(order, was_open)

    def _seat(self, order: Order, was_open: bool) -> None:
        """Put everybody where they belong after something changed for an order's user."""
        person, this = self.people[order.person], (order.tenant, order.user)
        self._seat_user(*this)
        if person.open != was_open:
            for tenant, user in sorted(person.users - {this}, key="/".join):
                self._seat_user(tenant, user)
                self._seat_tenant(tenant)
        self._seat_tenant(order.tenant)

    def _seat_user(self, tenant: str, name: str) -> None:
        community = self.tenants[tenant]
        user = community.users[name]
        may_run = user.open and self.people[user.person].open
        wanted = {lane for requirement in user.queues for lane in self._serving(requirement)} if may_run else set()
        self._sit(user, wanted, community.clocks)

    def _seat_tenant(self, name: str) -> None:
        tenant = self.tenants[name]
        wanted = {lane for user in tenant.users.values() for lane in user.seats} if tenant.open else set()
        self._sit(tenant, wanted, self.clocks)

    def _sit(self, account: Account, wanted: set[str], clocks: Mapping[str, int]) -> None:
        account.seats &= wanted
        for lane in sorted(wanted - account.seats):
            clock = clocks.get(lane, 0)
            tag = account.tags.get(lane, clock)
            if tag <= clock:
                self.seated += 1
                tag = clock + self.seated % TIES
            account.tags[lane] = min(tag, clock + self.policy.debt_ms * 1000)
            account.seats.add(lane)

    # ---- How long it takes -------------------------------------------------------------------------------------------

    def position(self, job: str) -> Position | None:
        """Return what is before a waiting order: how often the tags of others come before its own. None: it waits not.

        Exact in one lane when a user's jobs take equally long and nobody comes or is capped; an estimate otherwise.
        """
        order = self.orders.get(job)
        if order is None:
            return None
        tenant, user, person = self._parties(order)
        lanes = sorted(user.seats & tenant.seats & set(self._serving(order.requirement)))
        if not lanes:
            own = sum(each < order for queue in user.queues.values() for each in queue)
            may_run = {"user": user.open, "person": person.open, "tenant": tenant.open}
            capped = next((whose for whose, may in may_run.items() if not may), None)
            return Position(jobs=own, gpu_ms=own * user.mean_ms, lane=None, capped=capped)
        (jobs, gpu_ms), *others = (self._ahead(order, lane) for lane in lanes)
        elsewhere = {lane: more_ms for lane, (_, more_ms) in zip(lanes[1:], others, strict=True)}
        return Position(jobs=jobs, gpu_ms=gpu_ms, lane=lanes[0], elsewhere=elsewhere)

    def _ahead(self, order: Order, lane: str) -> tuple[int, int]:
        """Count what is before an order in a lane, and the time that it takes."""
        tenant, user, _ = self._parties(order)
        jobs = sum(each < order for requirement in self._served(user, lane) for each in user.queues[requirement])
        gpu_ms = jobs * user.mean_ms
        for accounts, name in ((tenant.users, order.user), (self.tenants, order.tenant)):
            start = accounts[name].tags[lane] + virtual_us(gpu_ms, self.weight_of(accounts[name]))
            more, more_ms = self._before(lane, accounts, name, start)
            jobs, gpu_ms = jobs + more, gpu_ms + more_ms
        return jobs, gpu_ms

    def _before(self, lane: str, accounts: Mapping[str, Account], name: str, start: int) -> tuple[int, int]:
        """Count the jobs of others whose tags come before a start, and the time that they take."""
        line = sorted((each.tags[lane], other) for other, each in accounts.items() if lane in each.seats)
        ahead = [other for tag, other in line if tag < start and other != name]
        stride = -(-len(ahead) // SAMPLE) or 1
        looked_at = ahead[::stride]
        jobs = gpu_ms = 0
        for other in looked_at:
            account = accounts[other]
            step = max(1, virtual_us(account.mean_ms, self.weight_of(account)))
            count = min(account.waiting, -(-(start - account.tags[lane]) // step))
            jobs, gpu_ms = jobs + count, gpu_ms + count * account.mean_ms
        if not looked_at:
            return 0, 0
        return jobs * len(ahead) // len(looked_at), gpu_ms * len(ahead) // len(looked_at)


def _forget(kept: dict[str, int], lanes: Collection[str]) -> None:
    for lane in kept.keys() - lanes:
        del kept[lane]
