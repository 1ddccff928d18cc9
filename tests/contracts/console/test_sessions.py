"""The promises about signing in: a link works once and briefly, a session lasts no longer than it may."""

import asyncio
from dataclasses import replace

import pytest

from bot.console.sessions import LINK_S, MOST, SESSION_S
from bot.jobs import Tenant
from bot.policy.measures import Actor, Rank
from tests.integration.redis import START_MS

pytestmark = pytest.mark.cluster_too

GUILD = Tenant(platform="discord", id="a guild, with / and {odd} signs")
MOE = Actor(id="7 0%", name="Moe 🐕\nof the guild", platform="discord", tenant=GUILD, rank=Rank.MODERATOR)
ROOT = Actor(id="root", name="root", platform="local", tenant=None, rank=Rank.OPERATOR)


async def let_in(truth, actor=MOE, session="session"):
    """Sign somebody in."""
    await truth.sessions.offer(f"link-of-{session}", actor)
    return await truth.sessions.begin(f"link-of-{session}", session)


@pytest.mark.parametrize("actor", [MOE, ROOT], ids=["moderator", "operator"])
async def test_a_link_lets_its_owner_in_as_who_they_were(truth, actor):
    await truth.sessions.offer("link", actor)
    await truth.advance(1000)
    begun = await truth.sessions.begin("link", "session")

    assert (begun.id, begun.actor, begun.checked_ms) == ("session", actor, START_MS)
    assert await truth.sessions.read("session") == (begun, START_MS + 1000)


async def test_a_link_works_once(truth):
    await let_in(truth)

    assert await truth.sessions.begin("link-of-session", "another") is None
    assert (await truth.sessions.read("another"))[0] is None


async def test_of_many_who_use_a_link_at_once_one_gets_in(truth):
    await truth.sessions.offer("link", MOE)
    begun = await asyncio.gather(*(truth.sessions.begin("link", f"session {number}") for number in range(8)))

    assert len([each for each in begun if each]) == 1


async def test_whoever_asks_again_after_a_lost_answer_is_answered_the_same(truth):
    first = await let_in(truth)

    assert await truth.sessions.begin("link-of-session", "session") == first


async def test_a_sessions_name_cannot_be_taken_by_another_link(truth):
    first = await let_in(truth)
    await truth.sessions.offer("other", replace(MOE, id="8"))

    assert await truth.sessions.begin("other", "session") is None
    assert (await truth.sessions.read("session"))[0] == first


async def test_what_was_never_offered_lets_nobody_in(truth):
    assert await truth.sessions.begin("", "session") is None
    assert await truth.sessions.begin("link", "session") is None
    assert await truth.sessions.read("session") == (None, START_MS)


async def test_a_link_works_until_its_time_is_up(truth):
    await truth.sessions.offer("early", MOE)
    await truth.sessions.offer("late", MOE)
    await truth.advance(round(LINK_S * 1000) - 1)
    assert await truth.sessions.begin("early", "one")
    await truth.advance(1)

    assert await truth.sessions.begin("late", "two") is None


async def test_a_session_ends_with_its_day_however_often_it_is_vouched_for(truth):
    await let_in(truth)
    await truth.advance(round(SESSION_S * 1000) - 1)
    assert await truth.sessions.vouch("session", MOE)
    assert (await truth.sessions.read("session"))[0]
    await truth.advance(1)

    assert (await truth.sessions.read("session"))[0] is None
    assert not await truth.sessions.vouch("session", MOE)
    assert await truth.sessions.of_platform("discord") == ([], START_MS + round(SESSION_S * 1000))
    assert await truth.sessions.begin("link-of-session", "session") is None


async def test_who_is_vouched_for_is_who_they_are_now(truth):
    begun = await let_in(truth)
    await truth.advance(70_000)
    risen = replace(MOE, name="Moe", rank=Rank.OPERATOR)
    assert await truth.sessions.vouch("session", risen)

    now, _ = await truth.sessions.read("session")
    assert now == replace(begun, actor=risen, checked_ms=START_MS + 70_000)


async def test_what_has_ended_stays_so(truth):
    await let_in(truth)
    await truth.sessions.end("session")
    await truth.sessions.end("session")

    assert (await truth.sessions.read("session"))[0] is None
    assert not await truth.sessions.vouch("session", MOE)
    assert await truth.sessions.begin("link-of-session", "session") is None


async def test_a_platform_has_its_own_sessions(truth):
    moes, roots = await let_in(truth), await let_in(truth, ROOT, "root's")
    twin = await let_in(truth, replace(MOE, platform="disco"), "twin's")

    assert await truth.sessions.of_platform("discord") == ([moes], START_MS)
    assert await truth.sessions.of_platform("local") == ([roots], START_MS)
    assert await truth.sessions.of_platform("disco") == ([twin], START_MS)
    assert await truth.sessions.of_platform("slack") == ([], START_MS)


async def test_of_one_person_the_last_few_stay_signed_in(truth):
    await let_in(truth, ROOT, "root's")
    for number in range(MOST + 2):
        await truth.advance(1)
        assert await let_in(truth, session=f"{number}")

    kept = {each.id for each in (await truth.sessions.of_platform("discord"))[0]}
    assert kept == {f"{number}" for number in range(2, MOST + 2)}
    assert (await truth.sessions.read("root's"))[0]


async def test_of_one_person_the_last_few_links_work(truth):
    await truth.sessions.offer("root's", ROOT)
    for number in range(MOST + 1):
        await truth.advance(1)
        await truth.sessions.offer(f"{number}", MOE)

    assert await truth.sessions.begin("0", "a") is None
    assert await truth.sessions.begin("1", "b")
    assert await truth.sessions.begin("root's", "c")


async def test_all_can_be_ended_at_once_and_no_link_survives_it(truth):
    await let_in(truth)
    await let_in(truth, ROOT, "root's")
    await truth.sessions.offer("unused", MOE)
    await truth.sessions.end_all()

    assert (await truth.sessions.read("session"))[0] is None
    assert (await truth.sessions.read("root's"))[0] is None
    assert await truth.sessions.begin("unused", "later") is None
