"""What is only to be known, for whoever asks: answers that are the same on every platform."""

from collections.abc import Awaitable, Callable, Collection, Mapping
from enum import Enum

from bot.answers import QUEUE, USAGE, Answer, Section, Typed, facts, note, workflows
from bot.belongings import written
from bot.commands import CANCEL, FORGET_ME, MY_DATA
from bot.desk import Desk
from bot.jobs import Requester
from bot.policy.verbs import NOW
from bot.ports import Cancelling
from bot.refusals import NOT_KEPT
from bot.submissions import Occasion


class Own(Enum):
    """Services that each platform tells in its own manner: with buttons, pages, and its own names of commands."""

    HISTORY = "history"
    CANCEL = CANCEL
    HELP = "help"
    MY_DATA = MY_DATA


Roles = Callable[[], Awaitable[tuple[str, ...]]]
"""Finds the roles of whoever asks, where they count: a platform may have to look them up."""


async def answer_to(desk: Desk, service: str, occasion: Occasion, roles: Roles, rest: str = "") -> Answer | Own:
    """Answer a service, or return which one its platform tells. Raises StoreLost, and ValueError for what is none.

    `rest` is what stands behind its name.
    """
    match service:
        case "queue":
            return facts(QUEUE, await desk.queue(occasion.requester))
        case "usage":
            return facts(USAGE, await desk.usage(occasion.requester, await roles()))
        case "workflows":
            offered = desk.workflows(occasion.spot)
            return workflows([(name, each.manifest.title, each.manifest.summary) for name, each in offered.items()])
        case name if name == FORGET_ME:
            return await _forgotten(desk, occasion, is_meant=rest.strip().rstrip(".!?").lower() == NOW)
    return Own(service)


# ---- One's own data ------------------------------------------------------------------------------------------------

DATA_NAME = "fairbrush-data.json"
"""What the file is called that somebody takes along."""

HAVE_IT = "Your jobs, reports and GPU time here"
"""What is said above that file."""


async def data_of(desk: Desk, requester: Requester) -> bytes:
    """Return what is somebody's own in their community, as JSON: for them alone. Raises StoreLost."""
    return await written(await desk.export(requester))


async def _forgotten(desk: Desk, occasion: Occasion, *, is_meant: bool) -> Answer:
    if is_meant:
        return await desk.forget_me(occasion.requester)
    sentence = (
        "All your jobs here go, with their pictures and messages, and nobody can bring them back. What stays: what was "
        "reported of them, as evidence that only moderators see; bans, quotas and the audit. Say the same once more, "
        "with ",
        Typed(NOW),
        " at the end.",
    )
    return Answer(sections=(Section(headline="Nothing was deleted yet.", sentence=sentence),))


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
