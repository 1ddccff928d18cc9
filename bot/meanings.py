"""What a button, a select and a form say of themselves: stateless and versioned, so that they survive restarts.

The same text on every platform; Discord calls it a custom id, Slack an action id.

An id names a thing and grants nothing: anybody can send any id, and who clicked comes from the event alone.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import assert_never
from uuid import UUID

from bot.jobs import JobId
from bot.status import Button

LONGEST = 100
"""Characters of an id: so many Discord keeps, and no platform keeps fewer."""

_PREFIX = "fb1"
"""Whose ids these are, and of which version: messages of an older one stay in their channels for years."""

_NUMBER = re.compile(r"0|[1-9][0-9]{0,3}")
_HEX = re.compile(r"[0-9a-f]{32}")
_SOURCE = re.compile(r"[A-Za-z0-9_-]{1,64}")
_BUTTONS: Mapping[str, Button] = {button.value: button for button in Button}


@dataclass(frozen=True, slots=True, kw_only=True)
class Press:
    """A button under a job; `number` is the picture that is meant, counted from 0, where the button says it."""

    button: Button
    job_id: JobId
    number: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Pick:
    """The select that asks which picture a button means; its value is the number, as `picked` reads it."""

    button: Button
    job_id: JobId


@dataclass(frozen=True, slots=True, kw_only=True)
class EditForm:
    """The form that asks for a job again, with changes."""

    job_id: JobId


@dataclass(frozen=True, slots=True, kw_only=True)
class ReimagineForm:
    """The form that starts from a picture; `source` names what is kept about it: `[A-Za-z0-9_-]`, 64 at most."""

    source: str

    def __post_init__(self) -> None:
        _check(self.source)


@dataclass(frozen=True, slots=True, kw_only=True)
class PickOf:
    """The select that asks which of a message's pictures an entry of its menu means; `source` as of `ReimagineForm`."""

    button: Button  #: VARY or UPSCALE, of which that entry is one for any picture
    source: str

    def __post_init__(self) -> None:
        _check(self.source)


@dataclass(frozen=True, slots=True, kw_only=True)
class EditAgain:
    """The button that opens a refused form again, as it was filled; `source` as of `ReimagineForm`."""

    source: str

    def __post_init__(self) -> None:
        _check(self.source)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportForm:
    """The form that asks what is wrong with a job's pictures."""

    job_id: JobId


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryPage:
    """Another page of somebody's history: `skip` of their jobs are newer than its first."""

    skip: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Show:
    """A job of the history is to be shown."""

    job_id: JobId


Meaning = Press | Pick | PickOf | EditForm | ReimagineForm | EditAgain | ReportForm | HistoryPage | Show
"""What an id can mean."""


_KINDS: Mapping[type[Meaning], str] = {
    EditForm: "edit",
    ReportForm: "report",
    Show: "show",
    ReimagineForm: "reimagine",
    EditAgain: "again",
}


def _check(source: str) -> None:
    if not _SOURCE.fullmatch(source):
        raise ValueError("a source is 1 to 64 letters, figures, - and _")


def encode(meaning: Meaning) -> str:
    """Write an id."""
    return ":".join((_PREFIX, *_parts(meaning)))


def decode(text: object) -> Meaning | None:
    """Read an id; None for whatever is none of ours, or of another version."""
    if not isinstance(text, str) or len(text) > LONGEST:
        return None
    match text.split(":"):
        case [prefix, kind, *parts] if prefix == _PREFIX:
            return _read(kind, parts)
    return None


def picked(values: object) -> int | None:
    """Return the picture that somebody chose in a select; None when there is none."""
    match values:
        case [str() as first, *_]:
            return _number(first)
    return None


def _parts(meaning: Meaning) -> tuple[str, ...]:
    match meaning:
        case Press():
            number = () if meaning.number is None else (str(meaning.number),)
            return "press", meaning.button.value, meaning.job_id.hex, *number
        case Pick():
            return "pick", meaning.button.value, meaning.job_id.hex
        case PickOf():
            return "pickof", meaning.button.value, meaning.source
        case EditForm() | ReportForm() | Show():
            return _KINDS[type(meaning)], meaning.job_id.hex
        case ReimagineForm() | EditAgain():
            return _KINDS[type(meaning)], meaning.source
        case HistoryPage():
            return "history", str(meaning.skip)
        case _:
            assert_never(meaning)


def _read(kind: str, parts: list[str]) -> Meaning | None:
    match kind, parts:
        case (("press" | "pick"), [button, job, *number]):
            return _read_button(kind, _BUTTONS.get(button), _job(job), number)
        case (("edit" | "report" | "show"), [job]):
            return _read_job(kind, _job(job))
        case (("reimagine" | "again" | "pickof"), [*button, source]) if _SOURCE.fullmatch(source):
            return _read_source(kind, button, source)
        case "history", [skip] if _NUMBER.fullmatch(skip):
            return HistoryPage(skip=int(skip))
    return None


def _read_button(kind: str, button: Button | None, job_id: JobId | None, number: list[str]) -> Press | Pick | None:
    if button is None or job_id is None:
        return None
    match kind, number:
        case "pick", []:
            return Pick(button=button, job_id=job_id)
        case "press", []:
            return Press(button=button, job_id=job_id)
        case "press", [figures] if _NUMBER.fullmatch(figures):
            return Press(button=button, job_id=job_id, number=int(figures))
    return None


def _read_source(kind: str, button: list[str], source: str) -> ReimagineForm | EditAgain | PickOf | None:
    match kind, button:
        case "reimagine", []:
            return ReimagineForm(source=source)
        case "again", []:
            return EditAgain(source=source)
        case "pickof", [name] if name in _BUTTONS:
            return PickOf(button=_BUTTONS[name], source=source)
    return None


def _read_job(kind: str, job_id: JobId | None) -> EditForm | ReportForm | Show | None:
    if job_id is None:
        return None
    match kind:
        case "edit":
            return EditForm(job_id=job_id)
        case "report":
            return ReportForm(job_id=job_id)
    return Show(job_id=job_id)


def _job(text: str) -> JobId | None:
    return JobId(UUID(hex=text)) if _HEX.fullmatch(text) else None


def _number(text: str) -> int | None:
    return int(text) if _NUMBER.fullmatch(text) else None
