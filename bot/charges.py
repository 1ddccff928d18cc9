"""What a submission counts against: decisions over plain data, which the queue then checks and adds in one step."""

from dataclasses import dataclass

from bot.errors import QueueFull
from bot.jobs import Requester
from bot.ports import Charge

EVERYBODY = "waiting"
"""The counter of all jobs that have not ended."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Depths:
    """How many jobs may be under way."""

    everybody: int = 1000  #: what a pool of a few GPUs works off in some hours
    person: int = 10  #: across all tenants of a platform


def charges_of(requester: Requester, depths: Depths) -> tuple[Charge, ...]:
    """Return what a job of this person counts against; all of it is given back when the job ends."""
    return (
        Charge(counter=_own(requester), amount=1, ceiling=depths.person),
        Charge(counter=EVERYBODY, amount=1, ceiling=depths.everybody),
    )


def explained(full: QueueFull, requester: Requester, depths: Depths) -> QueueFull:
    """Return the same refusal, with a sentence that says whose limit was reached."""
    if full.counter == _own(requester):
        sentence = f"You have {depths.person} jobs under way, which is as many as one person may have."
    elif full.counter == EVERYBODY:
        sentence = "The queue is full."
    else:
        return full
    return QueueFull(sentence, counter=full.counter, retry_after_s=full.retry_after_s, detail=full.detail)


def _own(requester: Requester) -> str:
    # Without the tenant: one person has one cap, however many communities they ask in.
    return f"{EVERYBODY}/{requester.tenant.platform}/{requester.id}"
