"""A job as a card: what its message shows, in no platform's terms. A pure function of what is known."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from hashlib import sha256
from json import dumps
from math import ceil
from re import split
from typing import NamedTuple, assert_never

from bot.awaiting import Awaited
from bot.deadlines import ended_overdue, spelled
from bot.events import Stage
from bot.jobs import JobId, JobRecord, JobState, StoredFile, picture_numbers
from bot.shares import Position
from workflows.values import Values

_S = JobState


class Button(StrEnum):
    """What may be done with a card. An id alone grants nothing: every click goes through intake as the clicker."""

    CANCEL = "cancel"
    REROLL = "reroll"
    VARY = "vary"
    UPSCALE = "upscale"
    EDIT = "edit"
    PARAMETERS = "parameters"
    DELETE = "delete"
    REPORT = "report"  #: tells the operator that a result should not be there


@dataclass(frozen=True, slots=True, kw_only=True)
class Live:
    """How far a run is: volatile, latest only, gone by itself when nobody renews it."""

    stage: Stage | None = None
    done: int = 0
    total: int = 0
    eta_s: float | None = None
    preview: str | None = None  #: names the latest preview; another name means another picture


@dataclass(frozen=True, slots=True, kw_only=True)
class Described:
    """What cards say of a workflow: its title, and which of its actions are offered under a picture."""

    title: str
    actions: frozenset[Button] = frozenset()
    nsfw: bool = False  #: made for adults only
    gone: bool = False  #: taken away since: nothing more can be asked of it


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusCard:
    """What a message shows."""

    job_id: JobId
    state: JobState
    title: str  #: of the workflow
    requester: str  #: a name, as the platform shows it
    prompt: str
    headline: str  #: one line that is true: "Waiting, 3 ahead, about 40 s"
    done: int = 0
    total: int = 0  #: 0: there is no bar
    preview: str | None = None  #: names the preview to show; another name means another picture
    files: tuple[StoredFile, ...] = ()
    texts: tuple[str, ...] = ()
    facts: tuple[tuple[str, str], ...] = ()  #: seed, size, model, time, as (name, value)
    buttons: tuple[Button, ...] = ()
    nsfw: bool = False  #: for adults, by its workflow or by what it starts from: a platform may cover its pictures

    @property
    def is_final(self) -> bool:
        """Whether nothing will change any more."""
        return self.state.is_final

    def digest(self) -> str:
        """Name this rendering: equal digests mean that there is nothing to edit."""
        return sha256(dumps(asdict(self), default=str, sort_keys=True).encode()).hexdigest()[:32]


def card_of(
    record: JobRecord,
    *,
    live: Live | None,
    position: Position | None,
    eta_s: float | None,
    described: Described,
    awaited: Awaited | None = None,
) -> StatusCard:
    """Render what is known of a job.

    `eta_s`: until its picture is there, as quoted to somebody who waits; `awaited`: whom they wait for, if nobody of
    them works.
    """
    # Progress of an attempt that was handed back says nothing about the job that waits again.
    shown = live if live and record.state is _S.RUNNING else Live()
    return StatusCard(
        job_id=record.job.id,
        state=record.state,
        title=described.title,
        requester=record.job.requester.name,
        prompt=str(record.job.values.get("prompt") or ""),
        headline=_HEADLINES[record.state](record, shown, _Wait(position, eta_s, awaited)) + _advice(record, described),
        done=shown.done,
        total=shown.total,
        preview=None if record.is_withheld else shown.preview,
        files=record.files,
        texts=record.texts,
        facts=tuple(_facts(record)),
        buttons=tuple(_buttons(record, described)),
        nsfw=described.nsfw or record.job.for_adults,
    )


# ---- Words -------------------------------------------------------------------------------------------------------


class _Wait(NamedTuple):
    position: Position | None
    eta_s: float | None
    awaited: Awaited | None


def _waiting(record: JobRecord, live: Live, wait: _Wait) -> str:
    position = wait.position
    if position is None:
        return "Waiting"
    if position.lane is None:
        return f"Waiting for {held_up(position)}"
    if wait.awaited:
        return f"Waiting for {wait.awaited}"
    place = "next in line" if position.jobs == 0 else f"{_roughly_many(position.jobs)} ahead"
    return _joined("Waiting", place, _about(wait.eta_s))


def held_up(position: Position) -> str:
    """Say what a job waits for that has no lane: not for its turn."""
    match position.capped:
        case "user" | "person":
            return "one of yours to end"
        case "tenant":
            return "one of this community's to end"
        case _:
            return "a GPU that has what it needs"


def _starting(record: JobRecord, live: Live, wait: _Wait) -> str:
    return "Stopping …" if record.cancel_requested else "Starting"


def _running(record: JobRecord, live: Live, wait: _Wait) -> str:
    if record.cancel_requested:
        return "Stopping …"
    if live.stage is None:
        return "Starting"
    step = f"step {live.done} of {live.total}" if live.total else None
    left = _about(live.eta_s)
    return _joined(live.stage.capitalize(), step, f"{left} left" if left else None)


def _succeeded(record: JobRecord, live: Live, wait: _Wait) -> str:
    if record.is_withheld:
        return _withheld(record)
    is_text = bool(record.texts and not record.files)
    if record.cancel_requested:
        return f"Cancelled too late: {'it' if is_text else 'the picture'} was finished"
    done, took = "Done" if is_text else "Painted", _took(record)
    return f"{done} in {took}" if took else done


def _withheld(record: JobRecord) -> str:
    if record.review is None:
        done = "Painted" if record.withheld else "Done"
        return f"{done}. A moderator looks at it first."
    reason = record.review.reason.strip()
    return f"A moderator did not let this through: {reason}" if reason else "A moderator did not let this through."


def _failed(record: JobRecord, live: Live, wait: _Wait) -> str:
    return record.error_sentence or "Something went wrong."


def _cancelled(record: JobRecord, live: Live, wait: _Wait) -> str:
    if record.job.within_s is not None and ended_overdue(record):
        return f"Stopped: not done within {spelled(record.job.within_s)}, and later nothing could be shown here"
    return "Cancelled"


_HEADLINES: Mapping[JobState, Callable[[JobRecord, Live, _Wait], str]] = {
    _S.QUEUED: _waiting,
    _S.STARTING: _starting,
    _S.RUNNING: _running,
    _S.SUCCEEDED: _succeeded,
    _S.FAILED: _failed,
    _S.CANCELLED: _cancelled,
}

_ADVICE: Mapping[str, str] = {
    "internal": "Reroll tries again.",
    "job_failed": "Reroll tries again.",
    "model_missing": "Edit to choose another one, or ask the operator.",
    "execution_failed": "Edit to try other values, or Reroll to try again.",
    "timed_out": "Fewer steps or a smaller size may help.",
    "server_lost": "Reroll tries again.",
    "server_refused": "Reroll tries again.",
    "server_stuck": "Reroll tries again.",
    "server_unreached": "Reroll tries again.",
    "submit_uncertain": "Reroll tries again.",
}
"""What to do, by error code, where the sentence of bot/errors.py does not say it."""


def _advice(record: JobRecord, described: Described) -> str:
    if record.state is not _S.FAILED or described.gone:
        return ""
    advice = _ADVICE.get(record.error_code or "internal")
    return f" {advice}" if advice else ""


def _joined(*parts: str | None) -> str:
    return ", ".join(part for part in parts if part)


def _about(seconds: float | None) -> str | None:
    # Coarse on purpose: an estimate that moves by a second is no reason to edit a message.
    if seconds is None:
        return None
    if seconds > 90:
        return f"about {ceil(seconds / 60)} min" if seconds <= 600 else f"about {5 * ceil(seconds / 300)} min"
    step = 2 if seconds <= 10 else 10
    return f"about {max(2, step * ceil(seconds / step))} s"


def _roughly_many(count: int) -> int:
    step = 1 if count <= 10 else 5 if count <= 50 else 10
    return step * ceil(count / step)


def _took(record: JobRecord) -> str | None:
    if record.started_ms is None or record.ended_ms is None:
        return None
    seconds = max(0, record.ended_ms - record.started_ms) / 1000
    if seconds < 1:
        return "under a second"
    return f"{seconds:.0f} s" if seconds < 100 else f"{seconds // 60:.0f} min {seconds % 60:.0f} s"


# ---- Facts and buttons -------------------------------------------------------------------------------------------


def _facts(record: JobRecord) -> Iterable[tuple[str, str]]:
    values = record.job.values
    yield "workflow", record.job.workflow
    known = {"seed": values.get("seed"), "size": _size(values), "model": _model(values), "steps": values.get("steps")}
    yield from ((name, str(value)) for name, value in known.items() if value is not None)
    took = _took(record)
    if record.state is _S.SUCCEEDED and took:
        yield "time", took
    if record.state in {_S.QUEUED, _S.STARTING}:
        yield "cost", f"{_about(record.job.estimate_ms / 1000)} of a GPU"
    if record.job.within_s is not None and not record.state.is_final:
        # As it was asked, not what is left of it: that would change, and be edited, all the time.
        yield "time limit", f"{spelled(record.job.within_s)} from when it was asked"
    if record.state is _S.FAILED:
        yield "error", record.error_code or "internal"


def _size(values: Values) -> str | None:
    if values.get("size") is not None:
        return str(values["size"])
    width, height = values.get("width"), values.get("height")
    return f"{width}x{height}" if width is not None and height is not None else None


def _model(values: Values) -> str | None:
    # A server names a model by its path in the models folder; the file's own name is what people know it by.
    model = values.get("model")
    return split(r"[/\\]", str(model))[-1].removesuffix(".safetensors") if model else None


def _buttons(record: JobRecord, described: Described) -> Iterable[Button]:
    again = () if described.gone else (Button.REROLL,)
    edited = () if described.gone else (Button.EDIT,)
    match record.state:
        case _S.QUEUED | _S.STARTING | _S.RUNNING:
            return () if record.cancel_requested else (Button.CANCEL,)
        case _S.SUCCEEDED if record.is_withheld:
            # Nothing is made of what nobody has seen; what was not let through may be asked for in other words.
            return (*edited, Button.DELETE) if record.review else (Button.DELETE,)
        case _S.SUCCEEDED:
            offered = (
                button
                for button in (Button.VARY, Button.UPSCALE)
                if button in described.actions and picture_numbers(record.files)
            )
            return (*again, *offered, *edited, Button.PARAMETERS, Button.DELETE, Button.REPORT)
        case _S.FAILED | _S.CANCELLED:
            return (*again, *edited, Button.PARAMETERS)
        case _:
            assert_never(record.state)
