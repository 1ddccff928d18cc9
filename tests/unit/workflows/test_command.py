"""The command grammar, example by example: what a text sets, what stays in the prompt, and what is a fault."""

import pytest

from tests.unit.workflows.samples import (
    ATTACHED,
    EVERYTHING,
    EVERYTHING_VOCABULARY,
    TXT2IMG,
    UPSCALE,
    VOCABULARY,
    one,
    refused,
    said,
)
from workflows.command import Command, parse_command, read_values
from workflows.faults import InvalidValues
from workflows.vocabulary import Vocabulary
from workflows.workflow import Workflow


def parsed(text: str, workflow: Workflow = TXT2IMG, vocabulary: Vocabulary = VOCABULARY) -> Command:
    return parse_command(text, workflow, vocabulary)


OPTIONS = [
    # The four ways to write an option, and a space after the colon.
    ("a cat steps:30", {"prompt": "a cat", "steps": "30"}),
    ("a cat steps=30", {"prompt": "a cat", "steps": "30"}),
    ("a cat --steps 30", {"prompt": "a cat", "steps": "30"}),
    ("a cat —steps 30", {"prompt": "a cat", "steps": "30"}),
    ("a cat –steps 30", {"prompt": "a cat", "steps": "30"}),
    ("a cat --steps=30", {"prompt": "a cat", "steps": "30"}),
    ("a cat --steps:30", {"prompt": "a cat", "steps": "30"}),
    ("a cat —steps:30", {"prompt": "a cat", "steps": "30"}),
    ("a cat steps: 30", {"prompt": "a cat", "steps": "30"}),
    ("a cat steps:\n30", {"prompt": "a cat", "steps": "30"}),
    ("a cat steps：30", {"prompt": "a cat", "steps": "30"}),
    ("a cat steps＝30", {"prompt": "a cat", "steps": "30"}),
    ("a cat STEPS:30", {"prompt": "a cat", "steps": "30"}),
    # Options stand anywhere, and what is around them is one prompt.
    ("steps:30 a cat", {"prompt": "a cat", "steps": "30"}),
    ("a cat steps:30 on a mat", {"prompt": "a cat on a mat", "steps": "30"}),
    ("a cat, steps:30, on a mat", {"prompt": "a cat on a mat", "steps": "30"}),
    ("a cat\nsteps:30\non a mat", {"prompt": "a cat on a mat", "steps": "30"}),
    ("steps:30", {"steps": "30"}),
    ("", {}),
    ("   \n ", {}),
    # Chained with commas or semicolons, as people copy them from other tools.
    ("a cat steps:30,seed:4", {"prompt": "a cat", "steps": "30", "seed": "4"}),
    ("a cat steps:30，seed:4", {"prompt": "a cat", "steps": "30", "seed": "4"}),
    ("a cat steps：30；seed：4", {"prompt": "a cat", "steps": "30", "seed": "4"}),
    (
        "a cat， steps:30， neg:blurry， seed:4",
        {"prompt": "a cat", "steps": "30", "negative_prompt": "blurry", "seed": "4"},
    ),
    ("a cat steps:30, seed:4", {"prompt": "a cat", "steps": "30", "seed": "4"}),
    ("a cat steps:30;seed=4", {"prompt": "a cat", "steps": "30", "seed": "4"}),
    ("a cat steps:30,,;seed:4,", {"prompt": "a cat", "steps": "30", "seed": "4"}),
    ("a cat cfg:7,5,seed:4", {"prompt": "a cat", "cfg": "7,5", "seed": "4"}),
    ("a cat steps:30,hat:4", {"prompt": "a cat", "steps": "30,hat:4"}),
    ("a cat steps:30 , on a mat", {"prompt": "a cat , on a mat", "steps": "30"}),
    # Aliases.
    ("a cat neg:dogs", {"prompt": "a cat", "negative_prompt": "dogs"}),
    ("a cat no:dogs", {"prompt": "a cat", "negative_prompt": "dogs"}),
    ("a cat negative:dogs", {"prompt": "a cat", "negative_prompt": "dogs"}),
    ("a cat --negative-prompt dogs", {"prompt": "a cat", "negative_prompt": "dogs"}),
    ("a cat --no dogs", {"prompt": "a cat", "negative_prompt": "dogs"}),
    ("a cat w:640 h:384 n:2", {"prompt": "a cat", "width": "640", "height": "384", "count": "2"}),
    # A text option runs to the next option or the end.
    (
        "a cat neg:blurry, ugly hands steps:20",
        {"prompt": "a cat", "negative_prompt": "blurry, ugly hands", "steps": "20"},
    ),
    ("a cat neg: blurry, ugly", {"prompt": "a cat", "negative_prompt": "blurry, ugly"}),
    ("a cat neg:blurry, ugly, --steps 20", {"prompt": "a cat", "negative_prompt": "blurry, ugly", "steps": "20"}),
    ("neg:ugly prompt:a cat", {"prompt": "a cat", "negative_prompt": "ugly"}),
    ("a cat neg:ratio 16:9 a sign: hello", {"prompt": "a cat", "negative_prompt": "ratio 16:9 a sign: hello"}),
    ("a cat neg:", {"prompt": "a cat", "negative_prompt": ""}),
    ("a cat neg: steps:20", {"prompt": "a cat", "negative_prompt": "", "steps": "20"}),
    # Quotes, straight and curly, around values.
    ('a cat neg:"blurry, ugly" in rain', {"prompt": "a cat in rain", "negative_prompt": "blurry, ugly"}),
    ("a cat neg:“blurry” in rain", {"prompt": "a cat in rain", "negative_prompt": "blurry"}),
    ("a cat neg:„blurry“ in rain", {"prompt": "a cat in rain", "negative_prompt": "blurry"}),
    ("a cat neg:'blurry, ugly' in rain", {"prompt": "a cat in rain", "negative_prompt": "blurry, ugly"}),
    ("a cat neg:‘blurry’ in rain", {"prompt": "a cat in rain", "negative_prompt": "blurry"}),
    ('a cat neg:"steps:3" in rain', {"prompt": "a cat in rain", "negative_prompt": "steps:3"}),
    (r'a cat neg:"a \"b\" \\ c"', {"prompt": "a cat", "negative_prompt": r'a "b" \ c'}),
    ('a cat neg:""', {"prompt": "a cat", "negative_prompt": ""}),
    ('a cat neg:"blurry", "ugly" steps:3', {"prompt": "a cat", "negative_prompt": '"blurry", "ugly"', "steps": "3"}),
    ('a cat steps:"30"', {"prompt": "a cat", "steps": "30"}),
    ("a cat steps:“30”, x", {"prompt": "a cat x", "steps": "30"}),
    ('a cat model:"sd xl", steps:3', {"prompt": "a cat", "model": "sd xl", "steps": "3"}),
    ("a cat --neg 'blurry' steps:3", {"prompt": "a cat", "negative_prompt": "blurry", "steps": "3"}),
    # Apostrophes, inches, guillemets and quotes that nobody closes are no quotation.
    ("a cat neg:don't blur steps:3", {"prompt": "a cat", "negative_prompt": "don't blur", "steps": "3"}),
    ("a cat neg:'tis ugly steps:3", {"prompt": "a cat", "negative_prompt": "'tis ugly", "steps": "3"}),
    ("a cat neg:'don't blur' steps:3", {"prompt": "a cat", "negative_prompt": "'don't blur'", "steps": "3"}),
    ("a cat neg:«ugly» steps:3", {"prompt": "a cat", "negative_prompt": "«ugly»", "steps": "3"}),
    ('a 12" pizza and a 14" one steps:3', {"prompt": 'a 12" pizza and a 14" one', "steps": "3"}),
    ('a "cat steps:3', {"prompt": 'a "cat', "steps": "3"}),
    ('a cat neg:"ugly steps:3', {"prompt": "a cat", "negative_prompt": '"ugly', "steps": "3"}),
    # In double quotes nothing is an option, and a wholly quoted prompt loses its quotes.
    ('a sign "steps:3 is too few" steps:30', {"prompt": 'a sign "steps:3 is too few"', "steps": "30"}),
    ("a sign “steps:3”! seed:4", {"prompt": "a sign “steps:3”!", "seed": "4"}),
    ('"a cat steps:3"', {"prompt": "a cat steps:3"}),
    ("“a cat” steps:3", {"prompt": "a cat", "steps": "3"}),
    ('"a" and "b"', {"prompt": '"a" and "b"'}),
    ("'a cat'", {"prompt": "'a cat'"}),
    ('""', {"prompt": ""}),
    # Shape and seed.
    ("a cat size:1024x768", {"prompt": "a cat", "size": "1024x768"}),
    ("a cat ar:16:9", {"prompt": "a cat", "ar": "16:9"}),
    ("a cat --ar 16:9", {"prompt": "a cat", "ar": "16:9"}),
    ("a cat ar: 16:9 on", {"prompt": "a cat on", "ar": "16:9"}),
    ("a cat seed:random", {"prompt": "a cat", "seed": "random"}),
    ("a cat seed: random", {"prompt": "a cat", "seed": "random"}),
    ("a cat seed:-1", {"prompt": "a cat", "seed": "-1"}),
    ("a cat --seed -1", {"prompt": "a cat", "seed": "-1"}),
    ("a cat sampler: euler now", {"prompt": "a cat now", "sampler": "euler"}),
    ("a cat steps: 9999 now", {"prompt": "a cat now", "steps": "9999"}),
]


