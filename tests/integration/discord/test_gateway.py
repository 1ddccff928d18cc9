"""The bot stays in Discord whatever becomes of its connection, and its commands follow the catalog."""

import asyncio
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest

from adapters.discord.client import GatewayClient, GatewayLost, GatewayOptions, listen
from adapters.discord.registration import Registration, commands_of
from bot.errors import ConfigError
from tests.fakes.discord.faults import Status
from tests.fakes.discord.limits import Limits
from tests.integration.discord.stage import Stage, running, stage, staged
from workflows.catalog import Catalog

__all__ = ["stage"]


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits long for a new client, nor between two tries of one."""

    async def at_once(self: object, shard_id: int | None, *, initial: bool = False) -> None:
        pass

    monkeypatch.setattr("bot.supervising._FIRST_S", 0.05)
    monkeypatch.setattr(GatewayClient, "before_identify_hook", at_once)


async def heard_again(stage: Stage) -> None:
    """Wait until one session hears, and people are answered."""
    await stage.town.discord.until(lambda: len(stage.town.discord.gateway.connected) == 1)
    assert "/imagine" in (await stage.ada.slash(stage.general, "help")).text


async def test_a_reconnect_that_discord_asks_for_resumes_the_session(stage: Stage) -> None:
    gateway = stage.town.discord.gateway
    gateway.reconnect()
    await stage.town.discord.until(lambda: len(gateway.resumed) == 1)
    await heard_again(stage)
    assert len(gateway.identified) == 1


@pytest.mark.parametrize("resumable", [True, False])
@pytest.mark.usefixtures("hasty")
async def test_an_invalid_session_is_begun_anew_or_resumed(stage: Stage, resumable: bool) -> None:
    gateway = stage.town.discord.gateway
    before = len(gateway.identified) + len(gateway.resumed)
    gateway.invalidate(resumable=resumable)
    await stage.town.discord.until(lambda: len(gateway.identified) + len(gateway.resumed) > before)
    await heard_again(stage)


@pytest.mark.usefixtures("hasty")
async def test_a_dropped_connection_is_made_again(stage: Stage) -> None:
    for _ in range(3):
        stage.town.discord.gateway.drop()
        await stage.town.discord.until(lambda: not stage.town.discord.gateway.connected)
        await heard_again(stage)


@pytest.mark.usefixtures("hasty")
async def test_a_gateway_that_turns_everybody_away_for_a_while_is_asked_again(stage: Stage) -> None:
    gateway = stage.town.discord.gateway
    gateway.refusals = 1
    gateway.drop()
    await stage.town.discord.until(lambda: not gateway.connected)
    await heard_again(stage)
    assert gateway.refusals == 0


@pytest.mark.usefixtures("hasty")
async def test_a_shard_that_cannot_connect_ends_its_client(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def at_once(seconds: float) -> None:
        """discord.py waits five seconds before it tries again."""

    async with staged(tmp_path) as here:
        here.town.discord.gateway.refusals = 1
        monkeypatch.setattr("discord.shard.asyncio", SimpleNamespace(**{**vars(asyncio), "sleep": at_once}))
        with pytest.raises(GatewayLost):
            await listen(GatewayOptions(token=here.town.discord.token), lambda *_: None, lambda: None)


@pytest.mark.parametrize("code", [1000, 4000])
@pytest.mark.usefixtures("hasty")
async def test_a_connection_closed_with_a_code_that_passes_is_made_again(stage: Stage, code: int) -> None:
    gateway = stage.town.discord.gateway
    gateway.close(code)
    await stage.town.discord.until(lambda: len(gateway.identified) + len(gateway.resumed) > 1)
    await heard_again(stage)


@pytest.mark.usefixtures("hasty")
async def test_the_first_connection_may_fail(tmp_path: Path) -> None:
    async with staged(tmp_path) as here:
        here.town.discord.faults.plan(Status(503), "GET /gateway/bot", times=2)
        async with running(here):
            await heard_again(here)


@pytest.mark.usefixtures("hasty")
async def test_a_discord_that_is_away_at_the_start_is_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("adapters.discord.rest._FIRST_RETRY_S", 0.05)
    async with staged(tmp_path) as here:
        here.town.discord.faults.plan(Status(403), "GET /users/@me", times=3)
        async with running(here):
            await heard_again(here)


@pytest.mark.usefixtures("hasty")
async def test_a_connection_that_falls_silent_is_given_up(tmp_path: Path) -> None:
    async with staged(tmp_path, Limits(ack_s=30.0, heartbeat_s=0.2)) as here:
        here.options = replace(here.options, heartbeat_timeout_s=0.3)
        async with running(here):
            gateway = here.town.discord.gateway
            before = len(gateway.identified) + len(gateway.resumed)
            gateway.stall()
            await here.town.discord.until(lambda: len(gateway.identified) + len(gateway.resumed) > before)
            await heard_again(here)


async def test_a_refused_token_is_told_once_and_for_good(tmp_path: Path) -> None:
    async with staged(tmp_path) as here:
        here.town.discord.world.token = "another"
        with pytest.raises(ConfigError, match="refuses the bot's token"):
            await here.front.run()


@pytest.mark.parametrize(
    ("code", "words"), [(4004, "token"), (4010, "shard"), (4011, "shards"), (4013, "intents"), (4014, "intents")]
)
async def test_what_no_new_connection_mends_ends_it_with_what_does(tmp_path: Path, code: int, words: str) -> None:
    async with staged(tmp_path) as here:
        discord = here.town.discord
        options = GatewayOptions(token=discord.token, guilds_s=0.01)
        with pytest.raises(ConfigError, match=words):
            await listen(options, lambda *_: None, lambda: discord.gateway.close(code))


async def test_a_gateway_that_nobody_finds_is_lost_for_now(tmp_path: Path) -> None:
    async with staged(tmp_path) as here:
        here.town.discord.faults.plan(Status(404), "GET /gateway/bot", times=10)
        with pytest.raises(GatewayLost):
            await listen(GatewayOptions(token=here.town.discord.token), lambda *_: None, lambda: None)


async def test_this_process_hears_its_own_shards(tmp_path: Path) -> None:
    async with staged(tmp_path) as here:
        here.options = replace(here.options, shard_ids=(1,), shard_count=2)
        async with running(here):
            [session] = here.town.discord.gateway.connected
            assert (session.shard, session.shards) == (1, 2)


async def test_a_changed_catalog_is_registered_and_an_unchanged_one_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("adapters.discord.registering.LOOK_S", 0.05)
    async with staged(tmp_path) as here:
        discord, before = here.town.discord, here.shelf[0]
        async with running(here):
            await discord.until(lambda: len(here.scroll.kept) == 1)
            kept = {name: each for name, each in before.workflows.items() if name != "flux"}
            here.shelf[0] = Catalog(workflows=kept, faults=())
            await discord.until(lambda: "flux" not in discord.commands())
        async with running(here):
            await heard_again(here)
        assert len([each for each in discord.calls if each.method == "PUT"]) == 2


async def test_commands_are_made_once_as_long_as_no_workflow_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = []

    def counted(catalog: Catalog, default: str) -> Registration:
        made.append(default)
        return commands_of(catalog, default)

    monkeypatch.setattr("adapters.discord.registering.LOOK_S", 0.01)
    monkeypatch.setattr("adapters.discord.registering.commands_of", counted)
    async with staged(tmp_path) as here, running(here):
        here.shelf[0] = Catalog(workflows=dict(here.shelf[0].workflows), faults=())
        await heard_again(here)
    assert made == ["txt2img"]


async def test_a_registration_that_fails_is_tried_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("adapters.discord.registering.LOOK_S", 0.02)
    async with staged(tmp_path) as here:
        here.town.discord.faults.plan(Status(500), "PUT /applications/{application_id}/commands", times=4)
        async with running(here):
            assert "imagine" in here.town.discord.commands()


async def test_an_event_that_cannot_be_read_harms_nothing(stage: Stage, caplog: pytest.LogCaptureFixture) -> None:
    stage.town.discord.world.emit("INTERACTION_CREATE", {"type": 2, "id": "x"}, None)
    await heard_again(stage)
    assert "cannot be read" in caplog.text


async def test_an_age_restricted_channel_is_known_also_from_its_threads(stage: Stage) -> None:
    discord = stage.town.discord
    dark = discord.channel(stage.town.guild, "dark", nsfw=True)
    await stage.ada.slash(discord.thread(dark, "corner"), "imagine", prompt="a cat")
    assert stage.desk.submissions[-1].occasion.spot.adults_only
    await stage.ada.slash(discord.thread(stage.general, "nook"), "imagine", prompt="a cat")
    assert not stage.desk.submissions[-1].occasion.spot.adults_only
    assert stage.desk.submissions[-1].occasion.spot.thread_of == str(stage.general.id)


async def test_a_workflow_that_breaks_the_registration_leaves_everybody_answered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("adapters.discord.registering.commands_of", broken)
    async with staged(tmp_path) as here:
        here.town.discord.register({"name": "help", "type": 1, "description": "Help", "integration_types": [0, 1]})
        async with running(here):
            await heard_again(here)
    assert "registering commands everywhere: failed" in caplog.text


async def test_an_answer_that_cannot_be_put_into_words_harms_nobody_else(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError

    with monkeypatch.context() as patched:
        patched.setattr("adapters.discord.front.answered", broken)
        await stage.ada.slash(stage.general, "imagine", prompt="a cat steps:9999", wait=False)
        await stage.town.discord.until(lambda: "an answer failed" in caplog.text)
    await heard_again(stage)
