"""What Discord would not take, the fake does not take, and says where the fault is."""

import io
from typing import Any

import aiohttp
import pytest

from tests.fakes.discord.server import FakeDiscord
from tests.unit.fakes.discord.raw import Said, raw


def button(**more: Any) -> dict[str, Any]:
    return {"type": 2, "style": 1, "label": "Go", "custom_id": "go", **more}


def row(*inside: dict[str, Any]) -> dict[str, Any]:
    return {"type": 1, "components": [*inside]}


def select(options: int) -> dict[str, Any]:
    return {"type": 3, "custom_id": "s", "options": [{"label": "a", "value": str(n)} for n in range(options)]}


async def posted(fake: FakeDiscord, body: Any) -> Said:
    channel = fake.channel(fake.guild(), "general")
    async with raw(fake) as client:
        return await client.ask("POST", f"/channels/{channel.id}/messages", body)


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        ({"content": "x" * 2001}, "content BASE_TYPE_MAX_LENGTH"),
        ({"content": 5}, "content STRING_TYPE_CONVERT"),
        ({"contents": "x"}, "contents UNKNOWN_FIELD"),
        ({"content": "x", "tts": "yes"}, "tts BOOLEAN_TYPE_CONVERT"),
        ({"content": "x", "nonce": "n" * 26}, "nonce BASE_TYPE_MAX_LENGTH"),
        ({"content": "x", "flags": 64}, "flags MESSAGE_FLAGS_INVALID"),
        ({"embeds": [{"title": "x" * 257}]}, "embeds.0.title BASE_TYPE_MAX_LENGTH"),
        ({"embeds": [{"description": "x" * 4097}]}, "embeds.0.description BASE_TYPE_MAX_LENGTH"),
        ({"embeds": [{"description": "x" * 4000}, {"description": "x" * 2001}]}, "embeds MAX_EMBED_SIZE_EXCEEDED"),
        ({"embeds": [{"fields": [{"name": "a", "value": "b"}] * 26}]}, "embeds.0.fields BASE_TYPE_MAX_LENGTH"),
        ({"embeds": [{"fields": [{"name": "a", "value": ""}]}]}, "embeds.0.fields.0.value BASE_TYPE_REQUIRED"),
        ({"embeds": [{"title": "x"}] * 11}, "embeds BASE_TYPE_MAX_LENGTH"),
        ({"embeds": [{"image": {"url": "a.png"}}]}, "embeds.0.image.url STRING_TYPE_REGEX"),
        ({"content": "x", "components": [row(button())] * 6}, "components BASE_TYPE_MAX_LENGTH"),
        (
            {"content": "x", "components": [row(*[button(custom_id=str(n)) for n in range(6)])]},
            "components.0.components BASE_TYPE_BAD_LENGTH",
        ),
        (
            {"content": "x", "components": [row(button(label="x" * 81))]},
            "components.0.components.0.label BASE_TYPE_MAX_LENGTH",
        ),
        (
            {"content": "x", "components": [row(button(custom_id="x" * 101))]},
            "components.0.components.0.custom_id BASE_TYPE_MAX_LENGTH",
        ),
        (
            {"content": "x", "components": [row(button(), button(label="Again"))]},
            "components COMPONENT_CUSTOM_ID_DUPLICATED",
        ),
        (
            {
                "content": "x",
                "components": [row(select(26))],
            },
            "components.0.components.0.options BASE_TYPE_BAD_LENGTH",
        ),
        ({"content": "x", "components": [{"type": 10, "content": "x"}]}, "components.0.type BASE_TYPE_CHOICES"),
        (
            {"content": "x", "flags": 32768, "components": [{"type": 10, "content": "x"}]},
            "content MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2",
        ),
        (
            {"flags": 32768, "components": [{"type": 10, "content": str(n)} for n in range(41)]},
            "components BASE_TYPE_BAD_LENGTH",
        ),
        (
            {"flags": 32768, "components": [{"type": 17, "components": [{"type": 10, "content": "x"}] * 40}]},
            "components COMPONENT_MAX_TOTAL_COMPONENTS_EXCEEDED",
        ),
        (
            {"flags": 32768, "components": [{"type": 10, "content": "x" * 2001}] * 2},
            "components COMPONENT_DISPLAYABLE_TEXT_SIZE_EXCEEDED",
        ),
        (
            {"flags": 32768, "components": [{"type": 12, "items": [{"media": {"url": "attachment://a.png"}}]}]},
            "components UNFURLED_MEDIA_ITEM_REFERENCED_ATTACHMENT_NOT_FOUND",
        ),
        ({"content": "x", "attachments": [{"id": 0}]}, "attachments.0 ATTACHMENT_NOT_FOUND"),
        (
            {"content": "x", "allowed_mentions": {"parse": ["users"], "users": ["1"]}},
            "allowed_mentions MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE",
        ),
        (
            {"content": "x", "message_reference": {"message_id": "1"}},
            "message_reference REPLIES_UNKNOWN_MESSAGE",
        ),
    ],
)
async def test_a_message_that_is_not_sound_is_refused_with_the_path_of_its_fault(
    fake: FakeDiscord, body: dict[str, Any], fault: str
):
    said = await posted(fake, body)

    assert (said.status, said.code) == (400, 50035)
    assert fault in said.paths