@pytest.mark.parametrize(("text", "raw"), OPTIONS)
def test_a_command_sets_what_it_names(text: str, raw: dict[str, str]) -> None:
    assert parsed(text) == Command(raw=raw)


PROSE = [
    "(masterpiece:1.3), ((best quality:1.2)), a cat",
    "[cat:dog:0.5] and <lora:thing:0.8>",
    "a sign that says: hello",
    "a cat, ratio 16:9",
    "the 10:30 train",
    "a fashion model: tall",
    "a fashion model: tall, a count: of beans, seeds: many",
    "https://example.com/steps:30?seed=4&model=x",
    "model://a/b steps://c",
    "a cat,steps:30",
    "hexsteps:30 _steps:30 (steps:30) /steps:30",
    "steps::30 seed::2 steps:=3 steps==3",
    "steps",
    "steps 30",
    "-steps 30",
    "-- steps 30",
    "a cat — model of grace",
    "word—steps 30",
    "--unknown 3 --no-tiled --",
    "mood:dark tone=warm",
    "cat: dog: mouse",
    "step-by-step: 3",
    "12:30 1:1 16:9",
    "image:beach mask:round",  # no parameters of this workflow
    "tep:3 se:4 mod:x",  # short, or more than one edit away
    "stepz: many stepz:many",  # one edit away, but no number
    "modle:nothing_like_it sede:maybe",
    r"\(escaped brackets\) C:\temp \n \\",
    "emoji 👩‍🎨 日本語：テスト",
    "'single steps' and ‘curly’",
    "6'2\" tall",
    "x" * 50 + ":3",
]


