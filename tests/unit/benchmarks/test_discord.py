"""What the benchmark of Discord concludes: it must see what is wrong, or its bars mean nothing."""

import pytest

from benchmarks.discord import bars_of, finals_s
from benchmarks.discord_parts.numbers import number_in, prompt_of

GOOD = {"messages": [(0, 11.0), (1, 12.0)], "too_many": 0}


def failing(seen: dict[str, object], *, unanswered: int = 0, finals: tuple[float, ...] = (0.5, 1.0)) -> list[str]:
    return [bar for bar, holds in bars_of(seen, unanswered, finals, 2).items() if not holds]


def test_all_bars_hold_where_everything_was_shown_once_and_in_time():
    assert failing(GOOD) == []


@pytest.mark.parametrize(
    ("seen", "word"),
    [
        ({**GOOD, "messages": [(0, 11.0), (1, 12.0), (1, 12.0)]}, "twice"),
        ({**GOOD, "messages": [(0, 11.0)]}, "twice"),
        ({**GOOD, "messages": [(0, 11.0), (1, None)]}, "picture"),
        ({**GOOD, "too_many": 1}, "429"),
    ],
)
def test_what_is_wrong_breaks_its_own_bar(seen, word):
    [broken] = failing(seen)
    assert word in broken


def test_a_command_without_an_answer_breaks_a_bar():
    assert failing(GOOD, unanswered=1) == ["every command was answered within three seconds"]


def test_ends_that_are_late_or_never_shown_break_a_bar():
    assert failing(GOOD, finals=(0.1, 9.0)) == ["finals p99 within 5 s"]
    assert failing(GOOD, finals=()) == ["finals p99 within 5 s"]


def test_an_end_is_late_by_what_lies_between_it_and_its_picture_in_this_round():
    messages = [(0, 1.0), (2, 11.5), (3, None), (4, 20.0)]

    assert finals_s(messages, {0: 0.5, 2: 10.0, 3: 10.0}, range(2, 5)) == [1.5]


def test_a_message_tells_its_job_however_its_words_are_dressed():
    assert number_in(f"**Painted**\n> {prompt_of(17)}\n-# 5 s") == 17
    assert number_in("Nothing waits.") is None
