"""Who somebody at the console is to Discord now, by its REST interface alone: the same as when they use a command."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from adapters.discord.refusals import Refused
from bot.console.sessions import BELIEVED_S, CHECKED_EVERY_S
from bot.jobs import DIRECT, Tenant
from bot.policy.measures import Actor, Rank
from bot.policy.ranks import Moderators, Ranks
from bot.signing_in import UNCHECKED, SigningIn
from bot.vouching import Vouching
from tests.fakes.discord.faults import Status
from tests.fakes.discord.members import Member
from tests.fakes.discord.permissions import Can
from tests.fakes.memory_sessions import MemorySessions
from tests.integration.discord.stage import Stage, running, staged

MEMBER, GUILD = "GET /guilds/{guild_id}/members/{user_id}", "GET /guilds/{guild_id}"


@dataclass(kw_only=True)
class Scene:
    """A moderator of the town, and what Discord says of them."""

    stage: Stage
    moe: Member
    role: str

    def actor(self, tenant: Tenant | None = None) -> Actor:
        here = tenant or Tenant(platform="discord", id=str(self.stage.town.guild.id))
        return Actor(id=str(self.moe.user.id), name="Moe", platform="discord", tenant=here, rank=Rank.MODERATOR)

    async def rank(self, tenant: Tenant | None = None) -> Rank | None:
        now = await self.stage.front.voucher.actor(self.actor(tenant))
        return now and now.rank


@pytest.fixture
async def scene(tmp_path: Path) -> AsyncIterator[Scene]:
    async with staged(tmp_path) as stage:
        discord, guild = stage.town.discord, stage.town.guild
        moe = discord.member("moe", guild, can=Can.MODERATE_MEMBERS)
        role = discord.role(guild, "Mods", moe)
        here = Tenant(platform="discord", id=str(guild.id))
        ranks = Ranks(operators=frozenset({("discord", "7")}), moderators={here: Moderators(roles=frozenset({role}))})
        stage.backing = replace(stage.backing, desk=replace(stage.desk, ranks=ranks))
        async with running(stage):
            yield Scene(stage=stage, moe=moe, role=role)
    assert stage.town.discord.record.too_many == []


async def test_a_role_of_the_settings_or_a_permission_makes_a_moderator(scene):
    guild = scene.stage.town.guild
    assert await scene.rank() is Rank.MODERATOR

    guild.roles[int(scene.role)][1].clear()
    assert await scene.rank() is Rank.MODERATOR  # may still time members out

    guild.members[scene.moe.user.id] = Can.MANAGE_MESSAGES
    assert await scene.rank() is Rank.MEMBER

    guild.roles[int(scene.role)][1].add(scene.moe.user.id)
    assert await scene.rank() is Rank.MODERATOR


@pytest.mark.parametrize("can", [Can.ADMINISTRATOR, Can.MANAGE_GUILD])
async def test_whoever_governs_the_server_moderates(scene, can):
    scene.stage.town.guild.roles.clear()
    scene.stage.town.guild.members[scene.moe.user.id] = can

    assert await scene.rank() is Rank.MODERATOR


async def test_the_owner_needs_no_role(scene):
    guild = scene.stage.town.guild
    guild.roles.clear()
    guild.members[scene.moe.user.id] = Can(0)
    guild.owner = scene.moe.user

    assert await scene.rank() is Rank.MODERATOR


async def test_whoever_is_timed_out_moderates_no_more_unless_they_are_an_administrator(scene):
    guild, number = scene.stage.town.guild, scene.moe.user.id
    guild.timed_out[number] = "2999-01-01T00:00:00.000000+00:00"
    assert await scene.rank() is Rank.MEMBER

    guild.members[number] = Can.ADMINISTRATOR
    assert await scene.rank() is Rank.MODERATOR

    guild.members[number] = Can.MODERATE_MEMBERS
    guild.timed_out[number] = "2020-01-01T00:00:00.000000+00:00"
    assert await scene.rank() is Rank.MODERATOR


async def test_whoever_left_is_vouched_for_by_nobody(scene):
    del scene.stage.town.guild.members[scene.moe.user.id]

    assert await scene.rank() is None


async def test_of_a_server_that_threw_us_out_nobody_is_vouched_for(scene):
    scene.stage.town.discord.kick(scene.stage.town.guild)

    assert await scene.rank() is None


async def test_an_operator_by_settings_stays_one_wherever_they_are(scene):
    for tenant in (Tenant(platform="discord", id=DIRECT), Tenant(platform="discord", id="404")):
        op = replace(scene.actor(tenant), id="7")
        assert await scene.stage.front.voucher.actor(op) == replace(op, rank=Rank.OPERATOR)


async def test_nobody_else_moderates_in_private(scene):
    assert await scene.rank(Tenant(platform="discord", id=DIRECT)) is Rank.MEMBER


@pytest.mark.parametrize("call", [MEMBER, GUILD])
async def test_a_discord_in_trouble_tells_nothing(scene, call):
    scene.stage.town.discord.faults.plan(Status(503), call, times=50)

    with pytest.raises(Refused):
        await scene.rank()


async def test_at_the_console_a_lost_role_counts_within_a_minute_and_a_silent_discord_within_three(scene):
    now_s = [0.0]
    sessions = MemorySessions(clock=lambda: round(now_s[0] * 1000))
    door = SigningIn(sessions=sessions, public_url="https://paint.example")
    vouching = Vouching(sessions=sessions, platform="discord", voucher=scene.stage.front.voucher)
    discord, guild = scene.stage.town.discord, scene.stage.town.guild
    cookie = await door.begin((await door.link(scene.actor())).partition("#")[2])
    assert cookie

    discord.faults.plan(Status(503), MEMBER, times=99)
    now_s[0] = BELIEVED_S + 1
    await vouching.round()
    assert await door.actor(cookie) is UNCHECKED
    discord.faults.heal()
    await vouching.round()
    assert await door.actor(cookie) == scene.actor()

    guild.roles.clear()
    guild.members[scene.moe.user.id] = Can(0)
    now_s[0] += CHECKED_EVERY_S
    await vouching.round()
    assert await door.actor(cookie) is None