@pytest.mark.parametrize("text", PROSE)
def test_what_only_looks_like_an_option_stays_in_the_prompt(text: str) -> None:
    assert parsed(text) == Command(raw={"prompt": text})


ESCAPED = [
    (r"a cat \steps:30", "a cat steps:30"),
    (r"a cat \steps: 30 times", "a cat steps: 30 times"),
    (r"a cat \--steps 30", "a cat --steps 30"),
    (r"a cat \—steps 30", "a cat —steps 30"),
    (r"a cat \stepz:30", "a cat stepz:30"),
    (r"a cat \neg:dogs", "a cat neg:dogs"),
    (r'a cat \neg:"a steps:3 b" c', 'a cat neg:"a steps:3 b" c'),
    (r"a cat \seed:random", "a cat seed:random"),
    (r"\steps:30", "steps:30"),
    (r"\steps:", "steps:"),
]


@pytest.mark.parametrize(("text", "prompt"), ESCAPED)
def test_a_backslash_keeps_an_option_as_text(text: str, prompt: str) -> None:
    assert parsed(text) == Command(raw={"prompt": prompt})


def test_an_escape_inside_a_text_option_keeps_it_running() -> None:
    assert parsed(r"neg:ugly \steps:30 things") == Command(raw={"negative_prompt": "ugly steps:30 things"})


