"""What holds in a pool whenever no script runs: read with plain commands, judged here, without the scripts.

What was laid anew has to be tended first: until then everybody sits where they sat.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from adapters.redis.keys import job_id
from adapters.redis.opening import RedisPool
from bot.accounts import PRIORITY_STEP
from bot.shares import ANY_LANE, FairPolicy, model_of
from tests.integration.redis.ledger import Entry, Ledger, Who, ledger

PLACES = {
    "queued": "queue",
    "starting": "leases",
    "running": "leases",
    "succeeded": "ended",
    "failed": "ended",
    "cancelled": "ended",
}
"""Where a job stands, by its state: there, and nowhere else."""
CHARGE_WORDS = 5
"""Of which the first two are the counter and the amount."""

Jobs = Mapping[str, Mapping[str, str]]


async def jobs_of(pool: RedisPool) -> Jobs:
    """Return the fields of every job by its id; the state is always among them."""
    found = await _each(pool, "HGETALL", await _named(pool, "job"))
    return {
        str(job_id(job)): {"state": "queued", **{name.decode(): value.decode() for name, value in fields.items()}}
        for job, fields in found.items()
    }


async def faults(pool: RedisPool, policy: FairPolicy | None = None) -> list[str]:
    """Return a line for everything that does not hold. Nobody may work on the pool meanwhile."""
    jobs, book = await jobs_of(pool), await ledger(pool)
    return [
        *await _misplaced(pool, jobs),
        *await _misheld(pool, jobs),
        *await _mischarged(pool, jobs),
        *_miscounted(jobs, book),
        *await _mismarked(pool, jobs, book),
        *await _misseated(pool, book),
        *_misaligned(book),
        *_astray(book, policy or FairPolicy()),
    ]


async def _misplaced(pool: RedisPool, jobs: Jobs) -> list[str]:
    """Each job is in exactly one place, and in the right queue at the right place."""
    found = [(str(job_id(job)), "queue", key, score) for key, job, score in await _scored(pool, "queue")]
    for place in ("leases", "ended"):
        members = await pool.edge.ask("ZRANGE", pool.edge.keys.key(place), 0, -1)
        found += [(str(job_id(job)), place, "", 0) for job in members]  # type: ignore[arg-type, union-attr]
    places = Counter(job for job, *_ in found)
    lines = [f"{job} stands in {many} places" for job, many in places.items() if many != 1]
    lines += [f"{job} stands nowhere" for job in jobs if job not in places]
    for job, place, queue, score in found:
        about = jobs.get(job)
        if about is None or PLACES[about["state"]] != place:
            lines.append(f"{job} stands in {place}, and is {about['state'] if about else 'not there'}")
        elif place == "queue":
            right = f"{about['t']}/{about['u']}:{about.get('n', '')}"
            if (queue, score) != (right, int(about["p"])):
                lines.append(f"{job} stands in {queue} at {score % PRIORITY_STEP}, its queue is {right}")
    return lines


async def _misheld(pool: RedisPool, jobs: Jobs) -> list[str]:
    """A server holds the jobs that are leased to it."""
    leased = {(job["server"], name) for name, job in jobs.items() if PLACES[job["state"]] == "leases"}
    found = await _each(pool, "HKEYS", await _named(pool, "held"))
    held = {(server, str(job_id(job))) for server, members in found.items() for job in members}
    return [f"{job} on {server} is leased or held, not both" for server, job in sorted(leased ^ held)]


def _miscounted(jobs: Jobs, book: Ledger) -> Iterator[str]:
    """What is counted of everybody is what there is of them."""
    waiting, backlog, leased = _recounted(jobs)
    if book.waiting != waiting["pool"]:
        yield f"the pool counts {book.waiting} waiting of {waiting['pool']}"
    named: dict[str, Entry] = {f"tenant {name}": each for name, each in book.tenants.items()}
    named |= {f"user {tenant}/{user}": each for (tenant, user), each in book.users.items()}
    for name, each in named.items():
        if (each.waiting, each.backlog_ms, each.leased) != (waiting[name], backlog[name], leased[name]):
            told = f"{each.waiting} waiting, {each.backlog_ms} ms, {each.leased} leased"
            yield f"{name} counts {told}, there are {waiting[name]}, {backlog[name]}, {leased[name]}"
    for person, one in book.people.items():
        if (one.waiting, one.leased) != (waiting[f"person {person}"], leased[f"person {person}"]):
            yield f"person {person} counts {one.waiting} waiting, {one.leased} leased"
    yield from _misjoined(book)


def _recounted(jobs: Jobs) -> tuple["Counter[str]", "Counter[str]", "Counter[str]"]:
    """Count what waits, its estimates, and what is leased: of the pool, tenants, users and people."""
    counts: tuple[Counter[str], Counter[str], Counter[str]] = (Counter(), Counter(), Counter())
    for about in jobs.values():
        tenant, user, place = about["t"], about["u"], PLACES[about["state"]]
        for name in ("pool", f"tenant {tenant}", f"user {tenant}/{user}", f"person {_person((tenant, user))}"):
            counts[0][name] += place == "queue"
            counts[1][name] += int(about["c"]) * (place == "queue")
            counts[2][name] += place == "leases"
    return counts


def _misjoined(book: Ledger) -> Iterator[str]:
    """A person knows where something of theirs waits, a tenant the weights of its active users."""
    for person, one in book.people.items():
        if one.users != {who for who, user in book.users.items() if _person(who) == person and user.waiting}:
            yield f"person {person} waits in {sorted(one.users)}"
    for name, tenant in book.tenants.items():
        crowd = sum(each.weight for (own, _), each in book.users.items() if own == name and each.waiting + each.leased)
        if tenant.crowd != crowd:
            yield f"tenant {name} is a crowd of {tenant.crowd}, it is {crowd}"


async def _mismarked(pool: RedisPool, jobs: Jobs, book: Ledger) -> list[str]:
    """What waits by requirement, of users and of all, by tenant of people, and how many sit in a tenant's lines."""
    right: Counter[str] = Counter()
    for about in jobs.values():
        if PLACES[about["state"]] == "queue":
            tenant, user, needs = about["t"], about["u"], about.get("n", "")
            names = f"user {tenant}/{user} +{needs}", f"person {_person((tenant, user))} +{tenant}", f"wanted {needs}"
            right.update(names)
    for (lane, tenant), line in book.inner_lines.items():
        right[f"tenant {tenant} #{lane}"] = len(line)
    found: Counter[str] = Counter()
    for kind in ("user", "person", "tenant"):
        for name, hash_ in (await _each(pool, "HGETALL", await _named(pool, kind))).items():
            marks = {field.decode(): int(value) for field, value in hash_.items() if field[:1] in b"+#"}
            found.update({f"{kind} {name} {field}": value for field, value in marks.items()})
    wanted = (await _each(pool, "HGETALL", {"": pool.edge.keys.key("wanted")}))[""]
    found.update({f"wanted {needs.decode()}": int(many) for needs, many in wanted.items()})
    return [
        f"{name} says {found[name]}, it is {right[name]}"
        for name in sorted({*found, *right})
        if found[name] != right[name]
    ]


