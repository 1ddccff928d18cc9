"""Forms: what a new picture, Edit & rerun, Reimagine and Report ask. Pure.

What a form is about stands in its private metadata, which only the bot reads and which grants nothing: whoever sends
the form is judged anew.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from adapters.slack.blocks import IN_A_SELECT, LONGEST_VALUE, option, plain_text, small
from adapters.slack.fields import VALUE, field_blocks, kept_names, parameter_of, typed
from adapters.slack.shapes import Json
from adapters.slack.text import plain
from bot.buttons import named
from bot.forms import ASKED_REASON, KEPT, REPORT, WHO_READS
from bot.meanings import EditForm, ReimagineForm, ReportForm, encode
from bot.reports import MAX_REASON
from bot.status import Button
from workflows.values import Values
from workflows.vocabulary import Vocabulary
from workflows.workflow import Workflow

FORM = "fairbrush_form"
"""The callback id of all forms."""

WORKFLOW, WHERE, REASON = "workflow", "where", "reason"
"""The blocks of a form that are about no parameter: which workflow, which channel, why."""

MOST_METADATA = 3000
_LONGEST_TITLE = 24

Purpose = EditForm | ReimagineForm | ReportForm
"""What a form is for, other than a new picture."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Memo:
    """What a form remembers of how it was asked for."""

    channel: str | None = None  #: None: whoever fills it in says where
    thread: str | None = None
    workflow: str = ""
    purpose: Purpose | None = None


def paint_form(
    memo: Memo, workflow: Workflow, vocabulary: Vocabulary, *, names: Sequence[tuple[str, str]] = ()
) -> Json:
    """Ask for a new picture; `names` and titles of workflows among which somebody may choose, if any."""
    usual = workflow.usual(vocabulary)
    blocks = [*_head(memo, workflow, names), *field_blocks(workflow, usual, vocabulary)]
    return _form(memo, workflow.manifest.title, "Paint", blocks)


def edit_form(memo: Memo, workflow: Workflow, values: Values, vocabulary: Vocabulary) -> Json:
    """Ask for a job again, with its values to change; pictures that nobody attaches are those it had."""
    blocks = [*field_blocks(workflow, values, vocabulary, has_pictures=True), *_kept(workflow, values)]
    return _form(memo, named(Button.EDIT), "Paint", blocks)


def reimagine_form(memo: Memo, workflow: Workflow, vocabulary: Vocabulary, given: Values, picture: str) -> Json:
    """Ask what to make of a picture, which is there already as this parameter; everything is as usual or as `given`."""
    usual = {**workflow.usual(vocabulary), **given}
    found = field_blocks(workflow, usual, vocabulary)
    blocks = [each for each in found if parameter_of(each["block_id"]) != picture]
    return _form(memo, workflow.manifest.title, "Paint", blocks)


def report_form(memo: Memo) -> Json:
    """Ask what is wrong with a result."""
    element = {"action_id": VALUE, **typed(longest=MAX_REASON, is_long=True)}
    reason = {
        "type": "input",
        "block_id": REASON,
        "label": plain_text(ASKED_REASON, LONGEST_VALUE),
        "hint": plain_text(WHO_READS, LONGEST_VALUE),
        "element": element,
    }
    return _form(memo, REPORT, "Report", [reason])


def note_view(title: str, sentence: str) -> Json:
    """Say something in place of a form, which needs no answer."""
    return {
        "type": "modal",
        "title": plain_text(title, _LONGEST_TITLE),
        "close": plain_text("Close", _LONGEST_TITLE),
        "blocks": [{"type": "section", "text": plain_text(sentence, 2000)}],
    }


def _form(memo: Memo, title: str, submit: str, blocks: Sequence[Json]) -> Json:
    return {
        "type": "modal",
        "callback_id": FORM,
        "private_metadata": remembered(memo),
        "title": plain_text(title, _LONGEST_TITLE),
        "submit": plain_text(submit, _LONGEST_TITLE),
        "close": plain_text("Close", _LONGEST_TITLE),
        "blocks": [*blocks],
    }


def _head(memo: Memo, workflow: Workflow, names: Sequence[tuple[str, str]]) -> Iterator[Json]:
    if len(names) > 1:
        options = {name: option(f"{name} · {title}", name) for name, title in names[:IN_A_SELECT]}
        chosen: Json = {"initial_option": options[workflow.name]} if workflow.name in options else {}
        element = {"type": "static_select", "action_id": WORKFLOW, "options": [*options.values()], **chosen}
        label = plain_text("Workflow", LONGEST_VALUE)
        # Choosing another one asks for its form at once.
        yield {"type": "input", "block_id": WORKFLOW, "label": label, "dispatch_action": True, "element": element}
    if memo.channel is None:
        place = {
            "type": "conversations_select",
            "action_id": VALUE,
            "default_to_current_conversation": True,
            "filter": {"include": ["public", "private", "im", "mpim"], "exclude_bot_users": True},
        }
        hint = plain_text("I have to be in the channel. In your messages with me I always am.", LONGEST_VALUE)
        label = plain_text("Where to", LONGEST_VALUE)
        yield {"type": "input", "block_id": WHERE, "label": label, "hint": hint, "element": place}


def _kept(workflow: Workflow, values: Values) -> Iterator[Json]:
    names = ", ".join(kept_names(workflow, values))
    if names:
        yield small(plain(f"{KEPT}: {names}", 1000))


def remembered(memo: Memo) -> str:
    """Write what a form remembers."""
    known = {
        "channel": memo.channel,
        "thread": memo.thread,
        "workflow": memo.workflow or None,
        "purpose": encode(memo.purpose) if memo.purpose else None,
    }
    return json.dumps({name: value for name, value in known.items() if value is not None})