def test_an_escape_ends_where_the_next_chained_option_begins() -> None:
    assert parsed(r"\stepz:30,seed:4") == Command(raw={"prompt": "stepz:30", "seed": "4"})


SLIPS = [
    ("stepz:30", "steps", "stepz:30", "steps:30"),
    ("step:30", "steps", "step:30", "steps:30"),
    ("setps=30", "steps", "setps=30", "steps=30"),
    ("stepps:30", "steps", "stepps:30", "steps:30"),
    ("stepz: 30", "steps", "stepz: 30", "steps: 30"),
    ("--stepz 30", "steps", "--stepz 30", "--steps 30"),
    ("—stepz 30", "steps", "—stepz 30", "—steps 30"),
    ("STEPZ:30", "steps", "STEPZ:30", "steps:30"),
    ("stepz:9999", "steps", "stepz:9999", "steps:9999"),
    ("sede:random", "seed", "sede:random", "seed:random"),
    ("modle:dreamshaper_8", "model", "modle:dreamshaper_8", "model:dreamshaper_8"),
    ("sampeler:euler", "sampler", "sampeler:euler", "sampler:euler"),
    ("siez:512x512", "size", "siez:512x512", "size:512x512"),
    ("negtive:blurry", "negative_prompt", "negtive:", "negative:"),
    ('negtive:"blurry steps:3"', "negative_prompt", 'negtive:"blurry steps:3"', 'negative:"blurry steps:3"'),
    ("promt:a dog", "prompt", "promt:", "prompt:"),
    ('stepz:"30"', "steps", 'stepz:"30"', 'steps:"30"'),
    ("seeed:" + "1" * 60, "seed", "seeed:", "seed:"),
]


@pytest.mark.parametrize(("text", "parameter", "typed", "correct"), SLIPS)
def test_a_near_miss_is_a_fault_that_says_both_ways_out(text: str, parameter: str, typed: str, correct: str) -> None:
    faults = parsed(f"a cat {text}").faults
    assert [str(fault) for fault in faults] == [
        f"{parameter}: “{typed}” looks like a slip of {correct}. Write that, or \\{typed} to keep it as text."
    ]


@pytest.mark.parametrize(("text", "parameter", "typed", "correct"), SLIPS)
def test_either_way_out_of_a_near_miss_works(text: str, parameter: str, typed: str, correct: str) -> None:
    assert parsed(f"a cat \\{text}") == Command(raw={"prompt": f"a cat {text}"})
    mended = parsed(f"a cat {text.replace(typed, correct, 1)}")
    assert mended.faults == () or parameter == "prompt"
    assert parameter in mended.raw


def test_what_a_near_miss_was_given_is_not_in_the_prompt() -> None:
    assert parsed("a cat negtive:blurry hands steps:30").raw == {"prompt": "a cat", "steps": "30"}
    assert parsed("a cat stepz:30").raw == {"prompt": "a cat"}


MISSING = [
    ("a cat steps:", "steps"),
    ("a cat steps: ", "steps"),
    ("a cat steps:\n", "steps"),
    ("a cat --steps", "steps"),
    ("a cat —steps", "steps"),
    ("a cat --steps --seed 4", "steps"),
    ("a cat --steps seed:4", "steps"),
    ("a cat steps:, seed:4", "steps"),
    ("a cat size:", "size"),
    ("a cat --ar", "ar"),
]


@pytest.mark.parametrize(("text", "parameter"), MISSING)
def test_a_name_without_its_value_is_a_fault(text: str, parameter: str) -> None:
    command = parsed(text)
    assert [str(fault) for fault in command.faults] == [f"{parameter}: needs a value after its name."]
    assert command.raw.get("prompt") == "a cat"
    assert command.raw.get("seed", "4") == "4"


