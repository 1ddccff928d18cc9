"""What went wrong, in words for whoever asked, and once in the log: the same for every platform.

A log holds no words of a prompt: a refusal is known there by its code, and what nobody foresaw by a reference.
"""

import logging
import secrets

from bot.answers import Answer, Tone, faults, note
from bot.deadlines import spelled
from bot.errors import Blocked, FairbrushError, ImageRefused, NotInTier, QueueFull, SubmissionError
from bot.jobs import JobRecord, JobState
from workflows.faults import InvalidValues

_log = logging.getLogger(__name__)

BUSY = note("Too many people ask at once.", "Try again in a moment.", tone=Tone.BAD)
"""What those are told whom nobody can attend to."""

STOPPING = note(
    "I am being restarted just now.", "Ask again in a minute. Your history tells whether it was begun.", tone=Tone.BAD
)
"""What those are told who wait for something that a process which ends has not begun."""

OUTDATED = "This button is of an older version of mine, or its message is not mine. Ask anew with /imagine."
"""What is said of a button or form that means nothing."""

NOT_KEPT = "That job is not kept any more, so nothing can be done with it. Ask anew with /imagine."
"""The same for a job that is gone and for one that whoever asks may not see: a guess learns nothing."""

NOT_REPORTABLE = "That job is not kept any more, so nothing can be reported of it. A moderator can delete its message."
"""What whoever would report such a job is told instead."""

_ENDED = "That job has already ended:"

_TOO_LONG = note(
    "That took too long.", "Try again in a moment. Your history tells whether it was begun.", tone=Tone.BAD
)


def ended(record: JobRecord) -> SubmissionError:
    """Return what a moderator is told who would stop a job that has ended: what became of it."""
    if record.awaits_review:
        # Nobody has seen it, and it could still be passed: they are told what keeps it from being shown.
        return SubmissionError(
            f"{_ENDED} it waits for a moderator. Say reject, with its id and why, to show it to nobody."
        )
    match record.state:
        case JobState.FAILED:
            return SubmissionError(f"{_ENDED} it failed.")
        case JobState.CANCELLED:
            return SubmissionError(f"{_ENDED} it is cancelled.")
        case _ if record.review is not None and record.is_withheld:
            return SubmissionError(f"{_ENDED} it was not let through.")
        case _:
            return SubmissionError(f"{_ENDED} it is painted.")


def is_mendable(error: Exception) -> bool:
    """Whether asking again can help, with something else in a form, or later: else it is filled in again in vain."""
    if isinstance(error, FairbrushError):
        return error.retryable or isinstance(error, Blocked | ImageRefused | NotInTier)
    return isinstance(error, InvalidValues | TimeoutError)


def refused(error: Exception, about: str) -> Answer:
    """Return what whoever asked is told of an error, and note it; `about` says in the log what it befell."""
    reference = secrets.token_hex(4)
    match error:
        case InvalidValues():
            _log.info("refused: %s code=invalid", about)
        case FairbrushError():
            _log.info("refused: %s code=%s", about, error.code)
            _log.debug("refused: %s detail=%s", about, error.detail)  # what a server says may repeat a prompt
        case TimeoutError():
            _log.warning("not done in time: %s", about)
        case _:
            _log.error("not foreseen: reference=%s %s", reference, about, exc_info=error)
    return told(error, reference)


def told(error: Exception, reference: str) -> Answer:
    """Put an error into words; what nobody foresaw has a reference that the log has, too."""
    match error:
        case InvalidValues():
            return faults(error.faults)
        case QueueFull():
            return note(str(error), f"Try again in {spelled(max(1.0, error.retry_after_s))}.", tone=Tone.BAD)
        case FairbrushError():
            return note(str(error), tone=Tone.BAD)
        case TimeoutError():
            return _TOO_LONG
    return note(
        "Something went wrong, and it is not your fault.",
        f"Try again. If it stays, tell whoever runs this bot: reference {reference}.",
        tone=Tone.BAD,
    )
