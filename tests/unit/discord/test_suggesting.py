"""What is offered while somebody types."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.discord.options import MOST_CHOICES
from adapters.discord.suggesting import suggest, suggest_jobs
from bot.suggesting import SIZES
from tests.fakes.discord.shapes_commands import CHOICES
from tests.unit.workflows.samples import DREAM, EVERYTHING, LIBRARY_CATALOG, SD15, SDXL, VOCABULARY, one
from workflows.catalog import Catalog
from workflows.vocabulary import Vocabulary

CATALOG = Catalog(workflows={**LIBRARY_CATALOG.workflows, "everything": EVERYTHING})


def offered(
    typed: object,
    option: str = "model",
    command: str = "imagine",
    *,
    vocabulary: Vocabulary = VOCABULARY,
    catalog: Catalog = CATALOG,
    default: str = "txt2img",
    **others: str,
) -> list[str]:
    """Return the values that are offered, once Discord would take them."""
    given = [{"name": name, "type": 3, "value": value} for name, value in others.items()]
    focused = {"name": option, "type": 3, "value": typed, "focused": True}
    found = suggest({"name": command, "options": [*given, focused]}, catalog, vocabulary, default)
    assert not [*CHOICES({"choices": found}, ())]
    return [each["value"] for each in found]


def checkpoints(*names: str) -> Vocabulary:
    return Vocabulary(choices={"CheckpointLoaderSimple.ckpt_name": names})


def test_before_anything_is_typed_all_are_offered_what_is_usual_first() -> None:
    assert offered("") == [SD15, SDXL, DREAM]
    assert offered("", "scheduler", "flux")[0] == "simple"


def test_what_begins_so_comes_before_what_holds_it_and_folders_do_not_count() -> None:
    names = ("my-dream.safetensors", "sd15/dreamshaper.safetensors", "win\\Dreamy.safetensors", "other.safetensors")

    assert offered("DREAM", vocabulary=checkpoints(*names)) == [names[1], names[2], names[0]]
    assert offered("sd15/", vocabulary=checkpoints(*names)) == [names[1]]
    assert offered("win/", vocabulary=checkpoints(*names)) == [names[2]]
    assert offered("nothing like it", vocabulary=checkpoints(*names)) == []


def test_of_hundreds_25_are_offered_and_each_can_be_found() -> None:
    names = tuple(f"loras/style_{n:03}.safetensors" for n in range(600))

    assert len(offered("", vocabulary=checkpoints(*names))) == MOST_CHOICES
    assert offered("style_437", vocabulary=checkpoints(*names)) == [names[437]]


def test_names_that_differ_only_at_their_end_stay_apart() -> None:
    names = tuple(f"{'folder/' * 20}{n}.safetensors" for n in range(3))
    found = suggest(
        {"name": "imagine", "options": [{"name": "model", "value": "", "focused": True}]},
        CATALOG,
        checkpoints(*names),
        "txt2img",
    )

    assert [each["name"] for each in found] == ["0.safetensors", "1.safetensors", "2.safetensors"]
    assert len({each["value"] for each in found}) == 3


def labels(vocabulary: Vocabulary) -> list[str]:
    data = {"name": "imagine", "options": [{"name": "model", "value": "", "focused": True}]}
    return [each["name"] for each in suggest(data, CATALOG, vocabulary, "txt2img")]


def test_long_names_of_one_family_look_different() -> None:
    names = tuple(f"styles/{'x' * 110}_v{n:03}_{'y' * 20}.safetensors" for n in range(20))
    alike = tuple(f"{'x' * 60}{n:03}{'y' * 60}.safetensors" for n in range(20))  # where they differ is cut away

    assert "_v007_" in labels(checkpoints(*names))[7]
    assert len({*labels(checkpoints(*names))}) == len({*labels(checkpoints(*alike))}) == 20
    assert all(len(each) <= 100 for each in labels(checkpoints(*names, *alike)))


@pytest.mark.parametrize("typed", ["anime xl", "style anime", "xl anime", "XL_Anime"])
def test_words_are_found_in_any_order_whatever_stands_between_them(typed: str) -> None:
    names = ("sd_xl_anime-style.safetensors", "Anime Style XL.safetensors", "anime.safetensors", "sd_xl.safetensors")

    assert offered(typed, vocabulary=checkpoints(*names)) == [*names[:2]]


def test_choices_are_those_of_the_workflow_that_is_meant() -> None:
    assert offered("", workflow="flux") == ["flux1-dev-fp8.safetensors"]
    assert offered("", workflow=" Flux") == ["flux1-dev-fp8.safetensors"]
    assert offered("", workflow="fl") == offered(""), "half typed: the usual one"
    assert offered("", default="flux") == ["flux1-dev-fp8.safetensors"]
    assert offered("", command="flux") == ["flux1-dev-fp8.safetensors"]
    assert offered("", command="unknown") == []
    assert offered("", default="unknown") == []


def test_the_manifests_own_choices_are_offered_too() -> None:
    assert offered("very", "look", "everything") == ["very bright"]


def test_workflows_are_offered_that_imagine_can_ask_for_the_usual_one_first() -> None:
    assert offered("", "workflow") == ["txt2img", "flux"]
    assert offered("fl", "workflow") == ["flux"]
    assert offered("fl", "workflow", default="unknown") == ["flux"]
    assert offered("", "workflow", default="img2img") == ["img2img", "flux", "txt2img"]


def test_sizes_are_those_within_bounds_what_is_usual_first() -> None:
    found = offered("", "size", "everything")

    assert found[0] == "512x512"
    assert set(found) <= set(SIZES)
    assert all(int(side) % 64 == 0 for size in found for side in size.split("x"))
    assert offered("1216", "size", "everything") == ["1216x832", "832x1216"]
    assert offered("", "size", "everything", catalog=Catalog()) == []


@pytest.mark.parametrize("option", ["prompt", "steps", "nothing", ""])
def test_nothing_is_offered_where_nothing_can_be_chosen(option: str) -> None:
    assert offered("a", option) == []


def test_no_server_has_told_its_choices_yet() -> None:
    assert offered("", vocabulary=Vocabulary()) == []
    assert offered("", "look", "small", catalog=Catalog(workflows={"small": one("look", "choice", literal="x")})) == []


@pytest.mark.parametrize(
    "data",
    [{}, {"options": "x"}, {"options": [5, {}]}, {"name": "imagine", "options": [{"name": "model", "focused": 1}]}],
)
def test_data_of_another_form_offers_nothing(data: dict[str, Any]) -> None:
    assert suggest(data, CATALOG, VOCABULARY, "txt2img") == []


@given(names=st.lists(st.text(max_size=150), max_size=40, unique=True), typed=st.text(max_size=120))
@settings(max_examples=200, deadline=None)
def test_whatever_servers_offer_discord_takes_what_is_suggested(names: list[str], typed: str) -> None:
    offered(typed, vocabulary=checkpoints(*names))
    offered("", vocabulary=checkpoints(*names))


def test_jobs_are_found_by_their_words_or_their_id() -> None:
    jobs = [("j1", "a red cat"), ("j2", "a blue dog"), ("j3", "")]

    assert [each["value"] for each in suggest_jobs("", jobs)] == ["j1", "j2", "j3"]
    assert [each["value"] for each in suggest_jobs("RED", jobs)] == ["j1"]
    assert [each["value"] for each in suggest_jobs("j2", jobs)] == ["j2"]
    assert suggest_jobs("", jobs)[2]["name"] == "j3"


def test_jobs_are_offered_in_a_form_that_discord_takes() -> None:
    found = suggest_jobs("", [(f"j{n}", "words " * n) for n in range(40)])

    assert len(found) == MOST_CHOICES
    assert not [*CHOICES({"choices": found}, ())]
