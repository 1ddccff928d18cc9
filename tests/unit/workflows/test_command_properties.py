"""The command grammar under any text at all, and values that come back from what was written of them."""

from collections.abc import Mapping
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.workflows.samples import (
    CLIP,
    EVERYTHING,
    EVERYTHING_VOCABULARY,
    LIBRARY_CATALOG,
    PICTURE,
    TXT2IMG,
    VOCABULARY,
)
from workflows.command import Command, parse_command, read_values
from workflows.faults import Fault, InvalidValues
from workflows.manifest import Cost
from workflows.parameters import Choice, FileParameter, Flag, Integer, Number, Parameter, SizeParameter, Text
from workflows.text import clean, is_visible
from workflows.values import FileHandle, Size, Value, Values
from workflows.vocabulary import Vocabulary
from workflows.workflow import Workflow
from workflows.writing import write_command

WORKFLOWS = [*LIBRARY_CATALOG.workflows.values(), EVERYTHING]

NAMES = sorted({name for workflow in WORKFLOWS for name in workflow.manifest.parameters})

# Biased towards whatever the grammar gives a meaning; plain random text would hardly ever name an option.
SCRAPS = st.one_of(
    st.sampled_from([*NAMES, "neg", "no", "w", "h", "n", "ar", "stepz", "sede", "promt", "tild", "negtive"]),
    st.sampled_from(
        [":", "=", "：", "＝", "::", ": ", "--", "—", "–", "-", " ", "  ", "\n", "\t", ",", ";", ", ", "//"]
    ),
    st.sampled_from(['"', "“", "”", "„", "'", "’", "«", "\\", "\\\\", '\\"', "(", ")", "@"]),
    st.sampled_from(
        ["30", "-1", "7,5", "1e400", "nan", "random", "yes", "no", "512x512", "16:9", "euler", "１２", "²"]
    ),
    st.sampled_from(["\u202e", "\ufeff", "\x00", "\ud800", "\u2028", "\r", "\u00a0", "\u0301", "👩\u200d🎨", "ß", "ﷺ"]),
    st.text(max_size=6),
)
COMMANDS = st.lists(SCRAPS, max_size=40).map("".join)


def _refusals(text: str, workflow: Workflow, vocabulary: Vocabulary) -> tuple[Fault, ...]:
    try:
        values = read_values(parse_command(text, workflow, vocabulary), workflow, vocabulary)
    except InvalidValues as invalid:
        return invalid.faults
    assert values.keys() == workflow.manifest.parameters.keys()
    return ()


@given(text=COMMANDS, workflow=st.sampled_from(WORKFLOWS))
@settings(max_examples=400, deadline=None)
def test_any_text_is_understood_or_refused_in_few_words(text: str, workflow: Workflow) -> None:
    for vocabulary in (VOCABULARY, Vocabulary()):
        faults = _refusals(text, workflow, vocabulary)
        assert len(faults) <= 2 * len(workflow.manifest.parameters) + 4
        assert all(fault.parameter and len(fault.reason) < 600 for fault in faults)


@given(text=COMMANDS)
@settings(max_examples=200, deadline=None)
def test_nothing_is_set_that_was_not_written(text: str) -> None:
    command = parse_command(text, TXT2IMG, VOCABULARY)
    assert sum(len(str(value)) for value in command.raw.values()) <= len(text)
    assert len(command.faults) <= len(TXT2IMG.manifest.parameters) + 2


@given(text=COMMANDS)
@settings(max_examples=200, deadline=None)
def test_every_suggested_escape_keeps_the_text(text: str) -> None:
    for fault in parse_command(text, TXT2IMG, VOCABULARY).faults:
        if "looks like a slip" in fault.reason:
            escaped = fault.reason.partition("or ")[2].removesuffix(" to keep it as text.")
            command = parse_command(escaped, TXT2IMG, VOCABULARY)
            assert command == Command(raw={"prompt": escaped[1:]})


@given(
    text=st.text(
        alphabet=st.characters(exclude_characters=':=：＝-—–\\"“”„‟＂', exclude_categories=["Cs"]), max_size=200
    )
)
@settings(max_examples=150, deadline=None)
def test_text_without_separators_quotes_or_dashes_is_the_prompt(text: str) -> None:
    kept = clean(text).strip()
    assert parse_command(text, TXT2IMG, VOCABULARY) == Command(raw={"prompt": kept} if is_visible(kept) else {})


