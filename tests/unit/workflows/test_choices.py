"""Which of the offered names somebody meant."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflows.choices import NAMES_SHOWN, exactly, meant, refusal

MODELS = ("sd15/dreamshaper_8.safetensors", "sd15\\Windows_Model.ckpt", "sd_xl_base_1.0.safetensors", "sd_xl_turbo.sft")
TWINS = ("a/same.safetensors", "b/same.safetensors", "SAME.ckpt")


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("sd15/dreamshaper_8.safetensors", MODELS[0]),
        ("SD15/DreamShaper_8.safetensors", MODELS[0]),
        ("sd15/dreamshaper_8", MODELS[0]),
        ("dreamshaper_8", MODELS[0]),
        ("DreamShaper_8.safetensors", MODELS[0]),
        ("dreamshaper_8.ckpt", MODELS[0]),
        ("elsewhere/dreamshaper_8.safetensors", MODELS[0]),
        ("sd15/windows_model", MODELS[1]),
        ("ＤreamShaper_8", MODELS[0]),
        ("windows_model", MODELS[1]),
        ("sd_xl_base_1.0", MODELS[2]),
    ],
)
def test_case_folder_and_ending_do_not_matter(text: str, name: str) -> None:
    assert exactly(text, MODELS) == name
    assert meant(text, MODELS) == name


def test_a_beginning_is_enough_when_only_one_name_has_it() -> None:
    assert meant("dream", MODELS) == MODELS[0]
    assert meant("sd15/dream", MODELS) == MODELS[0]
    assert exactly("dream", MODELS) is None
    assert meant("sd_xl", MODELS) is None
    assert meant("shaper", MODELS) is None
    assert meant("", MODELS) is None


def test_a_whole_name_wins_over_a_longer_one_that_begins_with_it() -> None:
    assert meant("euler", ("euler_ancestral", "euler")) == "euler"
    assert meant("model", ("model.ckpt", "model.safetensors", "model")) == "model"


def test_a_spelling_that_several_names_share_stands_for_none() -> None:
    assert meant("b/same", TWINS) == "b/same.safetensors"
    assert meant("same.ckpt", TWINS) == "SAME.ckpt"
    assert exactly("x/same", ("a/x/same", "b/x/same")) is None
    assert meant("same", ("a/same.pt", "b/same.pt")) is None


def test_a_refusal_lists_what_a_beginning_may_mean() -> None:
    assert (
        refusal("sd_xl", MODELS)
        == "“sd_xl” may be sd_xl_base_1.0.safetensors, sd_xl_turbo.sft. Write more of the name."
    )
    assert refusal("same", ("a/same.pt", "b/same.pt")) == "“same” may be a/same.pt, b/same.pt. Write more of the name."


def test_a_refusal_guesses_and_lists_a_few() -> None:
    many = tuple(f"name{number}" for number in range(20))
    assert refusal("dreamshapr_8", MODELS[:1]) == (
        f"“dreamshapr_8” is not on offer. Did you mean {MODELS[0]}? There is {MODELS[0]}."
    )
    assert refusal("zzz", many) == f"“zzz” is not on offer. There is {', '.join(many[:NAMES_SHOWN])} … (20 in all)."


def test_a_refusal_of_an_empty_offer_says_who_can_help() -> None:
    assert refusal("x", ()) == "no GPU has one installed. The operator can add one."


@given(st.lists(st.text(max_size=8), unique=True, max_size=6).map(tuple), st.text(max_size=8))
def test_what_is_found_is_on_offer_and_every_offered_name_finds_itself(offered: tuple[str, ...], text: str) -> None:
    assert meant(text, offered) in (None, *offered)
    assert all(meant(name, offered) == name for name in offered)
    assert len(refusal(text, offered)) < 300
