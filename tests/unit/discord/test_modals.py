"""Forms: every parameter can be reached, nothing is cut in silence, and what comes back means what was typed."""

from collections.abc import Mapping
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.discord.layouts import layout_of
from adapters.discord.modals import (
    Filled,
    edit_form,
    read_edit,
    read_reason,
    read_reimagine,
    refilled,
    reimagine_form,
    report_form,
    submitted,
)
from adapters.discord.shapes import Json
from bot.meanings import EditForm, ReimagineForm, ReportForm, decode
from bot.reports import MAX_REASON
from tests.unit.discord.bodies import taken_as_form
from tests.unit.discord.test_cards import JOB
from tests.unit.discord.test_text import HOSTILE
from tests.unit.workflows.samples import (
    ATTACHED,
    EVERYTHING,
    EVERYTHING_VOCABULARY,
    LIBRARY_CATALOG,
    TXT2IMG,
    UPSCALE,
    VOCABULARY,
)
from workflows.command import parse_command
from workflows.values import FileHandle, RawValue, Values
from workflows.vocabulary import Vocabulary
from workflows.workflow import Workflow


def _sent(form: Json, changes: Mapping[str, str] | None = None) -> Json:
    """Return what Discord sends when somebody fills a form in, by the labels that they see."""
    changes = dict(changes or {})
    sent = []
    for each in form["components"]:
        inner = each["component"]
        typed = changes.pop(each["label"], None)
        if inner["type"] == 3:
            chosen = [one["value"] for one in inner["options"] if one.get("default")]
            sent.append({**_head(inner), "values": chosen if typed is None else [typed]})
        else:
            sent.append({**_head(inner), "value": inner.get("value", "") if typed is None else typed})
    assert not changes, "the form has no such field"
    return {
        "custom_id": form["custom_id"],
        "components": [{"type": 18, "id": at, "component": one} for at, one in enumerate(sent)],
    }


def _head(inner: Json) -> Json:
    return {"type": inner["type"], "custom_id": inner["custom_id"]}


def _meant(filled: Filled, workflow: Workflow, vocabulary: Vocabulary) -> Values:
    """Return what intake makes of a form; pictures come from the job that is edited."""
    command = parse_command(filled.text, workflow, vocabulary, ())
    assert command.faults == ()
    assert not command.raw.keys() & filled.raw.keys(), "said twice"
    attached = {name: value for name, value in ATTACHED.items() if name in workflow.manifest.parameters}
    return workflow.validate({**command.raw, **filled.raw, **attached}, vocabulary)


def _values(workflow: Workflow, raw: Mapping[str, RawValue], vocabulary: Vocabulary) -> Values:
    attached = {name: value for name, value in ATTACHED.items() if name in workflow.manifest.parameters}
    return workflow.validate({**attached, **raw}, vocabulary)


def _edited(
    workflow: Workflow, values: Values, vocabulary: Vocabulary, changes: Mapping[str, str] | None = None
) -> Values:
    form = taken_as_form(edit_form(JOB, workflow, values, vocabulary))
    return _meant(read_edit(_sent(form, changes), workflow, values), workflow, vocabulary)


def _labels(form: Json) -> list[str]:
    return [each["label"] for each in form["components"]]


def _field(form: Json, label: str) -> Json:
    (found,) = [each["component"] for each in form["components"] if each["label"] == label]
    assert isinstance(found, dict)
    return found


FOX = _values(TXT2IMG, {"prompt": "a fox", "seed": "18446744073709551615", "steps": "30"}, VOCABULARY)


def test_an_edit_shows_the_prompt_three_more_and_everything_else_as_words() -> None:
    form = taken_as_form(edit_form(JOB, TXT2IMG, FOX, VOCABULARY))
    assert decode(form["custom_id"]) == EditForm(job_id=JOB)
    assert _labels(form) == ["Prompt", "Negative prompt", "Steps", "Cfg", "Everything else"]
    assert _field(form, "Prompt")["value"] == "a fox"
    assert _field(form, "Steps")["value"] == "30"
    assert "seed:18446744073709551615" in _field(form, "Everything else")["value"]


def test_a_form_that_was_refused_opens_again_as_it_was_filled() -> None:
    typed = {"p:prompt": "", "p:negative_prompt": "fog", "p:steps": "900", "rest": "stepz:3", "p:gone": "x"}
    form = taken_as_form(refilled(edit_form(JOB, TXT2IMG, FOX, VOCABULARY), typed))

    assert "value" not in _field(form, "Prompt")
    said = [_field(form, name)["value"] for name in ("Negative prompt", "Steps", "Cfg", "Everything else")]
    assert said == ["fog", "900", "7", "stepz:3"]

    values = _values(UPSCALE, {}, VOCABULARY)
    chooser = edit_form(JOB, UPSCALE, values, VOCABULARY)
    [again] = _field(refilled(chooser, {"p:upscale_model": ""}), "Upscale model")["options"]
    assert "default" not in again


