"""The fields of a form: one for every parameter of a workflow, and what comes back from each. Pure.

A value that does not fit its field is never cut: it stays out of the form and is kept as it is. What a form leaves out
follows from the workflow and the values alone, so that whoever reads the form finds the same again.
"""

import re
from collections.abc import Iterator, Sequence

from adapters.slack.blocks import IN_A_SELECT, LONGEST_OPTION, LONGEST_VALUE, option, plain_text
from adapters.slack.shapes import Json
from bot.forms import Field, fields_of
from bot.inert import length
from bot.suggesting import all_shown_as, best, offered, sent_as, shown_as
from workflows.command import PROMPT
from workflows.parameters import Choice, FileParameter, Flag, Integer, Number, Parameter, Text
from workflows.values import Values
from workflows.vocabulary import Vocabulary
from workflows.workflow import Workflow

FIELDS = 90
"""Fields of a form, which with what stands around them are fewer blocks than a view may have."""

MOST_TEXT = 3000
"""Characters of a field."""

VALUE = "value"
"""The action id of every field; which field it is, its block tells."""

_PARAMETER = "p"
_LONGEST_LABEL = 150
_LONGEST_HINT = 500
_LONGEST_PLACEHOLDER = 150
_DECIMAL = re.compile(r"-?\d{1,40}(\.\d{1,20})?", re.ASCII)
_PICTURES, _VIDEOS = ("png", "jpg", "jpeg", "webp"), ("mp4", "webm")


def shown_names(workflow: Workflow, values: Values) -> list[str]:
    """Return the parameters that stand in a form with these values, the prompt first."""
    declared = workflow.manifest.parameters
    names = sorted(declared, key=lambda name: name != PROMPT)
    return [name for name in names if length(str(values.get(name) or "")) <= MOST_TEXT][:FIELDS]


def kept_names(workflow: Workflow, values: Values) -> list[str]:
    """Return the parameters that such a form leaves out."""
    shown = shown_names(workflow, values)
    return [name for name in workflow.manifest.parameters if name not in shown]


def block_of(workflow: Workflow, name: str) -> str:
    """Return the id of a field's block.

    Slack keeps what stands in a block of the same id when a form turns into that of another workflow: the prompt is to
    stay, and everything else to be as it usually is there.
    """
    return f"{_PARAMETER}:{name}" if name == PROMPT else f"{_PARAMETER}:{name}:{workflow.name}"


def parameter_of(block: object) -> str | None:
    """Return which parameter a block is about."""
    match block.split(":") if isinstance(block, str) else []:
        case [prefix, name, *_] if prefix == _PARAMETER:
            return name
    return None


def field_blocks(
    workflow: Workflow, values: Values, vocabulary: Vocabulary, *, has_pictures: bool = False
) -> Iterator[Json]:
    """Yield the fields, filled with these values; `has_pictures`: those that nobody attaches are already there."""
    known = {each.name: each for each in fields_of(workflow, values, vocabulary)}
    for name in shown_names(workflow, values):
        parameter = workflow.manifest.parameters[name]
        is_required = _is_required(parameter, has_pictures=has_pictures) or known[name].is_gone
        hint = _help(known[name], parameter, has_pictures=has_pictures)
        yield _input(
            block_of(workflow, name),
            known[name].label,
            _element(known[name], parameter),
            hint=hint,
            is_optional=not is_required,
        )


def options_for(name: str, typed: str, workflow: Workflow, vocabulary: Vocabulary) -> list[Json]:
    """Return what a select offers that has too much to show at once, for what was typed into it so far."""
    found = best(typed[:LONGEST_VALUE], offered(name, workflow, vocabulary), IN_A_SELECT)
    return _options(found)


def _is_required(parameter: Parameter, *, has_pictures: bool) -> bool:
    match parameter:
        case Text(required=is_required):
            return is_required
        case FileParameter():
            return not has_pictures
    return False


def _help(shown: Field, parameter: Parameter, *, has_pictures: bool) -> str:
    if isinstance(parameter, FileParameter) and has_pictures:
        return " ".join(filter(None, (shown.help, "Empty: as it was.")))
    return shown.help


def _input(block: str, label: str, element: Json, *, hint: str = "", is_optional: bool = True) -> Json:
    told: Json = {"hint": plain_text(hint, _LONGEST_HINT)} if hint.strip() else {}
    return {
        "type": "input",
        "block_id": block,
        "label": plain_text(label, _LONGEST_LABEL),
        "element": {"action_id": VALUE, **element},
        "optional": is_optional,
        **told,
    }


def _element(shown: Field, parameter: Parameter) -> Json:
    match parameter:
        case Text(max_length=longest):
            return typed(shown.value, longest=longest, is_long=True)
        case Integer() | Number() if _are_decimal(shown):
            return _number(shown, is_decimal=isinstance(parameter, Number))
        case Choice() if shown.options:
            return _choice(shown)
        case Flag():
            return {"type": "radio_buttons", **_listed(shown)}
        case FileParameter(kind=kind):
            types = _VIDEOS if kind == "video" else _PICTURES
            return {"type": "file_input", "filetypes": [*types], "max_files": 1}
    return typed(shown.value, hint=shown.hint)


def typed(value: str = "", *, hint: str = "", longest: int = MOST_TEXT, is_long: bool = False) -> Json:
    """Return a field for words."""
    said: Json = {"initial_value": value} if value else {}
    placeholder: Json = {"placeholder": plain_text(hint, _LONGEST_PLACEHOLDER)} if hint else {}
    # A job may be older than the bound: what it has is shown all the same, and intake judges it.
    most = min(MOST_TEXT, max(longest, len(value)))
    return {"type": "plain_text_input", "multiline": is_long, "max_length": most, **said, **placeholder}


def _are_decimal(shown: Field) -> bool:
    numbers = (shown.attributes["min"], shown.attributes["max"], shown.value or "0")
    return all(map(_DECIMAL.fullmatch, numbers))


def _number(shown: Field, *, is_decimal: bool) -> Json:
    bounds: Json = {"min_value": shown.attributes["min"], "max_value": shown.attributes["max"]}
    value: Json = {"initial_value": shown.value} if shown.value else {}
    if shown.value and not float(shown.attributes["min"]) <= float(shown.value) <= float(shown.attributes["max"]):
        bounds = {}  # of an older job, as above
    placeholder = plain_text(shown.hint, _LONGEST_PLACEHOLDER)
    return {"type": "number_input", "is_decimal_allowed": is_decimal, **bounds, **value, "placeholder": placeholder}


def _choice(shown: Field) -> Json:
    placeholder = {"placeholder": plain_text(shown.hint, _LONGEST_PLACEHOLDER)}
    if len(set(shown.options)) <= IN_A_SELECT:
        return {"type": "static_select", **_listed(shown), **placeholder}
    chosen: Json = {"initial_option": _option(shown.value)} if shown.value in shown.options else {}
    return {"type": "external_select", "min_query_length": 0, **chosen, **placeholder}


def _listed(shown: Field) -> Json:
    values = [*dict.fromkeys(shown.options)]
    options = _options(values)
    chosen: Json = {"initial_option": options[values.index(shown.value)]} if shown.value in values else {}
    return {"options": options, **chosen}


def _options(values: Sequence[str]) -> list[Json]:
    shown = all_shown_as(values, LONGEST_OPTION)
    return [option(said, sent_as(value, LONGEST_VALUE)) for said, value in zip(shown, values, strict=True)]


def _option(value: str) -> Json:
    return option(shown_as(value, LONGEST_OPTION), sent_as(value, LONGEST_VALUE))
