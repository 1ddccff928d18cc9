"""From a command's data, as Discord's own client sends it or as nobody should, to an order."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.discord.reading import MOST_PICTURES, Attachment, Order, Target, read_order, read_target, read_text
from adapters.discord.registration import CANCEL, JOB, commands_of
from bot.errors import SubmissionError
from bot.suggesting import sent_as
from tests.fakes.discord import orders
from tests.fakes.discord.orders import Picture
from tests.fakes.discord.server import FakeDiscord
from tests.fakes.discord.shapes_commands import SLASH
from tests.unit.workflows.samples import EVERYTHING, EVERYTHING_VOCABULARY, LIBRARY_CATALOG, VOCABULARY
from workflows.catalog import Catalog
from workflows.command import parse_command
from workflows.vocabulary import Vocabulary

CATALOG = Catalog(workflows={**LIBRARY_CATALOG.workflows, "everything": EVERYTHING})


def asked(command: str, **given: Any) -> dict[str, Any]:
    """Return what Discord's client sends: only what the registered command allows."""
    discord = FakeDiscord()
    discord.register(*json.loads(json.dumps(commands_of(CATALOG, "txt2img").commands)))
    channel = discord.channel(discord.guild(), "general")
    member = discord.member("ada")
    found, _ = orders.find(discord.world, channel, member.user, command, SLASH)
    return orders.slash(discord.world, channel, found, [], given)


def order(command: str, **given: Any) -> Order:
    return read_order(asked(command, **given), CATALOG, VOCABULARY)


def test_imagine_orders_from_the_usual_workflow_unless_another_is_picked() -> None:
    assert order("imagine", prompt="a cat") == Order(workflow=None, text="a cat")
    assert order("imagine", prompt="a cat", workflow=" Flux ").workflow == "flux"
    assert order("flux", prompt="a cat").workflow == "flux"


def test_values_keep_their_types() -> None:
    found = order("imagine", prompt="a cat", steps=30, cfg=7.5, seed="random", model="dreamshaper")

    assert found.raw == {"steps": 30, "cfg": 7.5, "seed": "random", "model": "dreamshaper"}
    assert type(found.raw["steps"]) is int


def test_every_kind_of_option_is_read() -> None:
    picture = Picture(name="cat.png", content=b"x" * 10)
    files = {"image": picture, "mask": picture, "video": Picture(name="cat.mp4", content=b"xyz")}
    found = order(
        "everything",
        prompt="a",
        caption="b",
        frames=5,
        cfg=-1,
        look="it's",
        sampler="e",
        tiled=False,
        size="64x64",
        **files,
    )

    assert found.raw == {
        "caption": "b",
        "frames": 5,
        "cfg": -1,
        "look": "it's",
        "sampler": "e",
        "tiled": False,
        "size": "64x64",
    }
    assert [(name, file.filename, file.size) for name, file in found.files.items()] == [
        ("image", "cat.png", 10),
        ("mask", "cat.png", 10),
        ("video", "cat.mp4", 3),
    ]
    assert found.files["image"].is_picture
    assert not found.files["video"].is_picture


def test_the_prompt_is_read_in_the_grammar_of_commands() -> None:
    found = order("txt2img", prompt="a cat steps:30", steps=20)
    command = parse_command(found.text, CATALOG.workflows["txt2img"], VOCABULARY)

    assert command.raw == {"prompt": "a cat", "steps": "30"}
    assert found.raw == {"steps": 20}, "given twice: intake says so"


def test_a_choice_too_long_for_discord_comes_back_whole() -> None:
    long = "models/" + "x" * 120 + ".safetensors"
    vocabulary = Vocabulary(choices={"CheckpointLoaderSimple.ckpt_name": ("a.safetensors", long)})
    data = asked("imagine", prompt="a cat", model=sent_as(long, 100))

    assert read_order(data, CATALOG, vocabulary).raw["model"] == long
    assert read_order(data, CATALOG, VOCABULARY).raw["model"] == sent_as(long, 100), "gone: validation says so"
    assert order("imagine", prompt="a cat", model="what~01234567").raw["model"] == "what~01234567"


def test_an_address_of_a_file_is_not_shown_in_logs() -> None:
    assert "secret" not in repr(Attachment(id="1", url="https://cdn.discordapp.com/secret", size=1))


def test_what_was_typed_for_our_own_command_is_read() -> None:
    assert read_text(asked(CANCEL, job="j1"), JOB) == "j1"
    assert read_text({"name": "queue"}, JOB) == ""