def _words(parameter: Text) -> st.SearchStrategy[str]:
    words = st.one_of(COMMANDS, st.text(max_size=40)).map(lambda text: clean(text).strip() if is_visible(text) else "")
    return words.filter(bool) if parameter.required else words


def _whole(parameter: Integer) -> st.SearchStrategy[int]:
    start = parameter.min + (parameter.offset - parameter.min) % parameter.step
    return st.integers(0, (parameter.max - start) // parameter.step).map(lambda at: start + at * parameter.step)


def _size(parameter: SizeParameter) -> st.SearchStrategy[Size]:
    sides = st.integers(-(-parameter.min // parameter.step), parameter.max // parameter.step)
    return st.tuples(sides, sides).map(lambda at: Size(width=at[0] * parameter.step, height=at[1] * parameter.step))


def _value_of(parameter: Parameter, vocabulary: Vocabulary) -> st.SearchStrategy[Value]:
    match parameter:
        case Text():
            return _words(parameter)
        case Integer():
            return _whole(parameter)
        case Number():
            return st.floats(parameter.min, parameter.max).map(lambda number: number + 0.0)
        case SizeParameter():
            return _size(parameter)
        case Choice():
            return st.sampled_from(parameter.offered(vocabulary) or ())
        case FileParameter():
            return st.just(CLIP if parameter.kind == "video" else PICTURE)
    return st.booleans() if isinstance(parameter, Flag) else st.none() | st.integers(0, parameter.max)


def _values_of(workflow: Workflow, vocabulary: Vocabulary) -> st.SearchStrategy[Mapping[str, Value]]:
    parameters = workflow.manifest.parameters
    return st.fixed_dictionaries({name: _value_of(each, vocabulary) for name, each in parameters.items()})


def _read_back(values: Values, workflow: Workflow, vocabulary: Vocabulary) -> Values:
    command = parse_command(write_command(values, workflow, vocabulary), workflow, vocabulary)
    attached = {name: value for name, value in values.items() if isinstance(value, FileHandle)}
    return read_values(replace(command, raw={**command.raw, **attached}), _limitless(workflow), vocabulary)


def _limitless(workflow: Workflow) -> Workflow:
    # What may be asked together is another question than what can be read again.
    return replace(workflow, manifest=workflow.manifest.model_copy(update={"cost": Cost(limit=1)}))


@pytest.mark.parametrize("workflow", LIBRARY_CATALOG.workflows.values(), ids=lambda workflow: workflow.name)
@given(data=st.data())
@settings(max_examples=100, deadline=None)
def test_written_values_of_every_shipped_workflow_are_read_back_the_same(
    workflow: Workflow, data: st.DataObject
) -> None:
    values = data.draw(_values_of(workflow, VOCABULARY))
    assert _read_back(values, workflow, VOCABULARY) == values


@given(values=_values_of(EVERYTHING, EVERYTHING_VOCABULARY))
@settings(max_examples=400, deadline=None)
def test_written_values_of_every_kind_are_read_back_the_same(values: Values) -> None:
    assert _read_back(values, EVERYTHING, EVERYTHING_VOCABULARY) == values


@pytest.mark.parametrize(
    "text",
    [
        "steps:30",
        "--steps",
        "—seed 4",
        '"open',
        'closed" ',
        "a \\ b",
        r"\steps:30",
        "ends with a comma,",
        "stepz:30",
        "it's 12\" wide",
        "a fashion model:",
        "'tis",
        "",
        "a\n\nb",
        "\\",
        "random",
    ],
)
def test_awkward_words_survive_in_every_text(text: str) -> None:
    words = {"prompt": text.strip() or "x", "negative_prompt": text.strip()}
    command = parse_command(write_command({**words, "steps": 20}, TXT2IMG, VOCABULARY), TXT2IMG, VOCABULARY)
    assert command == Command(raw={**words, "steps": "20"})


def test_a_plain_prompt_is_written_first_and_without_its_name() -> None:
    values = {"steps": 30, "seed": None, "cfg": 7.0, "prompt": "a cat, sleeping", "negative_prompt": "two words"}
    written = write_command(values, TXT2IMG, VOCABULARY)
    assert written == 'a cat, sleeping steps:30 seed:random cfg:7 negative_prompt:"two words"'


def test_attachments_have_no_words() -> None:
    assert write_command({"image": PICTURE, "tiled": False}, EVERYTHING, EVERYTHING_VOCABULARY) == "tiled:no"
