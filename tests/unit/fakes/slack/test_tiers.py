"""Rate limits: who is let through, who hears 429 and for how long."""

import pytest

from tests.fakes.slack.limits import Limits
from tests.fakes.slack.methods import METHODS
from tests.fakes.slack.server import FakeSlack
from tests.fakes.slack.tiers import Tiers
from tests.unit.fakes.slack.raw import raw


@pytest.mark.parametrize(("tier", "most"), [(1, 1), (2, 20), (3, 50), (4, 100)])
def test_a_tier_lets_so_many_through_in_any_minute(tier: int, most: int):
    tiers = Tiers(Limits())

    waits = [tiers.spend("method", "T1", tier, now=100.0) for _ in range(most + 1)]  # type: ignore[arg-type]

    assert waits == [0] * most + [60]


def test_no_minute_holds_more_than_its_tier_wherever_it_begins():
    tiers = Tiers(Limits())
    times = [30 + number * 0.5 for number in range(200)]

    passed = [at for at in times if not tiers.spend("chat.update", "T1", 3, at)]

    assert max(sum(begin <= at < begin + 60 for at in passed) for begin in passed) == 50


def test_a_refused_call_costs_nothing_and_its_wait_is_enough():
    tiers = Tiers(Limits(tier_3=1))
    tiers.spend("chat.update", "T1", 3, 0.0)

    wait = tiers.spend("chat.update", "T1", 3, 0.5)

    assert wait == 60
    assert tiers.spend("chat.update", "T1", 3, 0.5 + wait) == 0


def test_methods_and_teams_are_counted_apart():
    tiers = Tiers(Limits(tier_3=1))

    assert tiers.spend("chat.update", "T1", 3, 0.0) == 0
    assert tiers.spend("chat.delete", "T1", 3, 0.0) == 0
    assert tiers.spend("chat.update", "T2", 3, 0.0) == 0
    assert tiers.spend("chat.update", "T1", 3, 0.0) > 0


def test_a_channel_takes_a_message_a_second_after_a_short_burst():
    tiers = Tiers(Limits(posts_burst=3))

    assert [tiers.post("T1", "C1", 0.0) for _ in range(4)] == [0, 0, 0, 1]
    assert tiers.post("T1", "C2", 0.0) == 0
    assert tiers.post("T1", "C1", 1.0) == 0
    assert tiers.post("T1", "C1", 1.0) == 1


def test_messages_at_their_pace_are_never_too_many():
    tiers = Tiers(Limits(posts_burst=1))

    assert {tiers.post("T1", "C1", float(second)) for second in range(100)} == {0}


async def test_too_many_updates_are_answered_by_429_until_the_minute_is_over():
    async with FakeSlack(Limits(tier_3=2)) as slack:
        team = slack.team()
        general = team.channel("general")
        async with raw(slack, team.token) as client:
            message = await client.posted(general)
            said = [await client.call("chat.update", channel=general.id, ts=message.ts, text=str(n)) for n in range(3)]
            slack.clock.advance(60)
            after = await client.call("chat.update", channel=general.id, ts=message.ts, text="3")

    assert [each.status for each in said] == [200, 200, 429]
    assert (said[2].body, said[2].headers["Retry-After"]) == ({"ok": False, "error": "ratelimited"}, "60")
    assert after.ok
    assert [each.text for each in message.versions] == ["hello", "0", "1", "3"]
    assert [each.name for each in slack.record.too_many] == ["chat.update"]


async def test_posting_is_limited_by_channel_and_by_team():
    async with FakeSlack(Limits(posts_burst=1, posts_of_team=3)) as slack:
        team = slack.team()
        async with raw(slack, team.token) as client:
            channels = [team.channel(name).id for name in ("a", "a", "b", "c", "d")]
            said = [await client.call("chat.postMessage", channel=each, text="x") for each in channels]

    assert [each.status for each in said] == [200, 429, 200, 429, 429]


async def test_another_team_has_a_purse_of_its_own():
    async with FakeSlack(Limits(tier_4=1)) as slack:
        for name in ("Acme", "Other"):
            team = slack.team(name)
            async with raw(slack, team.token) as client:
                assert (await client.form("users.info", user=team.bot.id)).ok

    assert slack.record.too_many == []


def test_updates_are_tier_3_and_pictures_tier_4():
    tiers = {name: METHODS[name].tier for name in ("chat.update", "files.getUploadURLExternal", "chat.postMessage")}

    assert tiers == {"chat.update": 3, "files.getUploadURLExternal": 4, "chat.postMessage": "post"}
