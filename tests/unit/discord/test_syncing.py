"""Commands are registered when they differ, in one call; and what differs is told."""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest

from adapters.discord.registration import commands_of
from adapters.discord.rest import Rest
from adapters.discord.shapes import Json
from adapters.discord.syncing import Difference, difference, sync
from adapters.discord.verbs import mod_command
from bot.errors import ChatError
from tests.fakes.discord.pointing import pointed_at
from tests.fakes.discord.server import FakeDiscord
from tests.unit.workflows.samples import EVERYTHING, LIBRARY_CATALOG
from workflows.catalog import Catalog

COMMANDS = [*commands_of(LIBRARY_CATALOG, "txt2img").commands]
OTHERS = [*commands_of(Catalog(workflows={"everything": EVERYTHING}), "everything").commands]
EVERYWHERE = "PUT /applications/{application_id}/commands"


@dataclass
class Notes:
    """Texts by name, as the store keeps them."""

    texts: dict[str, str] = field(default_factory=dict)

    async def get(self, name: str) -> str | None:
        return self.texts.get(name)

    async def put(self, name: str, value: str) -> None:
        self.texts[name] = value


@pytest.fixture
async def discord() -> AsyncIterator[FakeDiscord]:
    async with FakeDiscord() as fake:
        with pointed_at(fake):
            yield fake


@pytest.fixture
async def rest(discord: FakeDiscord) -> AsyncIterator[Rest]:
    async with Rest(discord.token) as opened:
        await opened.login()
        yield opened


async def test_commands_are_registered_once_and_again_only_when_they_differ(discord: FakeDiscord, rest: Rest) -> None:
    notes = Notes()

    first = await sync(rest, notes, COMMANDS, application=rest.application)
    again = await sync(rest, notes, COMMANDS, application=rest.application)
    other = await sync(rest, notes, OTHERS, application=rest.application)

    assert len(discord.record.of(EVERYWHERE)) == 2
    assert discord.record.refused == []
    assert first.registered is not None
    assert again.registered is None
    assert other.registered is not None
    assert first.digest == again.digest != other.digest
    assert discord.commands().keys() == {each["name"] for each in OTHERS}


async def test_a_guild_and_everywhere_are_synced_apart(discord: FakeDiscord, rest: Rest) -> None:
    notes, guild = Notes(), discord.guild()

    await sync(rest, notes, COMMANDS, application=rest.application, guild=str(guild.id))
    assert discord.commands() == {}
    await sync(rest, notes, COMMANDS, application=rest.application)

    assert discord.commands().keys() == discord.commands(guild).keys() == {each["name"] for each in COMMANDS}


async def test_by_hand_it_is_asked_in_any_case(discord: FakeDiscord, rest: Rest) -> None:
    notes = Notes()
    await sync(rest, notes, COMMANDS, application=rest.application)
    discord.world.commands.clear()

    await sync(rest, notes, COMMANDS, application=rest.application, anew=True)

    assert discord.commands().keys() == {each["name"] for each in COMMANDS}


async def test_what_was_refused_is_not_remembered(discord: FakeDiscord, rest: Rest) -> None:
    notes, broken = Notes(), [{**COMMANDS[0], "name": "Not A Name"}]

    with pytest.raises(ChatError):
        await sync(rest, notes, broken, application=rest.application)

    assert notes.texts == {}


async def test_a_right_that_discord_tells_as_a_text_changes_nothing(discord: FakeDiscord, rest: Rest) -> None:
    answered = (await sync(rest, Notes(), [mod_command()], application=rest.application)).registered

    assert answered is not None
    assert isinstance(answered[0]["default_member_permissions"], str)
    assert difference(answered, [mod_command()]) == Difference(unchanged=("/mod",))
    changed = {**mod_command(), "options": [*mod_command()["options"][1:]]}
    assert difference(answered, [changed]).changed == ("/mod",)


async def test_what_discord_answers_is_what_was_wanted(discord: FakeDiscord, rest: Rest) -> None:
    for wanted in (COMMANDS, OTHERS):
        answered = (await sync(rest, Notes(), wanted, application=rest.application)).registered
        assert answered is not None
        assert difference(answered, wanted) == Difference(unchanged=tuple(_named(each) for each in wanted))


def test_a_plan_tells_what_comes_what_changes_and_what_goes() -> None:
    stays, changes, goes, menu = _command("stays"), _command("changes"), _command("goes"), {"type": 3, "name": "stays"}
    changed = {**changes, "options": [{"type": 4, "name": "n", "description": "N", "min_value": 0}]}

    assert difference([stays, changes, goes], [menu, stays, changed]) == Difference(
        added=("stays",), changed=("/changes",), removed=("/goes",), unchanged=("/stays",)
    )
    assert difference([], []) == Difference()


@pytest.mark.parametrize("command", COMMANDS + OTHERS, ids=lambda each: str(each["name"]))
def test_fields_that_discord_adds_or_leaves_out_change_nothing(command: Json) -> None:
    answered = {
        name: value for name, value in json.loads(json.dumps(command)).items() if value not in (False, None, [])
    }
    answered |= {"id": "1", "application_id": "2", "version": "3", "dm_permission": True, "name_localizations": None}
    answered["contexts"] = answered["contexts"][::-1]
    answered["options"] = [{**each, "required": each.get("required", False)} for each in answered.get("options", [])]

    assert difference([answered], [command]).unchanged == (_named(command),)


@pytest.mark.parametrize(
    "change",
    [
        {"description": "Else"},
        {"nsfw": True},
        {"contexts": [0]},
        {"default_member_permissions": 0},
        {"options": [{"type": 4, "name": "n", "description": "N"}]},
        {"options": [{"type": 4, "name": "n", "description": "N", "min_value": 1}]},
        {"options": [{"type": 4, "name": "n", "description": "N", "min_value": 0, "required": True}]},
        {"options": [{"type": 3, "name": "n", "description": "N", "choices": [{"name": "a", "value": "b"}]}]},
    ],
)
def test_what_means_something_is_a_change(change: Json) -> None:
    old = {**_command("paint"), "options": [{"type": 4, "name": "n", "description": "N", "min_value": 0}]}

    assert difference([old], [{**old, **change}]).changed == ("/paint",)


def _command(name: str) -> Json:
    return {"type": 1, "name": name, "description": "Paints", "contexts": [0, 1, 2], "integration_types": [0, 1]}


def _named(command: Json) -> str:
    return f"/{command['name']}" if command["type"] == 1 else str(command["name"])
