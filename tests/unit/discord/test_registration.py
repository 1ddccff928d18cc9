"""What is registered with Discord for a catalog, and what is said to be missing."""

import json
import subprocess
import sys
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.discord.origins import Right
from adapters.discord.registration import (
    OWN,
    PERMISSIONS,
    Registration,
    commands_of,
    digest_of,
    install_url,
    invite_url,
)
from bot.commands import IMAGINE
from bot.presiding import MOD
from bot.reimagining import REIMAGINE, UPSCALE
from tests.fakes.discord import schema
from tests.fakes.discord.record import Call
from tests.fakes.discord.shapes_commands import commands as checked
from tests.unit.workflows.samples import EVERYTHING, LIBRARY_CATALOG, one, small
from workflows.catalog import Catalog
from workflows.graph import read_graph
from workflows.manifest import Cost, Manifest, Output
from workflows.parameters import (
    Binding,
    Choice,
    FileParameter,
    Flag,
    Integer,
    Number,
    Parameter,
    Seed,
    SizeParameter,
    Text,
)
from workflows.workflow import Workflow


def catalog(**workflows: Workflow) -> Catalog:
    return Catalog(workflows=workflows)


def registered(catalog: Catalog, default: str = "txt2img") -> dict[str, dict[str, Any]]:
    return {each["name"]: each for each in commands_of(catalog, default).commands}


