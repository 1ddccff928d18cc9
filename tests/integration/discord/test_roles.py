"""Roles of Discord's, by their ids: a tier's members, and those who moderate by the settings."""

from dataclasses import replace
from pathlib import Path

from bot.jobs import Tenant
from bot.policy.ranks import Moderators, Ranks
from tests.fakes.discord.permissions import Can
from tests.integration.discord.stage import running, staged


async def test_whoever_has_a_role_that_settings_name_moderates_that_server_alone(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        discord, guild = stage.town.discord, stage.town.guild
        bob, cleo = (discord.member(name, guild) for name in ("bob", "cleo"))
        role, other = discord.role(guild, "Mods", bob), discord.role(guild, "Patrons", cleo)
        elsewhere = Tenant(platform="discord", id="1")
        ranks = Ranks(
            moderators={
                Tenant(platform="discord", id=str(guild.id)): Moderators(roles=frozenset({role})),
                elsewhere: Moderators(roles=frozenset({other})),
            }
        )
        stage.backing = replace(stage.backing, desk=replace(stage.desk, ranks=ranks))
        async with running(stage):
            message = await stage.picture()
            assert "somebody else's" in (await cleo.click(message, "Delete")).text

            await bob.click(message, "Delete")
            await discord.until(lambda: message.deleted_at is not None)


async def test_whoever_may_time_members_out_moderates(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage, running(stage):
        message = await stage.picture()
        bob = stage.town.discord.member("bob", stage.town.guild, can=Can.MODERATE_MEMBERS)

        await bob.click(message, "Delete")
        await stage.town.discord.until(lambda: message.deleted_at is not None)


async def test_roles_come_with_whoever_asks(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage, running(stage):
        role = stage.town.discord.role(stage.town.guild, "Patrons", stage.ada)
        await stage.ada.slash(stage.general, "imagine", prompt="a cat")
        await stage.job()

        assert stage.desk.submissions[0].occasion.roles == (role,)