def test_the_prompts_field_says_that_parameters_stand_below() -> None:
    workflow = LIBRARY_CATALOG.workflows["txt2img"]
    prompt, *others = edit_form(JOB, workflow, workflow.validate({"prompt": "x"}, VOCABULARY), VOCABULARY)["components"]

    assert prompt["description"] == "What to paint. Words only: parameters stand below."
    assert not any("Words only" in each.get("description", "") for each in others)


def test_every_parameter_can_be_changed() -> None:
    changed = _edited(
        TXT2IMG, FOX, VOCABULARY, {"Prompt": "an owl", "Steps": "12", "Everything else": "seed:7 width:640"}
    )
    assert (changed["prompt"], changed["steps"], changed["seed"], changed["width"]) == ("an owl", 12, 7, 640)


@pytest.mark.parametrize("name", sorted(LIBRARY_CATALOG.workflows))
def test_a_form_that_is_sent_as_it_came_asks_for_the_same_again(name: str) -> None:
    workflow = LIBRARY_CATALOG.workflows[name]
    words = {"prompt": 'a fox, "quoted" steps:3 `x`'} if "prompt" in workflow.manifest.parameters else {}
    values = _values(workflow, words, VOCABULARY)
    assert _edited(workflow, values, VOCABULARY) == values


@settings(deadline=None)
@given(HOSTILE.filter(lambda text: bool(text.strip())), HOSTILE, st.integers(0, 20), st.booleans())
def test_whatever_was_asked_comes_back_unchanged(prompt: str, caption: str, frames: int, tiled: bool) -> None:
    raw: dict[str, RawValue] = {"prompt": f"x{prompt}", "caption": caption, "frames": 4 * frames + 1, "tiled": tiled}
    values = _values(EVERYTHING, {**raw, "look": '12" wide', "sampler": "dpm\\2m"}, EVERYTHING_VOCABULARY)
    assert _edited(EVERYTHING, values, EVERYTHING_VOCABULARY) == values


def test_no_picture_stands_in_a_form() -> None:
    values = _values(EVERYTHING, {"prompt": "x"}, EVERYTHING_VOCABULARY)
    layout = layout_of(EVERYTHING, values)
    shown = {*layout.fields, *(layout.rest or ())}
    assert not {name for name, value in values.items() if isinstance(value, FileHandle)} & shown
    assert shown == {name for name, value in values.items() if not isinstance(value, FileHandle)}


def test_a_workflow_of_few_parameters_shows_each_in_a_field_of_its_own() -> None:
    values = _values(UPSCALE, {}, VOCABULARY)
    form = taken_as_form(edit_form(JOB, UPSCALE, values, VOCABULARY))
    assert _labels(form) == ["Upscale model"]
    assert _field(form, "Upscale model")["options"] == [
        {"label": "RealESRGAN_x4plus.pth", "value": "RealESRGAN_x4plus.pth", "default": True}
    ]


def test_a_choice_that_is_offered_no_more_has_to_be_replaced() -> None:
    values = {**_values(UPSCALE, {}, VOCABULARY), "upscale_model": "old.pth"}
    chooser = _field(taken_as_form(edit_form(JOB, UPSCALE, values, VOCABULARY)), "Upscale model")
    assert chooser["required"]
    assert "old.pth" in chooser["placeholder"]


@pytest.mark.parametrize("names", [(), tuple(f"m{n}.pth" for n in range(26)), ("a" * 101,)])
def test_choices_that_no_select_holds_are_typed(names: tuple[str, ...]) -> None:
    vocabulary = Vocabulary(choices={"UpscaleModelLoader.model_name": names} if names else {})
    values = {**_values(UPSCALE, {}, VOCABULARY), "upscale_model": (names or ("x.pth",))[0]}
    box = _field(taken_as_form(edit_form(JOB, UPSCALE, values, vocabulary)), "Upscale model")
    assert (box["type"], box["value"]) == (4, values["upscale_model"])


def test_a_prompt_of_four_thousand_characters_stands_in_its_field() -> None:
    values = {**FOX, "prompt": "f" * 4000}
    assert _field(taken_as_form(edit_form(JOB, TXT2IMG, values, VOCABULARY)), "Prompt")["value"] == "f" * 4000


@pytest.mark.parametrize("prompt", ["f" * 4001, "🦊" * 2001])
def test_a_prompt_that_is_too_long_for_a_field_is_kept_as_it_is(prompt: str) -> None:
    values = {**FOX, "prompt": prompt}
    form = taken_as_form(edit_form(JOB, TXT2IMG, values, VOCABULARY))
    assert "Prompt" not in _labels(form)
    assert "kept as it is: prompt" in form["components"][-1]["description"]
    filled = read_edit(_sent(form, {"Steps": "12"}), TXT2IMG, values)
    assert (filled.raw["prompt"], filled.raw["steps"]) == (prompt, "12")


