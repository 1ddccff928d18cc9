"""From what somebody typed to what is asked: `/imagine a cat steps:30`, `/flux …`, `/queue`. Pure."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from bot.images import Admitted
from workflows.catalog import Catalog
from workflows.command import named_workflow
from workflows.faults import Fault, InvalidValues, shown
from workflows.parameters import FileParameter
from workflows.workflow import Workflow

IMAGINE = "imagine"

SERVICES: Mapping[str, str] = {
    "queue": "What waits, and where your jobs are in it.",
    "history": "Your own latest jobs. Only you see the answer.",
    "usage": "What you have used, and of how much.",
    "workflows": "What can be painted with here.",
    "help": "How commands are written.",
}
"""Commands that make no job."""

_COMMAND = re.compile(r"\s*/(?P<name>[A-Za-z][\w-]{0,31})(?:\s+|$)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """Somebody wants to know something."""

    name: str


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


def read_message(text: str, catalog: Catalog) -> Said:
    """Understand a message; its parameters are intake's to read. Raises InvalidValues for an unknown command."""
    name, rest = split_command(text)
    if not name:
        return NoCommand()
    if name == IMAGINE:
        return Order(workflow=None, text=rest)
    if name in catalog.workflows:
        return Order(workflow=name, text=rest)
    if name in SERVICES:
        return Service(name=name)
    raise InvalidValues([Fault(parameter="command", reason=f"there is no {shown('/' + name)}. Type / to see all.")])


def place_pictures(
    workflow: Workflow | None, pictures: Mapping[str, Admitted]
) -> tuple[dict[str, Admitted], tuple[Admitted, ...]]:
    """Give pictures, by kind, to the parameters that take them; what is left over is intake's to refuse."""
    parameters = workflow.manifest.parameters if workflow else {}
    places = {each.kind: name for name, each in reversed(parameters.items()) if isinstance(each, FileParameter)}
    placed = {places[kind]: picture for kind, picture in pictures.items() if kind in places}
    return placed, tuple(picture for kind, picture in pictures.items() if kind not in places)
