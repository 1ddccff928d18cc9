"""Begins with a picture of a message, whoever posted it: which one is meant, and what is made of it.

A picture is a result of ours, or one that the platform keeps; how a platform names such a one is its own affair.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar
from uuid import UUID

from bot.asides import Asides
from bot.desk import Desk
from bot.effects import AskWhich, GoOn
from bot.errors import SubmissionError
from bot.jobs import JobId, picture_numbers
from bot.meanings import PickOf
from bot.reimagining import BUTTONS, NO_PICTURE, REIMAGINE, TOO_OLD, meant, submission_of_picture
from bot.submissions import Occasion, Plain, ResultOf, Submission, followed_up, may_see
from workflows.manifest import Action
from workflows.workflow import Workflow

F = TypeVar("F")

_RESULT = re.compile(r"job-([0-9a-f]{32})-(\d{1,4})", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenReimagine(Generic[F]):
    """The form that asks what to make of a picture."""

    source: ResultOf | F
    action: Action
    workflow: Workflow


@dataclass(frozen=True, slots=True, kw_only=True)
class PaintFrom(Generic[F]):
    """A job is asked for that begins with a picture; one that the platform keeps it has to hand in."""

    submission: Submission
    attached: Mapping[str, F] = field(default_factory=dict)  #: by parameter


@dataclass(frozen=True, slots=True, kw_only=True)
class Beginning(Generic[F]):
    """Decides it, for whoever asks. What they choose among waits as an aside: an address of a file is a secret."""

    desk: Desk
    asides: Asides
    write: Callable[[F], object]  #: a picture that the platform keeps, as JSON
    read: Callable[[object], F]  #: such a one; raises SubmissionError

    async def pick(
        self, occasion: Occasion, menu: str, job_id: JobId | None, foreign: Sequence[F]
    ) -> OpenReimagine[F] | PaintFrom[F] | AskWhich:
        """Do what an entry of a message's menu says; of several pictures ask which.

        `job_id`: whose message it says it is, if it is of ours; `foreign`: what others attached to it. Raises
        SubmissionError or StoreLost, as do the others here.
        """
        meant(menu, self.desk.catalog(), self.desk.default_workflow(occasion.spot))  # else there is nothing to choose
        sources = await self._sources(occasion, job_id, foreign)
        if len(sources) == 1:
            return await self._begin(occasion, menu, sources[0])
        kept = await self.keep(occasion, sources)
        return AskWhich(meaning=PickOf(button=BUTTONS[menu], source=kept), pictures=range(len(sources)))

    async def go_on(self, occasion: Occasion, chosen: GoOn) -> OpenReimagine[F] | PaintFrom[F]:
        """Go on with the picture that was chosen of several."""
        sources = await self.kept(occasion, chosen.source)
        menu = next((menu for menu, button in BUTTONS.items() if button is chosen.button), None)
        if menu is None or chosen.number is None or chosen.number >= len(sources):
            raise SubmissionError(TOO_OLD)
        return await self._begin(occasion, menu, sources[chosen.number])

    def form(self, occasion: Occasion, source: ResultOf | F) -> OpenReimagine[F]:
        """Ask what to make of a picture."""
        action, workflow = self.reimagining(occasion)
        return OpenReimagine(source=source, action=action, workflow=workflow)

    def filled(
        self, occasion: Occasion, source: ResultOf | F, raw: Mapping[str, Plain], *, text: str = ""
    ) -> PaintFrom[F]:
        """Ask for what a filled form says."""
        return _paint(occasion, self.reimagining(occasion)[0], source, raw, text)

    def reimagining(self, occasion: Occasion) -> tuple[Action, Workflow]:
        """Return what is made of pictures there, and by which workflow."""
        return meant(REIMAGINE, self.desk.catalog(), self.desk.default_workflow(occasion.spot))

    async def keep(self, occasion: Occasion, sources: Sequence[ResultOf | F]) -> str:
        """Keep pictures for whoever chooses or fills in; returns the source by which they are found again."""
        return await self.asides.keep(occasion, {"pictures": [self.written(each) for each in sources]})

    async def kept(self, occasion: Occasion, source: str) -> list[ResultOf | F]:
        """Return the pictures that were kept; at least one."""
        pictures = (await self.asides.recall(occasion, source)).get("pictures")
        if not isinstance(pictures, list) or not pictures:
            raise SubmissionError(TOO_OLD)
        return [self.source(each) for each in pictures]

    def written(self, source: ResultOf | F) -> object:
        """Write a picture as JSON, to be kept."""
        return f"job-{source.job_id.hex}-{source.index}" if isinstance(source, ResultOf) else self.write(source)

    def source(self, kept: object) -> ResultOf | F:
        """Read a picture that was kept; raises SubmissionError."""
        result = _RESULT.fullmatch(kept) if isinstance(kept, str) else None
        return self.read(kept) if result is None else ResultOf(job_id=JobId(UUID(hex=result[1])), index=int(result[2]))

    async def _sources(self, occasion: Occasion, job_id: JobId | None, foreign: Sequence[F]) -> Sequence[ResultOf | F]:
        record = await self.desk.job(job_id) if job_id else None
        sources: Sequence[ResultOf | F] = foreign
        if record is not None and record.files and may_see(record, occasion.requester, occasion.place):
            sources = [ResultOf(job_id=record.job.id, index=number) for number in picture_numbers(record.files)]
        if not sources:
            raise SubmissionError(NO_PICTURE)
        return sources

    async def _begin(self, occasion: Occasion, menu: str, source: ResultOf | F) -> OpenReimagine[F] | PaintFrom[F]:
        if menu == REIMAGINE:
            return self.form(occasion, source)
        action, workflow = meant(menu, self.desk.catalog(), self.desk.default_workflow(occasion.spot))
        if not isinstance(source, ResultOf):
            return _paint(occasion, action, source, action.values)
        parent = await self.desk.seen(source.job_id, occasion.requester, occasion.place)
        return PaintFrom(submission=followed_up(occasion, parent, action, workflow, index=source.index))


def _paint(
    occasion: Occasion, action: Action, source: ResultOf | F, raw: Mapping[str, Plain], text: str = ""
) -> PaintFrom[F]:
    if isinstance(source, ResultOf):
        return PaintFrom(submission=submission_of_picture(occasion, action, raw, result=source, text=text))
    return PaintFrom(
        submission=submission_of_picture(occasion, action, raw, text=text), attached={action.parameter: source}
    )
