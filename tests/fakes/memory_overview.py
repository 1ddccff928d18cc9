"""What the operator sees of a store in memory: the model's accounts, with the names of those whom they are of."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from bot.accounts import Account, Order, Tenancy, User
from bot.fairshare import FairShare
from bot.jobs import JobRecord
from bot.overview import LATE_MS, Community, Facts, Lane, Member, Tags, WaitingJob
from bot.shares import ANY_LANE


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A pool at one moment."""

    fair: FairShare
    records: Mapping[str, JobRecord]  #: by job
    orders: Mapping[str, Order]  #: by job
    servers: Collection[str]
    now_ms: int
    limit: int
    only: str | None = None  #: the tenant that alone is listed

    def facts(self) -> Facts:
        """Tell how the queue stands."""
        holding = {bill.order.tenant for bill in self.fair.bills.values()}
        active = {name: each for name, each in self.fair.tenants.items() if each.seats or name in holding}
        listed = self._listed(active, holding) if self.only is None else sorted({self.only} & set(active))
        return Facts(
            lanes=[self._lane(name) for name in sorted(self._lanes())],
            communities=[self._community(name, active[name]) for name in listed],
            waiting=len(self.fair.orders),
            running=len(self.fair.bills),
            weight=sum(self.fair.weight_of(each) for each in active.values()),
            used_ms=sum(map(self._used, self.records.values())),
        )

    def _lanes(self) -> Mapping[str, list[str]]:
        lanes: dict[str, list[str]] = {lane: [] for order in self.fair.orders.values() for lane in self._serving(order)}
        for server in sorted({*self.servers, *self.fair.servers}):
            lanes.setdefault(self.fair.servers.get(server, ANY_LANE), []).append(server)
        return lanes

    def _lane(self, name: str) -> Lane:
        waiting = sum(name in self._serving(order) for order in self.fair.orders.values())
        line = [each for each in self.fair.tenants.values() if name in each.seats]
        jobs, gpu_ms = sum(each.waiting for each in line), sum(each.backlog_ms for each in line)
        waiting_ms = gpu_ms * waiting // jobs if jobs else 0
        return Lane(name=name, servers=self._lanes()[name], waiting=waiting, waiting_ms=waiting_ms)

    def _community(self, name: str, tenant: Tenancy) -> Community:
        held = {bill.order.user for bill in self.fair.bills.values() if bill.order.tenant == name}
        listed = self._listed(tenant.users, held)
        theirs = self._records_of(name)
        return Community(
            tenant=theirs[0].job.requester.tenant,
            weight=self.fair.weight_of(tenant),
            crowd=tenant.crowd,
            waiting=tenant.waiting,
            running=tenant.leased,
            waiting_ms=tenant.backlog_ms,
            used_ms=sum(map(self._used, theirs)),
            tags=_tags(tenant, self.fair.clocks),
            members=[self._member(name, tenant, user, tenant.users[user]) for user in listed],
        )

    def _member(self, tenant: str, community: Tenancy, name: str, user: User) -> Member:
        theirs = self._records_of(tenant, name)
        orders = sorted(order for queue in user.queues.values() for order in queue)
        return Member(
            name=theirs[0].job.requester.name,
            user=theirs[0].job.requester.id,
            weight=user.weight,
            waiting=user.waiting,
            running=user.leased,
            waiting_ms=user.backlog_ms,
            used_ms=sum(map(self._used, theirs)),
            tags=_tags(user, community.clocks),
            jobs=[self._job(order) for order in orders[: self.limit]],
        )

    def _listed(self, accounts: Mapping[str, Account], held: Collection[str]) -> list[str]:
        """Name the first ones in each lane's line, and whoever has a job on a GPU."""
        lanes = {lane for each in accounts.values() for lane in each.seats}
        lines = [
            sorted((each.tags[lane], name) for name, each in accounts.items() if lane in each.seats) for lane in lanes
        ]
        return sorted({*held, *(name for line in lines for _, name in line[: self.limit])})

    def _job(self, order: Order) -> WaitingJob:
        lanes = tuple(lane for lane in self._serving(order) if lane)
        return WaitingJob(id=self.records[order.job].job.id, estimate_ms=order.estimate_ms, lanes=lanes)

    def _records_of(self, tenant: str, user: str | None = None) -> list[JobRecord]:
        theirs = (order.job for order in self.orders.values() if order.tenant == tenant and user in (None, order.user))
        return [self.records[job] for job in theirs]

    def _serving(self, order: Order) -> tuple[str, ...]:
        """Return the lanes that serve an order; nobody's lane, which has no name, for what none does."""
        return self.fair.routes.get(order.requirement, (ANY_LANE,)) or ("",)

    def _used(self, record: JobRecord) -> int:
        late = not record.state.is_final or (record.ended_ms or 0) > self.now_ms - LATE_MS
        return record.gpu_ms or 0 if late else 0


def _tags(account: Account, clocks: Mapping[str, int]) -> list[Tags]:
    return [Tags(lane=lane, tag=account.tags[lane], clock=clocks.get(lane, 0)) for lane in sorted(account.seats)]
