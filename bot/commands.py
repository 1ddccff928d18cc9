"""From what somebody typed to what is asked: `/imagine a cat steps:30`, `/flux …`, `/queue`. Pure."""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import NoReturn

from bot.images import Admitted
from workflows.catalog import Catalog
from workflows.command import named_workflow
from workflows.faults import Fault, InvalidValues, shown
from workflows.parameters import FileParameter
from workflows.workflow import Workflow

IMAGINE = "imagine"

CANCEL = "cancel"
"""A service where buttons alone are not enough: where whoever asks may not see their message."""

MY_DATA, FORGET_ME = "mydata", "forgetme"
"""Services about what is kept of whoever asks."""

SERVICES: Mapping[str, str] = {
    "queue": "What waits, and where your jobs are in it.",
    "history": "Your own latest jobs. Only you see the answer.",
    "usage": "What you have used, and of how much.",
    "workflows": "What can be painted with here.",
    MY_DATA: "Your jobs, reports and GPU time here, as a file for you alone.",
    FORGET_ME: "Deletes your jobs, pictures and messages here; asks once more first.",
    "help": "How commands are written.",
}
"""Commands that make no job."""

TYPE_A_STROKE = "Type / to see all."
"""What there is, where somebody sees a list of commands as soon as they type a stroke."""

_COMMAND = re.compile(r"\s*/(?P<name>[A-Za-z][\w-]{0,31})(?:\s+|$)")
_NAME = re.compile(r"\s*(?P<stroke>/?)(?P<name>[A-Za-z][\w-]{0,31})(?:[:,]\s*|[.!?]*\s*$|\s+)")
_WHICH = re.compile(r"(?:all|now|\d{1,4})?[.!?]*", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """Somebody wants to know something."""

    name: str
    rest: str = ""  #: what stands behind the name


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """Somebody wants a picture."""

    workflow: str | None  #: None: what the words name, else the default
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NoCommand:
    """Text that begins with no command."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """Something that a platform cannot take of our commands, and what the operator may do about it."""

    what: str
    reason: str

    def __str__(self) -> str:
        return f"{self.what}: {self.reason}"


Said = Service | Order | NoCommand


def all_left_out(catalog: Catalog, left_out: Iterable[LeftOut]) -> tuple[LeftOut, ...]:
    """Return what is missing among the commands: what a platform cannot take, and what could not be loaded at all."""
    return (*left_out, *(LeftOut(what=each.workflow, reason=each.reason) for each in catalog.faults))


def command_names(catalog: Catalog) -> Mapping[str, str]:
    """Return every command with what it does: /imagine, one per workflow, the services."""
    workflows = {name: each.manifest.summary or each.manifest.title for name, each in catalog.workflows.items()}
    return {IMAGINE: "Paints a picture from words.", **workflows, **SERVICES}


def split_command(text: str) -> tuple[str, str]:
    """Split a message into its command's name and the rest; the name is empty when there is none."""
    match = _COMMAND.match(text)
    return (match["name"].lower(), text[match.end() :]) if match else ("", text)


def meant_workflow(name: str, rest: str, catalog: Catalog, default: str) -> Workflow | None:
    """Return the workflow that a painting command means; None when there is none of that name."""
    if name == IMAGINE:
        name = named_workflow(rest, catalog.workflows) or default
    return catalog.workflows.get(name)


def read_message(
    text: str, catalog: Catalog, *, services: Collection[str] = SERVICES, see_all: str = TYPE_A_STROKE
) -> Said:
    """Understand a message; its parameters are intake's to read. Raises InvalidValues for an unknown command."""
    name, rest = split_command(text)
    if not name:
        return NoCommand()
    return _named(name, rest, catalog, services) or _refuse(name, see_all)


def read_talk(
    text: str, catalog: Catalog, *, services: Collection[str] = SERVICES, see_all: str = TYPE_A_STROKE
) -> Said:
    """Understand what is said to us, where nobody has to type a stroke: what begins with no command is a prompt.

    A service is its bare word, perhaps with which: `help me paint a cat` asks for a picture. Raises InvalidValues for
    an unknown command behind a stroke.
    """
    found = _NAME.match(text)
    said = _named(found["name"].lower(), text[found.end() :], catalog, services) if found else None
    if found and found["stroke"]:
        return said or _refuse(found["name"], see_all)
    if said is None or (isinstance(said, Service) and not _is_bare(said)):
        return Order(workflow=None, text=text.strip()) if text.strip() else NoCommand()
    return said


def orders_by_name(text: str, catalog: Catalog) -> bool:
    """Whether words begin with a command that paints, and say what: enough not to take them for talk about us."""
    found = _NAME.match(text)
    said = _named(found["name"].lower(), text[found.end() :], catalog, ()) if found else None
    return isinstance(said, Order) and bool(said.text.strip())


def _is_bare(said: Service) -> bool:
    # Whoever says "cancel my job" is told how: nobody wants that painted.
    return said.name == CANCEL or _WHICH.fullmatch(said.rest) is not None


def _refuse(name: str, see_all: str) -> NoReturn:
    raise InvalidValues([Fault(parameter="command", reason=f"there is no {shown('/' + name)}. {see_all}")])


def _named(name: str, rest: str, catalog: Catalog, services: Collection[str]) -> Order | Service | None:
    if name == IMAGINE:
        return Order(workflow=None, text=rest)
    if name in catalog.workflows:
        return Order(workflow=name, text=rest)
    return Service(name=name, rest=rest.strip()) if name in services else None


def place_pictures(
    workflow: Workflow | None, pictures: Mapping[str, Admitted]
) -> tuple[dict[str, Admitted], tuple[Admitted, ...]]:
    """Give pictures, by kind, to the parameters that take them; what is left over is intake's to refuse."""
    parameters = workflow.manifest.parameters if workflow else {}
    places = {each.kind: name for name, each in reversed(parameters.items()) if isinstance(each, FileParameter)}
    placed = {places[kind]: picture for kind, picture in pictures.items() if kind in places}
    return placed, tuple(picture for kind, picture in pictures.items() if kind not in places)
