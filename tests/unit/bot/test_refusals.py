"""What went wrong, as whoever asked reads it and as the log has it."""

import logging
from collections.abc import Iterator

import pytest

from bot.answers import Answer, Tone
from bot.errors import (
    Banned,
    Blocked,
    ImageRefused,
    NotInTier,
    NotLetIn,
    QueueFull,
    QuotaReached,
    StoreLost,
    SubmissionError,
)
from bot.jobs import JobRecord, JobState
from bot.refusals import BUSY, ended, is_mendable, refused, told
from tests.unit.bot.bench import job
from workflows.faults import Fault, InvalidValues

SECRET = "postgres://secret"


def words(answer: Answer) -> Iterator[str]:
    for section in answer.sections:
        yield section.headline
        yield from section.sentence
        yield from (f"{name}: {value}" for name, value in section.rows)


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (SubmissionError("Ask for less."), ["Ask for less."]),
        (StoreLost(detail=SECRET), ["The queue cannot be reached at the moment. Try again shortly."]),
        # Whoever is turned away hears when to come again.
        (QueueFull("5 jobs wait.", retry_after_s=40.4), ["5 jobs wait.", "Try again in 40 s."]),
        (QueueFull("5 jobs wait.", retry_after_s=0), ["5 jobs wait.", "Try again in 1 s."]),
        (QueueFull("5 jobs wait.", retry_after_s=300), ["5 jobs wait.", "Try again in 5 min."]),
        (
            InvalidValues([Fault(parameter="steps", reason="are too many."), Fault(parameter="cfg", reason="is low.")]),
            ["2 things to mend, then send it again:", "steps: are too many.", "cfg: is low."],
        ),
        (
            TimeoutError(SECRET),
            ["That took too long.", "Try again in a moment. Your history tells whether it was begun."],
        ),
        (
            RuntimeError(SECRET),
            [
                "Something went wrong, and it is not your fault.",
                "Try again. If it stays, tell whoever runs this bot: reference ab12.",
            ],
        ),
    ],
)
def test_every_error_has_its_words_and_none_of_its_secrets(error: Exception, said: list[str]) -> None:
    answer = told(error, "ab12")

    assert [*words(answer)] == said
    assert answer.tone is Tone.BAD


def test_whom_nobody_can_attend_to_is_told_to_come_again() -> None:
    assert [*words(BUSY)] == ["Too many people ask at once.", "Try again in a moment."]


def test_what_nobody_foresaw_stands_in_the_log_under_the_reference_that_is_told(
    caplog: pytest.LogCaptureFixture,
) -> None:
    *_, sentence = words(refused(RuntimeError("a bug"), "interaction=1"))

    [entry] = caplog.records
    reference = sentence.split("reference ")[1].rstrip(".")
    assert reference in entry.getMessage()
    assert "interaction=1" in entry.getMessage()
    assert entry.exc_info is not None


def test_a_refusal_is_known_by_its_code_and_no_prompt_is_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)

    refused(SubmissionError("There is no “a cat”.", detail="a cat"), "interaction=1")
    refused(InvalidValues([Fault(parameter="a cat", reason="is no option.")]), "interaction=2")

    assert [each.getMessage() for each in caplog.records] == [
        "refused: interaction=1 code=submission",
        "refused: interaction=2 code=invalid",
    ]


@pytest.mark.parametrize(
    "error",
    [
        InvalidValues([]),
        Blocked(),
        NotInTier(),
        ImageRefused(),
        QuotaReached("Used up.", retry_after_s=9),
        StoreLost(),
        TimeoutError(),
    ],
)
def test_what_other_words_or_a_while_can_mend_leads_back_to_its_form(error: Exception) -> None:
    assert is_mendable(error)


@pytest.mark.parametrize("error", [Banned(), NotLetIn(), SubmissionError("For members only."), RuntimeError("a bug")])
def test_nobody_fills_in_a_form_again_in_vain(error: Exception) -> None:
    assert not is_mendable(error)


@pytest.mark.parametrize(
    ("state", "said"),
    [
        (JobState.SUCCEEDED, "That job has already ended: it is painted."),
        (JobState.FAILED, "That job has already ended: it failed."),
        (JobState.CANCELLED, "That job has already ended: it is cancelled."),
    ],
)
def test_what_became_of_a_job_that_nobody_can_stop_any_more_is_said(state: JobState, said: str) -> None:
    assert str(ended(JobRecord(job=job(), state=state, revision=1))) == said
