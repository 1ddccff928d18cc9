"""A message's shortcut: what can be made of a picture that stands in a channel, whoever posted it.

What the form is about stands in the form itself, which nobody but the bot writes, and which may stay open for long; who
may see it is judged anew. Only a choice among several pictures waits as an aside.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from adapters.slack import answers
from adapters.slack.answering import Answering
from adapters.slack.filled import read_filled
from adapters.slack.origins import Origin
from adapters.slack.persons import Persons
from adapters.slack.rooms import Rooms
from adapters.slack.shapes import Json
from adapters.slack.standing import Conversation
from adapters.slack.submitting import Submitting
from adapters.slack.views import Memo, reimagine_form
from bot.beginning import Beginning, OpenReimagine, PaintFrom
from bot.bundles import bundle_of
from bot.desk import Desk
from bot.effects import AskWhich, GoOn
from bot.errors import SubmissionError
from bot.jobs import is_taken
from bot.meanings import ReimagineForm
from bot.refusals import OUTDATED
from bot.reimagining import REIMAGINE, job_among

Begun = OpenReimagine[str] | PaintFrom[str] | AskWhich

_FILE = re.compile(r"file-(\w{1,59})", re.ASCII)
_MOST_PICTURES = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Reimagining:
    """Begins with a picture of a message."""

    desk: Desk
    submitting: Submitting
    beginning: Beginning[str]
    rooms: Rooms
    persons: Persons

    async def pick(self, answering: Answering) -> None:
        """Open the form for a message's picture; of several ask which. Raises what whoever chose it has to be told."""
        origin = answering.origin
        message: Json = origin.data.get("message") or {}
        talk = await self._talk(origin)
        is_ours = message.get("app_id") == origin.data.get("api_app_id")
        job_id = job_among(_action_ids(message)) if is_ours else None
        begun = await self.beginning.pick(origin.occasion(), REIMAGINE, job_id, [*_files(message)])
        await self._begin(answering, talk, begun)

    async def choose(self, answering: Answering, chosen: GoOn) -> None:
        """Go on with the picture that was chosen of several. Raises what whoever chose it has to be told."""
        talk = await self._talk(answering.origin)
        await self._begin(answering, talk, await self.beginning.go_on(answering.origin.occasion(), chosen))

    async def submit(self, answering: Answering, talk: Conversation, view: Json, source: str) -> None:
        """Make the job that a filled form asks for. Raises what whoever sent it has to be told."""
        occasion = answering.origin.occasion(talk)
        filled = read_filled(view, self.beginning.reimagining(occasion)[1], self.desk.vocabulary())
        await self._paint(answering, self.beginning.filled(occasion, self.beginning.source(source), filled.raw))

    async def _talk(self, origin: Origin) -> Conversation:
        self.desk.welcome(await self.persons.known(origin.occasion()))
        if origin.talk is None:
            raise SubmissionError(OUTDATED)
        await self.rooms.check(origin.talk)
        return origin.talk

    async def _begin(self, answering: Answering, talk: Conversation, begun: Begun) -> None:
        match begun:
            case AskWhich(meaning=meaning, pictures=pictures):
                await answering.whisper(answers.picker(meaning, pictures))
            case OpenReimagine(source=source, action=action, workflow=workflow):
                purpose = ReimagineForm(source=str(self.beginning.written(source)))
                memo = Memo(channel=talk.channel, thread=talk.thread, workflow=workflow.name, purpose=purpose)
                form = reimagine_form(memo, workflow, self.desk.vocabulary(), action.values, action.parameter)
                await answering.open(form)
            case PaintFrom():
                await self._paint(answering, begun)

    async def _paint(self, answering: Answering, begun: PaintFrom[str]) -> None:
        workspace = answering.origin.workspace
        attached = {name: await self.submitting.attachment(workspace, file) for name, file in begun.attached.items()}
        await self.submitting.submit(answering, bundle_of(begun.submission, attached))


def written(file: str) -> str:
    """Write a file's id, as a form or an aside keeps it."""
    return f"file-{file}"


def read(kept: object) -> str:
    """Read a file's id that was kept. Raises SubmissionError."""
    file = _FILE.fullmatch(str(kept))
    if file is None:
        raise SubmissionError(OUTDATED)
    return file[1]


def _files(message: Json) -> Iterator[str]:
    """Yield the ids of the pictures that somebody sent with a message."""
    files = message.get("files")
    for each in files[:_MOST_PICTURES] if isinstance(files, list) else ():
        if isinstance(each, dict) and is_taken(str(each.get("mimetype"))) and _FILE.fullmatch(f"file-{each.get('id')}"):
            yield str(each["id"])


def _action_ids(message: Json) -> Iterator[object]:
    for block in message.get("blocks") or ():
        for element in block.get("elements") or () if isinstance(block, dict) else ():
            if isinstance(element, dict):
                yield element.get("action_id")