async def test_all_faults_are_named_together(fake: FakeDiscord):
    said = await posted(fake, {"content": "x" * 2001, "embeds": [{"title": 5}], "tts": 1})

    assert {each.split(" ")[0] for each in said.paths} == {"content", "embeds.0.title", "tts"}


async def test_an_empty_message_is_refused(fake: FakeDiscord):
    assert (await posted(fake, {"content": ""})).code == 50006


def command(**more: Any) -> dict[str, Any]:
    return {"name": "imagine", "description": "Paint", **more}


def option(**more: Any) -> dict[str, Any]:
    return {"name": "steps", "description": "How many", "type": 4, **more}


LONG_CHOICES = [{"name": f"{n}" * 40, "value": f"{n}" * 10} for n in range(10)]


@pytest.mark.parametrize(
    ("shape", "fault"),
    [
        (command(name="Imagine"), "0.name APPLICATION_COMMAND_INVALID_NAME"),
        (command(name="x" * 33), "0.name BASE_TYPE_MAX_LENGTH"),
        (command(description=""), "0.description BASE_TYPE_REQUIRED"),
        (command(description="x" * 101), "0.description BASE_TYPE_MAX_LENGTH"),
        (command(options=[option(name=f"o{n}") for n in range(26)]), "0.options BASE_TYPE_MAX_LENGTH"),
        (command(options=[option(), option()]), "0.options APPLICATION_COMMAND_OPTIONS_NAME_DUPLICATE"),
        (
            command(options=[option(), option(name="prompt", required=True)]),
            "0.options.1 APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID",
        ),
        (
            command(options=[option(choices=[{"name": str(n), "value": n} for n in range(26)])]),
            "0.options.0.choices BASE_TYPE_MAX_LENGTH",
        ),
        (
            command(options=[option(type=3, choices=[{"name": "a", "value": "x" * 101}])]),
            "0.options.0.choices.0.value BASE_TYPE_MAX_LENGTH",
        ),
        (
            command(options=[option(autocomplete=True, choices=[{"name": "a", "value": 1}])]),
            "0.options.0.autocomplete APPLICATION_COMMAND_AUTOCOMPLETE",
        ),
        (command(options=[option(type=3, min_value=1)]), "0.options.0.min_value APPLICATION_COMMAND_OPTION_BOUNDS"),
        (command(options=[option(max_value=2**60)]), "0.options.0.max_value NUMBER_TYPE_RANGE"),
        (
            command(options=[option(name=f"o{n}", type=3, choices=LONG_CHOICES) for n in range(20)]),
            "0 APPLICATION_COMMAND_TOO_LARGE",
        ),
    ],
)
async def test_a_command_that_is_not_sound_is_refused(fake: FakeDiscord, shape: dict[str, Any], fault: str):
    async with raw(fake) as client:
        said = await client.ask("PUT", f"/applications/{fake.world.application}/commands", [shape])

    assert (said.status, said.code) == (400, 50035)
    assert fault in said.paths


async def test_there_are_at_most_100_commands_and_each_once(fake: FakeDiscord):
    path = f"/applications/{fake.world.application}/commands"
    async with raw(fake) as client:
        many = await client.ask("PUT", path, [command(name=f"c{n}") for n in range(101)])
        twice = await client.ask("PUT", path, [command(), command()])
        fine = await client.ask("PUT", path, [command(), {"name": "Upscale this", "type": 3}])

    assert many.paths == {" APPLICATION_COMMAND_LIMIT"}
    assert twice.paths == {" APPLICATION_COMMANDS_NAME_DUPLICATE"}
    assert fine.status == 200


