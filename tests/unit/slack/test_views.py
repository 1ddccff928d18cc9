"""Forms: every parameter has its field, nothing is cut in silence, and what comes back means what was typed."""

from collections.abc import Mapping
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.slack.fields import MOST_TEXT, VALUE, kept_names, options_for, parameter_of
from adapters.slack.filled import faults_in_form, read_filled, read_reason, read_workflow, recalled, refused_in_form
from adapters.slack.refilling import refilled
from adapters.slack.shapes import Json
from adapters.slack.views import (
    WHERE,
    WORKFLOW,
    Memo,
    edit_form,
    note_view,
    paint_form,
    reimagine_form,
    remembered,
    report_form,
)
from bot.meanings import EditForm, ReimagineForm, ReportForm
from bot.reports import MAX_REASON
from tests.unit.discord.test_cards import JOB
from tests.unit.slack.bodies import seen, taken_as_view
from tests.unit.slack.test_text import HOSTILE
from tests.unit.workflows.samples import (
    ATTACHED,
    EVERYTHING,
    EVERYTHING_VOCABULARY,
    LIBRARY_CATALOG,
    TXT2IMG,
    UPSCALE,
    VOCABULARY,
)
from workflows.faults import Fault
from workflows.values import FileHandle, RawValue, Values
from workflows.vocabulary import Vocabulary
from workflows.workflow import Workflow

HERE = Memo(channel="C1", thread="1700000000.000100")
EDIT = replace(HERE, purpose=EditForm(job_id=JOB))


def _sent(form: Json, changes: Mapping[str, str] | None = None) -> Json:
    """Return what Slack sends when somebody fills a form in; changes are by parameter."""
    changes = dict(changes or {})
    state = {
        each["block_id"]: {VALUE: _filled(each["element"], changes.pop(str(parameter_of(each["block_id"])), None))}
        for each in form["blocks"]
        if each["type"] == "input"
    }
    assert not changes, "the form has no such field"
    return {**form, "state": {"values": state}}


def _filled(element: Json, typed: str | None) -> Json:
    kind = element["type"]
    match kind:
        case "static_select" | "external_select" | "radio_buttons":
            chosen = element.get("initial_option") if typed is None else {"value": typed}
            return {"type": kind, "selected_option": chosen}
        case "conversations_select":
            return {"type": kind, "selected_conversation": typed}
        case "file_input":
            return {"type": kind, "files": [] if typed is None else [{"id": typed}]}
    return {"type": kind, "value": (element.get("initial_value") if typed is None else typed) or None}


def _values(workflow: Workflow, raw: Mapping[str, RawValue], vocabulary: Vocabulary) -> Values:
    attached = {name: value for name, value in ATTACHED.items() if name in workflow.manifest.parameters}
    return workflow.validate({**attached, **raw}, vocabulary)


def _edited(
    workflow: Workflow, values: Values, vocabulary: Vocabulary, changes: Mapping[str, str] | None = None
) -> Values:
    form = taken_as_view(edit_form(EDIT, workflow, values, vocabulary))
    return _values(workflow, read_filled(_sent(form, changes), workflow, vocabulary, values).raw, vocabulary)


def _field(form: Json, name: str) -> Json:
    found: Json = next(each for each in form["blocks"] if parameter_of(each.get("block_id")) == name)
    return found


@pytest.mark.parametrize("workflow", LIBRARY_CATALOG.workflows.values(), ids=lambda each: each.name)
def test_every_parameter_of_every_workflow_has_its_own_field_the_prompt_first(workflow: Workflow) -> None:
    form = taken_as_view(paint_form(HERE, workflow, VOCABULARY))
    names = [parameter_of(each["block_id"]) for each in form["blocks"]]
    assert sorted(filter(None, names)) == sorted(workflow.manifest.parameters)
    assert "prompt" not in names or names[0] == "prompt"


def test_fields_are_of_the_kind_that_their_parameter_takes() -> None:
    form = taken_as_view(paint_form(HERE, EVERYTHING, EVERYTHING_VOCABULARY))
    kinds = {parameter_of(each["block_id"]): each["element"]["type"] for each in form["blocks"]}
    by_parameter = {kinds[name]: each.kind for name, each in EVERYTHING.manifest.parameters.items()}
    assert by_parameter["number_input"] in ("integer", "number")
    assert by_parameter["radio_buttons"] == "flag"
    assert by_parameter["static_select"] == "choice"
    assert by_parameter["file_input"] in ("image", "mask", "video")
    assert by_parameter["plain_text_input"] in ("text", "seed", "size")


