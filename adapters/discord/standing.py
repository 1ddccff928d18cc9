"""Where a job's message stands, and by which token it is changed at what age: pure."""

from enum import Enum, auto

from bot.budgets import Budget
from bot.jobs import Job, MessageRef
from bot.ladder import Kind, Posted, posted_of

BY_TOKEN_S = 14 * 60.0
"""From this age on the bot's own token edits. Discord lets the interaction's live for 15 min, counted by its clock."""

BETWEEN_S = 20.0
"""For so long nobody edits then: an edit by token, which another process began before, is over or given up by then."""

ONLY_TOKEN_S = BY_TOKEN_S + 50.0
"""Where no other token may edit, this one is used for almost all of its life."""

YOUNG_S = 15.0
"""A job as young as that may be one whose first answer is still on its way: five times what Discord gives it."""

_EDITS, _EDITS_S = 5, 5.0
"""What Discord was seen to allow, per channel and per interaction's token."""

_RESERVE_OF_TOKEN = 1
"""One message: its own end is all that has to find room."""

_RESERVE_OF_CHANNEL = 2


class Way(Enum):
    """How a message is changed now."""

    TOKEN = auto()
    BETWEEN = auto()  #: not now: the token is no longer used, and what was sent by it may still arrive
    BOT = auto()
    NONE = auto()


def only_token(job: Job) -> bool:
    """Tell whether only the interaction's token may show the job: then it was given a time within which to end."""
    return job.within_s is not None


def way_of(job: Job, posted: Posted, age_s: float) -> Way:
    """Return how a message of a job as old as that is changed."""
    match posted.kind:
        case Kind.LOST:
            return Way.NONE
        case Kind.CHANNEL | Kind.DIRECT:
            return Way.BOT
        case Kind.RESPONSE if only_token(job):
            return Way.TOKEN if age_s < ONLY_TOKEN_S else Way.NONE
        case _ if age_s < BY_TOKEN_S:
            return Way.TOKEN
        case _:
            return Way.BETWEEN if age_s < BY_TOKEN_S + BETWEEN_S else Way.BOT


def budget_of(job: Job, ref: MessageRef | None, age_s: float) -> Budget:
    """Return what the next call for a job's message draws on."""
    posted = Posted(kind=Kind.RESPONSE) if ref is None else posted_of(ref)
    if way_of(job, posted, age_s) is Way.TOKEN:
        return Budget(bucket=f"token/{job.id}", edits=_EDITS, per_s=_EDITS_S, reserve=_RESERVE_OF_TOKEN)
    channel = posted.channel or job.place.channel
    return Budget(bucket=f"channel/{channel}", edits=_EDITS, per_s=_EDITS_S, reserve=_RESERVE_OF_CHANNEL)
