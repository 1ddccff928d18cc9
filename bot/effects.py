"""What a click comes to, as plain data that every platform carries out in its own manner. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.answers import Answer
from bot.jobs import JobId, JobRecord, Left
from bot.meanings import EditAgain, HistoryPage, Pick, PickOf
from bot.policy.places import Spot
from bot.status import Button
from bot.submissions import Submission
from workflows.workflow import Workflow


@dataclass(frozen=True, slots=True, kw_only=True)
class Say:
    """Whoever clicked is told something."""

    answer: Answer


@dataclass(frozen=True, slots=True)
class Heed:
    """The click is acknowledged; the card says the rest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Paint:
    """A job is asked for."""

    submission: Submission


@dataclass(frozen=True, slots=True, kw_only=True)
class AskWhich:
    """Whoever clicked is asked which of several pictures is meant; the answer is a choice of that meaning."""

    meaning: Pick | PickOf
    pictures: Sequence[int]  #: their numbers


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenEdit:
    """The form that asks for a job again, with changes."""

    record: JobRecord
    workflow: Workflow


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenReport:
    """The form that asks what is wrong with a job's pictures."""

    job_id: JobId


@dataclass(frozen=True, slots=True, kw_only=True)
class GiveWords:
    """Whoever clicked gets the words that paint the same again."""

    workflow: str
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowJob:
    """A job is shown to whoever clicked, as it stands, with as much as may be seen in that spot."""

    record: JobRecord
    spot: Spot


@dataclass(frozen=True, slots=True, kw_only=True)
class Remove:
    """What was clicked is taken away, and the message of the job that was deleted, where anybody knows of one."""

    left: Left | None


@dataclass(frozen=True, slots=True, kw_only=True)
class GoOn:
    """The picture of that number is taken of those that are kept under this source, for the menu entry of a button."""

    button: Button
    source: str
    number: int | None


Told = Say | AskWhich | GiveWords
"""What only whoever clicked gets to read."""

Opened = OpenEdit | OpenReport
"""A form opens."""

Onward = HistoryPage | EditAgain | GoOn
"""What was begun goes on: that page of a history takes the place of what was clicked; a form opens as it was filled."""

Effect = Told | Heed | Paint | Opened | ShowJob | Remove | Onward
"""What a click comes to."""
