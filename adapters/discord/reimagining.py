"""A message's menu: what can be made of a picture that stands in a channel, whoever posted it."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields

from adapters.discord import answers
from adapters.discord.answering import Answering
from adapters.discord.modals import read_reimagine, refilled, reimagine_form
from adapters.discord.reading import Attachment, read_target
from adapters.discord.shapes import Json
from adapters.discord.submitting import Submitting, check_rights
from bot.beginning import Beginning, OpenReimagine, PaintFrom
from bot.bundles import bundle_of
from bot.desk import Desk
from bot.effects import AskWhich, GoOn
from bot.errors import SubmissionError
from bot.reimagining import TOO_OLD, job_among

Begun = OpenReimagine[Attachment] | PaintFrom[Attachment] | AskWhich

_KNOWN = {each.name for each in fields(Attachment)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Reimagining:
    """Begins with a picture of a message. What a form is about waits as an aside: Discord keeps nothing with it."""

    desk: Desk
    submitting: Submitting
    beginning: Beginning[Attachment]

    async def pick(self, answering: Answering, menu: str) -> None:
        """Do what an entry of the menu says; of several pictures ask which. Raises what has to be told."""
        origin = answering.origin
        check_rights(origin)
        target = read_target(origin.data)
        job_id = job_among(target.custom_ids) if target.author == origin.application else None
        picking = self.beginning.pick(origin.occasion, menu, job_id, target.pictures)
        await self._begin(answering, await answering.in_time(picking))

    async def choose(self, answering: Answering, chosen: GoOn) -> None:
        """Go on with the picture that was chosen of several. Raises what whoever chose it has to be told."""
        check_rights(answering.origin)
        await self._begin(answering, await answering.in_time(self.beginning.go_on(answering.origin.occasion, chosen)))

    async def submit(self, answering: Answering, source: str) -> None:
        """Make the job that a filled form asks for. Raises what whoever sent it has to be told."""
        occasion = answering.origin.occasion
        [picture, *_] = await answering.in_time(self.beginning.kept(occasion, source))
        filled = read_reimagine(answering.origin.data, self.beginning.reimagining(occasion)[1])
        begun = self.beginning.filled(occasion, picture, filled.raw, text=filled.text)
        await self.submitting.submit(answering, bundle_of(begun.submission, begun.attached))

    async def open(self, answering: Answering, source: str, typed: Mapping[str, str]) -> None:
        """Open a form again that was refused, as it was filled. Raises what whoever sent it has to be told."""
        occasion = answering.origin.occasion
        [picture, *_] = await answering.in_time(self.beginning.kept(occasion, source))
        await self._open(answering, self.beginning.form(occasion, picture), typed)

    async def _begin(self, answering: Answering, begun: Begun) -> None:
        match begun:
            case AskWhich(meaning=meaning, pictures=pictures):
                await answering.whisper(answers.picker(meaning, pictures))
            case OpenReimagine():
                await self._open(answering, begun, {})
            case PaintFrom(submission=submission, attached=attached):
                await self.submitting.submit(answering, bundle_of(submission, attached))

    async def _open(self, answering: Answering, asked: OpenReimagine[Attachment], typed: Mapping[str, str]) -> None:
        kept = await answering.in_time(self.beginning.keep(answering.origin.occasion, [asked.source]))
        form = reimagine_form(kept, asked.workflow, self.desk.vocabulary(), asked.action.values)
        await answering.open(refilled(form, typed))


def written(picture: Attachment) -> Json:
    """Write what somebody attached, to be kept."""
    return {"attachment": asdict(picture)}


def read(kept: object) -> Attachment:
    """Read what was kept; raises SubmissionError."""
    match kept:
        case {"attachment": dict(known)} if known.keys() == _KNOWN:
            return Attachment(**known)
    raise SubmissionError(TOO_OLD)
