"""Where a job's message stands in Slack, and how often it may be changed: pure."""

from dataclasses import dataclass

from adapters.slack.shapes import Json
from bot.budgets import Budget
from bot.jobs import Job, MessageRef, Place
from bot.ladder import Posted

PLATFORM = "slack"

POSTS, POSTS_S = 1, 1.0
"""chat.postMessage takes one in a second and channel (https://docs.slack.dev/apis/web-api/rate-limits).

Slack allows "short bursts", of which it tells nobody the size.
"""

EDITS, EDITS_S = 3, 4.0
"""chat.update is of tier 3: 50 and more in a minute for the whole workspace. This makes 45 in any minute.

Four seconds and not sixty: within a minute's window the first few bars would use up what all others of that minute
need, and whoever takes over from a process that died would have to wait for a minute before it changes anything.
"""

RESERVE = 1
"""Of those three: so progress has 30 in a minute, positions 15, and an end finds room at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversation:
    """Where something is posted."""

    workspace: str
    channel: str
    thread: str | None = None

    @property
    def is_direct(self) -> bool:
        """Whether only one person reads there."""
        return self.channel.startswith("D")


def conversation_of(place: Place) -> Conversation:
    """Read a place, whose channel is "C…" or "C…/thread"."""
    channel, _, thread = place.channel.partition("/")
    return Conversation(workspace=place.tenant.id, channel=channel, thread=thread or None)


def where(posted: Posted) -> Json:
    """Name a message to Slack: by its channel, without the thread that it may stand in, and its `ts`."""
    return {"channel": posted.channel.partition("/")[0], "ts": posted.message}


def budget_of(job: Job, ref: MessageRef | None) -> Budget:
    """Return what the next call for a job's message draws on: its channel's posts, or the workspace's updates."""
    talk = conversation_of(job.place)
    if ref is None:
        return Budget(bucket=f"{PLATFORM}/{talk.workspace}/post/{talk.channel}", edits=POSTS, per_s=POSTS_S)
    return Budget(bucket=f"{PLATFORM}/{talk.workspace}/update", edits=EDITS, per_s=EDITS_S, reserve=RESERVE)
