"""A form for a workflow's parameters, made from its manifest, and what comes back from it. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from adapters.web.commands import place_files
from adapters.web.completion import bounds
from workflows.faults import InvalidValues
from workflows.numbers import written
from workflows.parameters import Choice, FileParameter, Flag, Integer, Number, Parameter, Seed, SizeParameter, Text
from workflows.values import FileHandle, RawValue, Value, Values
from workflows.vocabulary import Vocabulary
from workflows.workflow import Workflow


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One input of a form."""

    name: str
    label: str
    kind: str
    help: str
    value: str = ""
    options: tuple[str, ...] = ()
    attributes: Mapping[str, str] = field(default_factory=dict)  #: of the HTML input: min, max, step, maxlength


def fields_of(workflow: Workflow, values: Values, vocabulary: Vocabulary) -> tuple[Field, ...]:
    """Make the fields, filled with these values; what has none shows what nobody's setting it would give."""
    shown = {**workflow.usual(vocabulary), **values}
    return tuple(
        _field(name, parameter, shown.get(name), vocabulary) for name, parameter in workflow.manifest.parameters.items()
    )


def read_form(
    workflow: Workflow,
    typed: Mapping[str, str],
    files: Mapping[str, FileHandle],
    before: Values,
) -> dict[str, RawValue]:
    """Return raw values; pictures that were not replaced stay those of the job that is edited. Raises InvalidValues."""
    placed, wrong = place_files(workflow, files)
    if wrong:
        raise InvalidValues(wrong)
    kept = {name: value for name, value in before.items() if isinstance(value, FileHandle)}
    files_of_form = {name for name, each in workflow.manifest.parameters.items() if isinstance(each, FileParameter)}
    # An empty field says nothing, except for a text that may be empty: there it takes the default's words away.
    said = {
        name: text
        for name, text in typed.items()
        if name not in files_of_form and (text or isinstance(workflow.manifest.parameters.get(name), Text))
    }
    return {**said, **{name: kept[name] for name in kept if name in files_of_form}, **placed}


def _field(name: str, parameter: Parameter, value: Value, vocabulary: Vocabulary) -> Field:
    return Field(
        name=name,
        label=name.replace("_", " ").capitalize(),
        kind=parameter.kind,
        help=f"{parameter.help} ({bounds(parameter)})" if isinstance(parameter, Integer | Number) else parameter.help,
        value=_text(value),
        options=_options(parameter, vocabulary),
        attributes=dict(_attributes(parameter)),
    )


def _options(parameter: Parameter, vocabulary: Vocabulary) -> tuple[str, ...]:
    if isinstance(parameter, Choice):
        return parameter.offered(vocabulary) or ()
    return ("yes", "no") if isinstance(parameter, Flag) else ()


def _attributes(parameter: Parameter) -> Iterator[tuple[str, str]]:
    match parameter:
        case Integer():
            yield from (("min", str(parameter.min)), ("max", str(parameter.max)), ("step", str(parameter.step)))
        case Number():
            yield from (("min", written(parameter.min)), ("max", written(parameter.max)), ("step", "any"))
        case Text():
            yield "maxlength", str(parameter.max_length)
        case Seed():
            yield "placeholder", "random"
        case SizeParameter():
            yield "placeholder", f"{parameter.min}x{parameter.max}"
        case _:
            return


def _text(value: Value) -> str:
    match value:
        case None | FileHandle():
            return ""
        case bool():
            return "yes" if value else "no"
        case int() | float():
            return written(value)
    return str(value)
