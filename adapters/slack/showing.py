"""A job of somebody's history, shown to them alone as it stands."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from adapters.slack.answering import Answering
from adapters.slack.cards import Shown, ShownFile, card_message
from adapters.slack.notes import Notes
from bot.histories import fit_for
from bot.jobs import JobRecord
from bot.policy.places import Spot
from bot.status import StatusCard

_WHERE = "Whoever runs this bot says in which channels it may be shown."
_NOT_BROUGHT = "Its pictures are not in Slack yet, or not any more."


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
        ids = uploaded.ids if uploaded else {}
        alt = card.prompt or card.title
        files = tuple(ShownFile(id=ids[each.key], alt=alt) for each in card.files if each.key in ids)
        missing = (_NOT_BROUGHT,) if card.files and not files else ()
        message = card_message(card, Shown(files=files, remarks=(*remarks, *missing)))
        await answering.whisper({name: message[name] for name in ("text", "blocks")})
