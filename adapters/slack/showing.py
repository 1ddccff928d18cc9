"""A job of somebody's history, shown to them alone as it stands."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from adapters.slack.answering import Answering
from adapters.slack.cards import Shown, ShownFile, card_message
from adapters.slack.files import is_looked_at
from adapters.slack.notes import Notes
from adapters.slack.refusals import PASSING, Refused
from bot.histories import fit_for
from bot.jobs import JobRecord
from bot.policy.places import Spot
from bot.status import StatusCard

_WHERE = "Whoever runs this bot says in which channels it may be shown."
_NOT_BROUGHT = "Its pictures are not in Slack yet, or not any more."
_ON_THEIR_WAY = "Its pictures are on their way to Slack: try again in a moment."


@dataclass(frozen=True, slots=True, kw_only=True)
class Showing:
    """Shows jobs once; nothing keeps such a message up to date. Pictures are those that Slack has of the job."""

    card: Callable[[JobRecord], Awaitable[StatusCard]]
    notes: Notes

    async def show(self, answering: Answering, record: JobRecord, spot: Spot) -> None:
        """Show a job with what may be seen in that spot. Raises StoreLost."""
        card, remarks = fit_for(await self.card(record), spot, _WHERE)
        # Nothing is uploaded for it: the noticeboard may be doing so just now, and would not know of a second file.
        uploaded = await self.notes.uploaded(record.job.id)
        noted = uploaded.ids if uploaded else {}
        ids = [noted[each.key] for each in card.files if each.key in noted]
        missing = await _missing(answering, ids) if card.files else ""
        alt = card.prompt or card.title
        files = () if missing else tuple(ShownFile(id=each, alt=alt) for each in ids)
        message = card_message(card, Shown(files=files, remarks=(*remarks, *filter(None, [missing]))))
        await answering.whisper({name: message[name] for name in ("text", "blocks")})


async def _missing(answering: Answering, ids: Sequence[str]) -> str:
    """Say why not all of these can be shown: Slack refuses a message with a file that it has not looked at."""
    try:
        ready = [await is_looked_at(answering.calls, answering.origin.workspace, each) for each in ids]
    except Refused as refused:
        return _ON_THEIR_WAY if refused.refusal in PASSING else _NOT_BROUGHT
    if not ready:
        return _NOT_BROUGHT
    return "" if all(ready) else _ON_THEIR_WAY
