"""What is left of a bucket, as the answers' headers tell it."""

import asyncio
from dataclasses import dataclass, field
from typing import Any

import pytest

from adapters.discord.library import discord
from adapters.discord.pacing import Answered, Pace
from adapters.discord.refusals import Refusal, Refused

WINDOW_S = 5.0


@dataclass
class Answer:
    headers: dict[str, str] = field(default_factory=dict)


def answer(*, left: int, ends_at: float, after_s: float = WINDOW_S) -> Any:
    headers = {"X-Ratelimit-Limit": "5", "X-Ratelimit-Remaining": str(left)}
    headers |= {"X-Ratelimit-Reset": f"{ends_at:.3f}", "X-Ratelimit-Reset-After": f"{after_s:.3f}"}
    return Answer(headers)


async def called(pace: Pace, told: Any) -> None:
    async with pace:
        pace.update(told)


async def test_answers_that_cross_never_make_more_of_a_window():
    pace = Pace()
    await called(pace, answer(left=4, ends_at=100.0))
    await called(pace, answer(left=2, ends_at=100.0))
    await called(pace, answer(left=3, ends_at=100.01))

    assert pace.remaining <= 2


async def test_a_window_that_discord_began_anew_is_not_judged_by_the_last_one():
    pace = Pace()
    await called(pace, answer(left=4, ends_at=100.0))
    await called(pace, answer(left=1, ends_at=100.0))
    await called(pace, answer(left=4, ends_at=105.0))

    assert pace.remaining == 4


async def test_an_answer_that_was_under_way_does_not_lift_what_a_429_holds():
    pace = Pace()
    await called(pace, answer(left=4, ends_at=100.0))
    await pace.acquire()
    await pace.acquire()
    refused = Answered(Refused(Refusal.TOO_MANY, status=429, after_s=60.0))
    await pace.__aexit__(Answered, refused, None)
    pace.update(answer(left=4, ends_at=105.0))
    await pace.__aexit__(None, None, None)

    with pytest.raises(discord.RateLimited):
        await called(pace, answer(left=4, ends_at=105.0))
    pace._last_request -= 1000
    assert not pace.is_inactive(), "it would be forgotten"


async def test_who_would_wait_for_long_is_told_so():
    pace = Pace()
    await called(pace, answer(left=0, ends_at=100.0))

    with pytest.raises(discord.RateLimited):
        await called(pace, answer(left=4, ends_at=105.0))


@pytest.mark.parametrize("odd", ["", "soon", "nan", "inf", "-1", "1e300", "9" * 5000])
@pytest.mark.parametrize("name", ["Limit", "Remaining", "Reset", "Reset-After"])
async def test_headers_that_nobody_can_read_are_as_none(name: str, odd: str):
    pace = Pace()
    told = answer(left=0, ends_at=100.0)
    told.headers[f"X-Ratelimit-{name}"] = odd
    async with asyncio.timeout(1):
        await called(pace, told)
        await called(pace, told)
