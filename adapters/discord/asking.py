"""Slash commands that paint: what was typed becomes a submission; and what is offered while somebody types."""

from dataclasses import dataclass

from adapters.discord.answering import Answering
from adapters.discord.reading import read_order
from adapters.discord.submitting import Submitting
from adapters.discord.suggesting import suggest
from bot.bundles import bundle_of
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
            occasion=origin.occasion,
            text=order.text,
            raw=order.raw,
            workflow=order.workflow,
        )
        await self.submitting.submit(answering, bundle_of(submission, order.files))

    async def suggest(self, answering: Answering) -> None:
        """Offer what fits what is being typed, and may be asked for here; from memory."""
        origin = answering.origin
        default, allowed = self.desk.default_workflow(origin.spot), self.desk.workflows(origin.spot)
        await answering.suggest(suggest(origin.data, Catalog(workflows=allowed), self.desk.vocabulary(), default))
