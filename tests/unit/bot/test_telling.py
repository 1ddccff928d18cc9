"""What is told to whoever asks, on every platform: every service has its answer, and nothing else has one."""

import pytest

from bot.answers import Answer
from bot.commands import CANCEL, SERVICES
from bot.ports import Cancelling
from bot.telling import Own, answer_to, cancelled, is_seen
from tests.integration.practice import practice
from tests.unit.bot.bench import BOB, ELSEWHERE, occasion


async def no_roles() -> tuple[str, ...]:
    return ()


async def test_every_service_is_answered_here_or_by_its_platform(tmp_path):
    desk, here = practice(tmp_path).desk, occasion("e", BOB, ELSEWHERE)

    told = {name: await answer_to(desk, name, here, no_roles) for name in (*SERVICES, CANCEL)}

    assert {name for name, each in told.items() if isinstance(each, Answer)} == {
        "queue",
        "usage",
        "workflows",
        "forgetme",
    }
    assert {each for each in told.values() if isinstance(each, Own)} == set(Own)


async def test_what_is_no_service_is_not_taken_for_a_question_about_all_of_them(tmp_path):
    with pytest.raises(ValueError, match="weather"):
        await answer_to(practice(tmp_path).desk, "weather", occasion("e", BOB, ELSEWHERE), no_roles)


@pytest.mark.parametrize("found", Cancelling)
def test_whatever_came_of_cancelling_is_told_in_words(found):
    assert cancelled(found).sections[0].headline


def test_a_card_tells_what_was_stopped_and_nothing_else():
    assert {each for each in Cancelling if is_seen(each)} == {Cancelling.CANCELLED, Cancelling.REQUESTED}