def test_a_number_has_the_bounds_of_its_parameter() -> None:
    steps = _field(paint_form(HERE, TXT2IMG, VOCABULARY), "steps")
    declared = TXT2IMG.manifest.parameters["steps"]
    assert declared.kind == "integer"
    assert steps["element"]["min_value"] == str(declared.min)
    assert steps["element"]["max_value"] == str(declared.max)
    assert not steps["element"]["is_decimal_allowed"]


def test_a_number_of_an_older_job_that_is_out_of_bounds_is_shown_all_the_same() -> None:
    values = {**TXT2IMG.usual(VOCABULARY), "prompt": "a fox", "steps": 100_000}
    steps = _field(taken_as_view(edit_form(EDIT, TXT2IMG, values, VOCABULARY)), "steps")
    assert steps["element"]["initial_value"] == "100000"


def test_an_edit_form_that_nobody_changes_asks_for_the_same_again() -> None:
    for workflow, vocabulary in ((TXT2IMG, VOCABULARY), (EVERYTHING, EVERYTHING_VOCABULARY)):
        values = _values(workflow, {"prompt": "a fox\nin the snow", "seed": "18446744073709551615"}, vocabulary)
        assert _edited(workflow, values, vocabulary) == values


def test_what_somebody_changes_is_asked_for() -> None:
    values = _values(TXT2IMG, {"prompt": "a fox"}, VOCABULARY)
    changed = _edited(TXT2IMG, values, VOCABULARY, {"prompt": "a cat", "steps": "12", "sampler": "dpmpp_2m"})
    assert (changed["prompt"], changed["steps"], changed["sampler"]) == ("a cat", 12, "dpmpp_2m")


@pytest.mark.parametrize("workflow", [*LIBRARY_CATALOG.workflows.values(), EVERYTHING], ids=lambda each: each.name)
def test_a_form_that_is_opened_again_is_filled_as_it_was_sent(workflow: Workflow) -> None:
    vocabulary = EVERYTHING_VOCABULARY if workflow is EVERYTHING else VOCABULARY
    sent = _sent(
        paint_form(HERE, workflow, vocabulary), {"prompt": "a *fox* & a <dog>"} if _has_prompt(workflow) else {}
    )
    again = refilled(sent)

    assert taken_as_view(again)
    assert read_filled(_sent(again), workflow, vocabulary) == read_filled(sent, workflow, vocabulary)
    assert recalled(again) == recalled(sent)


def test_a_field_that_was_emptied_is_empty_when_the_form_opens_again() -> None:
    sent = _sent(
        edit_form(EDIT, TXT2IMG, _values(TXT2IMG, {"prompt": "a fox"}, VOCABULARY), VOCABULARY), {"prompt": ""}
    )

    assert "a fox" not in str(refilled(sent)["blocks"])


def _has_prompt(workflow: Workflow) -> bool:
    return "prompt" in workflow.manifest.parameters


def test_a_text_that_is_taken_away_stays_away() -> None:
    values = _values(TXT2IMG, {"prompt": "a fox", "negative_prompt": "blurry"}, VOCABULARY)
    assert _edited(TXT2IMG, values, VOCABULARY, {"negative_prompt": ""})["negative_prompt"] == ""


def test_a_prompt_that_is_too_long_for_a_field_is_kept_as_it_is_and_said() -> None:
    values = {**_values(TXT2IMG, {"prompt": "a fox"}, VOCABULARY), "prompt": "fox " * 800}
    form = taken_as_view(edit_form(EDIT, TXT2IMG, values, VOCABULARY))
    assert kept_names(TXT2IMG, values) == ["prompt"]
    assert "Too long to show here, kept as it is: prompt" in seen(form["blocks"]).text
    assert read_filled(_sent(form, {"steps": "9"}), TXT2IMG, VOCABULARY, values).raw["prompt"] == "fox " * 800