def options(command: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {each["name"]: each for each in command["options"]}


def faults(registration: Registration) -> Sequence[object]:
    """Return what Discord would have against it: the fake's rules, and the published description where it is."""
    sent = json.loads(json.dumps([*registration.commands]))
    route = "/applications/{application_id}/commands"
    call = Call(at=0, method="PUT", route=route, path=route, body=sent)
    return [*checked(sent, ()), *(schema.complaints(call) if schema.is_at_hand() else [])]


def words(count: int, kind: str = "flag", keys: str = "") -> Workflow:
    """Return a workflow of a prompt and so many parameters more."""
    bind = 'bind = [{{ node = "1", class_type = "A", input = "{}" }}]'
    tables = [f'[parameters.p{n}]\nkind = "{kind}"\n{keys}\n{bind.format(f"p{n}")}' for n in range(count)]
    tables.append(f'[parameters.prompt]\nkind = "text"\n{bind.format("prompt")}')
    return small("\n".join(tables), {**{f"p{n}": True for n in range(count)}, "prompt": "a cat"})


def test_the_library_is_registered_whole() -> None:
    registration = commands_of(LIBRARY_CATALOG, "txt2img")

    assert faults(registration) == []
    assert registration.left_out == ()
    names = [each["name"] for each in registration.commands]
    assert names == [IMAGINE, *OWN, MOD, *LIBRARY_CATALOG.workflows, REIMAGINE, UPSCALE]


def test_commands_work_in_guilds_in_direct_messages_and_wherever_somebody_takes_them() -> None:
    for name, command in registered(LIBRARY_CATALOG).items():
        if name == MOD:
            continue
        assert command["contexts"] == [0, 1, 2]
        assert command["integration_types"] == [0, 1]
        assert command["default_member_permissions"] is None


def test_the_prompt_comes_first_then_pictures_then_the_others_as_the_manifest_has_them() -> None:
    command = registered(LIBRARY_CATALOG)["img2img"]

    assert [*options(command)][:4] == ["prompt", "image", "negative_prompt", "denoise"]
    assert [name for name, each in options(command).items() if each.get("required")] == ["prompt", "image"]


def test_imagine_has_the_options_of_the_default_workflow_and_one_that_picks_another() -> None:
    imagine, own = registered(LIBRARY_CATALOG)[IMAGINE], registered(LIBRARY_CATALOG)["txt2img"]

    assert [*options(imagine)] == ["prompt", "workflow", *[*options(own)][1:]]
    assert options(imagine)["workflow"]["autocomplete"] is True
    assert options(imagine)["prompt"]["required"] is True


def test_imagine_is_as_wide_as_any_workflow_and_a_workflows_own_command_is_not() -> None:
    narrow = one("steps", "integer", "min = 4\nmax = 8\ndefault = 4")
    wide = one("steps", "integer", "min = 1\nmax = 60\ndefault = 20")
    other = one("steps", "number", "min = 0\nmax = 99\ndefault = 1")
    made = registered(catalog(narrow=narrow, other=other, wide=wide), "narrow")

    assert options(made[IMAGINE])["steps"].items() >= {"min_value": 1, "max_value": 60}.items()
    assert options(made["narrow"])["steps"].items() >= {"min_value": 4, "max_value": 8}.items()
    assert "(1 to 60)" in options(made[IMAGINE])["steps"]["description"]


def test_imagine_does_not_demand_words_that_a_workflow_it_can_pick_has_not_to_be_given() -> None:
    strict = one("prompt", "text", "required = true", literal="x")
    easy = one("prompt", "text", 'required = true\ndefault = "a cat"', literal="x")
    wordless = one("steps", "integer", "min = 1\nmax = 2\ndefault = 1")

    assert options(registered(catalog(strict=strict, wordless=wordless), "strict")[IMAGINE])["prompt"]["required"]
    for default in ("strict", "easy"):
        made = registered(catalog(strict=strict, easy=easy), default)
        assert "required" not in options(made[IMAGINE])["prompt"]


def test_a_workflow_for_adults_is_a_command_for_adults() -> None:
    adult = small("[parameters]", more="nsfw = true")
    made = registered(catalog(adult=adult, txt2img=LIBRARY_CATALOG.workflows["txt2img"]))

    assert made["adult"]["nsfw"] is True
    assert made["txt2img"]["nsfw"] is made[IMAGINE]["nsfw"] is False


@pytest.mark.parametrize("name", [IMAGINE, *OWN])
def test_a_workflow_named_like_one_of_our_commands_is_left_out_and_told(name: str) -> None:
    registration = commands_of(Catalog(workflows={name: EVERYTHING, "fine": EVERYTHING}), "fine")

    assert faults(registration) == []
    assert [each["name"] for each in registration.commands].count(name) == 1
    assert f"/{name}" in [each.what for each in registration.left_out]


@pytest.mark.parametrize("name", ["Flux", "a b", "x" * 33, "", "a.b", "/x"])
def test_a_name_that_discord_does_not_take_is_left_out_and_told(name: str) -> None:
    registration = commands_of(Catalog(workflows={name: EVERYTHING, "fine": EVERYTHING}), "fine")

    assert faults(registration) == []
    assert [str(each) for each in registration.left_out if each.what == f"/{name}"]


def test_the_101st_command_is_left_out_and_told() -> None:
    many = Catalog(workflows={f"w{n:03}": EVERYTHING for n in range(120)})
    registration = commands_of(many, "w000")

    slash = [each for each in registration.commands if each["type"] == 1]
    left_out = {each.what for each in registration.left_out}
    assert faults(registration) == []
    assert len(slash) == 100
    assert {f"/{name}" for name in many.workflows} - left_out == {f"/w{n:03}" for n in range(100 - 2 - len(OWN))}


def test_the_first_25_parameters_have_options_and_the_others_are_told() -> None:
    registration = commands_of(catalog(many=words(30)), "many")
    made = {each["name"]: each for each in registration.commands}

    assert faults(registration) == []
    assert [*options(made["many"])] == ["prompt", *(f"p{n}" for n in range(24))]
    assert [*options(made[IMAGINE])] == ["prompt", "workflow", *(f"p{n}" for n in range(23))]
    assert {f"/many p{n}" for n in range(24, 30)} <= {each.what for each in registration.left_out}


def test_a_command_of_too_many_characters_completes_its_choices_instead() -> None:
    names = ", ".join(f'"{n:02} {"x" * 90}"' for n in range(25))
    registration = commands_of(catalog(large=words(20, "choice", f"options = [{names}]")), "large")

    large = next(each for each in registration.commands if each["name"] == "large")
    assert faults(registration) == []
    assert len(large["options"]) == 21
    assert {"choices" in each for each in large["options"][1:]} == {True, False}


def test_a_menu_that_the_default_workflow_has_no_action_for_is_left_out() -> None:
    flux = commands_of(LIBRARY_CATALOG, "flux")
    assert [each["name"] for each in flux.commands if each["type"] == 3] == [UPSCALE]
    assert [each.what for each in flux.left_out] == [REIMAGINE]


def test_without_workflows_only_our_own_commands_are_registered() -> None:
    registration = commands_of(Catalog(), "txt2img")

    assert faults(registration) == []
    assert [each["name"] for each in registration.commands] == [*OWN, MOD]
    assert {each.what for each in registration.left_out} == {f"/{IMAGINE}", REIMAGINE, UPSCALE}


def test_the_digest_is_the_same_in_another_process() -> None:
    script = (
        "from workflows.catalog import LIBRARY, load_catalog\n"
        "from adapters.discord.registration import commands_of\n"
        "print(commands_of(load_catalog(LIBRARY), 'txt2img').digest)"
    )
    other = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, env={"PYTHONHASHSEED": "7"}
    )
    assert other.stdout.strip() == commands_of(LIBRARY_CATALOG, "txt2img").digest


