"""User groups: a tier's members and a workspace's moderators, asked only of groups that settings name."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from adapters.slack.groups import KNOWN_S, Groups
from bot.limits import Limits
from bot.policy.ranks import Moderators, Ranks
from bot.policy.tiers import GUEST
from tests.integration.slack.stage import Stage, running, staged

METHOD = "usergroups.users.list"


@asynccontextmanager
async def grouped(folder: Path, *, moderate: bool = False) -> AsyncIterator[tuple[Stage, str]]:
    """Let the app run with settings that name a group, of which Bob is, perhaps as those who moderate."""
    named = set[str]()
    async with staged(folder, groups=lambda _: frozenset(named), house=Limits(welcome=frozenset({"slack"}))) as stage:
        bob = stage.office.team.user("bob")
        group = stage.office.team.usergroup("patrons", bob)
        named.add(group)
        if moderate:
            ranks = Ranks(moderators={stage.office.tenant: Moderators(roles=frozenset({group}))})
            stage.backing = replace(stage.backing, desk=replace(stage.desk, ranks=ranks))
        async with running(stage):
            yield stage, group
    assert stage.office.slack.record.refused == []


async def test_a_group_that_the_settings_name_is_a_role_of_its_members(tmp_path: Path) -> None:
    async with grouped(tmp_path) as (stage, group):
        for number, name in enumerate(("bob", "cleo", "bob"), start=1):
            await stage.office.team.member(name).slash(stage.general, "/imagine", "a cat")
            await stage.until_asked(number)
            await stage.job()

        assert [each.occasion.roles for each in stage.desk.submissions] == [(group,), (), (group,)]
        assert len(stage.office.slack.record.of(METHOD)) == 1


async def test_a_guest_in_a_group_is_still_a_guest(tmp_path: Path) -> None:
    async with grouped(tmp_path) as (stage, group):
        bob = stage.office.team.member("bob")
        bob.user.is_guest = True
        await bob.slash(stage.general, "/imagine", "a cat")
        await stage.until_asked()

        assert stage.desk.submissions[0].occasion.roles == (GUEST, group)


async def test_where_no_group_is_named_nobody_is_asked(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage, running(stage):
        stage.office.team.usergroup("patrons", stage.office.team.user("ada"))
        await stage.ada.slash(stage.general, "/imagine", "a cat")
        await stage.until_asked()

        assert stage.desk.submissions[0].occasion.roles == ()
        assert stage.office.slack.record.of(METHOD) == []


async def test_whoever_is_in_a_group_of_moderators_deletes_what_others_asked_for(tmp_path: Path) -> None:
    async with grouped(tmp_path, moderate=True) as (stage, _):
        message = await stage.picture()
        await (await stage.office.team.member("cleo").click(message, "Delete")).shows("somebody else's")

        await stage.office.team.member("bob").click(message, "Delete")
        await stage.office.slack.until(lambda: message.deleted_at is not None)


async def test_whoever_is_taken_out_of_a_group_is_believed_to_be_in_it_for_a_minute(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage, running(stage):
        team, now = stage.office.team, [0.0]
        bob = team.user("bob")
        group = team.usergroup("patrons", bob)
        groups = Groups(calls=stage.front.calls, named=lambda _: frozenset({group}), clock=lambda: now[0])
        assert await groups.of(team.id, bob.id) == (group,)
        team.state.usergroups[group] = ("patrons", [])

        now[0] = KNOWN_S - 1
        assert await groups.of(team.id, bob.id) == (group,)
        now[0] = KNOWN_S
        assert await groups.of(team.id, bob.id) == ()


async def test_of_more_groups_than_slack_lets_us_ask_for_each_is_asked_less_often(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage, running(stage):
        team, now = stage.office.team, [0.0]
        bob = team.user("bob")
        named = frozenset(team.usergroup(f"group{number}", bob) for number in range(18))
        wide = Groups(
            calls=stage.front.calls,
            named=lambda _: named,
            clock=lambda: now[0],
        )
        await wide.of(team.id, bob.id)
        now[0] = KNOWN_S - 1
        assert len(await wide.of(team.id, bob.id)) == 18
        assert len(stage.office.slack.record.of(METHOD)) == 18


async def test_by_a_group_of_which_slack_does_not_tell_nobody_has_a_right(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with staged(tmp_path) as stage, running(stage):
        team = stage.office.team
        groups = Groups(calls=stage.front.calls, named=lambda _: frozenset({"S0ELSEWHERE"}))

        assert await groups.of(team.id, team.user("bob").id) == ()
        assert await groups.of(team.id, team.user("ada").id) == ()

    assert len(stage.office.slack.record.of(METHOD)) == 1
    assert "S0ELSEWHERE" in caplog.text