def slash(*options: object, **more: object) -> dict[str, Any]:
    return {"name": "imagine", "options": [*options], **more}


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"name": 5},
        {"name": "x" * 33},
        {"name": "imagine", "options": "many"},
        slash("one"),
        slash({"name": "steps"}),
        slash({"name": "steps", "type": 4, "value": "30"}),
        slash({"name": "steps", "type": 4, "value": True}),
        slash({"name": "steps", "type": 4, "value": 2**60}),
        slash({"name": "cfg", "type": 10, "value": float("nan")}),
        slash({"name": "cfg", "type": 10, "value": 10**400}),
        slash({"name": "tiled", "type": 5, "value": 1}),
        slash({"name": "prompt", "type": 3, "value": "x" * 6001}),
        slash({"name": "prompt", "type": 3, "value": None}),
        slash({"name": "show", "type": 1, "options": []}),
        slash({"name": "image", "type": 11, "value": "5"}),
        slash({"name": "image", "type": 11, "value": "5"}, resolved={"attachments": {"5": {"id": "5"}}}),
        slash({"name": "image", "type": 11, "value": "../5"}, resolved={"attachments": {"../5": {"id": "5"}}}),
        slash(
            {"name": "image", "type": 11, "value": "5"},
            resolved={"attachments": {"5": {"id": "5", "url": "https://x/" + "x" * 3000}}},
        ),
    ],
)
def test_what_was_never_registered_so_is_refused_in_a_sentence(data: dict[str, Any]) -> None:
    with pytest.raises(SubmissionError, match="Try it again"):
        read_order(data, CATALOG, VOCABULARY)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                [
                    "name",
                    "type",
                    "value",
                    "options",
                    "resolved",
                    "attachments",
                    "messages",
                    "target_id",
                    "5",
                    "id",
                    "url",
                    "components",
                ]
            ),
            inner,
            max_size=6,
        )
    ),
    max_leaves=30,
)


@given(data=st.dictionaries(st.sampled_from(["name", "options", "resolved", "target_id"]), JSON))
@settings(max_examples=300, deadline=None)
def test_any_json_is_an_order_or_is_refused(data: dict[str, Any]) -> None:
    for read in (lambda: read_order(data, CATALOG, EVERYTHING_VOCABULARY), lambda: read_target(data)):
        try:
            assert isinstance(read(), Order | Target)
        except SubmissionError:
            continue


def file(number: int, media_type: str | None = "image/png", **more: object) -> dict[str, Any]:
    return {
        "id": str(number),
        "filename": f"{number}.png",
        "size": 9,
        "url": f"https://cdn/{number}",
        "content_type": media_type,
    } | more


def target(**message: object) -> Target:
    full = {"id": "7", "author": {"id": "3"}, "attachments": [], **message}
    return read_target({"target_id": "7", "resolved": {"messages": {"7": full}}})


def test_a_message_shows_its_pictures_in_order() -> None:
    found = target(
        attachments=[file(1, "text/plain"), file(2), file(3, None), file(4, "IMAGE/JPEG", width=8, height=-1)]
    )

    assert found.message == "7"
    assert found.author == "3"
    assert [(each.id, each.content_type, each.width, each.height) for each in found.pictures] == [
        ("2", "image/png", None, None),
        ("4", "image/jpeg", 8, None),
    ]


def test_what_no_workflow_takes_is_not_offered_to_choose() -> None:
    found = target(attachments=[file(1, "image/gif"), file(2, "image/svg+xml"), file(3, "image/webp; x=1")])
    assert [each.id for each in found.pictures] == ["3"]


def test_a_message_that_was_passed_on_shows_its_pictures_too() -> None:
    assert [each.id for each in target(message_snapshots=[{"message": {"attachments": [file(5)]}}]).pictures] == ["5"]


def test_a_message_of_components_shows_each_picture_once_and_its_buttons() -> None:
    shown = {
        "media": {"id": "90", "attachment_id": "2", "url": "https://cdn/2", "content_type": "image/png", "width": 8}
    }
    other = {"media": {"id": "91", "url": "https://cdn/91", "content_type": "image/webp"}}
    box = {
        "type": 17,
        "components": [
            {"type": 12, "items": [shown, other]},
            {"type": 9, "components": [], "accessory": {"type": 2, "custom_id": "more"}},
            {"type": 1, "components": [{"type": 2, "custom_id": "reroll"}, {"type": 3, "custom_id": "menu"}]},
        ],
    }
    found = target(attachments=[file(2)], components=[box])

    assert [each.id for each in found.pictures] == ["2", "91"]
    assert found.custom_ids == ("more", "reroll")


def test_a_message_is_only_looked_at_so_deep_and_so_far() -> None:
    deep: dict[str, Any] = {"type": 2, "custom_id": "deep"}
    for _ in range(5000):
        deep = {"type": 17, "components": [deep]}

    assert target(components=[deep]).custom_ids == ()
    assert len(target(attachments=[file(n) for n in range(50)]).pictures) == MOST_PICTURES


@pytest.mark.parametrize("data", [{}, {"target_id": "7"}, {"target_id": "7", "resolved": {"messages": {}}}])
def test_a_menu_without_its_message_is_refused(data: dict[str, Any]) -> None:
    with pytest.raises(SubmissionError):
        read_target(data)
