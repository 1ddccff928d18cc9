"""Ids say what a click means, however old the message is, and grant nothing."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.jobs import JobId
from bot.meanings import (
    LONGEST,
    EditAgain,
    EditForm,
    HistoryPage,
    Meaning,
    Pick,
    PickOf,
    Press,
    ReimagineForm,
    ReportForm,
    Show,
    decode,
    encode,
    picked,
)
from bot.status import Button

_JOBS = st.uuids().map(JobId)
_BUTTONS = st.sampled_from(Button)
_NUMBERS = st.integers(0, 9999)
_SOURCES = st.from_regex(r"[A-Za-z0-9_-]{1,64}", fullmatch=True)
MEANINGS: st.SearchStrategy[Meaning] = st.one_of(
    st.builds(Press, button=_BUTTONS, job_id=_JOBS, number=st.none() | _NUMBERS),
    st.builds(Pick, button=_BUTTONS, job_id=_JOBS),
    st.builds(EditForm, job_id=_JOBS),
    st.builds(PickOf, button=_BUTTONS, source=_SOURCES),
    st.builds(ReimagineForm, source=_SOURCES),
    st.builds(EditAgain, source=_SOURCES),
    st.builds(ReportForm, job_id=_JOBS),
    st.builds(HistoryPage, skip=_NUMBERS),
    st.builds(Show, job_id=_JOBS),
)
_JOB = JobId(UUID(int=1))


@given(MEANINGS)
def test_what_is_written_is_read_again_and_fits(meaning: Meaning) -> None:
    assert decode(encode(meaning)) == meaning
    assert 1 <= len(encode(meaning)) <= LONGEST


@given(MEANINGS, MEANINGS)
def test_different_things_have_different_ids(one: Meaning, other: Meaning) -> None:
    assert (encode(one) == encode(other)) == (one == other)


@given(st.text() | st.lists(st.text(max_size=40), max_size=6).map(":".join).map("fb1:".__add__))
def test_whatever_is_sent_means_nothing_or_exactly_what_it_says(sent: str) -> None:
    meaning = decode(sent)
    assert meaning is None or encode(meaning) == sent


@pytest.mark.parametrize(
    "sent",
    [
        None, 7, "", ":", "fb1", "fb1:", "fb2:show:" + _JOB.hex, "fb1:show:" + _JOB.hex + ":x", "fb1:show:" + str(_JOB),
        "fb1:show:" + _JOB.hex + "\n", "fb1:press:paint:" + _JOB.hex, "fb1:press:reroll:" + _JOB.hex + ":-1",
        "fb1:press:reroll:" + _JOB.hex + ":٣", "fb1:press:reroll:" + _JOB.hex + ":01",
        "fb1:pick:vary:" + _JOB.hex + ":0",
        "fb1:history:99999", "fb1:history:1e3", "fb1:reimagine:a b", "fb1:reimagine:" + "a" * 65, "fb1:edit", "x" * 101,
        "fb1:again:" + "a" * 65, "fb1:again:upscale:a", "fb1:pickof:a", "fb1:pickof:paint:a", "fb1:reimagine:vary:a",
    ],
)  # fmt: skip
def test_what_is_none_of_ours_means_nothing(sent: object) -> None:
    assert decode(sent) is None


@pytest.mark.parametrize(
    ("values", "number"), [(["3"], 3), (["0"], 0), ([], None), (["x"], None), ([3], None), (None, None), ("3", None)]
)
def test_a_chosen_picture_is_a_number_or_nothing(values: object, number: int | None) -> None:
    assert picked(values) == number


def test_a_source_that_would_be_read_as_something_else_cannot_be_written() -> None:
    with pytest.raises(ValueError, match="64"):
        ReimagineForm(source="a:b")
