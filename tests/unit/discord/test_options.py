"""A parameter as Discord's option."""

import json
from typing import Any

import pytest

from adapters.discord.options import (
    MOST_CHOICES,
    SAFE,
    OptionKind,
    chosen_from,
    described,
    is_needed,
    option_of,
    ordered,
    widest,
)
from bot.suggesting import sent_as
from tests.fakes.discord.shapes_commands import COMMAND
from tests.unit.workflows.samples import EVERYTHING, TXT2IMG
from workflows.parameters import (
    SEED_MAX,
    Binding,
    Choice,
    FileParameter,
    Integer,
    Number,
    Parameter,
    Seed,
    Text,
)

BIND = (Binding(node="1", class_type="A", input="x"),)


def sound(option: dict[str, Any]) -> bool:
    """Whether the fake, which refuses what Discord refuses, takes a command with this option."""
    sent = json.loads(json.dumps({"name": "paint", "description": "Paints", "options": [option]}))
    return not [*COMMAND(sent, ())]


def option(parameter: Parameter, name: str = "x") -> dict[str, Any]:
    made = option_of(name, parameter)
    assert sound(made)
    return made


def choice(*options: str, allow: tuple[str, ...] = ("*",)) -> Choice:
    return Choice(kind="choice", options=options, allow=allow, bind=BIND)


def whole(least: int, most: int) -> Integer:
    return Integer(kind="integer", min=least, max=most, bind=BIND)


def test_every_kind_has_its_option() -> None:
    kinds = {name: option(parameter)["type"] for name, parameter in EVERYTHING.manifest.parameters.items()}

    assert kinds == {
        "prompt": OptionKind.STRING,
        "caption": OptionKind.STRING,
        "frames": OptionKind.INTEGER,
        "cfg": OptionKind.NUMBER,
        "look": OptionKind.STRING,
        "sampler": OptionKind.STRING,
        "tiled": OptionKind.BOOLEAN,
        "seed": OptionKind.STRING,
        "size": OptionKind.STRING,
        "image": OptionKind.ATTACHMENT,
        "mask": OptionKind.ATTACHMENT,
        "video": OptionKind.ATTACHMENT,
    }


def test_only_what_nothing_stands_in_for_is_required() -> None:
    needed = {name for name, parameter in EVERYTHING.manifest.parameters.items() if is_needed(parameter)}

    assert needed == {"prompt", "image", "mask", "video"}
    assert not is_needed(Text(kind="text", required=True, default="a cat", bind=BIND))
    assert is_needed(Text(kind="text", required=True, default=" ", bind=BIND))
    assert {name for name, each in TXT2IMG.manifest.parameters.items() if is_needed(each)} == {"prompt"}


def test_bounds_end_where_discord_can_no_longer_count() -> None:
    assert option(whole(1, 60)).items() >= {"min_value": 1, "max_value": 60}.items()
    assert option(whole(-(2**70), 2**70)).items() >= {"min_value": -SAFE, "max_value": SAFE}.items()
    assert option(Number(kind="number", min=-1e300, max=1e300, bind=BIND))["max_value"] == SAFE


def test_a_number_that_lies_all_beyond_them_is_typed() -> None:
    made = option(whole(2**60, 2**61))

    assert made["type"] == OptionKind.STRING
    assert "min_value" not in made


def test_a_seed_is_typed_for_it_may_be_random_or_larger_than_discord_counts() -> None:
    made = option(Seed(kind="seed", bind=BIND))

    assert made["type"] == OptionKind.STRING
    assert len(str(SEED_MAX)) <= made["max_length"]


def test_the_prompt_has_room_for_the_options_that_are_written_in_it() -> None:
    short = Text(kind="text", max_length=77, bind=BIND)

    assert option(short, "caption")["max_length"] == 77
    assert option(short, "prompt")["max_length"] > 1000
    assert option(Text(kind="text", max_length=100_000, bind=BIND), "caption")["max_length"] == 6000


def test_up_to_25_own_choices_are_shown_and_more_are_completed() -> None:
    few, many = [f"look {n}" for n in range(MOST_CHOICES)], [f"look {n}" for n in range(MOST_CHOICES + 1)]

    assert [each["value"] for each in option(choice(*few))["choices"]] == few
    assert option(choice(*many))["autocomplete"] is True
    assert len(option(choice(*many, allow=("look 1*",)))["choices"]) == 11


