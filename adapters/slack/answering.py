"""The answer to one thing that somebody did: acknowledged within three seconds, then told to them alone."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from adapters.slack.answers import answered
from adapters.slack.calls import Calls
from adapters.slack.filled import faults_in_form, recalled, refused_in_form
from adapters.slack.origins import Kind, Origin
from adapters.slack.outside import Outside
from adapters.slack.refusals import PASSING, USED, Refusal, Refused
from adapters.slack.rooms import Rooms, Unpostable
from adapters.slack.shapes import Json
from adapters.slack.standing import Conversation
from adapters.slack.views import note_view
from bot.answers import Answer
from bot.errors import FairbrushError, SubmissionError
from bot.refusals import is_mendable, refused
from workflows.faults import InvalidValues

_log = logging.getLogger(__name__)

ACK_BY_S = 2.0
"""Until then an acknowledgement may say something: what is left of three seconds is for the way there."""

_TOO_SLOW = "That took too long, and Slack does not open a form any more. Try again."
_NOT_OPENED = "Slack did not open the form. Try again in a moment."
_PERHAPS_OPENED = "Slack did not say whether it opened the form. If you see none, try again."


@dataclass(slots=True, kw_only=True)
class Answering:
    """What whoever asked gets to read. What cannot be said any more is logged: nobody could do anything about it."""

    calls: Calls
    outside: Outside
    rooms: Rooms
    origin: Origin
    spare: Callable[["Answering"], Awaitable[Sequence[Json]]] | None = None
    """Returns what saves the words of a form that is closed by now, to stand below what speaks against it."""
    is_answered: bool = field(default=False, init=False)  #: they know what became of it, or will see
    _first: asyncio.Future[Json] = field(
        default_factory=lambda: asyncio.get_running_loop().create_future(), init=False, repr=False
    )

    # ---- The acknowledgement ----

    async def acknowledged(self) -> Json:
        """Return what the acknowledgement is to say, as soon as that is known or time is up."""
        if self.origin.kind in (Kind.SUBMIT, Kind.SUGGEST):
            await asyncio.wait({self._first}, timeout=ACK_BY_S)
        self.acknowledge()
        return self._first.result()

    def acknowledge(self, said: Json | None = None) -> bool:
        """Let it be said; False: it is too late for that."""
        if self._first.done():
            return False
        self._first.set_result(said or {})
        return True

    def settle(self) -> None:
        """What they asked for is done; what it does is seen elsewhere."""
        self.is_answered = True
        self.acknowledge()

    # ---- What they read ----

    async def refuse(self, error: Exception) -> None:
        """Tell what speaks against it: at the fields of a form that is still open, else as any answer."""
        about = f"{self.origin.kind} {self.origin.id}"
        answer = refused(error, about)
        if self.origin.kind is Kind.SUGGEST:
            self.acknowledge({"options": []})
        elif not self._refuse_in_form(error, answer):
            below = await self.spare(self) if self.spare and is_mendable(error) else ()
            await self.whisper(answered(answer, below))

    def _refuse_in_form(self, error: Exception, answer: Answer) -> bool:
        if self.origin.kind is not Kind.SUBMIT or self.origin.view is None:
            return False
        if isinstance(error, InvalidValues):
            said = faults_in_form(error.faults, self.origin.view)
        else:
            said = refused_in_form(_words(answer), self.origin.view, of_place=isinstance(error, Unpostable))
        return said is not None and self.acknowledge(said)

    async def whisper(self, message: Json) -> None:
        """Tell whoever asked, and nobody else."""
        self.is_answered = True
        try:
            await self._whisper(message)
        except FairbrushError as error:
            _log.warning("an answer could not be given: %s %s", self.origin.kind, error.brief)
            _log.debug("an answer could not be given: %s detail=%s", self.origin.kind, error.detail)

    async def _whisper(self, message: Json) -> None:
        origin = self.origin
        if origin.response_url is not None:
            said = {"response_type": "ephemeral", "replace_original": False, **message}
            with suppress(Refused):  # where only its answer was lost they may read it twice: better than not at all
                return await self._respond(origin.response_url, said)
        if origin.kind is Kind.CLICK and origin.view is not None and origin.trigger is not None:
            with suppress(SubmissionError):  # too late to open anything
                return await self._lay(message)
        talk = self._talk()
        if talk is not None and await self._told_there(talk, message):
            return None
        return await self._tell_directly(message)

    def _talk(self) -> Conversation | None:
        """Return where it was done; for a form, where that was asked for."""
        memo = recalled(self.origin.view) if self.origin.talk is None and self.origin.view is not None else None
        if memo is None or memo.channel is None:
            return self.origin.talk
        return Conversation(workspace=self.origin.workspace, channel=memo.channel, thread=memo.thread)

    async def _respond(self, address: str, body: Json) -> None:
        thread = self.origin.talk.thread if self.origin.talk else None
        threaded = {"thread_ts": thread} if thread else {}
        await self.outside.respond(address, {**threaded, **body})

    async def _told_there(self, talk: Conversation, message: Json) -> bool:
        whom = {"channel": talk.channel, "user": self.origin.requester.id, "thread_ts": talk.thread}
        try:
            await self.calls.ask(talk.workspace, "chat.postEphemeral", {**whom, **message})
        except Refused as refusal:
            if refusal.refusal in (Refusal.REVOKED, Refusal.INVALID):
                raise
            return False
        return True

    async def _tell_directly(self, message: Json) -> None:
        talk = await self.rooms.direct(self.origin.workspace, self.origin.requester.id)
        await self.calls.ask(talk.workspace, "chat.postMessage", {"channel": talk.channel, **message})

    async def _lay(self, message: Json) -> None:
        """Show it before App Home or over a form, where nothing can be said to one person otherwise."""
        blank = note_view("Fairbrush", "?")
        await self.open({**blank, "blocks": message["blocks"]})

    # ---- Forms, and what was clicked ----

    async def open(self, view: Json) -> None:
        """Open a form, over the one that was clicked in if there is one. Raises Refused or SubmissionError."""
        self.is_answered = True
        is_above = self.origin.view is not None and not self.origin.is_at_home
        method = "views.push" if is_above else "views.open"
        try:
            await self.calls.ask(self.origin.workspace, method, {"trigger_id": self.origin.trigger, "view": view})
        except Refused as refusal:
            if refusal.may_be_done and refusal.error in USED:
                return  # by an earlier try, of which only the answer was lost
            if refusal.refusal not in PASSING | {Refusal.EXPIRED}:
                raise
            raise SubmissionError(_unopened(refusal), detail=refusal.detail) from refusal

    async def turn(self, view: Json) -> None:
        """Turn the form that was clicked in into another one. Raises Refused."""
        clicked = self.origin.view or {}
        named = {"view_id": clicked.get("id"), "hash": clicked.get("hash"), "view": view}
        await self.calls.ask(self.origin.workspace, "views.update", named)

    async def change(self, message: Json) -> None:
        """Change the message that only they see, and that was clicked; elsewhere it is a new one."""
        if self.origin.is_ephemeral and self.origin.response_url is not None:
            await self._respond(self.origin.response_url, {"replace_original": True, **message})
        elif self.origin.view is not None and not self.origin.is_at_home:
            await self.turn({**note_view("Fairbrush", "?"), "blocks": message["blocks"]})
        else:
            await self.whisper(message)

    async def remove_clicked(self) -> None:
        """Take away the message that was clicked; App Home and forms stay. Raises Refused."""
        origin = self.origin
        if origin.is_ephemeral and origin.response_url is not None:
            await self._respond(origin.response_url, {"delete_original": True})
        elif origin.talk is not None and origin.message is not None:
            where = {"channel": origin.talk.channel, "ts": origin.message}
            await self.calls.ask(origin.workspace, "chat.delete", where)


def _words(answer: Answer) -> str:
    first = answer.sections[0]
    return " ".join(filter(None, (first.headline, "".join(first.sentence))))


def _unopened(refusal: Refused) -> str:
    if refusal.may_be_done:
        return _PERHAPS_OPENED
    return _TOO_SLOW if refusal.refusal is Refusal.EXPIRED else _NOT_OPENED
