"""What a message needs next, and how urgently: pure decisions over what is known of a job and its message."""

from dataclasses import dataclass
from enum import Enum, IntEnum, auto
from typing import assert_never

from bot.budgets import Budget
from bot.jobs import JobRecord, JobState
from bot.ports import Notice, NoticeState
from bot.status import StatusCard


class Urgency(IntEnum):
    """Who goes first when a budget does not suffice for all."""

    FINAL = auto()
    FIRST = auto()  #: somebody asked and sees nothing yet
    PROGRESS = auto()
    POSITION = auto()  #: the first to be dropped


class Step(Enum):
    """What is done to a message next; each is safe to repeat after a crash."""

    CLOSE = auto()  #: the job is not kept any more
    CREATE = auto()
    EDIT = auto()
    PING = auto()
    FINISH = auto()  #: finally true: it leaves the board

    @property
    def is_free(self) -> bool:
        """Whether the platform is not asked, so that no budget is needed."""
        return self in (Step.CLOSE, Step.FINISH)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """A job and its message at one moment."""

    record: JobRecord
    notice: Notice
    card: StatusCard


def next_step(sight: Sight | None, ping_after_s: float | None) -> Step | None:
    """Decide what makes a message truer; None when it is true already."""
    if sight is None:
        return Step.CLOSE
    if sight.notice.state is not NoticeState.SHOWN or sight.notice.ref is None:
        return Step.CREATE
    if sight.notice.rendered != sight.card.digest():
        return Step.EDIT
    if ping_is_due(sight, ping_after_s):
        return Step.PING
    return Step.FINISH if sight.card.is_final else None


def ping_is_due(sight: Sight, ping_after_s: float | None) -> bool:
    """Tell whether the requester waited so long for their picture that they may have looked away."""
    record = sight.record
    if record.state is not JobState.SUCCEEDED or record.is_withheld or sight.notice.pinged or ping_after_s is None:
        return False
    return record.ended_ms is not None and record.ended_ms - record.job.created_ms > ping_after_s * 1000


def urgency_of(sight: Sight) -> Urgency:
    """Rank what a message needs."""
    if sight.card.is_final:
        return Urgency.FINAL
    if sight.notice.state is not NoticeState.SHOWN:
        return Urgency.FIRST
    return Urgency.POSITION if sight.record.state is JobState.QUEUED else Urgency.PROGRESS


def kept_from(urgency: Urgency, budget: Budget) -> int:
    """Return how much of a budget is left to what is more urgent: less than all of it, so that everybody's turn comes.

    Positions leave half of what progress may use, or a long queue that moves up would hold up every bar.
    """
    match urgency:
        case Urgency.FINAL | Urgency.FIRST:
            return 0
        case Urgency.PROGRESS:
            return budget.reserve
        case Urgency.POSITION:
            return budget.reserve + (budget.edits - budget.reserve) // 2
        case _:
            assert_never(urgency)