TWICE = [
    ("a cat steps:30 steps:30", "steps"),
    ("a cat steps:30 --steps 40", "steps"),
    ("a cat w:512 width:640", "width"),
    ("a cat neg:a no:b", "negative_prompt"),
    ('a cat neg:"a" neg:b', "negative_prompt"),
    ("a cat ar:1:1 ar:16:9", "ar"),
    ("a cat prompt:a dog", "prompt"),
    ("prompt:a dog steps:30 a cat prompt:x", "prompt"),
    ('prompt:"a dog" a cat', "prompt"),
]


@pytest.mark.parametrize(("text", "parameter"), TWICE)
def test_the_same_option_twice_is_a_fault(text: str, parameter: str) -> None:
    assert [str(fault) for fault in parsed(text).faults] == [f"{parameter}: is given more than once. Keep one of them."]


FLAGS = [
    ("--tiled", "yes", None),
    ("a cat --tiled", "yes", "a cat"),
    ("--tiled a cat", "yes", "a cat"),
    ("--tiled --cfg 3", "yes", None),
    ("--tiled no", "no", None),
    ("--tiled=off a cat", "off", "a cat"),
    ("tiled:no a cat", "no", "a cat"),
    ("tiled: no a cat", "no", "a cat"),
    ("tiled:maybe a cat", "maybe", "a cat"),
]


@pytest.mark.parametrize(("text", "value", "prompt"), FLAGS)
def test_a_flag_after_dashes_needs_no_value(text: str, value: str, prompt: str | None) -> None:
    command = parsed(text, EVERYTHING, EVERYTHING_VOCABULARY)
    assert (command.raw["tiled"], command.raw.get("prompt"), command.faults) == (value, prompt, ())


def test_a_size_that_is_a_parameter_is_read_like_the_shorthand() -> None:
    assert parsed("a cat size: 512x512 now", EVERYTHING).raw == {"prompt": "a cat now", "size": "512x512"}
    assert parsed("a cat size: huge", EVERYTHING).raw == {"prompt": "a cat size: huge"}
    assert [fault.parameter for fault in parsed("a cat siez:512x512", EVERYTHING).faults] == ["size"]


def test_a_slip_of_a_bare_flag_is_a_fault_too() -> None:
    (fault,) = parsed("a cat --tild", EVERYTHING, EVERYTHING_VOCABULARY).faults
    assert str(fault) == "tiled: “--tild” looks like a slip of --tiled. Write that, or \\--tild to keep it as text."


def test_a_manifest_alias_names_its_parameter() -> None:
    assert parsed("a cat title_text:b", EVERYTHING).raw == {"prompt": "a cat", "caption": "b"}
    assert parsed("a cat --title-text b", EVERYTHING).raw == {"prompt": "a cat", "caption": "b"}


def test_a_manifests_own_word_wins_over_a_standard_alias() -> None:
    workflow = one("n", "integer", "min = 1\nmax = 9")
    assert parsed("n:4", workflow).raw == {"n": "4"}


def test_an_attachment_cannot_be_named_in_words() -> None:
    assert refused("image:/etc/passwd", UPSCALE) == ["image: needs a picture attached."]
    assert parsed("a nice image: a beach", EVERYTHING).raw == {"prompt": "a nice image: a beach"}
    assert parsed("imag:@beach.png", EVERYTHING).faults != ()


def test_a_workflow_without_a_prompt_takes_no_words() -> None:
    assert parsed("enlarge it upscaler:RealESRGAN_x4plus.pth please", UPSCALE) == Command(
        raw={"upscale_model": "RealESRGAN_x4plus.pth"}, faults=parsed("enlarge it please", UPSCALE).faults
    )
    assert [str(fault) for fault in parsed("enlarge it please", UPSCALE).faults] == [
        "prompt: this workflow takes no words; leave out “enlarge it please”."
    ]


def test_marks_that_nobody_sees_are_gone_before_anything_is_read() -> None:
    assert parsed("a\u202e cat\x00 ste\u200eps:30\ufeff\r\nx") == Command(raw={"prompt": "a cat x", "steps": "30"})