async def _misseated(pool: RedisPool, book: Ledger) -> list[str]:
    """Whoever has a job for a lane and may run it sits there, and nobody else."""
    table = await pool.lanes.table()
    lines = []
    for who, user in book.users.items():
        may_run = _open(user) and _open(book.people[_person(who)])
        wanted = {lane for need in user.queues for lane in table.routes.get(need, (ANY_LANE,)) if may_run}
        if user.seats != wanted:
            lines.append(f"user {'/'.join(who)} sits in {sorted(user.seats)}, wanted is {sorted(wanted)}")
    for name, tenant in book.tenants.items():
        seats = {lane for (own, _), user in book.users.items() if own == name and _open(tenant) for lane in user.seats}
        if tenant.seats != seats:
            lines.append(f"tenant {name} sits in {sorted(tenant.seats)}, wanted is {sorted(seats)}")
    return lines


def _misaligned(book: Ledger) -> Iterator[str]:
    """Lines mirror tags; rotas name who has jobs with a model."""
    lines = {(lane, name, tag) for lane, line in book.lines.items() for tag, name in line}
    tags = {(lane, name, each.tags[lane]) for name, each in book.tenants.items() for lane in each.seats}
    inner = {(lane, tenant, name, tag) for (lane, tenant), line in book.inner_lines.items() for tag, name in line}
    own = {(lane, *who, each.tags[lane]) for who, each in book.users.items() for lane in each.seats}
    rotas = {(model, who) for model, rota in book.rotas.items() for _, who in rota}
    models = {(model_of(need), who) for who, each in book.users.items() for need in each.queues if model_of(need)}
    yield from (f"line or tag, not both: {each}" for each in sorted(lines ^ tags))
    yield from (f"line or tag, not both: {each}" for each in sorted(inner ^ own))
    yield from (f"rota or job, not both: {each}" for each in sorted(rotas ^ models))


