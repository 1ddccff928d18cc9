"""A server that lets us in is greeted once, where Discord's own notices stand; all others are left in peace."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import replace
from functools import partial
from itertools import count
from pathlib import Path

import pytest

from adapters.discord import opening
from adapters.discord.client import GatewayOptions
from bot.jobs import Tenant
from tests.fakes.discord import payloads
from tests.fakes.discord.permissions import NOTHING
from tests.fakes.discord.state import Channel
from tests.fakes.waiting import PATIENCE_S
from tests.integration.discord.stage import Stage, running, staged

SOON_S = 0.5
"""While it counts the servers that it was in before, the client takes any for one of them."""


@pytest.fixture
async def counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Stage]:
    """The bot in the town, whose client soon knows where it is."""
    monkeypatch.setattr(opening, "GatewayOptions", partial(GatewayOptions, guilds_s=0.05))
    async with staged(tmp_path) as here, running(here):
        yield here


async def let_in(stage: Stage) -> Channel:
    """Let servers invite the bot until one of them is greeted; returns where."""
    discord = stage.town.discord
    async with asyncio.timeout(PATIENCE_S):
        for number in count():
            [general] = discord.guild(f"New {number}", has_notices=True).channels.values()
            with suppress(TimeoutError):
                await discord.until(partial(_is_greeted, general), SOON_S)
                return general
    raise AssertionError("nobody is greeted")


def _is_greeted(channel: Channel) -> bool:
    return bool(channel.shown)


async def test_a_server_that_lets_us_in_is_greeted_in_three_lines(counted: Stage) -> None:
    [greeting] = (await let_in(counted)).shown

    headline, *lines = greeting.text.splitlines()
    assert not greeting.is_ephemeral
    assert "moderate" in headline
    assert len(lines) == 3
    assert "/mod audit" in greeting.text
    assert counted.general.shown == []


async def test_where_there_is_no_place_for_it_nobody_is_greeted_and_all_goes_on(counted: Stage) -> None:
    await let_in(counted)
    discord = counted.town.discord
    [quiet] = discord.guild("Quiet").channels.values()
    shut = discord.guild("Shut", has_notices=True)
    shut.everyone = shut.bot_can = NOTHING
    [general] = shut.channels.values()
    await discord.until(lambda: any(str(general.id) in each.path for each in discord.calls), PATIENCE_S)
    asked = await counted.ada.slash(counted.general, "help")

    assert asked.messages
    assert quiet.shown == general.shown == []


async def test_servers_that_we_were_in_before_are_not_greeted_at_a_start(tmp_path: Path) -> None:
    async with staged(tmp_path) as before:
        before.town.guild.notices = before.general.id
        async with running(before):
            await before.ada.slash(before.general, "help")

        assert before.general.shown == []


async def test_what_a_server_is_called_is_told_of_old_ones_of_new_ones_and_whenever_it_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(opening, "GatewayOptions", partial(GatewayOptions, guilds_s=0.05))
    names: dict[Tenant, str] = {}
    async with staged(tmp_path) as here:
        here.backing = replace(here.backing, named=names.__setitem__)
        async with running(here):
            new = await let_in(here)
            discord = here.town.discord
            await discord.until(lambda: len(names) >= len(discord.world.guilds), PATIENCE_S)
            assert new.guild
            new.guild.name = "Renamed"
            discord.world.emit("GUILD_UPDATE", payloads.guild(discord.world, new.guild), new.guild)
            await discord.until(lambda: "Renamed" in names.values(), PATIENCE_S)

    told = {tenant.id: name for tenant, name in names.items()}
    assert told == {str(each.id): each.name for each in discord.world.guilds.values()}
    assert {tenant.platform for tenant in names} == {"discord"}