@pytest.mark.parametrize("name", ["", " ", "x" * 101, " padded", "a\x00b", "\u200b"])
def test_a_choice_that_discord_would_change_or_refuse_is_completed(name: str) -> None:
    made = option(choice("plain", name))

    assert made["autocomplete"] is True
    assert "choices" not in made


def test_two_choices_that_look_alike_are_completed() -> None:
    assert chosen_from(["soft", "soft\u200b"]) == {"autocomplete": True}


def test_what_only_servers_know_is_completed() -> None:
    assert option(Choice(kind="choice", bind=BIND)).items() >= {"autocomplete": True}.items()


@pytest.mark.parametrize(
    ("help_text", "said"),
    [
        ("", "X"),
        ("  \n ", "X"),
        ("two\nlines", "two lines"),
        ("\u202eevil\u200b", "evil"),
        ("word " * 40, ("word " * 19).strip() + "…"),
        ("x" * 200, "x" * 99 + "…"),
    ],
)
def test_a_description_is_one_visible_line_cut_at_a_word(help_text: str, said: str) -> None:
    assert option(Text(kind="text", help=help_text, bind=BIND))["description"] == said


def test_a_number_says_its_bounds_where_they_fit() -> None:
    steps = {"name": "steps", "description": "How long.", "min_value": 1, "max_value": 60.0}

    assert described(steps)["description"] == "How long. (1 to 60)"
    assert described({**steps, "description": "x" * 95})["description"] == "x" * 95
    assert described({**steps, "max_value": SAFE})["description"] == "How long."
    assert described({"name": "look", "description": "How."}) == {"name": "look", "description": "How."}


def test_what_is_required_comes_first_and_the_prompt_before_its_like() -> None:
    named: list[dict[str, Any]] = [
        {"name": "steps"},
        {"name": "image", "required": True},
        {"name": "prompt", "required": True},
        {"name": "cfg"},
    ]
    assert [each["name"] for each in ordered(named)] == ["prompt", "image", "steps", "cfg"]
    assert [each["name"] for each in ordered([{"name": "steps"}, {"name": "prompt"}])] == ["prompt", "steps"]


def test_the_widest_option_takes_what_any_of_them_takes() -> None:
    small, large = option(whole(4, 20)), option(whole(1, 10))
    texts = [
        option(Text(kind="text", required=need, max_length=most, bind=BIND))
        for need, most in ((1 > 0, 10), (1 > 2, 99))
    ]

    assert widest(small, [large]).items() >= {"min_value": 1, "max_value": 20}.items()
    assert widest(texts[0], texts[1:])["max_length"] == 99
    assert "min_length" not in widest(texts[0], texts[1:])
    assert widest(small, [option(whole(2**60, 2**61))]) == small, "of another type: typed, not counted"


def test_the_widest_choice_offers_all_of_them_or_is_completed() -> None:
    warm, cold = option(choice("red", "brown")), option(choice("blue", "brown"))
    many = option(choice(*(f"look {n}" for n in range(24))))

    assert [each["value"] for each in widest(warm, [cold])["choices"]] == ["red", "brown", "blue"]
    for other in (many, option(Choice(kind="choice", bind=BIND))):
        wide = widest(warm, [other])
        assert sound(wide)
        assert wide["autocomplete"] is True
        assert "choices" not in wide


def test_a_choice_travels_as_it_is_or_by_its_beginning_and_a_digest() -> None:
    long = ["models/" + "x" * 120 + end for end in ("a", "b")]

    assert sent_as("euler", 100) == "euler"
    assert len({sent_as(each, 100) for each in long}) == 2
    for value in (*long, "😀" * 90, "a\ud800b", " "):
        assert 0 < len(sent_as(value, 100)) <= 100
        assert sent_as(value, 100).encode()


def test_a_file_is_attached() -> None:
    for kind in ("image", "mask", "video"):
        assert option(FileParameter.model_validate({"kind": kind, "bind": BIND}))["required"] is True
