"""What every verb costs the engine in a queue that stays as it is: a cycle of batches, each of one verb only."""

import asyncio
import secrets
from collections.abc import Coroutine, Iterable, Sequence
from statistics import median
from typing import TypeVar, cast

from benchmarks.scale_cells.cell import SERVERS, servers
from benchmarks.scale_cells.filled import Filled
from bot.jobs import run_id_of
from bot.leases import Cancelling, Held
from bot.shares import Position, model_of

VERBS = ("enqueue", "claim", "record", "renew", "settle", "position", "cancel")
OVERRUN = 1.1
MOST_TENDED = 20

_SCRIPTS, _OWN = ("cmdstat_evalsha", "cmdstat_eval"), ("cmdstat_info", "cmdstat_config|resetstat", "cmdstat_ping")

T = TypeVar("T")

Figures = dict[str, list[float]]
"""By verb, a figure for each batch: the mean of its calls."""


class Cycles:
    """The figures of one queue, by the engine's own account: what a call takes, and how much of it in commands."""

    def __init__(self, queue: Filled) -> None:
        self.queue = queue
        self.us: Figures = {}
        self.commands: Figures = {}
        self.commands_us: Figures = {}
        self._warm: dict[str, tuple[str, ...]] = {}  #: server -> the model of its last job

    def median(self, verb: str) -> float:
        """Return what a call of a verb costs."""
        return median(self.us[verb])

    def forget(self) -> None:
        """Drop the figures so far."""
        for figures in (self.us, self.commands, self.commands_us):
            figures.clear()

    def dissection(self) -> Sequence[str]:
        """Tell of every verb how much of it is its commands, and how much the script around them."""
        return [self._dissected(verb) for verb in self.us]

    async def turn(self) -> None:
        """Go round once: every server takes a job and ends it, others are cancelled, all are followed by new ones."""
        held = [each for each in await self._measured("claim", map(self._claim, servers())) if each]
        _expect(len(held) == SERVERS)
        self._warm = {each.lease.server: (model_of(each.record.job.requirement),) for each in held}
        _expect(all(await self._measured("record", map(self._record, held))))
        await self._measured("renew", map(self._renew, held))
        _expect(all(await self._measured("settle", map(self._settle, held))))
        await self._follow(cast(int, each.record.job.values["seed"]) for each in held)
        _expect(all(await self._measured("position", map(self._position, self.queue.some(SERVERS)))))
        leaving = self.queue.some(SERVERS)
        gone = await self._measured("cancel", map(self._cancel, leaving))
        _expect(set(gone) == {Cancelling.CANCELLED})
        await self._follow(leaving)

    async def tend(self) -> None:
        """Have somebody look after those who wait; a pass began when the lanes were laid."""
        going = True
        while going and len(self.us.get("tend", ())) < MOST_TENDED:
            (going,) = await self._measured("tend", [self.queue.pool.lanes.tend()])

    async def _claim(self, server: str) -> Held | None:
        return await self.queue.pool.queue.claim(server, secrets.token_hex(16), warm=self._warm.get(server, ()))

    async def _record(self, held: Held) -> bool:
        run = run_id_of(held.lease.job_id, held.lease.attempt)
        return await self.queue.pool.queue.record(held.lease, run_id=run)

    async def _renew(self, held: Held) -> None:
        """Tell half-way."""
        await self.queue.pool.queue.renew(held.lease, gpu_ms=held.record.job.estimate_ms // 2)

    async def _settle(self, held: Held) -> bool:
        """Tell more than was estimated, so that there is something to correct."""
        used_ms = round(held.record.job.estimate_ms * OVERRUN)
        return await self.queue.pool.queue.succeed(held.lease, files=(), gpu_ms=used_ms)

    async def _position(self, slot: int) -> Position | None:
        return await self.queue.pool.queue.position(self.queue.waiting(slot))

    async def _cancel(self, slot: int) -> Cancelling:
        return await self.queue.pool.queue.cancel(self.queue.waiting(slot))

    async def _follow(self, slots: Iterable[int]) -> None:
        await self._measured("enqueue", map(self.queue.follow, slots))

    def _dissected(self, verb: str) -> str:
        commands, within, whole = (median(each[verb]) for each in (self.commands, self.commands_us, self.us))
        return f"  {verb:9}{commands:6.0f} commands{within:7.0f} us{whole - within:7.0f} us around them"

    async def _measured(self, verb: str, calls: Iterable[Coroutine[object, object, T]]) -> list[T]:
        client = self.queue.pool.edge.client
        await client.config_resetstat()
        answers = await asyncio.gather(*calls)
        told = await client.info("commandstats")
        spent_us = sum(told[name]["usec"] for name in _SCRIPTS if name in told)
        self.us.setdefault(verb, []).append(spent_us / len(answers))
        within = [each for name, each in told.items() if name not in (*_SCRIPTS, *_OWN)]
        self.commands.setdefault(verb, []).append(sum(each["calls"] for each in within) / len(answers))
        self.commands_us.setdefault(verb, []).append(sum(each["usec"] for each in within) / len(answers))
        return answers


def _expect(right: bool) -> None:
    if not right:
        raise RuntimeError("the queue did not do what was measured")
