"""What somebody only wants to know: `/fairbrush queue`, cancel, history, usage, workflows and help."""

from dataclasses import dataclass
from typing import assert_never

from adapters.slack import answers
from adapters.slack.answering import Answering
from adapters.slack.histories import ON_A_PAGE, history
from adapters.slack.manifest import FAIRBRUSH
from adapters.slack.origins import Origin
from adapters.slack.persons import Persons
from adapters.slack.refusals import Refusal, Refused
from adapters.slack.shapes import Json
from bot.answers import Answer
from bot.commands import CANCEL, IMAGINE, MY_DATA, SERVICES, Service, command_names
from bot.desk import Desk
from bot.jobs import Requester
from bot.policy.measures import Rank
from bot.presiding import DOES, MOD
from bot.telling import DATA_NAME, HAVE_IT, Own, all_cancelled, answer_to, cancelled, data_of
from workflows.catalog import Catalog

HELP = "help"
OF_SLACK = {**SERVICES, CANCEL: "Your jobs that wait or run, each with a button to cancel it."}
"""Services here: the messages of one's jobs may be anywhere in a workspace, and so the buttons below them."""

_SENT = "It is in your direct messages with me, as a file."
_NONE = "None of your jobs is waiting or running."
_WHICH_ONE = f"Say /{FAIRBRUSH} {CANCEL} alone for the list, with a number for that one of it, or with all."

_FIGURES = 9
"""Of a number that is read: no list is longer, and Python reads no more than 4300."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """Answers from what is known of whoever asks."""

    desk: Desk
    persons: Persons

    async def tell(self, answering: Answering, service: Service) -> None:
        """Answer a command that makes no job. Raises SubmissionError or StoreLost."""
        if service.name == MY_DATA:
            await self._hand_out(answering)
        await answering.whisper(await self._told(answering, service))

    async def _hand_out(self, answering: Answering) -> None:
        """Send them their data into their direct messages with us: an answer that only they see has no file."""
        calls, origin = answering.calls, answering.origin
        content = await data_of(self.desk, origin.requester)
        talk = await answering.rooms.direct(origin.workspace, origin.requester.id)
        args = {"filename": DATA_NAME, "length": len(content)}
        link = await calls.ask(origin.workspace, "files.getUploadURLExternal", args)
        await calls.upload(str(link.get("upload_url", "")), content)
        files = [{"id": str(link.get("file_id", "")), "title": HAVE_IT}]
        done = {"files": files, "channel_id": talk.channel}
        try:
            await calls.ask(origin.workspace, "files.completeUploadExternal", done)
        except Refused as refused:
            # Of an upload that an earlier try completed, whose answer was lost, Slack knows no more when asked again.
            if not (refused.may_be_done and refused.refusal is Refusal.FILE_GONE):
                raise

    async def turn(self, answering: Answering, skip: int) -> None:
        """Turn to another page of a history."""
        await answering.change(history(await self.desk.history(answering.origin.requester), skip))

    async def _told(self, answering: Answering, service: Service) -> Json:
        origin = answering.origin

        async def roles() -> tuple[str, ...]:
            return (await self.persons.rights(origin.workspace, origin.requester.id)).roles

        answer = await answer_to(self.desk, service.name, origin.occasion(), roles, service.rest)
        match answer:
            case Answer():
                return answers.answered(answer)
            case Own.HISTORY:
                skip = max(0, _number(service.rest) - 1) * ON_A_PAGE
                return history(await self.desk.history(origin.requester), skip)
            case Own.CANCEL:
                return await self._cancelled(origin.requester, service.rest.rstrip(".!?").lower())
            case Own.MY_DATA:
                return answers.note(HAVE_IT, _SENT)
            case Own.HELP:
                return answers.help_page([*self._commands(origin), *await self._of_moderators(origin)])
            case _:
                assert_never(answer)

    def _commands(self, origin: Origin) -> list[tuple[str, str]]:
        offered = Catalog(workflows=self.desk.workflows(origin.spot()))
        own = {f"{FAIRBRUSH} {name}": says for name, says in OF_SLACK.items()}
        names = command_names(offered)
        return [*{name: names[name] for name in (IMAGINE, *offered.workflows)}.items(), *own.items()]

    async def _of_moderators(self, origin: Origin) -> list[tuple[str, str]]:
        rights = await self.persons.rights(origin.workspace, origin.requester.id)
        rank = self.desk.rank(origin.requester, rights.roles, moderates=rights.moderates)
        return [(f"{FAIRBRUSH} {MOD}", DOES)] if rank >= Rank.MODERATOR else []

    async def _cancelled(self, requester: Requester, which: str) -> Json:
        mine = await self.desk.under_way(requester)
        if not mine:
            return answers.note(_NONE)
        if not which:
            return history(mine)
        number = _number(which)
        chosen = mine if which == "all" else mine[number - 1 : number] if number else ()
        if not chosen:
            return answers.note(f"You have {len(mine)} to cancel.", _WHICH_ONE)
        found = [await self.desk.cancel(record.job.id, requester) for record in chosen]
        return answers.answered(cancelled(found[0]) if len(found) == 1 else all_cancelled(found))


def _number(words: str) -> int:
    """Return the number that stands there, 0 for anything else; one of many figures is beyond the end of any list."""
    if not words.isdecimal():
        return 0
    return int(words) if len(words) <= _FIGURES else 10**_FIGURES
