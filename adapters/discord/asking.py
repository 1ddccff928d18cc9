"""Slash commands that paint: what was typed becomes a wish; and what is offered while somebody types."""

from dataclasses import dataclass

from adapters.discord.answering import Answering
from adapters.discord.origins import Origin
from adapters.discord.reading import read_order
from adapters.discord.submitting import Submitting, wish_of
from adapters.discord.suggesting import suggest
from bot.commands import IMAGINE
from bot.desk import Desk
from bot.submissions import Submission
from workflows.catalog import Catalog


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """Takes orders."""

    desk: Desk
    submitting: Submitting

    async def ask(self, answering: Answering) -> None:
        """Make the job that a slash command orders. Raises what whoever asked has to be told."""
        origin = answering.origin
        order = read_order(origin.data, self.desk.catalog(), self.desk.vocabulary())
        submission = Submission(
            event=origin.id,
            requester=origin.requester,
            place=origin.place,
            text=order.text,
            raw=order.raw,
            workflow=order.workflow,
            adults_only=_shows_adults(origin),
        )
        await self.submitting.submit(answering, wish_of(submission, origin, order.files))

    async def suggest(self, answering: Answering) -> None:
        """Offer what fits what is being typed, and may be asked for here; from memory."""
        origin = answering.origin
        default = self.desk.default_workflow(origin.place, thread_of=origin.thread_of)
        allowed = self.desk.workflows(origin.place, _shows_adults(origin), thread_of=origin.thread_of)
        await answering.suggest(suggest(origin.data, Catalog(workflows=allowed), self.desk.vocabulary(), default))


def _shows_adults(origin: Origin) -> bool:
    """Tell whether the place may show what is for adults.

    In private Discord asks before a command that is marked as such. /imagine is not, whatever workflow it names.
    """
    return origin.is_restricted if origin.data.get("name") == IMAGINE else origin.is_adults_only
