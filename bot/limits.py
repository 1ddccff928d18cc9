"""How much somebody may have in the queue, and how the pool is shared: decisions over plain data.

The queue checks the caps in its one step; this says which they are, and what is told to somebody who reached one.
"""

from dataclasses import dataclass, field

from bot.errors import QueueFull
from bot.settings import Settings
from bot.shares import Caps, FairPolicy, Share


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What holds for everybody. The pool's default is what a few GPUs work off in some hours."""

    waiting: Caps = field(default_factory=lambda: Caps(everybody=1000, person=10))
    running: Caps = field(default_factory=Caps)


def limits_of(settings: Settings) -> Limits:
    """Return the limits that an operator has set; 0 is none."""
    waiting = Caps(
        user=settings.max_waiting_per_member or None,
        person=settings.max_waiting_per_person or None,
        tenant=settings.max_waiting_per_community or None,
        everybody=settings.max_waiting,
    )
    running = Caps(
        user=settings.max_running_per_member or None,
        person=settings.max_running_per_person or None,
        tenant=settings.max_running_per_community or None,
    )
    return Limits(waiting=waiting, running=running)


def policy_of(settings: Settings) -> FairPolicy:
    """Return how an operator wants the pool to be shared."""
    return FairPolicy(slack_ms=round(settings.affinity_s * 1000), by_users=settings.community_shares == "by_members")


def share_of(limits: Limits) -> Share:
    """Return how somebody stands in the queue."""
    return Share(running=limits.running, waiting=limits.waiting)


def explained(full: QueueFull, limits: Limits) -> QueueFull:
    """Return the same refusal, with a sentence that says whose limit was reached, and what makes room again."""
    caps = limits.waiting
    room = "There is room again as soon as one of them begins."
    sentences = {
        "user": f"You have {_jobs(caps.user)} waiting in this community, as many as a member may have. {room}",
        "person": f"You have {_jobs(caps.person)} waiting, as many as one person may have. {room}",
        "tenant": f"This community has {_jobs(caps.tenant)} waiting, as many as one may have. {room}",
        "everybody": f"The queue is full: it has {_jobs(caps.everybody)} waiting. {room}",
    }
    if full.counter not in sentences:
        return full
    return QueueFull(
        sentences[full.counter], counter=full.counter, retry_after_s=full.retry_after_s, detail=full.detail
    )


def _jobs(count: int | None) -> str:
    return "1 job" if count == 1 else f"{count} jobs"
