"""Buttons and selects: what a click comes to, carried out in Slack's manner."""

from dataclasses import dataclass, replace
from typing import assert_never

from adapters.slack import answers
from adapters.slack.answering import Answering
from adapters.slack.forming import Forming
from adapters.slack.home import NEW_PICTURE
from adapters.slack.homes import Homes
from adapters.slack.origins import Origin
from adapters.slack.persons import Persons, Rights
from adapters.slack.reimagining import Reimagining
from adapters.slack.rooms import Rooms
from adapters.slack.showing import Showing
from adapters.slack.submitting import Submitting
from adapters.slack.telling import Telling
from adapters.slack.views import WORKFLOW
from bot.bundles import bundle_of
from bot.clicking import GOING, JUDGED, Click, effect_of
from bot.desk import Desk
from bot.effects import AskWhich, GiveWords, GoOn, Heed, Onward, OpenEdit, OpenReport, Paint, Remove, Say, ShowJob
from bot.errors import ChatError
from bot.jobs import Left
from bot.meanings import EditAgain, HistoryPage, Press, decode
from bot.policy.measures import Rank
from bot.ports import ChatPlatform
from bot.submissions import Submission


@dataclass(frozen=True, slots=True, kw_only=True)
class Clicking:
    """Does what buttons say, as whoever clicked."""

    desk: Desk
    submitting: Submitting
    forming: Forming
    reimagining: Reimagining
    showing: Showing
    telling: Telling
    homes: Homes
    rooms: Rooms
    persons: Persons
    chat: ChatPlatform

    async def click(self, answering: Answering) -> None:
        """Do what a click means. Raises what whoever clicked has to be told."""
        origin = answering.origin
        match origin.name:
            case name if name == NEW_PICTURE:
                await self.forming.open(answering)
            case name if name == WORKFLOW:
                await self.forming.turn(answering)
            case _:
                await self._do(answering)
        if origin.is_at_home:
            await self.homes.publish(origin)

    async def _do(self, answering: Answering) -> None:
        effect = await effect_of(self.desk, await self._click(answering.origin))
        match effect:
            case Say() | AskWhich() | GiveWords():
                await answering.whisper(answers.told(effect))
            case Heed():
                pass  # Slack was answered at once
            case Paint(submission=submission):
                await self._paint(answering, submission)
            case OpenEdit() | OpenReport():
                await self.forming.open_for(answering, effect)
            case ShowJob(record=record, spot=spot):
                await self.showing.show(answering, record, spot)
            case Remove(left=left):
                await self._remove(answering, left)
            case _:
                await self._go_on(answering, effect)

    async def _go_on(self, answering: Answering, onward: Onward) -> None:
        match onward:
            case HistoryPage(skip=skip):
                await self.telling.turn(answering, skip)
            case GoOn():
                await self.reimagining.choose(answering, onward)
            case EditAgain(source=source):
                await self.forming.refilling.open(answering, source)
            case _:
                assert_never(onward)

    async def _click(self, origin: Origin) -> Click:
        meaning = decode(origin.name)
        is_judged = isinstance(meaning, Press) and meaning.button in JUDGED
        rights = await self.persons.rights(origin.workspace, origin.requester.id) if is_judged else Rights()
        rank = self.desk.rank(origin.requester, rights.roles, moderates=rights.moderates)
        return Click(
            meaning=meaning,
            occasion=replace(origin.occasion(), roles=rights.roles),
            moderates=rank >= Rank.MODERATOR,
            chosen=[origin.value],
            is_copy=origin.is_ephemeral,
        )

    async def _paint(self, answering: Answering, submission: Submission) -> None:
        origin = answering.origin
        if origin.talk is None:
            # What is asked for in App Home is shown to whoever asks, and to nobody who was not there.
            talk = await self.rooms.direct(origin.workspace, origin.requester.id)
            submission = replace(submission, occasion=origin.occasion(talk))
        await self.submitting.submit(answering, bundle_of(submission))

    async def _remove(self, answering: Answering, left: Left | None) -> None:
        if left is None:
            await answering.remove_clicked()
            return
        try:
            # What was clicked may be a copy, or App Home: everybody sees another message.
            await self.chat.remove(left.job, left.ref)
        except ChatError:
            await answering.whisper(answers.told(Say(answer=GOING)))
        if answering.origin.is_ephemeral:
            await answering.remove_clicked()
