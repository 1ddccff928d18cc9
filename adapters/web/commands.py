"""From what somebody typed to what is asked: `/imagine a cat steps:30`, `/flux …`, `/queue`. Pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from workflows.catalog import Catalog
from workflows.command import Command, parse_command, read_values
from workflows.faults import Fault, InvalidValues, shown
from workflows.parameters import FileParameter
from workflows.values import FileHandle, RawValue
from workflows.vocabulary import Vocabulary
from workflows.workflow import Workflow

IMAGINE = "imagine"

SERVICES: Mapping[str, str] = {
    "queue": "What waits, and where your jobs are in it.",
    "history": "Your own latest jobs. Only you see the answer.",
    "usage": "What you have used, and of how much.",
    "workflows": "What can be painted with, each with a form.",
    "help": "How commands are written.",
}
"""Commands that make no job."""

_COMMAND = re.compile(r"\s*/(?P<name>[A-Za-z][\w-]{0,31})(?:\s+|$)")
_PICKED = re.compile(r"(?<!\S)(?:--)?workflow[:=]\s?(?P<name>[A-Za-z][\w-]{0,31})(?!\S)", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """Somebody wants to know something."""

    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """Somebody wants a picture: unchecked values for one workflow."""

    workflow: str
    raw: Mapping[str, RawValue] = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class NoCommand:
    """Text that begins with no command."""


Said = Service | Order | NoCommand


def command_names(catalog: Catalog) -> Mapping[str, str]:
    """Return every command with what it does: /imagine, one per workflow, the services."""
    workflows = {name: each.manifest.summary or each.manifest.title for name, each in catalog.workflows.items()}
    return {IMAGINE: "Paint a picture from words.", **workflows, **SERVICES}


def named_command(text: str) -> tuple[str, str]:
    """Split a message into its command's name and the rest; the name is empty when there is none."""
    match = _COMMAND.match(text)
    return (match["name"].lower(), text[match.end() :]) if match else ("", text)


def picked_workflow(name: str, rest: str, catalog: Catalog, default: str) -> tuple[Workflow | None, str, str]:
    """Return the workflow that a painting command means, the name it was called by, and the text without the choice."""
    if name != IMAGINE:
        return catalog.workflows.get(name), name, rest
    picked = _PICKED.search(rest)
    if picked:
        name, rest = picked["name"].lower(), rest[: picked.start()] + rest[picked.end() :]
    else:
        name = default
    return catalog.workflows.get(name), name, rest


def read_message(
    text: str, files: Mapping[str, FileHandle], catalog: Catalog, vocabulary: Vocabulary, default: str
) -> Said:
    """Understand a message; `files` are its attachments by kind. Raises InvalidValues with all faults together."""
    name, rest = named_command(text)
    if not name:
        return NoCommand()
    if name in SERVICES and name not in catalog.workflows:
        return Service(name=name)
    workflow, called, rest = picked_workflow(name, rest, catalog, default)
    if workflow is None:
        raise InvalidValues([_unknown(name, called)])
    command = parse_command(rest, workflow, vocabulary)
    placed, wrong = place_files(workflow, files)
    whole = Command(raw={**command.raw, **placed}, faults=(*command.faults, *wrong))
    read_values(whole, workflow, vocabulary)
    return Order(workflow=workflow.name, raw=whole.raw)


def place_files(workflow: Workflow, files: Mapping[str, FileHandle]) -> tuple[dict[str, RawValue], list[Fault]]:
    """Give attachments, by kind, to the parameters that take them."""
    places = {
        parameter.kind: name
        for name, parameter in reversed(workflow.manifest.parameters.items())
        if isinstance(parameter, FileParameter)
    }
    raw: dict[str, RawValue] = {places[kind]: handle for kind, handle in files.items() if kind in places}
    reason = f"{workflow.manifest.title} takes no {{}}. Remove it, or take another workflow: /workflows shows them."
    wrong = [Fault(parameter=kind, reason=reason.format(_NOUNS.get(kind, "file"))) for kind in files.keys() - places]
    return raw, wrong


_NOUNS = {"image": "picture", "mask": "mask", "video": "video"}


def _unknown(name: str, called: str) -> Fault:
    if name == IMAGINE:
        return Fault(parameter="workflow", reason=f"there is no workflow {shown(called)}. /workflows shows all.")
    return Fault(parameter="command", reason=f"there is no command {shown('/' + name)}. Type / to see all.")