async def test_commands_are_made_changed_and_taken_away_one_by_one(fake: FakeDiscord):
    guild = fake.guild()
    path = f"/applications/{fake.world.application}/guilds/{guild.id}/commands"
    async with raw(fake) as client:
        made = await client.ask("POST", path, command())
        again = await client.ask("POST", path, command(description="Paint it"))
        changed = await client.ask("PATCH", f"{path}/{made.body['id']}", {"description": "Paint!"})
        gone = await client.ask("DELETE", f"{path}/{made.body['id']}")
        unknown = await client.ask("GET", f"{path}/{made.body['id']}")

    assert (made.status, again.status, gone.status) == (201, 200, 204)
    assert made.body["id"] == again.body["id"] == changed.body["id"]
    assert changed.body["description"] == "Paint!"
    assert unknown.code == 10063
    assert fake.commands() == fake.commands(guild) == {}


async def test_only_so_many_commands_are_made_in_a_day(fake: FakeDiscord):
    path = f"/applications/{fake.world.application}/commands"
    async with raw(fake) as client:
        for day in range(3):
            said = await client.ask("PUT", path, [command(name=f"d{day}n{n}") for n in range(100)])
        fake.clock.advance(86_401)
        later = await client.ask("PUT", path, [command()])

    assert said.code == 30034
    assert later.status == 200


async def test_who_has_no_token_and_what_is_no_route_is_told_so(fake: FakeDiscord):
    async with raw(fake) as client:
        nobody = await client.ask("GET", "/users/@me", headers={})
        nowhere = await client.ask("GET", "/nowhere")
        unknown = await client.ask("GET", "/users/@me", params={"verbose": "1"})
        broken = await client.ask("POST", "/users/@me/channels", data=b"{")

    assert (nobody.status, nobody.code) == (401, 0)
    assert (nowhere.status, nowhere.code) == (404, 0)
    assert unknown.paths == {"verbose UNKNOWN_FIELD"}
    assert broken.code == 50109


async def test_a_multipart_body_is_held_to_its_form_and_its_size(fake: FakeDiscord):
    channel = fake.channel(fake.guild(), "general")
    async with raw(fake) as client:
        odd = aiohttp.FormData(quote_fields=False)
        odd.add_field("file", b"x", filename="a.png")
        strange = await client.ask("POST", f"/channels/{channel.id}/messages", data=odd)
        large = aiohttp.FormData(quote_fields=False)
        for n in range(3):
            large.add_field(f"files[{n}]", io.BytesIO(bytes(9 * 1024 * 1024)), filename=f"{n}.bin")
        heavy = await client.ask("POST", f"/channels/{channel.id}/messages", data=large)
        many = aiohttp.FormData(quote_fields=False)
        for n in range(11):
            many.add_field(f"files[{n}]", b"x", filename=f"{n}.bin")
        eleven = await client.ask("POST", f"/channels/{channel.id}/messages", data=many)

    assert strange.code == 50109
    assert (heavy.status, heavy.code) == (413, 40005)
    assert eleven.paths == {"attachments BASE_TYPE_MAX_LENGTH"}


async def test_every_answer_says_how_its_bucket_stands(fake: FakeDiscord):
    channel = fake.channel(fake.guild(), "general")
    async with raw(fake) as client:
        said = [await client.ask("POST", f"/channels/{channel.id}/messages", {"content": "x"}) for _ in range(6)]

    assert [each.headers["X-RateLimit-Remaining"] for each in said] == ["4", "3", "2", "1", "0", "0"]
    last = said[-1]
    assert last.status == 429
    assert last.headers["Via"]
    assert last.headers["X-RateLimit-Scope"] == "user"
    assert 0 < last.body["retry_after"] <= 5


async def test_who_is_pinged_is_what_the_text_mentions_and_allows(fake: FakeDiscord):
    guild = fake.guild()
    channel, ada = fake.channel(guild, "general"), fake.member("ada")
    async with raw(fake) as client:
        path = f"/channels/{channel.id}/messages"
        await client.ask("POST", path, {"content": f"{ada.mention} @everyone"})
        await client.ask("POST", path, {"content": f"{ada.mention} @everyone", "allowed_mentions": {"parse": []}})
        await client.ask("POST", path, {"embeds": [{"description": ada.mention}]})

    assert [each.pings for each in channel.shown] == [{str(ada.user.id)}, set(), set()]