def _places(part: Any, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    entries = part.items() if isinstance(part, dict) else enumerate(part) if isinstance(part, list) else ()
    return [path, *(place for key, each in entries for place in _places(each, (*path, key)))]


def _changed(part: Any, path: tuple[str | int, ...]) -> Any:
    if not path:
        return "something else"
    copy = part.copy()
    copy[path[0]] = _changed(part[path[0]], path[1:])
    return copy


def test_the_digest_changes_with_anything_that_is_sent() -> None:
    sent = [*commands_of(catalog(everything=EVERYTHING), "everything").commands]
    places = [place for place in _places(sent) if place]
    digests = {digest_of(_changed(sent, place)) for place in places}

    assert len(digests) == len(places)
    assert digest_of(sent) not in digests


def test_the_invitation_asks_for_exactly_what_is_explained() -> None:
    asked = 1 << 10 | 1 << 11 | 1 << 15 | 1 << 38
    assert sum(PERMISSIONS) == asked
    assert Right.ADMINISTRATOR not in PERMISSIONS
    assert all(PERMISSIONS.values())
    assert f"permissions={asked}" in invite_url("42")
    assert "client_id=42" in invite_url("42")
    assert "scope=bot+applications.commands" in invite_url("42")
    assert "permissions" not in install_url("42")
    assert "integration_type=1" in install_url("42")


BIND = (Binding(node="1", class_type="A", input="x"),)
BOTH = tuple(Binding(node="1", class_type="A", input="x", part=part) for part in ("width", "height"))
HELP = st.one_of(st.text(max_size=300), st.text(alphabet="ab \n\u200b\u202e\x00😀", max_size=300))
NAMES = st.one_of(
    st.sampled_from(["prompt", "steps", "size", "look", "image"]),
    st.from_regex(r"[a-z][a-z0-9_]{0,31}", fullmatch=True),
)
NUMBERS = st.one_of(st.integers(-(2**80), 2**80), st.sampled_from([0, 2**53, 2**53 - 1, -(2**53)]))
FLOATS = st.floats(allow_nan=False, allow_infinity=False)
LONG = st.text(max_size=120)

PARAMETERS: st.SearchStrategy[Parameter] = st.one_of(
    st.builds(
        Text,
        kind=st.just("text"),
        help=HELP,
        required=st.booleans(),
        max_length=st.integers(1, 100_000),
        default=st.none() | LONG,
        bind=st.just(BIND),
    ),
    st.tuples(NUMBERS, NUMBERS, HELP).map(
        lambda drawn: Integer(kind="integer", min=min(drawn[:2]), max=max(drawn[:2]), help=drawn[2], bind=BIND)
    ),
    st.tuples(FLOATS, FLOATS, HELP).map(
        lambda drawn: Number(kind="number", min=min(drawn[:2]), max=max(drawn[:2]), help=drawn[2], bind=BIND)
    ),
    st.builds(Seed, kind=st.just("seed"), help=HELP, bind=st.just(BIND)),
    st.builds(
        Choice,
        kind=st.just("choice"),
        help=HELP,
        options=st.none() | st.lists(LONG, max_size=40).map(tuple),
        bind=st.just(BIND),
    ),
    st.builds(Flag, kind=st.just("flag"), help=HELP, bind=st.just(BIND)),
    st.builds(
        SizeParameter, kind=st.just("size"), help=HELP, min=st.just(8), max=st.integers(8, 9999), bind=st.just(BOTH)
    ),
    st.builds(FileParameter, kind=st.sampled_from(["image", "mask", "video"]), help=HELP, bind=st.just(BIND)),
)


@st.composite
def workflows(draw: st.DrawFn, name: str = "random") -> Workflow:
    """Anything that an author may have written."""
    manifest = Manifest.model_construct(
        title=draw(st.text(min_size=1, max_size=80)),
        summary=draw(st.text(max_size=300)),
        parameters=draw(
            st.dictionaries(NAMES.filter(lambda name: name not in {"workflow", "ar"}), PARAMETERS, max_size=40)
        ),
        outputs=(Output(node="1", class_type="A"),),
        cost=Cost(limit=1),
        nsfw=draw(st.booleans()),
    )
    graph = read_graph('{"1": {"class_type": "A", "inputs": {"x": 1}}}')
    return Workflow(name=name, manifest=manifest, graph=graph, digest="", manifest_file=b"", graph_file=b"")


@given(first=workflows("first"), second=workflows("second"))
@settings(max_examples=150, deadline=None)
def test_whatever_an_author_writes_discord_takes_what_comes_of_it(first: Workflow, second: Workflow) -> None:
    registration = commands_of(catalog(first=first, second=second), "first")

    assert faults(registration) == []
    told = {each.what for each in registration.left_out}
    for workflow in (first, second):
        command = next(each for each in registration.commands if each["name"] == workflow.name)
        for name in workflow.manifest.parameters:
            assert name in options(command) or f"/{workflow.name} {name}" in told