def test_a_choice_that_is_gone_has_to_be_replaced() -> None:
    values = {**TXT2IMG.usual(VOCABULARY), "prompt": "a fox", "model": "gone.safetensors"}
    model = _field(taken_as_view(edit_form(EDIT, TXT2IMG, values, VOCABULARY)), "model")
    assert not model["optional"]
    assert "initial_option" not in model["element"]
    assert "gone.safetensors" in model["element"]["placeholder"]["text"]


def _many(count: int, length: int = 0) -> Vocabulary:
    names = tuple(f"{'m' * length}/{number}.safetensors" for number in range(count))
    return Vocabulary(choices={**VOCABULARY.choices, "CheckpointLoaderSimple.ckpt_name": names})


def test_more_models_than_a_select_takes_are_looked_up_while_somebody_types() -> None:
    vocabulary = _many(300)
    model = _field(taken_as_view(paint_form(HERE, TXT2IMG, vocabulary)), "model")
    assert model["element"]["type"] == "external_select"
    assert len(options_for("model", "", TXT2IMG, vocabulary)) == 100
    assert [each["value"] for each in options_for("model", "299", TXT2IMG, vocabulary)] == ["/299.safetensors"]


def test_a_name_that_is_too_long_for_an_option_comes_back_whole() -> None:
    vocabulary = _many(3, 200)
    form = taken_as_view(paint_form(HERE, TXT2IMG, vocabulary))
    options = _field(form, "model")["element"]["options"]
    assert len({each["value"] for each in options}) == 3
    chosen = read_filled(_sent(form, {"prompt": "x", "model": options[1]["value"]}), TXT2IMG, vocabulary)
    assert chosen.raw["model"] in vocabulary.choices["CheckpointLoaderSimple.ckpt_name"]


def test_a_picture_is_attached_in_the_form_and_an_edited_job_keeps_its_own() -> None:
    form = taken_as_view(paint_form(HERE, UPSCALE, VOCABULARY))
    name = next(name for name, each in UPSCALE.manifest.parameters.items() if each.kind == "image")
    assert not _field(form, name)["optional"]
    assert read_filled(_sent(form, {name: "F1"}), UPSCALE, VOCABULARY).files == {name: "F1"}
    values: Values = {**UPSCALE.usual(VOCABULARY), name: FileHandle(key="k", media_type="image/png", width=1, height=1)}
    edited = taken_as_view(edit_form(EDIT, UPSCALE, values, VOCABULARY))
    assert _field(edited, name)["optional"]
    found = read_filled(_sent(edited), UPSCALE, VOCABULARY, values)
    assert (found.files, name in found.raw) == ({}, False)


def test_the_picture_that_is_reimagined_is_not_asked_for() -> None:
    form = taken_as_view(reimagine_form(HERE, UPSCALE, VOCABULARY, {}, "image"))
    assert "image" not in [parameter_of(each["block_id"]) for each in form["blocks"]]


def test_a_form_out_of_nowhere_asks_where_to_and_which_workflow() -> None:
    names = [(name, each.manifest.title) for name, each in LIBRARY_CATALOG.workflows.items()]
    form = taken_as_view(paint_form(Memo(workflow="txt2img"), TXT2IMG, VOCABULARY, names=names))
    assert [each["block_id"] for each in form["blocks"]][:2] == [WORKFLOW, WHERE]
    sent = _sent(form)
    sent["state"]["values"][WHERE] = {VALUE: {"type": "conversations_select", "selected_conversation": "C7"}}
    assert read_filled(sent, TXT2IMG, VOCABULARY).channel == "C7"
    assert read_workflow(sent) == "txt2img"


def test_another_workflows_form_keeps_the_prompt_and_nothing_else() -> None:
    forms = (paint_form(HERE, LIBRARY_CATALOG.workflows[name], VOCABULARY) for name in ("txt2img", "flux"))
    blocks = [{each["block_id"] for each in form["blocks"]} for form in forms]
    assert blocks[0] & blocks[1] == {"p:prompt"}


@pytest.mark.parametrize(
    "memo",
    [
        Memo(),
        HERE,
        EDIT,
        Memo(channel="D1", workflow="flux"),
        Memo(purpose=ReimagineForm(source="a-1")),
        Memo(purpose=ReportForm(job_id=JOB)),
    ],
)
def test_what_a_form_remembers_comes_back(memo: Memo) -> None:
    assert recalled({"callback_id": "fairbrush_form", "private_metadata": remembered(memo)}) == memo


