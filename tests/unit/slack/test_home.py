"""App Home: what somebody waits for, what they have used, and what was painted for them last; theirs alone."""

from dataclasses import replace
from uuid import UUID

import pytest
from hypothesis import given, settings

from adapters.slack.home import LATEST, NEW_PICTURE, WAITING, home
from bot.jobs import JobId, JobState
from bot.meanings import Press, decode
from bot.status import Button
from tests.unit.discord.test_answers import _record
from tests.unit.slack.bodies import action_ids, labels, parts, seen, taken_as_view
from tests.unit.slack.test_text import HOSTILE

_USED = [("Waiting", "1 of 10"), ("GPU time", "42 s")]


def test_what_is_under_way_can_be_cancelled_and_what_has_ended_rerolled() -> None:
    view = taken_as_view(home([_record(1, JobState.RUNNING), _record(2, JobState.SUCCEEDED)], _USED))
    assert labels(view) == [["New picture"], ["Cancel"], ["🎲 Reroll"]]
    new, *presses = action_ids(view)
    assert new == NEW_PICTURE
    assert [decode(each) for each in presses] == [
        Press(button=Button.CANCEL, job_id=JobId(UUID(int=1))),
        Press(button=Button.REROLL, job_id=JobId(UUID(int=2))),
    ]
    read = seen(view["blocks"]).text
    assert "What you have used" in read
    assert "42 s" in read


def test_whoever_has_asked_for_nothing_reads_how_to_begin() -> None:
    view = taken_as_view(home([], []))
    assert "/imagine paints your first picture." in seen(view["blocks"]).text
    assert labels(view) == [["New picture"]]


def test_a_picture_that_is_at_hand_is_shown_with_its_words() -> None:
    record = _record(2, JobState.SUCCEEDED, prompt="a fox")
    (shown,) = parts(taken_as_view(home([record], _USED, {record.job.id: "F1"})), "image")
    assert (shown["slack_file"], shown["alt_text"]) == ({"id": "F1"}, "a fox")


def test_more_than_fit_are_counted_and_the_newest_stand() -> None:
    under_way = [_record(number, JobState.QUEUED) for number in range(1, 31)]
    ended = [_record(number, JobState.SUCCEEDED) for number in range(31, 61)]
    view = taken_as_view(home([*under_way, *ended], _USED))
    assert "… and 20 more." in seen(view["blocks"]).text
    assert len(labels(view)) == 1 + WAITING + LATEST


@settings(deadline=None)
@given(HOSTILE)
def test_whatever_people_wrote_pings_nobody_and_links_nowhere(text: str) -> None:
    failed = replace(_record(2, JobState.FAILED, prompt=text), error_sentence=text)
    view = taken_as_view(home([_record(1, JobState.QUEUED, prompt=text), failed], [(text, text)]))
    found = seen(view["blocks"])
    assert (found.pings, found.links) == (set(), [])
    assert {name for name, _ in found.marks} <= {"bold"}


@pytest.mark.parametrize("filling", ["<", "🦊", "ש", "a "])
def test_the_fullest_home_is_taken(filling: str) -> None:
    long = filling * 4000
    records = [_record(n, JobState.QUEUED if n < 40 else JobState.SUCCEEDED, prompt=long) for n in range(1, 80)]
    taken_as_view(home(records, [(long, long)] * 20, {each.job.id: "F1" for each in records}))
