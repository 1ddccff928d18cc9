"""Who somebody at the console is to Slack now: the same as when they use a command."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from adapters.slack.refusals import Refused
from bot.console.sessions import BELIEVED_S, CHECKED_EVERY_S
from bot.policy.measures import Actor, Rank
from bot.policy.ranks import Moderators, Ranks
from bot.signing_in import UNCHECKED, SigningIn
from bot.vouching import Vouching
from tests.fakes.memory_sessions import MemorySessions
from tests.fakes.slack.faults import Error, Status
from tests.fakes.slack.state import User
from tests.integration.slack.stage import Stage, running, staged

GROUP = "usergroups.users.list"


@dataclass(kw_only=True)
class Scene:
    """An admin of the office, and what Slack says of them."""

    stage: Stage
    moe: User
    group: str

    @property
    def actor(self) -> Actor:
        tenant = self.stage.office.tenant
        return Actor(id=self.moe.id, name="Moe", platform="slack", tenant=tenant, rank=Rank.MODERATOR)

    async def rank(self) -> Rank | None:
        now = await self.stage.front.voucher.actor(self.actor)
        return now and now.rank


@pytest.fixture
async def scene(tmp_path: Path) -> AsyncIterator[Scene]:
    named = set[str]()
    async with staged(tmp_path, groups=lambda _: frozenset(named)) as stage:
        team = stage.office.team
        moe = team.user("moe")
        moe.is_admin = True
        group = team.usergroup("moderators")
        named.add(group)
        ranks = Ranks(
            operators=frozenset({("slack", team.id, "UOP")}),
            moderators={stage.office.tenant: Moderators(roles=frozenset({group}))},
        )
        stage.backing = replace(stage.backing, desk=replace(stage.desk, ranks=ranks))
        async with running(stage):
            yield Scene(stage=stage, moe=moe, group=group)


def grouped(scene: Scene, *members: str) -> None:
    scene.stage.office.team.state.usergroups[scene.group] = ("moderators", list(members))


async def test_an_admin_moderates_and_slack_is_asked_about_no_group(scene):
    assert await scene.rank() is Rank.MODERATOR
    assert scene.stage.office.slack.record.of(GROUP) == []


async def test_whoever_is_no_admin_any_more_is_a_member_at_once(scene):
    assert await scene.rank() is Rank.MODERATOR
    scene.moe.is_admin = False

    assert await scene.rank() is Rank.MEMBER


async def test_whoever_is_in_a_group_of_moderators_moderates(scene):
    scene.moe.is_admin = False
    grouped(scene, scene.moe.id)

    assert await scene.rank() is Rank.MODERATOR


async def test_a_guest_in_such_a_group_does_not(scene):
    scene.moe.is_admin, scene.moe.is_guest = False, True
    grouped(scene, scene.moe.id)

    assert await scene.rank() is Rank.MEMBER


async def test_whoever_was_deactivated_is_vouched_for_by_nobody(scene):
    scene.moe.is_deleted = True

    assert await scene.rank() is None


async def test_of_a_workspace_that_threw_us_out_nobody_is_vouched_for(scene):
    scene.stage.office.slack.faults.plan(Error("user_not_found"), "users.info")
    assert await scene.rank() is None

    scene.stage.office.slack.faults.plan(Error("account_inactive"), "users.info")
    assert await scene.rank() is None


async def test_an_operator_by_settings_stays_one(scene):
    op = replace(scene.actor, id="UOP")

    assert await scene.stage.front.voucher.actor(op) == replace(op, rank=Rank.OPERATOR)


@pytest.mark.parametrize("call", ["users.info", GROUP])
async def test_a_slack_in_trouble_tells_nothing(scene, call):
    scene.moe.is_admin = False
    grouped(scene, scene.moe.id)
    scene.stage.office.slack.faults.plan(Status(503), call, times=50)

    with pytest.raises(Refused):
        await scene.rank()
    with pytest.raises(Refused):
        await scene.rank()  # nor is it taken for an answer by whoever asks next


async def test_at_the_console_a_lost_right_counts_within_a_minute_and_a_silent_slack_within_three(scene):
    now_s = [0.0]
    sessions = MemorySessions(clock=lambda: round(now_s[0] * 1000))
    door = SigningIn(sessions=sessions, public_url="https://paint.example")
    vouching = Vouching(sessions=sessions, platform="slack", voucher=scene.stage.front.voucher)
    cookie = await door.begin((await door.link(scene.actor)).partition("#")[2])
    assert cookie

    scene.stage.office.slack.faults.plan(Status(503), "users.info", times=99)
    now_s[0] = BELIEVED_S + 1
    await vouching.round()
    assert await door.actor(cookie) is UNCHECKED
    scene.stage.office.slack.faults.heal()
    await vouching.round()
    assert await door.actor(cookie) == scene.actor

    scene.moe.is_admin = False
    now_s[0] += CHECKED_EVERY_S
    await vouching.round()
    assert await door.actor(cookie) is None
