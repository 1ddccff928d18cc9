"""Orders in words: slash commands, mentions, and what is written to the app in its own direct messages."""

from dataclasses import dataclass

from adapters.slack.answering import Answering
from adapters.slack.attachments import Attachment, attachment_of
from adapters.slack.forming import Forming
from adapters.slack.manifest import FAIRBRUSH
from adapters.slack.origins import Kind, Origin
from adapters.slack.submitting import Submitting
from adapters.slack.telling import HELP, OF_SLACK, Telling
from bot.bundles import bundle_of
from bot.commands import NoCommand, Order, Said, Service, orders_by_name, read_message, read_talk
from bot.desk import Desk
from bot.submissions import Submission

_MOST_FILES = 20
"""That are looked at: more than any workflow takes, so that whoever sends too many is told."""
_NAMED = 8
"""Workflows that are named where somebody named one that there is not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """Takes orders."""

    desk: Desk
    submitting: Submitting
    forming: Forming
    telling: Telling

    async def ask(self, answering: Answering) -> None:
        """Do what a command says; without words a form opens. Raises what whoever asked has to be told."""
        match self._commanded(answering.origin):
            case Order(workflow=workflow, text=text) if not text.strip():
                await self.forming.open(answering, workflow)
            case said:
                await self._do(answering, said)

    async def hear(self, answering: Answering) -> None:
        """Do what was said to us; there is no form in answer to that. Raises what whoever said it has to be told."""
        origin, catalog = answering.origin, self.desk.catalog()
        # Of whoever speaks of us to others nothing is made, and nobody is interrupted.
        if origin.is_to_us or orders_by_name(origin.text, catalog):
            see_all = f"@{FAIRBRUSH} help tells what there is."
            await self._do(answering, read_talk(origin.text, catalog, services=OF_SLACK, see_all=see_all))

    def _commanded(self, origin: Origin) -> Said:
        is_ours = origin.command == FAIRBRUSH
        words = f"/{origin.text.strip()}" if is_ours else f"/{origin.command} {origin.text}"
        services = OF_SLACK if is_ours else ()
        return read_message(words, self.desk.catalog(), services=services, see_all=self._see_all(origin))

    def _see_all(self, origin: Origin) -> str:
        names = [*self.desk.workflows(origin.spot())]
        more = ["…"] if len(names) > _NAMED else []
        return f"There are: {', '.join([*names[:_NAMED], *more])}. /{FAIRBRUSH} help tells the rest."

    async def _do(self, answering: Answering, said: Said) -> None:
        match said:
            case Service():
                await self.telling.tell(answering, said)
            case Order():
                await self._order(answering, said)
            case NoCommand():
                await self.telling.tell(answering, Service(name=HELP))

    async def _order(self, answering: Answering, order: Order) -> None:
        submission = Submission(occasion=answering.origin.occasion(), text=order.text, workflow=order.workflow)
        await self.submitting.submit(answering, bundle_of(submission, loose=_attached(answering.origin)))


def _attached(origin: Origin) -> list[Attachment]:
    files = origin.data.get("files") if origin.kind in (Kind.MENTION, Kind.MESSAGE) else None
    return [attachment_of(each) for each in files or () if isinstance(each, dict)][:_MOST_FILES]