def _astray(book: Ledger, policy: FairPolicy) -> Iterator[str]:
    """Whoever sits is at most a refund before the clock and a debt after it."""
    entries: list[tuple[str, Entry, Mapping[str, int]]] = [
        (f"tenant {name}", each, book.clocks) for name, each in book.tenants.items()
    ]
    entries += [(f"user {'/'.join(who)}", each, book.tenants[who[0]].clocks) for who, each in book.users.items()]
    for name, each, clocks in entries:
        for lane in each.seats:
            clock = clocks.get(lane, 0)
            if not clock - policy.refund_ms * 1000 <= each.tags[lane] <= clock + policy.debt_ms * 1000:
                yield f"{name} is at {each.tags[lane]} in {lane}, whose clock is at {clock}"


async def _mischarged(pool: RedisPool, jobs: Jobs) -> list[str]:
    """A counter without a window is the sum of what jobs that have not ended are charged."""
    charged: Counter[str] = Counter()
    charges = await _named(pool, "charges")
    under_way = {job: key for job, key in charges.items() if PLACES[jobs[str(job_id(job))]["state"]] != "ended"}
    for words in (await _each(pool, "LRANGE", under_way, 0, -1)).values():
        for counter, amount, ends in zip(*(words[at::CHARGE_WORDS] for at in (0, 1, 4)), strict=True):
            if int(ends) == 0:  # what has a window may be forgotten while it is still written at a job
                charged[counter.decode()] += int(amount)
    names = await _named(pool, "counter")
    windows = await _each(pool, "PTTL", names)
    counts = await _each(pool, "HGET", names, "0")
    counted = {counter: int(count) for counter, count in counts.items() if windows[counter] == -1}
    return [
        f"{counter} counts {counted.get(counter, 0)}, charged is {charged[counter]}"
        for counter in sorted({*charged, *counted})
        if counted.get(counter, 0) != charged[counter]
    ]


def _open(each: Any) -> bool:
    return each.cap is None or each.leased < each.cap


def _person(who: Who) -> str:
    return f"{who[0].partition('/')[0]}/{who[1]}"


async def _scored(pool: RedisPool, name: str) -> list[tuple[str, bytes, int]]:
    """Return key, member and score of everything in the sorted sets of a name."""
    found = await _each(pool, "ZRANGE", await _named(pool, name), 0, -1, "WITHSCORES")
    return [
        (part, member, int(score))
        for part, words in found.items()
        for member, score in zip(words[::2], words[1::2], strict=True)
    ]


async def _named(pool: RedisPool, name: str) -> dict[str, str]:
    """Return every key of a name, by its last part."""
    before = pool.edge.keys.key(name) + ":"
    keys = {key.decode() async for key in pool.edge.client.scan_iter(match=f"{before}*", count=1000)}
    return {key.removeprefix(before): key for key in sorted(keys)}


async def _each(pool: RedisPool, command: str, keys: Mapping[str, str], *arguments: str | int) -> dict[str, Any]:
    """Give a command for every key, all in one go."""
    asking = pool.edge.client.pipeline(transaction=False)
    for key in keys.values():
        asking.execute_command(command, key, *arguments)
    return dict(zip(keys, await asking.execute(), strict=True))
