"""What somebody only wants to know: `/fairbrush queue`, cancel, history, usage, workflows and help."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from adapters.slack import answers
from adapters.slack.answering import Answering
from adapters.slack.histories import history
from adapters.slack.manifest import FAIRBRUSH
from adapters.slack.origins import Origin
from adapters.slack.shapes import Json
from bot.commands import IMAGINE, SERVICES, command_names
from bot.desk import Desk
from bot.jobs import JobRecord
from bot.telling import answer_to
from workflows.catalog import Catalog

CANCEL, HELP = "cancel", "help"
_CANCELS = "Your jobs that wait or run, each with a button to cancel it."
_NONE = "None of your jobs is waiting or running."


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """Answers from what is known of whoever asks."""

    desk: Desk

    async def tell(self, answering: Answering, service: str) -> None:
        """Answer a command that makes no job. Raises SubmissionError or StoreLost."""
        await answering.whisper(await self._told(answering, service))

    async def turn(self, answering: Answering, skip: int) -> None:
        """Turn to another page of a history."""
        await answering.change(history(await self.desk.history(answering.origin.requester), skip))

    async def _told(self, answering: Answering, service: str) -> Json:
        origin = answering.origin
        roles = (await answering.rooms.rights(origin.workspace, origin.requester.id)).roles
        answer = await answer_to(self.desk, service, replace(origin.occasion(), roles=roles))
        if answer is not None:
            return answers.answered(answer)
        match service:
            case "history":
                return history(await self.desk.history(origin.requester))
            case "cancel":
                return _cancelling(await self.desk.under_way(origin.requester))
        return answers.help_page(self._commands(origin))

    def _commands(self, origin: Origin) -> list[tuple[str, str]]:
        offered = Catalog(workflows=self.desk.workflows(origin.spot()))
        own = {f"{FAIRBRUSH} {name}": says for name, says in {**SERVICES, CANCEL: _CANCELS}.items()}
        names = command_names(offered)
        return [*{name: names[name] for name in (IMAGINE, *offered.workflows)}.items(), *own.items()]


def _cancelling(records: Sequence[JobRecord]) -> Json:
    return history(records) if records else answers.note(_NONE)
