"""Buttons and selects: what a click comes to, carried out in Discord's manner."""

from dataclasses import dataclass
from typing import assert_never

from adapters.discord import answers
from adapters.discord.answering import Answering
from adapters.discord.forming import Forming
from adapters.discord.modals import edit_form, report_form
from adapters.discord.origins import Origin
from adapters.discord.reimagining import Reimagining
from adapters.discord.shapes import Json
from adapters.discord.showing import Showing
from adapters.discord.submitting import Submitting
from adapters.discord.telling import Telling
from bot.bundles import bundle_of
from bot.clicking import GOING, Click, effect_of
from bot.desk import Desk
from bot.effects import (
    AskWhich,
    GiveWords,
    GoOn,
    Heed,
    Onward,
    Opened,
    OpenEdit,
    OpenReport,
    Paint,
    Remove,
    Say,
    ShowJob,
)
from bot.errors import ChatError
from bot.jobs import Left
from bot.ladder import posted_of
from bot.meanings import EditAgain, HistoryPage, Meaning
from bot.policy.measures import Rank
from bot.ports import ChatPlatform


@dataclass(frozen=True, slots=True, kw_only=True)
class Clicking:
    """Does what buttons say, as whoever clicked."""

    desk: Desk
    submitting: Submitting
    showing: Showing
    chat: ChatPlatform
    telling: Telling
    forming: Forming
    reimagining: Reimagining

    async def click(self, answering: Answering, meaning: Meaning | None) -> None:
        """Do what a click means. Raises what whoever clicked has to be told."""
        effect = await answering.in_time(effect_of(self.desk, self._click(answering.origin, meaning)))
        match effect:
            case Say() | AskWhich() | GiveWords():
                await answering.whisper(answers.told(effect))
            case Heed():
                await answering.accept()
            case Paint(submission=submission):
                await self.submitting.submit(answering, bundle_of(submission))
            case OpenEdit() | OpenReport():
                await answering.open(self._form(effect))
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
            case EditAgain(source=source):
                await self.forming.open_again(answering, source)
            case GoOn():
                await self.reimagining.choose(answering, onward)
            case _:
                assert_never(onward)

    def _form(self, opened: Opened) -> Json:
        match opened:
            case OpenEdit(record=record, workflow=workflow):
                return edit_form(record.job.id, workflow, record.job.values, self.desk.vocabulary())
            case OpenReport(job_id=job_id):
                return report_form(job_id)

    def _click(self, origin: Origin, meaning: Meaning | None) -> Click:
        rank = self.desk.rank(origin.requester, origin.roles, moderates=origin.governs)
        return Click(
            meaning=meaning,
            occasion=origin.occasion,
            moderates=origin.moderates or rank >= Rank.MODERATOR,
            chosen=origin.data.get("values"),
            is_copy=origin.is_ephemeral,
            answers=origin.requester.id if origin.is_private else origin.asker,
        )

    async def _remove(self, answering: Answering, left: Left | None) -> None:
        try:
            await answering.remove_clicked()
            # Under what /history shows, another message was clicked than the one that everybody sees.
            if left is not None and posted_of(left.ref).message != answering.origin.message:
                await self.chat.remove(left.job, left.ref)
        except ChatError as error:
            if left is None:
                raise
            if not error.gone:
                await answering.whisper(answers.told(Say(answer=GOING)))
