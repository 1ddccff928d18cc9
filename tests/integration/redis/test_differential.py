"""Redis and the model of the fair queue under the same histories: they answer alike and keep the same ledger.

A short history in every run, whose steps hypothesis chooses, and shortens when they show a difference; and a long one
(`--operations 1000000 --seed 7`), in chapters with a pool each.
"""

import asyncio
from collections.abc import Coroutine
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from bot.shares import FairPolicy
from tests.integration.redis.differential import Different, drawn, look, play, shortened, tell_apart
from tests.integration.redis.histories import NUMBERS, OFTEN, History
from tests.integration.redis.sides import FakeSide, Side

CHAPTER = 2_000
"""Operations in one pool."""
POLICIES = (FairPolicy(), FairPolicy(slack_ms=0, debt_ms=60_000), FairPolicy(slack_ms=5_000, by_users=True))


async def read(operations: int, seed: int, side: Side, policies: tuple[FairPolicy, ...] = POLICIES) -> None:
    """Play chapters until there were so many operations; raises Different with the part that matters."""
    for chapter in range(-(-operations // CHAPTER)):
        draws = drawn(Random(f"{seed} {chapter}"), min(CHAPTER, operations - chapter * CHAPTER))
        policy = policies[chapter % len(policies)]
        try:
            await play(draws, side, policy=policy)
        except Different as different:
            left, told = await shortened(draws, side, policy=policy)
            steps = "\n".join(f"    {draw}," for draw in left)
            text = f"seed {seed}, chapter {chapter}, {policy}: {different}\n\nit takes\n{steps}\n\n{told}"
            raise Different(text) from different


class Machine(RuleBasedStateMachine):
    """A history by hypothesis, asked of a side in another thread's event loop."""

    side: Side
    loop: asyncio.AbstractEventLoop

    def wait(self, asked: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(asked, self.loop).result(60)

    @initialize(policy=st.sampled_from(POLICIES))
    def begin(self, policy):
        self.side.policy = policy
        self.history = History(policy=policy)
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


async def test_short_histories_end_alike():
    Here = type("Here", (Machine,), {"side": FakeSide(), "loop": asyncio.get_running_loop()})  # noqa: N806 - a class
    how = settings(max_examples=20, stateful_step_count=50, deadline=None, suppress_health_check=list(HealthCheck))
    await asyncio.to_thread(run_state_machine_as_test, Here, settings=how)


async def test_a_history_tells_policies_apart_and_names_the_part_that_matters(seed):
    with pytest.raises(Different) as different:
        await read(CHAPTER, seed, FakeSide(FairPolicy(slack_ms=0)), (FairPolicy(),))

    assert "the model:" in str(different.value)
    assert str(different.value).count("\n    (") < 40


async def test_the_model_differs_not_from_itself(seed):
    await read(2 * CHAPTER, seed, FakeSide(), (FairPolicy(),))
