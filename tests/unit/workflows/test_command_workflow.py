"""`workflow:NAME` in a command: read by the same grammar as every other option, before the others can be."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.workflows.samples import TXT2IMG, VOCABULARY
from workflows.command import named_workflow, parse_command

NAMES = {"flux", "txt2img"}


@pytest.mark.parametrize(
    ("text", "name", "raw"),
    [
        ("a cat workflow:flux steps:30", "flux", {"prompt": "a cat", "steps": "30"}),
        ("workflow=flux a cat", "flux", {"prompt": "a cat"}),
        ("a cat --workflow flux", "flux", {"prompt": "a cat"}),
        ("—Workflow FLUX a cat", "flux", {"prompt": "a cat"}),
        ("workflow: flux a cat", "flux", {"prompt": "a cat"}),
        ("neg:blurry workflow:flux a cat", "flux", {"negative_prompt": "blurry", "prompt": "a cat"}),
        ("a cat workflow:flux,steps:30", "flux", {"prompt": "a cat", "steps": "30"}),
        ("a cat workflow:nope", "nope", {"prompt": "a cat"}),
        ("my workflow: a cat", None, {"prompt": "my workflow: a cat"}),
        ('"workflow:flux" a cat', None, {"prompt": '"workflow:flux" a cat'}),
        (r"\workflow:flux a cat", None, {"prompt": "workflow:flux a cat"}),
        ("a workflow of cats", None, {"prompt": "a workflow of cats"}),
        ("", None, {}),
    ],
)
def test_the_workflow_is_an_option_and_no_part_of_the_prompt(text, name, raw):
    command = parse_command(text, replace(TXT2IMG, name=name or "txt2img"), VOCABULARY, NAMES)

    assert named_workflow(text, NAMES) == name
    assert command.raw == raw
    assert command.faults == ()


@pytest.mark.parametrize("text", ["a cat workflow:flux", "a cat workflow:nope,steps:3", "—Workflow FLUX a cat"])
def test_to_name_another_workflow_than_the_one_that_was_picked_is_a_fault(text):
    [fault] = parse_command(text, TXT2IMG, VOCABULARY, NAMES).faults

    assert fault.parameter == "workflow"
    assert "this is for txt2img" in fault.reason


@pytest.mark.parametrize("text", ["a workflow:flux workflow:txt2img", "a workflw:flux", "a --workflow"])
def test_a_workflow_given_twice_misspelt_or_missing_is_a_fault(text):
    assert [fault.parameter for fault in parse_command(text, TXT2IMG, VOCABULARY, NAMES).faults] == ["workflow"]


def test_without_the_names_of_workflows_it_is_a_word_like_any_other():
    assert parse_command("workflow:flux", TXT2IMG, VOCABULARY).raw == {"prompt": "workflow:flux"}


@given(st.text() | st.text(alphabet='workfl:= "\\,;-—x'))
def test_any_text_has_an_answer(text):
    named_workflow(text, NAMES)
    assert "workflow" not in parse_command(text, TXT2IMG, VOCABULARY, NAMES).raw
