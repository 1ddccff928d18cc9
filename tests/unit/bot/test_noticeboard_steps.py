"""What a message needs next, as a table."""

from dataclasses import replace

import pytest

from bot.budgets import Budget
from bot.jobs import JobRecord, JobState, MessageRef, nonce_of
from bot.noticeboard.steps import Sight, Step, Urgency, kept_from, next_step, urgency_of
from bot.ports import Notice, NoticeState
from bot.status import card_of
from tests.unit.bot.noticeboard_scene import DESCRIBED, job_of

JOB = job_of(1)
REF = MessageRef(place=JOB.place, id="m1")


def sight(state: JobState, notice: NoticeState = NoticeState.SHOWN, *, current: bool = True, **given: bool) -> Sight:
    record = JobRecord(job=replace(JOB, created_ms=0), state=state, revision=1, ended_ms=121_000)
    card = card_of(record, live=None, position=None, eta_s=None, described=DESCRIBED)
    shown = notice is NoticeState.SHOWN
    rendered = card.digest() if current and shown else ""
    return Sight(
        record=record,
        notice=Notice(job_id=JOB.id, state=notice, ref=REF if shown else None, rendered=rendered, **given),
        card=card,
    )


@pytest.mark.parametrize(
    ("seen", "step"),
    [
        (None, Step.CLOSE),
        (sight(JobState.QUEUED, NoticeState.ABSENT), Step.CREATE),
        (sight(JobState.FAILED, NoticeState.CREATING), Step.CREATE),
        (sight(JobState.RUNNING, current=False), Step.EDIT),
        (sight(JobState.RUNNING), None),
        (sight(JobState.SUCCEEDED, current=False), Step.EDIT),
        (sight(JobState.SUCCEEDED), Step.PING),
        (sight(JobState.SUCCEEDED, pinged=True), Step.FINISH),
        (sight(JobState.FAILED), Step.FINISH),
        (sight(JobState.CANCELLED), Step.FINISH),
    ],
)
def test_the_next_step(seen, step):
    assert next_step(seen, 120.0) is step


def test_without_pings_a_shown_picture_is_finished():
    assert next_step(sight(JobState.SUCCEEDED), None) is Step.FINISH


@pytest.mark.parametrize(
    ("seen", "urgency"),
    [
        (sight(JobState.CANCELLED), Urgency.FINAL),
        (sight(JobState.FAILED, NoticeState.ABSENT), Urgency.FINAL),
        (sight(JobState.QUEUED, NoticeState.ABSENT), Urgency.FIRST),
        (sight(JobState.RUNNING, NoticeState.CREATING), Urgency.FIRST),
        (sight(JobState.STARTING), Urgency.PROGRESS),
        (sight(JobState.RUNNING), Urgency.PROGRESS),
        (sight(JobState.QUEUED), Urgency.POSITION),
    ],
)
def test_who_goes_first(seen, urgency):
    assert urgency_of(seen) is urgency


@pytest.mark.parametrize("edits", range(1, 8))
def test_what_is_less_urgent_keeps_more_for_others_and_never_everything(edits):
    for reserve in range(edits):
        budget = Budget(bucket="b", edits=edits, per_s=1, reserve=reserve)
        kept = [kept_from(urgency, budget) for urgency in Urgency]

        assert kept == sorted(kept)
        assert kept[-1] < edits


def test_a_nonce_fits_every_platform_and_belongs_to_its_job():
    assert len(nonce_of(JOB.id)) == 22
    assert nonce_of(JOB.id) == nonce_of(JOB.id) != nonce_of(job_of(2).id)
