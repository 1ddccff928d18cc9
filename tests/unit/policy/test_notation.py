"""Durations and quotas as people write them: what is written is read again as it was."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import SubmissionError
from bot.policy.notation import (
    LARGEST,
    LONGEST_S,
    amount_of,
    amounts_words,
    duration_s,
    quota_of,
    quota_words,
    quotas_words,
)
from bot.policy.quotas import Per, Quota, Refill

DAY_S = 86_400


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("2d", 2 * DAY_S),
        ("2 days", 2 * DAY_S),
        ("1 Week", 7 * DAY_S),
        ("90min", 5400),
        ("90m", 5400),
        ("24h", DAY_S),
        ("30s", 30),
        ("1s", 1),
        ("0.9s", None),  # less than a second is told as none
        ("0.00001h", None),
        ("0d", None),
        ("d", None),
        ("2", None),
        ("-2d", None),
        ("2.5d", 2.5 * DAY_S),
        ("for 2d", 2 * DAY_S),
        ("1 month", 30 * DAY_S),
        ("2 years", 730 * DAY_S),
        ("2 hrs", 7200),
        ("5ms", None),
        ("2,5h", None),
        ("2 fortnights", None),
        ("999999999w", None),
        ("", None),
    ],
)
def test_a_duration(text, seconds):
    assert duration_s(text) == seconds


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("20 pictures", (None, 20)),
        ("1 picture", (None, 1)),
        ("600s", (600, None)),
        ("10 min", (600, None)),
        ("2h", (7200, None)),
        ("20", None),
        ("20 cats", None),
        (f"{LARGEST + 1} pictures", None),
        ("9999999999h", None),
    ],
)
def test_an_amount(text, amount):
    assert amount_of(text) == amount


@pytest.mark.parametrize("text", ["", "calendar", "40", "40 pictures", "40/day", "pictures/day", "40 pictures/year"])
def test_what_is_no_quota_says_how_one_is_written(text):
    with pytest.raises(SubmissionError, match="40 pictures/day"):
        quota_of(text)


_quotas = st.builds(
    Quota,
    per=st.sampled_from(Per),
    refill=st.sampled_from(Refill),
    pictures=st.none() | st.integers(0, LARGEST),
    gpu_s=st.none() | st.integers(0, LARGEST),
).filter(lambda each: (each.pictures is None) != (each.gpu_s is None))


@given(_quotas)
def test_what_is_written_is_read_as_it_was(quota):
    assert quota_of(quota_words(quota)) == quota


@pytest.mark.parametrize(
    ("pictures", "gpu_s", "words"),
    [
        (1, 0, "1 picture"),
        (0, 60, "60 GPU seconds"),
        (20, 1, "20 pictures and 1 GPU second"),
        (0, 0, ""),
    ],
)
def test_of_amounts_what_is_none_is_left_out(pictures, gpu_s, words):
    assert amounts_words(pictures, gpu_s) == words


def test_no_quota_is_no_limit():
    assert quotas_words(()) == "no limit"
    assert quotas_words((Quota(per=Per.DAY, pictures=4, gpu_s=60),)) == "4 pictures/day, 60s/day"
    assert duration_s(f"{LONGEST_S}s") == LONGEST_S
