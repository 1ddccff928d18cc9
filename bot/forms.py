"""A form for a workflow's parameters, made from its manifest, and what comes back from it. Pure."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from workflows.numbers import written
from workflows.parameters import Choice, FileParameter, Flag, Integer, Number, Parameter, Seed, SizeParameter, Text
from workflows.values import FileHandle, Value, Values, jsonable
from workflows.vocabulary import Vocabulary
from workflows.workflow import Workflow

USUAL = "As usual"
"""What stands in an empty field."""

EDIT_AGAIN = "Edit again"
"""What the button says that opens a refused form again, as it was filled."""

KEPT = "Too long to show here, kept as it is"
"""What is said of values that a form leaves out, before their names."""

REPORT = "Report this result"
ASKED_REASON = "What is wrong with it?"
WHO_READS = "Moderators and whoever runs this bot read it, with your name."
THANKS = "Thank you. A moderator will look at it."
"""What a report's form is called and asks, who reads it, and what is said when it was sent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One input of a form."""

    name: str
    label: str
    kind: str
    help: str
    value: str = ""
    options: tuple[str, ...] = ()
    attributes: Mapping[str, str] = field(default_factory=dict)  #: bounds, in HTML's words: min, max, step, maxlength

    @property
    def is_gone(self) -> bool:
        """Whether its value is offered no more: whoever edits replaces it, not in silence the first one does."""
        return bool(self.options and self.value) and self.value not in self.options

    @property
    def hint(self) -> str:
        """What stands in the field while nothing is in it."""
        if self.is_gone:
            return f"Choose another one, gone is {self.value}"
        return self.attributes.get("placeholder", USUAL)


def fields_of(workflow: Workflow, values: Values, vocabulary: Vocabulary) -> tuple[Field, ...]:
    """Make the fields, filled with these values; what has none shows what nobody's setting it would give."""
    shown = {**workflow.usual(vocabulary), **values}
    return tuple(
        _field(name, parameter, shown.get(name), vocabulary) for name, parameter in workflow.manifest.parameters.items()
    )


def read_form(workflow: Workflow, typed: Mapping[str, str]) -> dict[str, str]:
    """Return what a form says: an empty field says nothing, but an empty text takes the default's words away."""
    parameters = workflow.manifest.parameters
    return {
        name: text
        for name, text in typed.items()
        if not isinstance(parameters.get(name), FileParameter) and (text or isinstance(parameters.get(name), Text))
    }


def kept_words(values: Values, kept: Iterable[str]) -> dict[str, str | int | float | bool]:
    """Return what a form could not show of the values it was made of, to be asked for again as it was."""
    words = jsonable({name: values[name] for name in kept if name in values})
    return {name: value for name, value in words.items() if isinstance(value, str | int | float)}


def bounds(parameter: Parameter) -> str:
    """Say in a few words what a parameter takes."""
    match parameter:
        case Text():
            return "words"
        case Integer():
            steps = f", in steps of {parameter.step}" if parameter.step > 1 else ""
            return f"{parameter.min} to {parameter.max}{steps}"
        case Number():
            return f"{written(parameter.min)} to {written(parameter.max)}"
        case Seed():
            return "random, or a whole number"
        case Choice():
            return "one of a list"
        case Flag():
            return "yes or no"
        case SizeParameter():
            return f"as {parameter.min}x{parameter.max}"
    return "attach it"


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
