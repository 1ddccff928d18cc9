"""Random histories on Redis and on the fake, which moves by the one table, side by side: they never differ."""

import random

import pytest

from bot.errors import QueueFull
from bot.ports import Charge, Settlement
from tests.integration.redis import ALICE, BOB, depth, gpu, in_memory, job, on_redis, run_of

pytestmark = pytest.mark.cluster_too

STEPS = 250
KEPT = Charge(counter="kept", amount=1, ceiling=25, window_s=120, settlement=Settlement.KEPT)


class History:
    """Does the same to several truths and notes what they answer."""

    def __init__(self, seed, truths):
        self.chance = random.Random(seed)
        self.truths = truths
        self.jobs = [job(digest=f"d{self.chance.randrange(3)}", requester=who) for who in (ALICE, BOB) for _ in "12345"]
        self.leases = []
        self.nonces = [f"n{number}" for number in range(12)]

    async def step(self):
        often = [self.claim, self.record, self.end, self.end]
        rarely = [self.enqueue, self.renew, self.cancel, self.rescue, self.advance]
        verb = self.chance.choice([*often, *often, *rarely, self.enqueue])
        answers = await verb()
        assert answers[0] == answers[1], verb.__name__

    async def both(self, verb, *arguments, **named):
        answers = []
        for truth in self.truths:
            try:
                answers.append(await getattr(truth.queue, verb)(*arguments, **named))
            except QueueFull as full:
                answers.append((full.counter, full.retry_after_s))
        return answers

    async def enqueue(self):
        amount = self.chance.randrange(1, 5000)
        return await self.both("enqueue", self.chance.choice(self.jobs), [depth(6), gpu(amount, window_s=60), KEPT])

    async def claim(self):
        only = self.chance.choice([None, None, ["d1"], ["d0", "d2"]])
        answers = await self.both("claim", "gpu", self.chance.choice(self.nonces), workflows=only)
        self.leases += [answers[0]] if answers[0] else []
        return answers

    def lease(self):
        """Choose a lease that somebody once had: most are lost by now."""
        return self.chance.choice(self.leases[-6:])

    async def renew(self):
        return await self.both("renew", self.lease(), gpu_ms=self.chance.randrange(3000)) if self.leases else [0, 0]

    async def record(self):
        return await self.both("record", (lease := self.lease()), run_id=run_of(lease)) if self.leases else [0, 0]

    async def end(self):
        if not self.leases:
            return [0, 0]
        used = self.chance.randrange(6000)
        verb, named = self.chance.choice(
            [
                ("succeed", {"files": (), "gpu_ms": used}),
                ("fail", {"code": "c", "sentence": "s", "gpu_ms": used, "server_fault": self.chance.random() < 0.5}),
                ("confirm_cancel", {"gpu_ms": used}),
                ("requeue", {"costs_attempt": self.chance.random() < 0.7}),
            ]
        )
        return await self.both(verb, self.lease(), **named)

    async def cancel(self):
        return await self.both("cancel", self.chance.choice(self.jobs).id)

    async def rescue(self):
        return [set(answer) for answer in await self.both("rescue")]

    async def advance(self):
        ms = self.chance.choice([10, 1_000, 31_000])
        for truth in self.truths:
            await truth.advance(ms)
        return [0, 0]

    async def compare(self):
        for each in self.jobs:
            known = [await truth.store.read(each.id) for truth in self.truths]
            assert known[0] == known[1]
            assert len(set(await self.both("ahead_of", each.id))) == 1
        held, boards = [], []
        for truth in self.truths:
            held.append(list(await truth.store.held_by("gpu")))
            boards.append(list(await truth.notices.open_jobs("local")))
        assert held[0] == held[1]
        assert boards[0] == boards[1]


@pytest.mark.parametrize("seed", range(12))
async def test_redis_moves_jobs_as_the_table_does(engine_url, seed):
    async with on_redis(engine_url) as redis:
        history = History(seed, [in_memory(), redis])
        for number in range(STEPS):
            await history.step()
            if number % 10 == 0:
                await history.compare()
        await history.compare()