def test_faults_of_words_and_of_values_come_back_together() -> None:
    assert refused("stepz:30 cfg:99 sampler:nope seed:x ar:wide neg:a neg:b") == [
        "steps: “stepz:30” looks like a slip of steps:30. Write that, or \\stepz:30 to keep it as text.",
        "negative_prompt: is given more than once. Keep one of them.",
        "ar: needs a ratio such as 16:9, not “wide”.",
        "prompt: needs some words.",
        "cfg: needs a number from 1 to 20, not “99”.",
        "seed: needs “random” or a whole number from 0 to 18446744073709551615, not “x”.",
        "sampler: “nope” is not on offer. There is euler, euler_ancestral, dpmpp_2m.",
    ]


def test_what_is_given_twice_is_checked_too() -> None:
    assert refused("a cat steps:30 steps:600") == [
        "steps: is given more than once. Keep one of them.",
        "steps: needs a whole number from 1 to 60, not “600”.",
    ]


def test_a_word_that_was_not_understood_is_not_said_to_be_missing_as_well() -> None:
    assert refused("promt:a cat") == [
        "prompt: “promt:” looks like a slip of prompt:. Write that, or \\promt: to keep it as text."
    ]


def test_a_fault_of_the_words_alone_is_raised_too() -> None:
    command = parsed("a cat steps:30 steps:30")
    with pytest.raises(InvalidValues) as caught:
        read_values(command, TXT2IMG, VOCABULARY)
    assert caught.value.faults == command.faults


def test_a_sound_command_becomes_values() -> None:
    values = said(
        "a cat neg:dogs steps:30 --cfg 7,5 —seed 18446744073709551615 size:1024x768 model:dream sampler:EULER"
    )
    assert values == {
        "prompt": "a cat",
        "negative_prompt": "dogs",
        "steps": 30,
        "cfg": 7.5,
        "seed": 2**64 - 1,
        "width": 1024,
        "height": 768,
        "sampler": "euler",
        "scheduler": "normal",
        "model": "sd15/dreamshaper_8.safetensors",
        "count": 1,
    }


@pytest.mark.parametrize(
    "text",
    [
        "steps:" + "," * 100_000,
        "--steps " * 12_500,
        "--stepz " * 12_500,
        "steps: " * 12_500,
        "steps:a" + "\u0316\u0301" * 50_000,
        "neg:" + '"' * 100_000,
        'neg:" ' * 20_000,
        "neg:' " * 20_000,
        'neg:"' + "\\" * 100_001,
        "\\" * 100_000,
        "\\steps:" * 14_000,
        "steps:" + "1" * 100_000,
        "steps:" + "１" * 100_000,
        "stepz:3," * 12_500,
        "model:" + "a" * 100_000,
        "a: " * 33_000,
        "steps:" + " " * 100_000,
    ],
    ids=lambda text: f"{text[:8]!r}…",
)
def test_a_hundred_thousand_characters_give_a_few_short_faults(text: str) -> None:
    # Read in linear time: quadratic reading of these would take minutes, or end Python's stack.
    found = refused(text)
    assert 1 <= len(found) <= 6
    assert all(len(fault) < 400 for fault in found)


def test_a_prompt_of_a_hundred_thousand_characters_is_told_its_limit() -> None:
    assert refused("x" * 100_000) == ["prompt: takes at most 4,000 characters; this has 100,000."]


def test_attachments_join_what_the_words_said() -> None:
    command = parsed("a cat --tiled size:512x512 frames:81", EVERYTHING, EVERYTHING_VOCABULARY)
    command = Command(raw={**command.raw, **ATTACHED}, faults=command.faults)
    assert read_values(command, EVERYTHING, EVERYTHING_VOCABULARY)["frames"] == 81


def test_a_word_of_three_letters_is_no_slip_of_a_longer_name() -> None:
    command = parsed("a sign, see: 3 cats sed:3")

    assert (dict(command.raw), command.faults) == ({"prompt": "a sign, see: 3 cats sed:3"}, ())
