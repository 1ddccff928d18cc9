"""Redis and the model of the fair queue under the same histories: they answer alike and keep the same ledger.

A short history in every run, whose steps hypothesis chooses, and shortens when they show a difference; and a long one
(`--operations 1000000 --seed 7`), in chapters with a pool each.
"""

import asyncio
from collections.abc import Coroutine
from contextlib import AsyncExitStack
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from bot.shares import FairPolicy
from tests.integration.redis.differential import Different, drawn, look, play, shortened, tell_apart
from tests.integration.redis.histories import NUMBERS, OFTEN, History
from tests.integration.redis.sides import FakeSide, Side, redis_side

CHAPTER = 10_000
"""Operations in one pool: more seats are taken in it than there are ties."""
POLICIES = (
    FairPolicy(),
    FairPolicy(slack_ms=0, refund_ms=0, debt_ms=60_000),
    FairPolicy(slack_ms=5_000, by_users=True),
)


async def read(operations: int, seed: int, *sides: Side, policy: FairPolicy | None = None) -> None:
    """Play chapters until there were so many operations; raises Different with the part that matters."""
    for chapter in range(-(-operations // CHAPTER)):
        draws = drawn(Random(f"{seed} {chapter}"), min(CHAPTER, operations - chapter * CHAPTER))
        side = sides[chapter % len(sides)]
        of_model = policy or side.policy
        try:
            await play(draws, side, policy=of_model)
        except Different as different:
            left, told = await shortened(draws, side, policy=of_model)
            steps = "\n".join(f"    {draw}," for draw in left)
            text = f"seed {seed}, chapter {chapter}, {of_model}: {different}\n\nit takes\n{steps}\n\n{told}"
            raise Different(text) from different


class Machine(RuleBasedStateMachine):
    """A history by hypothesis, asked of Redis in another thread's event loop."""

    side: Side
    loop: asyncio.AbstractEventLoop

    def wait(self, asked: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(asked, self.loop).result(60)

    @initialize()
    def begin(self):
        self.history = History(policy=self.side.policy)
        self.wait(self.side.begin())

    @rule(
        verb=st.sampled_from([verb for verb, often in OFTEN.items() for _ in range(max(1, round(often / 3)))]),
        numbers=st.tuples(*(st.integers(0, 9_999),) * NUMBERS),
    )
    def happen(self, verb, numbers):
        call = self.history.choose(verb, numbers)
        if call:
            tell_apart(call, self.history.ask(call), self.wait(self.side.ask(call)))

    def teardown(self):
        if hasattr(self, "history"):
            self.wait(look(self.history, self.side))


@pytest.mark.cluster_too
@pytest.mark.parametrize("policy", POLICIES)
async def test_short_histories_end_alike(engine_url, policy):
    async with redis_side(engine_url, policy) as side:
        here = type("Here", (Machine,), {"side": side, "loop": asyncio.get_running_loop()})
        how = settings(max_examples=15, stateful_step_count=50, deadline=None, suppress_health_check=list(HealthCheck))
        await asyncio.to_thread(run_state_machine_as_test, here, settings=how)


@pytest.mark.cluster_too
async def test_a_long_history_is_the_same_on_both_sides(engine_url, operations, seed):
    async with AsyncExitStack() as open_pools:
        sides = [await open_pools.enter_async_context(redis_side(engine_url, policy)) for policy in POLICIES]
        await read(operations, seed, *sides)


async def test_a_history_tells_policies_apart_and_names_the_part_that_matters(seed):
    with pytest.raises(Different) as different:
        await read(2_000, seed, FakeSide(FairPolicy(slack_ms=0)), policy=FairPolicy())

    assert "the model:" in str(different.value)
    assert str(different.value).count("\n    (") < 40


@pytest.mark.parametrize("policy", POLICIES)
async def test_the_model_differs_not_from_itself(seed, policy):
    await read(2_000, seed, FakeSide(policy))
