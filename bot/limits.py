"""How much somebody may have in the queue: decisions over plain data, which the queue then checks in its one step."""

from dataclasses import dataclass, field

from bot.errors import QueueFull
from bot.shares import Caps, Share


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What holds for everybody. The pool's default is what a few GPUs work off in some hours."""

    waiting: Caps = field(default_factory=lambda: Caps(everybody=1000, person=10))
    running: Caps = field(default_factory=Caps)


def share_of(limits: Limits) -> Share:
    """Return how somebody stands in the queue."""
    return Share(running=limits.running, waiting=limits.waiting)


def explained(full: QueueFull, limits: Limits) -> QueueFull:
    """Return the same refusal, with a sentence that says whose limit was reached."""
    caps = limits.waiting
    sentences = {
        "user": f"You have {caps.user} jobs waiting here, which is as many as one person may have.",
        "person": f"You have {caps.person} jobs waiting, which is as many as one person may have.",
        "tenant": f"{caps.tenant} jobs wait in this community, which is as many as one may have.",
        "everybody": "The queue is full.",
    }
    if full.counter not in sentences:
        return full
    return QueueFull(
        sentences[full.counter], counter=full.counter, retry_after_s=full.retry_after_s, detail=full.detail
    )
