"""What may come next while somebody types."""

import pytest

from adapters.web.completion import MOST, complete
from bot.commands import command_names
from tests.integration.web.desk import VOCABULARY
from workflows.catalog import LIBRARY, Catalog, load_catalog

CATALOG = load_catalog(LIBRARY)


def completed(before):
    return complete(before, CATALOG, VOCABULARY, "txt2img")


def labels(before):
    return [each.label for each in completed(before).suggestions]


def test_a_slash_offers_every_command():
    assert labels("/") == [f"/{name}" for name in command_names(CATALOG)][:MOST]


@pytest.mark.parametrize("typed", ["/", "/m", "/mo"])
def test_whoever_has_a_command_of_their_own_sees_it_before_the_others(typed):
    found = complete(typed, CATALOG, VOCABULARY, "txt2img", {"mod": "What moderators do."}).suggestions

    assert (found[0].text, found[0].detail) == ("/mod ", "What moderators do.")
    assert "/mod" not in labels(typed)
    assert len(found) <= MOST


@pytest.mark.parametrize(
    ("typed", "first"), [("/im", "/imagine"), ("/FL", "/flux"), ("/2img", "/img2img"), ("/q", "/queue")]
)
def test_a_begun_command_offers_what_fits_its_beginning_first(typed, first):
    assert labels(typed)[0] == first


@pytest.mark.parametrize("typed", ["", "hello", "a /imagine", "/queue ", "/nothing at all", "/imagine workflow:none "])
def test_where_nothing_fits_nothing_is_offered(typed):
    found = completed(typed)

    assert (found.suggestions, found.parameters) == ((), ())


def test_a_begun_name_offers_parameters_with_their_bounds():
    [found] = completed("/imagine a fox ste").suggestions

    assert (found.text, found.detail) == ("steps:", "1 to 60")


def test_prose_is_left_alone_until_two_letters_fit():
    assert labels("/imagine a fox s") == []
    assert labels("/imagine a fox --s") == ["steps", "seed", "sampler", "scheduler", "size"]


def test_what_is_set_already_is_not_offered_again():
    names = [each.label for each in completed("/imagine a fox steps:30 --cfg=4 ").parameters]

    assert "steps" not in names
    assert "cfg" not in names
    assert {"seed", "ar", "size"} <= set(names)


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("/imagine a fox sampler:dpm", ["dpmpp_2m", "dpmpp_sde"]),
        ("/imagine a fox --scheduler ka", ["karras"]),
        ("/imagine a fox model:", ["sd15/dreamlike.safetensors", "sdxl/juggernaut-xl.safetensors"]),
        ("/imagine a fox seed:", ["random"]),
        ("/imagine a fox workflow:fl", ["flux"]),
        ("/imagine a fox steps:", []),
    ],
)
def test_a_begun_value_offers_what_the_servers_have(typed, offered):
    assert labels(typed) == offered


def test_a_number_has_its_bounds_as_a_hint():
    assert completed("/imagine a fox steps:").hint.startswith("steps: 1 to 60.")
    assert "16:9" in completed("/imagine a fox ar:").hint


def test_a_suggestion_replaces_what_was_begun_and_nothing_else():
    before = "/imagine a fox sampler:eul"
    found = completed(before)

    assert before[: found.start] + found.suggestions[0].text == "/imagine a fox sampler:euler "


def test_another_workflow_in_the_words_has_its_own_parameters():
    names = [each.label for each in completed("/imagine a fox workflow:flux ").parameters]

    assert "guidance" in names


def test_a_command_says_which_attachments_it_takes():
    assert completed("/inpaint a fox ").takes == ("image", "mask")


def test_without_workflows_nothing_can_be_set():
    assert complete("/imagine a ", Catalog(), VOCABULARY, "txt2img").parameters == ()
