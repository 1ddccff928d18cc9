"""What is only to be known, for whoever asks: answers that are the same on every platform."""

from collections.abc import Awaitable, Callable, Collection, Mapping
from enum import Enum

from bot.answers import QUEUE, USAGE, Answer, facts, note, workflows
from bot.commands import CANCEL
from bot.desk import Desk
from bot.ports import Cancelling
from bot.refusals import NOT_KEPT
from bot.submissions import Occasion


class Own(Enum):
    """Services that each platform tells in its own manner: with buttons, pages, and its own names of commands."""

    HISTORY = "history"
    CANCEL = CANCEL
    HELP = "help"


Roles = Callable[[], Awaitable[tuple[str, ...]]]
"""Finds the roles of whoever asks, where they count: a platform may have to look them up."""


async def answer_to(desk: Desk, service: str, occasion: Occasion, roles: Roles) -> Answer | Own:
    """Answer a service, or return which one its platform tells. Raises StoreLost, and ValueError for what is none."""
    match service:
        case "queue":
            return facts(QUEUE, await desk.queue(occasion.requester))
        case "usage":
            return facts(USAGE, await desk.usage(occasion.requester, await roles()))
        case "workflows":
            offered = desk.workflows(occasion.spot)
            return workflows([(name, each.manifest.title, each.manifest.summary) for name, each in offered.items()])
    return Own(service)


# ---- Cancelling ----------------------------------------------------------------------------------------------------

_STOPPED: Mapping[Cancelling, str] = {
    Cancelling.CANCELLED: "Cancelled.",
    Cancelling.REQUESTED: "It stops as soon as the GPU lets go of it.",
}
_NOT_STOPPED: Mapping[Cancelling, str] = {
    Cancelling.TOO_LATE: "It had ended already.",
    Cancelling.UNKNOWN: NOT_KEPT,
}


def cancelled(found: Cancelling) -> Answer:
    """Tell what came of cancelling a job."""
    return note({**_STOPPED, **_NOT_STOPPED}[found])


def is_seen(found: Cancelling) -> bool:
    """Whether the job's card says what came of cancelling it, to whoever sees it."""
    return found in _STOPPED


def all_cancelled(found: Collection[Cancelling]) -> Answer:
    """Tell what came of cancelling several jobs."""
    return note(f"{sum(map(is_seen, found))} are cancelled.")
