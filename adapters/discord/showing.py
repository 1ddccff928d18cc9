"""A job of somebody's history, shown to them alone as it stands: also where its own message was lost."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from adapters.discord.answering import Answering
from adapters.discord.answers import privately
from adapters.discord.calls import Upload
from adapters.discord.sending import Sending
from adapters.discord.shapes import Json
from bot.histories import fit_for
from bot.jobs import JobRecord
from bot.policy.places import Spot
from bot.status import StatusCard

_WHERE = "/history shows it in a channel that is age-restricted, or in private with me."


@dataclass(frozen=True, slots=True, kw_only=True)
class Showing:
    """Shows jobs once; nothing keeps such a message up to date."""

    card: Callable[[JobRecord], Awaitable[StatusCard]]
    sending: Sending

    async def show(self, answering: Answering, record: JobRecord, spot: Spot) -> None:
        """Show a job with as much of its pictures as fits and may be seen there. Raises ChatError or StoreLost."""
        if not await answering.later_ephemeral():
            return

        async def put(body: Json, files: Sequence[Upload]) -> Json:
            return await answering.fill(privately(body), files)

        card, remarks = fit_for(await self.card(record), spot, _WHERE)
        limit = answering.origin.attachment_limit
        await self.sending.send(record.job.id, card, put, limit=limit, remarks=remarks)
