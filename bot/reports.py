"""A report: somebody says that a picture should not be there. The operator reads it; nothing happens by itself."""

from dataclasses import dataclass

from bot.jobs import JobId, Place, Requester

MAX_REASON = 500
"""Characters of a reason."""

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
    reason: str  #: in the reporter's words; may be empty
    at_ms: int = 0  #: the store's clock sets it
