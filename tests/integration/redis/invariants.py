"""What holds in a pool whenever no script runs: read with plain commands, judged here, without the scripts."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from adapters.redis.opening import RedisPool

PLACES = {
    "queued": "waiting",
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
    """Return the record of every job by its id."""
    found = await _each(pool, "HGETALL", await _named(pool, "job"))
    return {job: {name.decode(): value.decode() for name, value in record.items()} for job, record in found.items()}


async def faults(pool: RedisPool) -> list[str]:
    """Return a line for everything that does not hold. Nobody may work on the pool meanwhile."""
    jobs = await jobs_of(pool)
    return [*await _misplaced(pool, jobs), *await _misheld(pool, jobs), *await _miscounted(pool, jobs)]


async def _misplaced(pool: RedisPool, jobs: Jobs) -> list[str]:
    """Each job is in exactly one place."""
    lines_up = {place: pool.edge.keys.key(place) for place in PLACES.values()}
    found = {
        place: {job.decode() for job in jobs} for place, jobs in (await _each(pool, "ZRANGE", lines_up, 0, -1)).items()
    }
    lines = []
    for job in sorted({*jobs, *(job for members in found.values() for job in members)}):
        places = [place for place, members in found.items() if job in members]
        if places != [_place(jobs, job)]:
            lines.append(f"{job} stands in {places}, its place is {_place(jobs, job)}")
    return lines


async def _misheld(pool: RedisPool, jobs: Jobs) -> list[str]:
    """A server holds the jobs that are leased to it."""
    leased = {(job["server"], name) for name, job in jobs.items() if _place(jobs, name) == "leases"}
    found = await _each(pool, "SMEMBERS", await _named(pool, "held"))
    held = {(server, job.decode()) for server, members in found.items() for job in members}
    return [f"{job} on {server} is leased or held, not both" for server, job in sorted(leased ^ held)]


async def _miscounted(pool: RedisPool, jobs: Jobs) -> list[str]:
    """A counter without a window is the sum of what jobs that have not ended are charged."""
    charged: Counter[str] = Counter()
    charges = await _named(pool, "charges")
    under_way = {job: key for job, key in charges.items() if _place(jobs, job) != "ended"}
    for words in (await _each(pool, "LRANGE", under_way, 0, -1)).values():
        for counter, amount in zip(words[::CHARGE_WORDS], words[1::CHARGE_WORDS], strict=True):
            charged[counter.decode()] += int(amount)
    names = await _named(pool, "counter")
    windows = await _each(pool, "PTTL", names)
    counts = await _each(pool, "HGET", names, "count")
    counted = {counter: int(count) for counter, count in counts.items() if windows[counter] == -1}
    unbounded = charged.keys() - {counter for counter, left in windows.items() if left != -1}
    return [
        f"{counter} counts {counted.get(counter, 0)}, charged is {charged[counter]}"
        for counter in sorted({*unbounded, *counted})
        if counted.get(counter, 0) != charged[counter]
    ]


def _place(jobs: Jobs, job: str) -> str | None:
    return PLACES.get(jobs.get(job, {}).get("state", ""))


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
