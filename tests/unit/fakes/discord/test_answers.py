"""The first answer to an interaction and what its token may do, request by request."""

from typing import Any

import pytest

from tests.fakes.discord.members import Asked
from tests.fakes.discord.server import FakeDiscord
from tests.fakes.discord.shapes_messages import EPHEMERAL
from tests.unit.fakes.discord.raw import Raw, Said, raw

IMAGINE = {
    "name": "imagine",
    "description": "Paint",
    "options": [{"name": "model", "description": "Which", "type": 3, "autocomplete": True}],
}


async def asked_of(fake: FakeDiscord) -> Asked:
    channel = fake.channel(fake.guild(), "general")
    fake.register(IMAGINE)
    return await fake.member("ada").slash(channel, "imagine", wait=False)


async def answer(client: Raw, asked: Asked, kind: int, told: Any = None, **more: Any) -> Said:
    path = f"/interactions/{asked.interaction.id}/{asked.interaction.token}/callback"
    body = {"type": kind} if told is None else {"type": kind, "data": told}
    return await client.ask("POST", path, body, headers={}, **more)


def hook(fake: FakeDiscord, asked: Asked, more: str = "") -> str:
    return f"/webhooks/{fake.world.application}/{asked.interaction.token}{more}"


async def test_an_answer_is_204_or_with_response_tells_what_it_made(fake: FakeDiscord):
    asked = await asked_of(fake)
    async with raw(fake) as client:
        quiet = await answer(client, asked, 4, {"content": "x"})
        again = await fake.member("ada").slash(asked.interaction.channel, "imagine", wait=False)
        told = await answer(client, again, 5, {"flags": EPHEMERAL}, params={"with_response": "true"})

    assert (quiet.status, quiet.body) == (204, "")
    shown = told.body["interaction"]
    assert shown["response_message_id"] == str(again.message.id)
    assert (shown["response_message_loading"], shown["response_message_ephemeral"]) == (True, True)
    assert told.body["resource"] == {"type": 5}


@pytest.mark.parametrize("kind", [1, 6, 7, 8, 12])
async def test_a_command_cannot_be_answered_with_what_is_for_others(fake: FakeDiscord, kind: int):
    asked = await asked_of(fake)
    async with raw(fake) as client:
        said = await answer(client, asked, kind, {})

    assert said.paths == {"type BASE_TYPE_CHOICES"}
    assert asked.interaction.answer is None


def label(**more: Any) -> dict[str, Any]:
    return {"type": 18, "label": "Prompt", "component": {"type": 4, "custom_id": "p", "style": 1, **more}}


@pytest.mark.parametrize(
    ("modal", "fault"),
    [
        ({"title": "x" * 46}, "data.title BASE_TYPE_MAX_LENGTH"),
        ({"custom_id": "x" * 101}, "data.custom_id BASE_TYPE_MAX_LENGTH"),
        ({"components": [label(custom_id=str(n)) for n in range(6)]}, "data.components BASE_TYPE_BAD_LENGTH"),
        ({"components": []}, "data.components BASE_TYPE_BAD_LENGTH"),
        ({"components": [label(value="x" * 4001)]}, "data.components.0.component.value BASE_TYPE_MAX_LENGTH"),
        ({"components": [label(value="xxx", max_length=2)]}, "data.components.0.component.value BASE_TYPE_MAX_LENGTH"),
        ({"components": [label(), label()]}, "data.components COMPONENT_CUSTOM_ID_DUPLICATED"),
        ({"components": [{**label(), "label": "x" * 46}]}, "data.components.0.label BASE_TYPE_MAX_LENGTH"),
        ({"components": [{"type": 2, "style": 1}]}, "data.components.0.type BASE_TYPE_CHOICES"),
    ],
)
async def test_a_form_that_is_not_sound_is_refused(fake: FakeDiscord, modal: dict[str, Any], fault: str):
    asked = await asked_of(fake)
    async with raw(fake) as client:
        said = await answer(client, asked, 9, {"title": "Edit", "custom_id": "edit", "components": [label()], **modal})

    assert fault in said.paths


async def test_only_25_choices_are_offered(fake: FakeDiscord):
    asked = await asked_of(fake)
    asked.interaction.kind = 4
    async with raw(fake) as client:
        many = await answer(client, asked, 8, {"choices": [{"name": str(n), "value": str(n)} for n in range(26)]})
        long = await answer(client, asked, 8, {"choices": [{"name": "x" * 101, "value": "x"}]})
        text = await answer(client, asked, 4, {"content": "x"})

    assert many.paths == {"data.choices BASE_TYPE_MAX_LENGTH"}
    assert long.paths == {"data.choices.0.name BASE_TYPE_MAX_LENGTH"}
    assert text.paths == {"type BASE_TYPE_CHOICES"}


async def test_a_deferred_answer_takes_no_flag_but_ephemeral(fake: FakeDiscord):
    asked = await asked_of(fake)
    async with raw(fake) as client:
        said = await answer(client, asked, 5, {"flags": 32768})

    assert said.paths == {"data.flags MESSAGE_FLAGS_INVALID"}


async def test_an_interaction_is_answered_once_in_three_seconds_and_with_its_own_token(fake: FakeDiscord):
    asked = await asked_of(fake)
    async with raw(fake) as client:
        early = await client.ask("POST", hook(fake, asked), {"content": "x"})
        path = f"/interactions/{asked.interaction.id}/wrong/callback"
        wrong = await client.ask("POST", path, {"type": 5})
        fake.clock.advance(3.1)
        late = await answer(client, asked, 5)
        again = await fake.member("ada").slash(asked.interaction.channel, "imagine", wait=False)
        first, second = await answer(client, again, 5), await answer(client, again, 5)

    assert (early.status, early.code) == (404, 10015)
    assert wrong.code == late.code == 10062
    assert (first.status, second.code) == (204, 40060)


async def test_the_token_handles_its_own_messages_until_it_is_dead(fake: FakeDiscord):
    asked = await asked_of(fake)
    async with raw(fake) as client:
        await answer(client, asked, 4, {"content": "x"})
        more = await client.ask("POST", hook(fake, asked), {"content": "y", "flags": EPHEMERAL})
        one = hook(fake, asked, f"/messages/{more.body['id']}")
        edited = await client.ask("PATCH", one, {"content": "z"})
        by_bot = f"/channels/{asked.interaction.channel.id}/messages/{more.body['id']}"
        unseen = await client.ask("PATCH", by_bot, {"content": "z"})
        deleted = await client.ask("DELETE", one)
        gone = await client.ask("GET", one)
        fake.clock.advance(901)
        dead = await client.ask("PATCH", hook(fake, asked, "/messages/@original"), {"content": "late"})

    assert edited.body["content"] == "z"
    assert edited.body["flags"] == EPHEMERAL
    assert (unseen.code, gone.code) == (10008, 10008)
    assert deleted.status == 204
    assert (dead.status, dead.code) == (401, 50027)


async def test_components_v2_cannot_be_taken_back(fake: FakeDiscord):
    asked = await asked_of(fake)
    display = [{"type": 10, "content": "x"}]
    async with raw(fake) as client:
        await answer(client, asked, 5)
        original = hook(fake, asked, "/messages/@original")
        set_on = await client.ask("PATCH", original, {"flags": 32768, "components": display})
        text = await client.ask("PATCH", original, {"flags": 0, "content": "x"})
        kept = await client.ask("PATCH", original, {"flags": 0, "components": display})

    assert set_on.body["flags"] == kept.body["flags"] == 32768
    assert text.paths == {"content MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2"}
