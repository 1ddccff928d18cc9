"""What somebody only wants to know: /queue, /history, /usage, /workflows, /help; and /cancel. Only they see it."""

from dataclasses import dataclass
from typing import assert_never
from uuid import UUID

from adapters.discord import answers
from adapters.discord.answering import Answering
from adapters.discord.calls import Upload
from adapters.discord.histories import history
from adapters.discord.origins import Origin
from adapters.discord.reading import read_text
from adapters.discord.registration import JOB, OWN
from adapters.discord.shapes import Json
from adapters.discord.suggesting import suggest_jobs
from bot.answers import Answer
from bot.commands import FORGET_ME, MY_DATA, command_names
from bot.desk import Desk
from bot.errors import StoreLost, SubmissionError
from bot.histories import words_of
from bot.jobs import JobId
from bot.policy.verbs import NOW
from bot.telling import DATA_NAME, HAVE_IT, Own, answer_to, cancelled, data_of
from workflows.catalog import Catalog

_SLOW = (MY_DATA, FORGET_ME)
_MOST_BYTES = 8 * 2**20
"""Of a file: what Discord takes everywhere."""

_TOO_LARGE = "That is more than Discord takes in one file: whoever runs this bot can give it to you."
_NO_JOB = "There is no such job. Choose one from the list that appears while you type."


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """Answers from what is known of whoever asks."""

    desk: Desk

    async def tell(self, answering: Answering, command: str) -> None:
        """Answer one of our own commands. Raises SubmissionError or StoreLost."""
        if command not in _SLOW:
            await answering.whisper(await answering.in_time(self._told(answering.origin, command)))
        elif await answering.later_ephemeral():  # it may take longer than Discord waits, and is not to end half-way
            if command == MY_DATA:
                await self._hand_out(answering)
            else:
                await answering.whisper(await self._told(answering.origin, command))

    async def _hand_out(self, answering: Answering) -> None:
        content = await data_of(self.desk, answering.origin.requester)
        if len(content) > _MOST_BYTES:
            raise SubmissionError(_TOO_LARGE)
        await answering.hand_out(answers.handed_out(HAVE_IT, DATA_NAME), Upload(name=DATA_NAME, content=content))

    async def turn(self, answering: Answering, skip: int) -> None:
        """Turn to another page of a history."""
        records = await answering.in_time(self.desk.history(answering.origin.requester))
        await answering.change(history(records, skip))

    async def suggest(self, answering: Answering) -> None:
        """Offer the jobs that may be cancelled; none where they cannot be had in time."""
        origin = answering.origin
        try:
            records = await answering.in_time(self.desk.under_way(origin.requester))
        except StoreLost:
            records = ()
        open_jobs = [(str(each.job.id), words_of(each)) for each in records]
        await answering.suggest(suggest_jobs(read_text(origin.data, JOB), open_jobs))

    async def _told(self, origin: Origin, command: str) -> Json:
        async def roles() -> tuple[str, ...]:
            return origin.occasion.roles

        answer = await answer_to(self.desk, command, origin.occasion, roles, read_text(origin.data, NOW))
        match answer:
            case Answer():
                return answers.answered(answer)
            case Own.HISTORY:
                return history(await self.desk.history(origin.requester))
            case Own.CANCEL:
                return await self._cancelled(origin)
            case Own.HELP | Own.MY_DATA:
                return answers.help_page(self._commands(origin))
            case _:
                assert_never(answer)

    async def _cancelled(self, origin: Origin) -> Json:
        job_id = _job_id(read_text(origin.data, JOB))
        found = await self.desk.cancel(job_id, origin.requester)
        return answers.answered(cancelled(found))

    def _commands(self, origin: Origin) -> list[tuple[str, str]]:
        offered = Catalog(workflows=self.desk.workflows(origin.spot))
        return [*{**command_names(offered), **OWN}.items()]


def _job_id(text: str) -> JobId:
    try:
        return JobId(UUID(text))
    except ValueError as error:
        raise SubmissionError(_NO_JOB) from error
