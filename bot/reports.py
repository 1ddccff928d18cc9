"""A report: somebody says that a picture should not be there. The operator reads it; nothing happens by itself."""

from dataclasses import dataclass, replace

from bot.jobs import JobId, Place, Requester

MAX_REASON = 500
"""Characters of a reason."""

MOST_SAID = 4 * MAX_REASON
"""Characters of all the reasons that one person gives for one job."""

MOST = 1000
"""Reports that are kept of one community: the oldest go."""

KEPT_S = 90 * 86_400
"""How long a report is kept: whoever has not read it in a quarter of a year will not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What was reported, by whom and why. Plain data, so that it outlives the job itself."""

    job_id: JobId
    workflow: str
    requester: Requester  #: whose job it is
    reporter: Requester
    place: Place  #: where it was seen
    reason: str  #: in the reporter's words, all that they said of it
    at_ms: int = 0  #: the store's clock sets it


def following(earlier: Report, later: Report) -> Report | None:
    """Return what one person says of a job now below what they said before; None where there is no room for it.

    What stands there already is not said twice.
    """
    if f"\n{later.reason}\n" in f"\n{earlier.reason}\n":
        return earlier
    reason = f"{earlier.reason}\n{later.reason}"
    return replace(later, reason=reason) if len(reason) <= MOST_SAID else None
