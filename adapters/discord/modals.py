"""Forms: what Edit & rerun, Reimagine and Report ask, and what comes back. Pure; ids alone say which form it was."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from adapters.discord.components import IN_A_SELECT, PARAGRAPH, SHORT, field, form, option, select
from adapters.discord.layouts import FIELDS, Layout, layout_of
from adapters.discord.shapes import Json
from adapters.discord.text import MOST_TEXT
from bot.forms import ASKED_REASON, KEPT, REPORT, WHO_READS, Field, fields_of, kept_words, read_form
from bot.inert import label, length, visible
from bot.jobs import JobId
from bot.meanings import EditForm, ReimagineForm, ReportForm
from bot.reports import MAX_REASON
from workflows.command import PROMPT, parse_command
from workflows.parameters import Text
from workflows.values import Values
from workflows.vocabulary import Vocabulary
from workflows.workflow import Workflow
from workflows.writing import write_command

_LONGEST_CHOICE = 100
_WORDS_ALONE = "Words only: parameters stand below."
_REST, _REASON = "rest", "reason"
_PARAMETER = "p:"


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """What a form says: values of fields by parameter, and a text in the command grammar."""

    raw: Mapping[str, str | int | float | bool]
    text: str = ""


def edit_form(job_id: JobId, workflow: Workflow, values: Values, vocabulary: Vocabulary) -> Json:
    """Ask for a job again, with its values to change."""
    title = f"Edit & rerun: {workflow.manifest.title}"
    return form(EditForm(job_id=job_id), title, [*_fields(workflow, values, vocabulary, layout_of(workflow, values))])


def reimagine_form(source: str, workflow: Workflow, vocabulary: Vocabulary, given: Values | None = None) -> Json:
    """Ask what to make of a picture: the words, and everything else as it usually is, or as is `given` for it."""
    usual = {**workflow.usual(vocabulary), **(given or {})}
    fields = _fields(workflow, usual, vocabulary, layout_of(workflow, usual, most=2))
    return form(ReimagineForm(source=source), workflow.manifest.title, [*fields])


def refilled(asked: Json, typed: Mapping[str, str]) -> Json:
    """Return a form with what was typed or chosen in it before, as `submitted` told it."""
    fields = [{**each, "component": _refilled(each["component"], typed)} for each in asked["components"]]
    return {**asked, "components": fields}


def report_form(job_id: JobId) -> Json:
    """Ask what is wrong with a result."""
    reason = _input(_REASON, style=PARAGRAPH, longest=MAX_REASON, is_required=True)
    return form(ReportForm(job_id=job_id), REPORT, [field(ASKED_REASON, WHO_READS, reason)])


def read_edit(data: Json, workflow: Workflow, values: Values) -> Filled:
    """Read what came back from an edit form that was made of these values.

    What the form could not show is kept, unless somebody wrote another value of it into the text.
    """
    filled = _read(data, workflow)
    written = parse_command(filled.text, workflow, Vocabulary()).raw
    kept = [name for name in layout_of(workflow, values).kept if name not in written]
    return Filled(raw={**kept_words(values, kept), **filled.raw}, text=filled.text)


def read_reimagine(data: Json, workflow: Workflow) -> Filled:
    """Read what came back from a reimagine form; what it could not show is as usual."""
    return _read(data, workflow)


def read_reason(data: Json) -> str:
    """Read what came back from a report form."""
    return submitted(data).get(_REASON, "").strip()[:MAX_REASON]


def submitted(data: Json) -> dict[str, str]:
    """Return what was typed or chosen, by the fields' own ids; foreign JSON, of which what is no field is skipped."""
    found = {}
    for each in _components(data)[:FIELDS]:
        inner = each.get("component")
        match inner if isinstance(inner, dict) else each:
            case {"custom_id": str() as name, "value": str() as value}:
                found[name] = value[:MOST_TEXT]
            case {"custom_id": str() as name, "values": [str() as value, *_]}:
                found[name] = value[:MOST_TEXT]
            case {"custom_id": str() as name, "values": []}:
                found[name] = ""
    return found


# ---- Making ------------------------------------------------------------------------------------------------------


def _fields(workflow: Workflow, values: Values, vocabulary: Vocabulary, layout: Layout) -> Iterator[Json]:
    known = {each.name: each for each in fields_of(workflow, values, vocabulary)}
    for name in layout.fields:
        parameter, shown = workflow.manifest.parameters[name], known[name]
        is_required = isinstance(parameter, Text) and parameter.required
        # A command's words hold parameters, too: whoever knows that looks for them here.
        help_text = f"{shown.help} {_WORDS_ALONE}" if name == PROMPT else shown.help
        yield field(shown.label, visible(help_text), _component(shown, is_required=is_required))
    if layout.rest is not None:
        text = write_command({name: values[name] for name in layout.rest if name in values}, workflow, vocabulary)
        box = _input(_REST, style=PARAGRAPH, value=text, hint="steps:30 seed:42")
        yield field("Everything else", _of_the_rest(layout), box)


def _of_the_rest(layout: Layout) -> str:
    if layout.kept:
        return f"As name:value. {KEPT}: {', '.join(layout.kept)}"
    return "As name:value. What you take out is as usual."


def _component(shown: Field, *, is_required: bool) -> Json:
    if shown.kind == "text":
        longest = int(shown.attributes.get("maxlength", MOST_TEXT))
        return _input(_id(shown), style=PARAGRAPH, value=shown.value, longest=longest, is_required=is_required)
    if _can_be_chosen(shown):
        return _choice(shown)
    return _input(_id(shown), style=SHORT, value=shown.value, hint=shown.hint)


def _refilled(component: Json, typed: Mapping[str, str]) -> Json:
    text = typed.get(component["custom_id"])
    if text is None:
        return component
    if "options" in component:
        options = [
            option(each["label"], each["value"], is_chosen=each["value"] == text) for each in component["options"]
        ]
        return {**component, "options": options}
    said = {"value": text} if text else {}
    return {**{name: value for name, value in component.items() if name != "value"}, **said}


def _can_be_chosen(shown: Field) -> bool:
    options = shown.options
    return 0 < len(options) <= IN_A_SELECT and all(0 < length(each) <= _LONGEST_CHOICE for each in options)


def _choice(shown: Field) -> Json:
    options = [option(each, each, is_chosen=each == shown.value) for each in dict.fromkeys(shown.options)]
    return select(_id(shown), options, placeholder=shown.hint, required=shown.is_gone)


def _input(
    custom_id: str,
    *,
    style: int,
    value: str = "",
    hint: str = "",
    longest: int = MOST_TEXT,
    is_required: bool = False,
) -> Json:
    said = {name: text for name, text in (("value", value), ("placeholder", label(hint, 100))) if text}
    # A job may be older than the bound: what it has is shown all the same, and intake judges it.
    most = min(MOST_TEXT, max(longest, length(value)))
    return {"type": 4, "custom_id": custom_id, "style": style, "required": is_required, "max_length": most, **said}


def _id(shown: Field) -> str:
    return _PARAMETER + shown.name


# ---- Reading -----------------------------------------------------------------------------------------------------


def _read(data: Json, workflow: Workflow) -> Filled:
    typed = submitted(data)
    fields = {name.removeprefix(_PARAMETER): text for name, text in typed.items() if name.startswith(_PARAMETER)}
    return Filled(raw=read_form(workflow, fields), text=typed.get(_REST, ""))


def _components(data: Json) -> list[Json]:
    components = data.get("components")
    return [each for each in components if isinstance(each, dict)] if isinstance(components, list) else []
