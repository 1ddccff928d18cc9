"""Plays a history on the fake and on another side, tells the first difference, and finds the part that matters."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import fields
from random import Random
from time import monotonic
from typing import Any

from bot.console.hours import HOUR_MS, KEPT_MS
from bot.shares import FairPolicy
from tests.integration.redis.histories import NUMBERS, OFTEN, Call, History
from tests.integration.redis.ledger import Ledger, ledger_of
from tests.integration.redis.sides import Side, used_of
from tests.unit.bot.fair_recount import recounted

AT_ONCE = 40
"""Calls that are on their way to a side before any answer is read."""
LOOKED_AT = 200
"""Draws after which ledgers and records are compared; after every fifth time, invariants are counted anew in Redis."""
SHORTENING_S = 60.0
"""How long a history is played again and again to find the part of it that matters."""

Draw = tuple[str, tuple[int, ...]]
"""What happens, and the numbers that choose how."""


class Different(AssertionError):
    """A side and the fake differ."""

    after: int = 0  #: so many draws


def drawn(chance: Random, count: int) -> list[Draw]:
    """Draw what happens."""
    verbs = chance.choices([*OFTEN], [*OFTEN.values()], k=count)
    return [(verb, tuple(chance.randrange(10_000) for _ in range(NUMBERS))) for verb in verbs]


async def play(
    draws: Sequence[Draw], side: Side, *, policy: FairPolicy, at_once: int = AT_ONCE, looked_at: int = LOOKED_AT
) -> None:
    """Play a history from its beginning; raises Different."""
    history = History(policy=policy)
    await side.begin()
    looked = looks = number = 0
    try:
        async for number, asked in _batches(draws, history, at_once):
            answers = await asyncio.gather(*(side.ask(call) for call, _ in asked))
            for (call, expected), answer in zip(asked, answers, strict=True):
                tell_apart(call, expected, answer)
            if number - looked >= looked_at or number == len(draws):
                looked, looks = number, looks + 1
                await look(history, side, thoroughly=looks % 5 == 0 or number == len(draws))
    except Different as different:
        different.after = number
        raise


async def _batches(
    draws: Sequence[Draw], history: History, most: int
) -> AsyncIterator[tuple[int, list[tuple[Call, Any]]]]:
    """Ask the fake, and return what it was asked, with its answers, as far as it may be asked at once."""
    asked: list[tuple[Call, Any]] = []
    for number, (verb, numbers) in enumerate(draws, 1):
        call = history.choose(verb, numbers)
        if call is None:
            continue
        if asked and call.alone:
            yield number - 1, asked
            asked = []
        asked.append((call, history.ask(call)))
        if call.alone or len(asked) >= most:
            yield number, asked
            asked = []
    yield len(draws), asked


def tell_apart(call: Call, expected: Any, answer: Any) -> None:
    """Compare two answers; raises Different."""
    if call.verb == "rescue":
        expected, answer = set(expected), set(answer)
    if expected != answer:
        raise Different(f"{call}\nthe model: {expected}\nthe other: {answer}")


async def look(history: History, side: Side, *, thoroughly: bool = True) -> None:
    """Compare all that is kept; raises Different."""
    fair = history.fake.fair
    untended = (
        [] if history.tending.through else [(name, user) for name, each in fair.tenants.items() for user in each.users]
    )
    wrong = recounted(fair, untended)
    if wrong:
        raise Different(f"the model itself: {wrong}")
    mine, theirs = ledger_of(fair), await side.ledger()
    if mine != theirs:
        raise Different("\n".join(unlike(mine, theirs)))
    jobs = history.jobs[-60:]
    for known, found in zip(history.records(jobs), await side.records(jobs), strict=True):
        if known != found:
            raise Different(f"the model: {known}\nthe other: {found}")
    # Of what is older neither says anything for sure.
    since_ms = history.now_ms - history.now_ms % HOUR_MS - KEPT_MS + HOUR_MS
    used, found = used_of(history, since_ms), await side.used(since_ms)
    if used != found:
        raise Different(f"the model: {used}\nthe other: {found}")
    wrong = await side.faults() if thoroughly and history.tending.through else []
    if wrong:
        raise Different(f"what should not be: {wrong}")


def unlike(mine: Ledger, theirs: Ledger) -> list[str]:
    """Tell where two ledgers differ."""
    lines = []
    for each in fields(Ledger):
        one, other = getattr(mine, each.name), getattr(theirs, each.name)
        if isinstance(one, dict) and isinstance(other, dict):
            keys = [key for key in {**one, **other} if one.get(key) != other.get(key)]
            lines += [f"{each.name}[{key}]\n  the model: {one.get(key)}\n  the other: {other.get(key)}" for key in keys]
        elif one != other:
            lines.append(f"{each.name}\n  the model: {one}\n  the other: {other}")
    return lines


async def shortened(draws: Sequence[Draw], side: Side, *, policy: FairPolicy) -> tuple[list[Draw], str]:
    """Leave out of a history what does not matter for its difference; returns what is left, and the difference."""
    left, told = list(draws), "the difference did not come again"
    until = monotonic() + SHORTENING_S
    size = len(left)
    while size >= 1 and monotonic() < until:
        start = 0
        while start < len(left) and monotonic() < until:
            shorter = left[:start] + left[start + size :]
            try:
                await play(shorter, side, policy=policy, at_once=AT_ONCE if size > AT_ONCE else 1, looked_at=size)
                start += size
            except Different as different:
                left, told = shorter[: different.after], f"{different}"
        size //= 2
    return left, told
