"""What may come next while somebody types: commands, parameters with their bounds, choices. Pure."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from bot.commands import IMAGINE, SERVICES, command_names, meant_workflow, split_command
from bot.forms import bounds
from workflows.catalog import Catalog
from workflows.command import PROMPT
from workflows.options import options_of
from workflows.parameters import Choice, FileParameter, Flag, Parameter, Seed
from workflows.shape import RATIO, SIZE, shorthands
from workflows.vocabulary import Vocabulary
from workflows.workflow import Workflow

MOST = 12
"""Suggestions at once: what fits on a phone above the keyboard, with a little scrolling."""

_BEGUN_COMMAND = re.compile(r"\s*/(?P<name>[\w-]*)$")
_BEGUN_VALUE = re.compile(r"(?<!\S)(?:--|[—–])?(?P<name>[A-Za-z][\w-]{0,39})[:=](?P<value>[^\s:=]*)$")
_DASHED_VALUE = re.compile(r"(?<!\S)(?:--|[—–])(?P<name>[A-Za-z][\w-]{0,39})\s(?P<value>\S*)$")
_BEGUN_NAME = re.compile(r"(?<!\S)(?P<dash>--|[—–])?(?P<name>[A-Za-z][\w-]{0,39})?$")
_USED = re.compile(r"(?<!\S)(?:--|[—–])?(?P<name>[A-Za-z][\w-]{0,39})[:=]")

_NO_MORE: Mapping[str, str] = MappingProxyType({})

_SHAPES = {RATIO: "the shape, as 16:9", SIZE: "width and height, as 1024x768"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """One thing that may come next: `text` replaces what was begun."""

    text: str
    label: str
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Completion:
    """All that may come next. `start` is where the word begins that a suggestion replaces, up to the cursor."""

    start: int
    suggestions: tuple[Suggestion, ...] = ()
    hint: str = ""  #: one line about what is being typed
    parameters: tuple[Suggestion, ...] = ()  #: what this command may still set
    takes: tuple[str, ...] = ()  #: kinds of attachments that the command takes


def complete(
    before: str, catalog: Catalog, vocabulary: Vocabulary, default: str, own: Mapping[str, str] = _NO_MORE
) -> Completion:
    """Say what may come after the text that stands before the cursor.

    `own`: commands that not everybody has, with what they do.
    """
    begun = _BEGUN_COMMAND.fullmatch(before)
    if begun:
        return Completion(start=begun.start("name") - 1, suggestions=_commands(begun["name"], catalog, own))
    name, rest = split_command(before)
    if not name or (name in SERVICES and name not in catalog.workflows):
        return Completion(start=len(before))
    workflow = meant_workflow(name, rest, catalog, default)
    picking = _picking(before, catalog) if name == IMAGINE else None
    if picking or workflow is None:
        return picking or Completion(start=len(before))
    return _inside(before, workflow, vocabulary)


def _commands(begun: str, catalog: Catalog, own: Mapping[str, str]) -> tuple[Suggestion, ...]:
    # One's own come first: of so many workflows that not all fit, they would never be seen.
    names = {**own, **command_names(catalog)}
    fitting = [name for name in names if name.startswith(begun.lower())]
    fitting += [name for name in names if begun.lower() in name and name not in fitting]
    return tuple(Suggestion(text=f"/{name} ", label=f"/{name}", detail=names[name]) for name in fitting[:MOST])


def _picking(before: str, catalog: Catalog) -> Completion | None:
    value = _value_begun(before)
    if not value or value["name"].lower() != "workflow":
        return None
    fitting = [name for name in catalog.workflows if name.startswith(value["value"].lower())]
    found = tuple(
        Suggestion(text=f"{name} ", label=name, detail=catalog.workflows[name].manifest.summary) for name in fitting
    )
    return Completion(start=value.start("value"), suggestions=found[:MOST], hint="workflow: which one paints")


def _inside(before: str, workflow: Workflow, vocabulary: Vocabulary) -> Completion:
    parameters, takes = tuple(_unset(before, workflow, vocabulary)), _takes(workflow)
    value = _value_begun(before)
    option = options_of(workflow.manifest.parameters, vocabulary).named(value["name"]) if value else None
    if value and option:
        parameter = workflow.manifest.parameters.get(option.name)
        found = tuple(_values(parameter, value["value"], vocabulary)) if parameter else ()
        return Completion(
            start=value.start("value"),
            suggestions=found[:MOST],
            hint=_hint(option.name, parameter),
            parameters=parameters,
            takes=takes,
        )
    begun = _BEGUN_NAME.search(before)
    names = _names(begun["name"] or "", bool(begun["dash"]), parameters) if begun else ()
    return Completion(
        start=begun.start() if begun else len(before), suggestions=names, parameters=parameters, takes=takes
    )


def _value_begun(before: str) -> re.Match[str] | None:
    return _BEGUN_VALUE.search(before) or _DASHED_VALUE.search(before)


def _names(begun: str, dashed: bool, parameters: tuple[Suggestion, ...]) -> tuple[Suggestion, ...]:
    # One letter fits too many ordinary words of a prompt; after `--` nobody means prose.
    if len(begun) < 2 and not dashed:
        return ()
    typed = begun.casefold().replace("-", "_")
    return tuple(each for each in parameters if each.text.startswith(typed))[:MOST]


def _unset(before: str, workflow: Workflow, vocabulary: Vocabulary) -> Iterator[Suggestion]:
    options = options_of(workflow.manifest.parameters, vocabulary)
    used = {option.name for match in _USED.finditer(before) if (option := options.named(match["name"]))}
    for name, parameter in workflow.manifest.parameters.items():
        if name != PROMPT and name not in used and not isinstance(parameter, FileParameter):
            yield Suggestion(text=f"{name}:", label=name, detail=bounds(parameter))
    for word in shorthands(workflow.manifest.parameters):
        if word not in used:
            yield Suggestion(text=f"{word}:", label=word, detail=_SHAPES[word])


def _takes(workflow: Workflow) -> tuple[str, ...]:
    return tuple(each.kind for each in workflow.manifest.parameters.values() if isinstance(each, FileParameter))


def _values(parameter: Parameter, begun: str, vocabulary: Vocabulary) -> Iterator[Suggestion]:
    typed = begun.casefold().lstrip("\"'")
    for value in _offered(parameter, vocabulary):
        if typed in value.casefold():
            quoted = f'"{value}"' if " " in value else value
            yield Suggestion(text=f"{quoted} ", label=value)


def _offered(parameter: Parameter, vocabulary: Vocabulary) -> tuple[str, ...]:
    match parameter:
        case Choice():
            return parameter.offered(vocabulary) or ()
        case Flag():
            return ("yes", "no")
        case Seed():
            return ("random",)
    return ()


def _hint(name: str, parameter: Parameter | None) -> str:
    if parameter is None:
        return f"{name}: {_SHAPES.get(name, '')}"
    return f"{name}: {bounds(parameter)}. {parameter.help}".strip()
