"""Every kind of parameter: what it reads, what it refuses and in which words, and what it is when nobody sets it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.workflows.samples import (
    ATTACHED,
    CLIP,
    EVERYTHING,
    EVERYTHING_VOCABULARY,
    PICTURE,
    VOCABULARY,
    faults,
    one,
    problems,
)
from workflows.parameters import SEED_MAX
from workflows.values import RawValue, Size, Value
from workflows.vocabulary import Vocabulary
from workflows.workflow import Workflow

STEPS = one("steps", "integer", "min = 1\nmax = 60", literal=20)
FRAMES = one("frames", "integer", "min = 1\nmax = 81\nstep = 4\noffset = 1", literal=17)
CFG = one("cfg", "number", "min = -1\nmax = 20.5", literal=7)
SEED = one("seed", "seed")
SMALL_SEED = one("seed", "seed", "max = 2147483647")
TILED = one("tiled", "flag", literal=True)
WORDS = one("words", "text", "max_length = 10", literal="")
LOOK = one("look", "choice", 'options = ["plain", "bright red"]\ndefault = "plain"', literal="x")


def value(workflow: Workflow, raw: RawValue) -> Value:
    (name,) = workflow.manifest.parameters
    return workflow.validate({name: raw}, Vocabulary())[name]


def refusal(workflow: Workflow, raw: RawValue) -> str:
    (name,) = workflow.manifest.parameters
    (fault,) = faults({name: raw}, workflow, Vocabulary())
    return fault.removeprefix(f"{name}: ")


@pytest.mark.parametrize(
    ("workflow", "raw", "expected"),
    [
        (STEPS, "30", 30),
        (STEPS, "30.0", 30),
        (STEPS, "3e1", 30),
        (STEPS, "１２", 12),
        (STEPS, 30, 30),
        (STEPS, 30.0, 30),
        (FRAMES, "1", 1),
        (FRAMES, "81", 81),
        (CFG, "7,5", 7.5),
        (CFG, "-0", 0.0),
        (CFG, "1e-400", 0.0),
        (CFG, 20.5, 20.5),
        (SEED, "random", None),
        (SEED, " RANDOM ", None),
        (SEED, "-1", None),
        (SEED, "−1", None),
        (SEED, -1, None),
        (SEED, -1.0, None),
        (SEED, "-0", 0),
        (SEED, "0", 0),
        (SEED, "4e2", 400),
        (SEED, "18446744073709551615", SEED_MAX),
        (SEED, SEED_MAX, SEED_MAX),
        (SEED, "9007199254740993", 9007199254740993),
        (TILED, "Yes", True),
        (TILED, "on", True),
        (TILED, "1", True),
        (TILED, True, True),
        (TILED, "OFF", False),
        (TILED, False, False),
        (TILED, "Ｎ", False),
        (WORDS, "  a\u202e b\x00 ", "a b"),
        (WORDS, 7, "7"),
        (WORDS, "", ""),
        (WORDS, "x" * 10, "x" * 10),
        (LOOK, "BRIGHT", "bright red"),
    ],
)
def test_a_value_is_read(workflow: Workflow, raw: RawValue, expected: Value) -> None:
    read = value(workflow, raw)
    assert (read, type(read), str(read)) == (expected, type(expected), str(expected))


@pytest.mark.parametrize(
    ("workflow", "raw", "reason"),
    [
        *(
            (STEPS, raw, f"needs a whole number from 1 to 60, not “{raw}”.")
            for raw in ("0", "61", "-0", "1e400", "30.5")
        ),
        *(
            (STEPS, raw, f"needs a whole number from 1 to 60, not “{raw}”.")
            for raw in ("nan", "inf", "many", "1,024", True)
        ),
        (STEPS, float("nan"), "needs a whole number from 1 to 60, not “nan”."),
        (STEPS, "", "needs a whole number from 1 to 60, not “”."),
        (STEPS, "9" * 100_000, f"needs a whole number from 1 to 60, not “{'9' * 39}…”."),
        (STEPS, PICTURE, "takes no attachment."),
        (FRAMES, "16", "goes in steps of 4: take 13 or 17, not “16”."),
        (FRAMES, "0", "needs a whole number from 1 to 81, not “0”."),
        *((CFG, raw, f"needs a number from -1 to 20.5, not “{raw}”.") for raw in ("20.500001", "-1.1", "1e400", "x")),
        (SEED, "18446744073709551616", f"needs “random” or a whole number from 0 to {SEED_MAX}, not “{SEED_MAX + 1}”."),
        (SEED, "-2", f"needs “random” or a whole number from 0 to {SEED_MAX}, not “-2”."),
        (SEED, "1.5", f"needs “random” or a whole number from 0 to {SEED_MAX}, not “1.5”."),
        (
            SEED,
            1.8446744073709552e19,
            f"needs “random” or a whole number from 0 to {SEED_MAX}, not “1.8446744073709552e+19”.",
        ),
        (SMALL_SEED, "2147483648", "needs “random” or a whole number from 0 to 2147483647, not “2147483648”."),
        (TILED, "maybe", "needs yes or no, not “maybe”."),
        (WORDS, "x" * 11, "takes at most 10 characters; this has 11."),
        (WORDS, PICTURE, "takes no attachment."),
        (LOOK, "blue", "“blue” is not on offer. There is plain, bright red."),
    ],
)
def test_a_refusal_says_what_fits_and_what_was_given(workflow: Workflow, raw: RawValue, reason: str) -> None:
    assert refusal(workflow, raw) == reason


@given(
    st.text() | st.integers() | st.floats() | st.booleans(),
    st.sampled_from([STEPS, FRAMES, CFG, SEED, TILED, WORDS, LOOK]),
)
def test_whatever_is_given_is_read_within_bounds_or_refused(raw: RawValue, workflow: Workflow) -> None:
    (name,) = workflow.manifest.parameters
    if not faults({name: raw}, workflow, Vocabulary()):
        again = value(workflow, raw)
        assert again is None or value(workflow, str(again)) == again


@given(st.integers(0, SEED_MAX))
def test_every_seed_is_exact(seed: int) -> None:
    assert value(SEED, str(seed)) == value(SEED, seed) == seed


@given(st.integers(-10, 100))
def test_a_refused_step_suggests_values_that_are_taken(number: int) -> None:
    for fault in faults({"frames": number}, FRAMES, Vocabulary()):
        if "take" in fault:
            suggested = fault.partition("take ")[2].partition(",")[0].split(" or ")
            assert suggested
            assert all(value(FRAMES, each) == int(each) for each in suggested)


def test_a_size_is_read_and_checked_side_by_side() -> None:
    def read(text: str) -> object:
        raw = {"prompt": "x", "size": text, **ATTACHED}
        return faults(raw, EVERYTHING, EVERYTHING_VOCABULARY) or EVERYTHING.validate(raw, EVERYTHING_VOCABULARY)["size"]

    assert read("640x512") == Size(width=640, height=512)
    assert read("640") == ["size: needs a width and a height such as 64x2048, not “640”."]
    for wrong in ("640x500", "32x640", "640x4096"):
        assert read(wrong) == [f"size: needs sides from 64 to 2048 in steps of 64, not “{wrong}”."]


@pytest.mark.parametrize(("kind", "noun"), [("image", "a picture"), ("mask", "a picture"), ("video", "a video")])
def test_a_file_has_to_be_attached_whatever_the_words_say(kind: str, noun: str) -> None:
    workflow = one("file", kind, literal="example.png")
    right, wrong = (CLIP, PICTURE) if kind == "video" else (PICTURE, CLIP)
    assert value(workflow, right) == right
    for raw in ("example.png", "../../etc/passwd", "https://example.com/x.png", 7):
        assert refusal(workflow, raw) == f"needs {noun} attached."
    there = "a picture" if kind == "video" else "a video"
    assert refusal(workflow, wrong) == f"takes {noun}, and {there} is attached."
    assert faults({}, workflow) == [f"file: needs {noun} attached."]


def test_required_words_are_asked_for_even_when_the_graph_has_an_example() -> None:
    workflow = one("words", "text", "required = true", literal="an example")
    assert faults({}, workflow) == faults({"words": " \u202e\n"}, workflow) == ["words: needs some words."]


@pytest.mark.parametrize("words", ["\u200b", "\u200d\u2060 \u00ad", "\u2800\u3164", "\u0301", "\U000e0041"])
def test_words_that_nobody_sees_are_none(words: str) -> None:
    assert faults({"words": words}, one("words", "text", "required = true")) == ["words: needs some words."]
    assert one("words", "text", 'default = "a cat"').validate({"words": words}, VOCABULARY) == {"words": ""}
    assert one("words", "text", 'required = true\ndefault = "a cat"').validate({}, VOCABULARY) == {"words": "a cat"}


@pytest.mark.parametrize(
    ("workflow", "expected"),
    [(STEPS, 20), (CFG, 7.0), (SEED, None), (TILED, True), (WORDS, ""), (LOOK, "plain"), (one("words", "text"), "1")],
)
def test_what_nobody_sets_is_what_the_manifest_or_the_graph_says(workflow: Workflow, expected: Value) -> None:
    (name,) = workflow.manifest.parameters
    assert workflow.validate({}, Vocabulary()) == {name: expected}


CHECKPOINT = {"A.x": ("one.safetensors", "sub/Two.safetensors", "three-large.ckpt")}


@pytest.mark.parametrize(
    ("keys", "literal", "choices", "expected"),
    [
        ('default = "two.safetensors"', "one.safetensors", CHECKPOINT, "sub/Two.safetensors"),
        ('default = "gone"', "three-large", CHECKPOINT, "three-large.ckpt"),
        ('default = "gone"', "gone too", CHECKPOINT, "one.safetensors"),
        ("", "gone", CHECKPOINT, "one.safetensors"),
        ("", 7, CHECKPOINT, "one.safetensors"),
        ('allow = ["*large*"]', "one.safetensors", CHECKPOINT, "three-large.ckpt"),
        ('default = "mine"', "graph's", {}, "mine"),
        ("", "graph's", {}, "graph's"),
    ],
)
def test_a_choice_defaults_to_something_that_the_servers_have(
    keys: str, literal: object, choices: dict[str, tuple[str, ...]], expected: str
) -> None:
    workflow = one("model", "choice", keys, literal=literal)
    assert workflow.validate({}, Vocabulary(choices=choices)) == {"model": expected}


def test_without_anything_on_offer_a_choice_says_so() -> None:
    reason = "model: no GPU has one installed. The operator can add one."
    workflow = one("model", "choice", literal="x")
    assert faults({}, workflow, Vocabulary(choices={"A.x": ()})) == [reason]
    assert faults({"model": "x"}, workflow, Vocabulary(choices={"A.x": ()})) == [reason]
    assert faults({}, one("model", "choice", 'allow = ["y*"]'), Vocabulary(choices={"A.x": ("x",)})) == [reason]
    assert faults({}, one("model", "choice", literal=7), Vocabulary()) == [reason]
    assert faults({"model": "x"}, one("model", "choice", literal=7), Vocabulary()) == [reason]


def test_without_a_vocabulary_only_the_default_can_be_chosen() -> None:
    workflow = one("model", "choice", literal="Base.safetensors")
    assert workflow.validate({"model": "base"}, Vocabulary()) == {"model": "Base.safetensors"}
    assert faults({"model": "other"}, workflow, Vocabulary()) == [
        "model: “other” is not on offer. There is Base.safetensors."
    ]


def test_what_a_manifest_does_not_allow_is_not_on_offer() -> None:
    workflow = one("model", "choice", 'allow = ["*.safetensors"]', literal="x")
    assert faults({"model": "three-large"}, workflow, Vocabulary(choices=CHECKPOINT)) == [
        "model: “three-large” is not on offer. There is one.safetensors, sub/Two.safetensors."
    ]


@pytest.mark.parametrize(
    ("kind", "keys", "literal", "problem"),
    [
        ("integer", "min = 1\nmax = 5", 9, "it needs a whole number from 1 to 5, not “9”."),
        ("integer", "min = 1\nmax = 5", [1], "it needs a value."),
        ("number", "min = 1\nmax = 5", "x", "it needs a number from 1 to 5, not “x”."),
        ("flag", "", "enable", "it needs yes or no, not “enable”."),
        ("text", "max_length = 3", "four", "it takes at most 3 characters; this has 4."),
    ],
)
def test_a_default_that_nobody_could_give_is_refused_at_load(
    kind: str, keys: str, literal: object, problem: str
) -> None:
    assert problems(one, "p", kind, keys, literal=literal) == [f"parameters.p has no default that fits: {problem}"]