@pytest.mark.parametrize(
    "view",
    [
        {},
        {"callback_id": "other", "private_metadata": "{}"},
        {"callback_id": "fairbrush_form"},
        {"callback_id": "fairbrush_form", "private_metadata": '{"purpose": "fb9:edit:1"}'},
        {"callback_id": "fairbrush_form", "private_metadata": "x" * 3001},
    ],
)
def test_a_form_that_is_none_of_ours_is_none(view: Json) -> None:
    assert recalled(view) is None


_FOREIGN = st.recursive(
    st.none() | st.text() | st.integers(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text() | st.just("values"), inner),
)


@given(_FOREIGN)
def test_whatever_comes_back_breaks_nothing(state: object) -> None:
    found: list[Json] = [{"state": state, "blocks": state}, {"state": {"values": state}}]
    for view in (*found, {"state": {"values": {"p:prompt": state}}}):
        read_filled(view, TXT2IMG, VOCABULARY)
        read_reason(view)
        faults_in_form([Fault(parameter="steps", reason="no")], view)


def test_faults_stand_at_their_fields_and_those_without_one_at_the_first() -> None:
    form = paint_form(HERE, TXT2IMG, VOCABULARY)
    found = [
        Fault(parameter="steps", reason="needs a whole number."),
        Fault(parameter="cost", reason="is too much."),
        Fault(parameter="steps", reason="And a small one."),
    ]
    answer = faults_in_form(found, form)
    assert answer == {
        "response_action": "errors",
        "errors": {"p:steps:txt2img": "needs a whole number. And a small one.", "p:prompt": "cost: is too much."},
    }
    assert faults_in_form(found, note_view("Sorry", "That is gone.")) is None


def test_what_speaks_against_a_whole_form_stands_at_its_first_field() -> None:
    answer = refused_in_form("The queue is full.", paint_form(HERE, TXT2IMG, VOCABULARY))
    assert answer == {"response_action": "errors", "errors": {"p:prompt": "The queue is full."}}
    assert refused_in_form("No.", note_view("Sorry", "That is gone.")) is None


def test_a_report_asks_why_and_is_read_in_bounds() -> None:
    form = taken_as_view(report_form(replace(HERE, purpose=ReportForm(job_id=JOB))))
    sent = {**form, "state": {"values": {"reason": {VALUE: {"type": "plain_text_input", "value": " so " + "x" * 900}}}}}
    assert read_reason(sent).startswith("so x")
    assert len(read_reason(sent)) <= MAX_REASON


@settings(deadline=None)
@given(HOSTILE)
def test_whatever_stands_in_a_form_pings_nobody_and_comes_back_as_it_was(text: str) -> None:
    values = {**TXT2IMG.usual(VOCABULARY), "prompt": text, "negative_prompt": text}
    form = taken_as_view(edit_form(EDIT, TXT2IMG, values, VOCABULARY))
    found = seen(form["blocks"])
    assert (found.pings, found.links) == (set(), [])
    assert read_filled(_sent(form), TXT2IMG, VOCABULARY, values).raw["negative_prompt"] == text


@pytest.mark.parametrize("filling", ["<", "🦊", "a ", "ש"])
def test_the_fullest_form_is_taken(filling: str) -> None:
    long = filling * MOST_TEXT
    names = [(f"w{number}", long) for number in range(150)]
    for size in (MOST_TEXT, MOST_TEXT // 2, 5000):
        values = {**EVERYTHING.usual(EVERYTHING_VOCABULARY), "prompt": long[:size], "caption": long[:size]}
        taken_as_view(edit_form(EDIT, EVERYTHING, values, EVERYTHING_VOCABULARY))
    taken_as_view(paint_form(Memo(workflow="w1"), TXT2IMG, _many(100, 300), names=names))
    taken_as_view(note_view(long, long))
    faults = [Fault(parameter=long, reason=long)] * 5
    answer = faults_in_form(faults, paint_form(HERE, TXT2IMG, VOCABULARY))
    assert answer is not None
    assert all(0 < len(each) <= 300 for each in answer["errors"].values())
