"""What comes back from a form, and what is said about it at its fields. Pure; whatever Slack sends, nothing breaks."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from adapters.slack.blocks import LONGEST_VALUE
from adapters.slack.fields import MOST_TEXT, kept_names, parameter_of
from adapters.slack.shapes import Json
from adapters.slack.text import rich
from adapters.slack.views import FORM, MOST_METADATA, REASON, WHERE, WORKFLOW, Memo
from bot.forms import kept_words, read_form
from bot.meanings import EditForm, ReimagineForm, ReportForm, decode
from bot.reports import MAX_REASON
from bot.suggesting import offered, sent_for
from workflows.faults import Fault
from workflows.parameters import Choice
from workflows.values import Values
from workflows.vocabulary import Vocabulary
from workflows.workflow import Workflow

_LONGEST_ERROR = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """What a form says: values by parameter, the ids of attached files by parameter, and the channel where it asks."""

    raw: Mapping[str, str | int | float | bool]
    files: Mapping[str, str] = field(default_factory=dict)
    channel: str | None = None


def recalled(view: Json) -> Memo | None:
    """Read what a form remembers; None for a form that is none of ours, or of another version."""
    said = view.get("private_metadata")
    if view.get("callback_id") != FORM or not isinstance(said, str) or len(said) > MOST_METADATA:
        return None
    known = _texts(said)
    meaning = decode(known["purpose"]) if "purpose" in known else None
    purpose = meaning if isinstance(meaning, EditForm | ReimagineForm | ReportForm) else None
    if "purpose" in known and purpose is None:
        return None
    return Memo(
        channel=known.get("channel"), thread=known.get("thread"), workflow=known.get("workflow", ""), purpose=purpose
    )


def read_filled(view: Json, workflow: Workflow, vocabulary: Vocabulary, values: Values | None = None) -> Filled:
    """Read what came back from a form; `values` are those that an edit form was made of, which keeps what it left out.

    Foreign JSON, of which what is no field of the workflow's is passed over.
    """
    words: dict[str, str] = {}
    files: dict[str, str] = {}
    for block, element in _elements(view):
        name = parameter_of(block)
        if name not in workflow.manifest.parameters or name is None:
            continue
        if element.get("type") == "file_input":
            files |= zip([name], (each["id"] for each in _files(element)), strict=False)
        else:
            words[name] = _whole(name, _said(element), workflow, vocabulary)
    kept = {} if values is None else kept_words(values, kept_names(workflow, values))
    return Filled(raw={**kept, **read_form(workflow, words)}, files=files, channel=_where(view))


def attached_files(view: Json) -> Mapping[str, Json]:
    """Return what Slack tells of the files that were attached in a form, by their ids."""
    return {each["id"]: each for _, element in _elements(view) for each in _files(element)}


def read_reason(view: Json) -> str:
    """Read what came back from a report form."""
    found = (_said(element) for block, element in _elements(view) if block == REASON)
    return next(found, "").strip()[:MAX_REASON]


def read_workflow(view: Json) -> str | None:
    """Return the name of the workflow that somebody chose in a form."""
    found = (_said(element) for block, element in _elements(view) if block == WORKFLOW)
    return next(found, "") or None


def faults_in_form(found: Sequence[Fault], view: Json) -> Json | None:
    """Answer a form with what is wrong, each at its field; what has none stands at the first. None: it has no field."""
    fields = {each["block_id"]: parameter_of(each["block_id"]) for each in _inputs(view)}
    if not fields:
        return None
    errors: dict[str, str] = {}
    for fault in found:
        block = next((block for block, name in fields.items() if name == fault.parameter), None)
        said = fault.reason if block else f"{fault.parameter}: {fault.reason}"
        at = block or next(iter(fields))
        errors[at] = " ".join(filter(None, (errors.get(at), said)))
    return _errors(errors)


def asks_where(view: Json) -> bool:
    """Whether whoever fills in a form says in it where the picture goes."""
    return any(each["block_id"] == WHERE for each in _inputs(view))


def refused_in_form(sentence: str, view: Json, *, of_place: bool = False) -> Json | None:
    """Answer a form with what speaks against it as a whole, at its first field; against the place, at that one.

    None: it has no field.
    """
    fields = [each["block_id"] for each in _inputs(view)]
    at = WHERE if of_place and WHERE in fields else next(iter(fields), None)
    return None if at is None else _errors({at: sentence})


def _texts(said: str) -> dict[str, str]:
    try:
        found = json.loads(said)
    except ValueError:
        return {}
    return {str(name): each for name, each in found.items() if isinstance(each, str)} if isinstance(found, dict) else {}


def _errors(errors: Mapping[str, str]) -> Json:
    said = {block: rich(reason, _LONGEST_ERROR) or "?" for block, reason in errors.items()}
    return {"response_action": "errors", "errors": said}


def _inputs(view: Json) -> list[Json]:
    blocks = view.get("blocks")
    found = [each for each in blocks if isinstance(each, dict)] if isinstance(blocks, list) else []
    return [each for each in found if each.get("type") == "input" and isinstance(each.get("block_id"), str)]


def _elements(view: Json) -> Iterator[tuple[str, Json]]:
    """Yield what stands in every block; Slack has one element in each of ours."""
    state = view.get("state")
    values = state.get("values") if isinstance(state, dict) else None
    for block, elements in values.items() if isinstance(values, dict) else ():
        for element in elements.values() if isinstance(elements, dict) else ():
            if isinstance(element, dict):
                yield str(block), element


def _said(element: Json) -> str:
    match element:
        case {"selected_option": {"value": str() as value}} | {"value": str() as value}:
            return value[:MOST_TEXT]
        case {"selected_conversation": str() as value}:
            return value
    return ""


def _files(element: Json) -> list[Json]:
    files = element.get("files")
    found = files if isinstance(files, list) else []
    return [each for each in found if isinstance(each, dict) and isinstance(each.get("id"), str)]


def _where(view: Json) -> str | None:
    found = (_said(element) for block, element in _elements(view) if block == WHERE)
    return next(found, "") or None


def _whole(name: str, said: str, workflow: Workflow, vocabulary: Vocabulary) -> str:
    """Return the choice that a shortened value stands for; any other value as it is."""
    is_choice = isinstance(workflow.manifest.parameters[name], Choice)
    return sent_for(said, offered(name, workflow, vocabulary), LONGEST_VALUE) if is_choice else said
