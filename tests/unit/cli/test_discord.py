"""What the commands about Discord say and register: against the fake, over real sockets."""

import asyncio
import json
from base64 import urlsafe_b64encode
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from pydantic import SecretStr

from adapters.discord.registration import PERMISSIONS
from bot.cli.check_discord import discord_findings
from bot.cli.discord_manifest import application_of, print_manifest, told_by
from bot.cli.discord_sync import sync_commands
from bot.cli.findings import Finding
from bot.cli.terminal import DONE, FAILED, WRONG
from bot.errors import ConfigError, FairbrushError
from bot.settings import Settings, read_settings
from tests.fakes.discord.pointing import pointed_at
from tests.fakes.discord.server import FakeDiscord
from workflows.catalog import LIBRARY, load_catalog

CATALOG = load_catalog(LIBRARY)
TOKEN = urlsafe_b64encode(b"123456789012345678").decode().rstrip("=") + ".fake.secret-part"


@pytest.fixture(autouse=True)
def _nobody_elses_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("FAIRBRUSH_STATE_DIR", str(tmp_path / "state"))
    for name in ("FAIRBRUSH_CONFIG", "FAIRBRUSH_REDIS_URL", "FAIRBRUSH_DISCORD_TOKEN"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
async def discord(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[FakeDiscord]:
    """One that the settings have a token for."""
    async with FakeDiscord() as fake:
        monkeypatch.setenv("FAIRBRUSH_DISCORD_TOKEN", fake.token)
        with pointed_at(fake):
            yield fake


async def synced(guild: str | None = None, *, remove: bool = False, as_json: bool = False) -> None:
    await asyncio.to_thread(sync_commands, guild, remove=remove, state=None, as_json=as_json)


async def looked() -> list[Finding]:
    return await asyncio.to_thread(discord_findings, read_settings(None), CATALOG)


def code_of(findings: list[Finding]) -> int:
    return max(each.exit_code for each in findings)


Said = Callable[[], str]


@pytest.fixture
def said(capsys: pytest.CaptureFixture[str]) -> Said:
    return lambda: "".join(capsys.readouterr())


# ---- the manifest ----


def test_a_token_begins_with_the_id_of_its_application() -> None:
    assert told_by(TOKEN) == "123456789012345678"


@pytest.mark.parametrize("token", ["", "no token", "é.é.é", "AAAA.x.y", "////.x", "MTIz"])
def test_what_is_no_token_tells_no_application(token: str) -> None:
    assert told_by(token) is None


def test_without_a_token_the_manifest_asks_for_the_application() -> None:
    with pytest.raises(ConfigError, match="--application ID"):
        application_of(Settings(), None)
    assert application_of(Settings(), "123456789012345678") == "123456789012345678"


def test_a_token_that_is_none_is_not_called_missing() -> None:
    with pytest.raises(ConfigError, match="holds no bot's token"):
        application_of(Settings(discord_token=SecretStr("pasted from the wrong field")), None)


def test_an_application_that_is_none_is_refused_before_it_becomes_a_link() -> None:
    with pytest.raises(ConfigError, match="--application takes an id"):
        print_manifest("1&permissions=8", as_json=False)


def test_the_manifest_holds_links_with_least_permissions_the_commands_and_what_was_left_out(said: Said) -> None:
    print_manifest("123456789012345678", as_json=True)

    told = json.loads(said())
    assert f"permissions={sum(PERMISSIONS)}" in told["invite"]
    assert "client_id=123456789012345678" in told["invite"]
    assert "permissions" not in told["install"]
    assert {"imagine", "txt2img", "help"} <= {each["name"] for each in told["commands"]}
    assert told["left_out"] == []


def test_the_manifest_reads_without_json_and_says_why_each_permission_is_wanted(said: Said) -> None:
    print_manifest("123456789012345678", as_json=False)

    told = said()
    assert [reason for reason in PERMISSIONS.values() if reason not in told] == []
    assert "Send Messages in Threads" in told
    assert "/imagine" in told


def test_what_cannot_be_registered_is_told_with_its_reason(
    said: Said, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    folder = tmp_path / "mine" / "help"
    folder.mkdir(parents=True)
    for name in ("manifest.toml", "graph.json"):
        (folder / name).write_bytes((LIBRARY / "txt2img" / name).read_bytes())
    monkeypatch.setenv("FAIRBRUSH_WORKFLOWS_DIR", str(tmp_path / "mine"))

    print_manifest("123456789012345678", as_json=False)

    told = said()
    assert "Left out:" in told
    assert "Fairbrush has a command of that name" in told


def test_a_workflow_that_cannot_be_loaded_is_told_among_what_is_left_out(
    said: Said, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "mine" / "broken").mkdir(parents=True)
    monkeypatch.setenv("FAIRBRUSH_WORKFLOWS_DIR", str(tmp_path / "mine"))

    print_manifest("123456789012345678", as_json=True)

    left_out = json.loads(said())["left_out"]
    assert any("manifest.toml cannot be read" in each["reason"] for each in left_out if each["what"] == "broken")


# ---- the sync ----


async def test_a_sync_registers_everywhere_and_says_what_changed(discord: FakeDiscord, said: Said) -> None:
    await synced()
    assert "added" in said()
    assert "imagine" in discord.commands()

    await synced()
    told = said()
    assert "unchanged" in told
    assert "added" not in told


async def test_what_is_no_longer_ours_is_removed(discord: FakeDiscord, said: Said) -> None:
    discord.register({"name": "oldie", "description": "Of an earlier run.", "type": 1})

    await synced(as_json=True)

    [told] = json.loads(said())["registered"]
    assert told["where"] == "everywhere"
    assert told["removed"] == ["/oldie"]
    assert "oldie" not in discord.commands()


async def test_a_sync_of_one_guild_leaves_everywhere_alone_and_can_be_taken_back(discord: FakeDiscord) -> None:
    town = discord.guild()

    await synced(str(town.id))
    assert "imagine" in discord.commands(town)
    assert discord.commands() == {}

    await synced(str(town.id), remove=True)
    assert discord.commands(town) == {}


async def test_a_sync_without_a_guild_goes_where_the_settings_say(
    discord: FakeDiscord, monkeypatch: pytest.MonkeyPatch
) -> None:
    town = discord.guild()
    monkeypatch.setenv("FAIRBRUSH_DISCORD__DEV_GUILDS", json.dumps([str(town.id)]))

    await synced()

    assert "imagine" in discord.commands(town)
    assert discord.commands() == {}


async def test_a_guild_that_the_bot_is_not_in_is_a_sentence(discord: FakeDiscord) -> None:
    with pytest.raises(FairbrushError, match="fairbrush discord manifest"):
        await synced("123456789012345678")


@pytest.mark.parametrize("guild", ["my server", "1/../2", ""])
async def test_a_guild_that_is_none_is_a_sentence(discord: FakeDiscord, guild: str) -> None:
    with pytest.raises(ConfigError, match="Copy Server ID"):
        await synced(guild)


async def test_a_sync_without_a_token_is_a_sentence() -> None:
    with pytest.raises(ConfigError, match="FAIRBRUSH_DISCORD_TOKEN"):
        await synced()


@pytest.mark.parametrize("token", ["MTIz.wrong.token", "nonsense"])
async def test_a_token_that_is_refused_is_a_sentence_without_the_token(
    discord: FakeDiscord, token: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FAIRBRUSH_DISCORD_TOKEN", token)

    with pytest.raises(ConfigError, match="Reset Token") as raised:
        await synced()
    assert token not in str(raised.value)


async def test_a_discord_that_is_away_is_a_sentence(discord: FakeDiscord, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("discord.http.Route.BASE", "http://127.0.0.1:9/api/v10")

    with pytest.raises(FairbrushError, match="cannot be reached"):
        await synced()
    assert [(each.text.partition(".")[0], each.exit_code) for each in await looked()] == [
        ("Discord cannot be reached at the moment", FAILED)
    ]


async def test_a_server_that_the_bot_is_not_in_keeps_no_command_out_of_the_others(
    discord: FakeDiscord, said: Said, monkeypatch: pytest.MonkeyPatch
) -> None:
    town, nowhere = discord.guild(), "123456789012345678"
    monkeypatch.setenv("FAIRBRUSH_DISCORD__DEV_GUILDS", json.dumps([nowhere, str(town.id)]))

    with pytest.raises(FairbrushError, match=f"In {nowhere}: .*fairbrush discord manifest"):
        await synced()

    assert "imagine" in discord.commands(town)
    assert f"In {town.id}, at once:" in said()


# ---- the check ----


async def test_without_a_token_discord_is_no_fault() -> None:
    assert code_of(await looked()) == DONE


async def test_a_check_names_the_application_the_connections_left_and_what_is_not_registered(
    discord: FakeDiscord,
) -> None:
    before = await looked()
    await synced()
    after = await looked()

    assert f"application {discord.world.application}" in before[0].text
    assert "left, anew in" in before[1].text
    assert "missing: /imagine" in before[2].text
    assert (code_of(before), code_of(after)) == (FAILED, DONE)
    assert "all as the workflows say" in after[2].text


async def test_a_check_changes_nothing(discord: FakeDiscord) -> None:
    await looked()

    assert {call.method for call in discord.calls} == {"GET"}


async def test_a_refused_token_is_wrong(discord: FakeDiscord, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAIRBRUSH_DISCORD_TOKEN", "MTIz.wrong.token")

    assert code_of(await looked()) == WRONG
