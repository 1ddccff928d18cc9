"""From accepted to started while servers are idle, beside the least that anybody can do: one POST /prompt."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from time import monotonic
from uuid import uuid4

import aiohttp

from benchmarks.pool_parts.machines import Machine, Park, all_ended
from benchmarks.pool_parts.orders import Order, offered, orders
from benchmarks.pool_parts.product import Product, serving
from benchmarks.report import percentile
from bot.jobs import run_id_of

SERVERS = 4
WARM_UP = 5
BAR = 6.0
"""A start may take so many times the bare POST of the same run, both at the median."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Starts:
    """Seconds."""

    ours: Sequence[float]  #: from the call of enqueue to the start in the server
    bare: Sequence[float]  #: from the POST to the start in the server, over a connection that is open already
    answered: Sequence[float]  #: from that POST to its answer

    def rows(self) -> list[dict[str, str]]:
        """Return the table's rows."""
        spans = {
            "Fairbrush: enqueue to the start in the server": self.ours,
            "bare: POST to the start in the server": self.bare,
            "bare: POST /prompt to its answer": self.answered,
        }
        return [
            {"measured": f"{SERVERS} idle servers", "span": name, **_percentiles(samples)}
            for name, samples in spans.items()
        ]

    def bar(self) -> dict[str, bool]:
        """Judge it."""
        ours, post = percentile(self.ours, 50), percentile(self.answered, 50)
        text = f"a job begins {ours * 1000:.1f} ms after it was enqueued, {ours / post:.2f} times the bare POST /prompt"
        return {f"{text} ({post * 1000:.1f} ms), at most {BAR:g}": ours <= BAR * post}


async def measure(count: int, park: Park) -> Starts:
    """Take turns, one job at a time, each when everything is idle."""
    ours, bare = [await park.machines(SERVERS, step_ms=5) for _ in range(2)]
    wanted = orders(count + WARM_UP, await offered(ours[0].url), steps=2)
    asked_at: dict[str, float] = {}
    posted: dict[str, tuple[float, float]] = {}
    async with serving(ours) as product, aiohttp.ClientSession() as session:
        await product.ask([])
        for number, order in enumerate(wanted):
            run_id, at = await _asked(product, order)
            asked_at[run_id] = at
            run_id, times = await _posted(session, bare[number % SERVERS], order)
            posted[run_id] = times
            # Longer than whatever is done after an end, so that the next one finds everything idle.
            await asyncio.gather(all_ended(bare, number + 1, every_s=0.02), asyncio.sleep(0.05))
    began = {run.run_id: run.started_at for machine in (*ours, *bare) for run in await machine.ran()}
    return Starts(
        ours=[began[run_id] - at for run_id, at in asked_at.items()][WARM_UP:],
        bare=[began[run_id] - at for run_id, (at, _) in posted.items()][WARM_UP:],
        answered=[answered - at for at, answered in posted.values()][WARM_UP:],
    )


async def _asked(product: Product, order: Order) -> tuple[str, float]:
    # A job's way is its own: what is said of lanes and quotes before it is accepted is not a part of it.
    job = await product.order(order)
    began = monotonic()
    record = await product.redis.queue.enqueue(job)
    await product.settled([record.job.id], every_s=0.02)
    return run_id_of(record.job.id, 1), began


async def _posted(session: aiohttp.ClientSession, machine: Machine, order: Order) -> tuple[str, tuple[float, float]]:
    run_id = str(uuid4())
    body = {"prompt": order.graph, "prompt_id": run_id}
    began = monotonic()
    async with session.post(f"{machine.url}/prompt", json=body) as answer:
        answer.raise_for_status()
        await answer.read()
    return run_id, (began, monotonic())


def _percentiles(samples: Sequence[float]) -> dict[str, str]:
    return {name: f"{percentile(samples, each) * 1000:.2f} ms" for name, each in (("p50", 50), ("p99", 99))}
