"""Orders in words: slash commands, mentions in threads, and what is sent to somebody's direct messages instead."""

import json
from dataclasses import dataclass

from adapters.slack import answers
from adapters.slack.answering import Answering
from adapters.slack.blocks import actions, plain_text
from adapters.slack.forming import Forming
from adapters.slack.manifest import FAIRBRUSH
from adapters.slack.origins import Kind, Origin
from adapters.slack.rooms import INVITE, NOT_THERE, NotThere, Rooms
from adapters.slack.standing import Conversation
from adapters.slack.submitting import Submitting, sent_of
from adapters.slack.telling import CANCEL, HELP, Telling
from bot.answers import Tone
from bot.bundles import bundle_of
from bot.commands import NoCommand, Order, Said, Service, read_message
from bot.desk import Desk
from bot.errors import SubmissionError
from bot.refusals import OUTDATED
from bot.submissions import Submission

DIRECT = "fairbrush_direct"
"""What the button that sends a picture to somebody's direct messages says of itself."""

_LONGEST_VALUE = 2000
"""Characters that Slack keeps with a button."""

_MOST_FILES = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """Takes orders."""

    desk: Desk
    submitting: Submitting
    forming: Forming
    telling: Telling
    rooms: Rooms

    async def ask(self, answering: Answering) -> None:
        """Do what a command says. Raises what whoever asked has to be told."""
        origin = answering.origin
        match self._said(origin.command, origin.text):
            case Service(name=name):
                await self.telling.tell(answering, name)
            case Order(workflow=workflow, text=text) if not text.strip():
                await self.forming.open(answering, workflow)
            case Order() as order:
                await self._order(answering, order)
            case NoCommand():
                await self.telling.tell(answering, HELP)

    async def mentioned(self, answering: Answering) -> None:
        """Do what a mention says; there is no form in answer to one. Raises what whoever asked has to be told."""
        match self._said(FAIRBRUSH, answering.origin.text):
            case Order() as order:
                await self._order(answering, order)
            case Service(name=name):
                await self.telling.tell(answering, name)
            case NoCommand():
                await self.telling.tell(answering, HELP)

    async def directly(self, answering: Answering) -> None:
        """Do what a command said that could not be shown where it was used, in direct messages. Raises as above."""
        origin = answering.origin
        command, text = _kept(origin.value)
        talk = await self.rooms.direct(origin.workspace, origin.requester.id)
        match self._said(command, text):
            case Order() as order:
                await self.submitting.submit(answering, bundle_of(_submission(origin, order, talk)))
                await answering.change(answers.note("You find it in your messages with me."))
            case _:
                raise SubmissionError(OUTDATED)

    def _said(self, command: str, text: str) -> Said:
        if command != FAIRBRUSH:
            return read_message(f"/{command} {text}", self.desk.catalog())
        words = text.strip()
        # Of its own: to cancel, elsewhere, is a click under the job or a command with a list.
        return Service(name=CANCEL) if words.lower() == CANCEL else read_message(f"/{words}", self.desk.catalog())

    async def _order(self, answering: Answering, order: Order) -> None:
        origin = answering.origin
        files = origin.data.get("files") if origin.kind is Kind.MENTION else None
        loose = [sent_of(each) for each in files or () if isinstance(each, dict)][:_MOST_FILES]
        try:
            await self.submitting.submit(answering, bundle_of(_submission(origin, order), loose=loose))
        except NotThere:
            if origin.kind is not Kind.COMMAND:
                raise
            await self._offer(answering)

    async def _offer(self, answering: Answering) -> None:
        """Say how we get there, and offer to paint in private."""
        origin = answering.origin
        kept = json.dumps({"command": origin.command, "text": origin.text}, ensure_ascii=False)
        told = answers.note(NOT_THERE, INVITE, tone=Tone.BAD)
        if len(kept) <= _LONGEST_VALUE:
            words = plain_text("Send it to my DM", 75)
            button = {"type": "button", "text": words, "action_id": DIRECT, "value": kept}
            told = {**told, "blocks": [*told["blocks"], actions([button])]}
        await answering.whisper(told)


def _submission(origin: Origin, order: Order, talk: Conversation | None = None) -> Submission:
    return Submission(occasion=origin.occasion(talk), text=order.text, workflow=order.workflow)


def _kept(value: str) -> tuple[str, str]:
    try:
        kept = json.loads(value)
        return str(kept["command"]), str(kept["text"])
    except (ValueError, KeyError, TypeError) as error:
        raise SubmissionError(OUTDATED) from error