@pytest.mark.parametrize("text", ["an owl steps:12", 'prompt:"an owl" steps:12'])
def test_what_is_kept_can_be_replaced_all_the_same(text: str) -> None:
    values = {**FOX, "prompt": "f" * 4001}
    form = edit_form(JOB, TXT2IMG, values, VOCABULARY)
    sent = _sent(form, {"Steps": "", "Everything else": text})
    assert _meant(read_edit(sent, TXT2IMG, values), TXT2IMG, VOCABULARY)["prompt"] == "an owl"


def test_what_is_too_long_together_is_kept_beginning_with_the_longest() -> None:
    values = _values(EVERYTHING, {"prompt": "x", "caption": "y" * 10}, EVERYTHING_VOCABULARY)
    wordy = {**values, "prompt": "p" * 4000, "caption": "c" * 4000}
    many = {**wordy, "look": "l" * 2500, "sampler": "s" * 3000}
    layout = layout_of(EVERYTHING, many)
    assert layout.kept == ("sampler",)
    filled = read_edit(_sent(taken_as_form(edit_form(JOB, EVERYTHING, many, EVERYTHING_VOCABULARY))), EVERYTHING, many)
    assert filled.raw["sampler"] == "s" * 3000


def test_what_is_taken_out_of_everything_else_is_as_usual() -> None:
    changed = _edited(TXT2IMG, FOX, VOCABULARY, {"Everything else": ""})
    usual = TXT2IMG.usual(VOCABULARY)
    assert (changed["seed"], changed["width"]) == (None, usual["width"])


def test_an_emptied_text_takes_its_words_away_and_an_emptied_number_is_as_usual() -> None:
    values = _values(TXT2IMG, {"prompt": "a fox", "negative_prompt": "dogs", "steps": "31"}, VOCABULARY)
    changed = _edited(TXT2IMG, values, VOCABULARY, {"Negative prompt": "", "Steps": ""})
    assert (changed["negative_prompt"], changed["steps"]) == ("", TXT2IMG.usual(VOCABULARY)["steps"])


def test_reimagine_asks_for_the_words_and_offers_everything_else() -> None:
    workflow = LIBRARY_CATALOG.workflows["img2img"]
    form = taken_as_form(reimagine_form("kept-1", workflow, VOCABULARY))
    assert decode(form["custom_id"]) == ReimagineForm(source="kept-1")
    assert _labels(form) == ["Prompt", "Everything else"]
    assert _field(form, "Prompt")["required"]
    values = _meant(read_reimagine(_sent(form, {"Prompt": "a fox"}), workflow), workflow, VOCABULARY)
    assert values["prompt"] == "a fox"
    assert values["denoise"] == workflow.usual(VOCABULARY)["denoise"]


def test_a_report_asks_for_a_reason() -> None:
    form = taken_as_form(report_form(JOB))
    assert decode(form["custom_id"]) == ReportForm(job_id=JOB)
    assert read_reason(_sent(form, {"What is wrong with it?": "  It is me.\n"})) == "It is me."
    assert len(read_reason({"components": [{"component": {"custom_id": "reason", "value": "x" * 9000}}]})) == MAX_REASON


@pytest.mark.parametrize(
    "sent",
    [
        {}, {"components": None}, {"components": "x"}, {"components": [None, 7, {}]},
        {"components": [{"component": None}]}, {"components": [{"component": {"custom_id": 7, "value": "x"}}]},
        {"components": [{"component": {"custom_id": "rest", "value": 7}}]},
        {"components": [{"component": {"custom_id": "rest", "values": [7]}}]},
    ],
)  # fmt: skip
def test_what_is_no_form_says_nothing(sent: Json) -> None:
    assert submitted(sent) == {}
    assert read_edit(sent, TXT2IMG, FOX) == Filled(raw={})
    assert read_reason(sent) == ""


def test_a_form_reads_at_most_its_own_fields_and_lengths() -> None:
    sent = {"components": [{"component": {"custom_id": f"p:{n}", "value": "x" * 9000}} for n in range(9)]}
    found = submitted(sent)
    assert (len(found), {len(each) for each in found.values()}) == (5, {4000})


@settings(deadline=None)
@given(HOSTILE, st.integers(0, 60))
def test_whatever_an_author_writes_the_form_is_legal(text: str, many: int) -> None:
    declared = TXT2IMG.manifest.parameters
    wordy = {name: each.model_copy(update={"help": text * many}) for name, each in declared.items()}
    manifest = TXT2IMG.manifest.model_copy(update={"title": f"x{text}"[:80], "parameters": wordy})
    workflow = replace(TXT2IMG, manifest=manifest)
    taken_as_form(edit_form(JOB, workflow, FOX, VOCABULARY))
    taken_as_form(reimagine_form("x", workflow, VOCABULARY))
