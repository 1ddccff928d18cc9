"""Signing in to the console: a link for one browser, under the rights of its owner."""

from itertools import count

import pytest

from bot.console.sessions import BELIEVED_S, LINK_S, digest_of
from bot.errors import NotAllowed, SubmissionError
from bot.jobs import Tenant
from bot.policy.measures import Actor, Rank
from bot.signing_in import MOST_TOKEN, UNCHECKED, SigningIn
from tests.fakes.memory_sessions import MemorySessions

GUILD = Tenant(platform="discord", id="1001")
MOE = Actor(id="moe", name="Moe", platform="discord", tenant=GUILD, rank=Rank.MODERATOR)
BEN = Actor(id="ben", name="Ben", platform="discord", tenant=GUILD, rank=Rank.MEMBER)
PAGE = Actor(id="ada", name="Ada", platform="web", tenant=Tenant(platform="web", id="local"), rank=Rank.MODERATOR)
OP = Actor(id="op", name="op", platform="local", tenant=None, rank=Rank.OPERATOR)
PUBLIC = "https://paint.example"


class Clock:
    ms = 1_800_000_000_000

    def __call__(self) -> int:
        return self.ms


@pytest.fixture
def clock() -> Clock:
    return Clock()


def door(clock: Clock, **more) -> SigningIn:
    numbers = count(1)
    given = {"public_url": PUBLIC, "token": lambda: f"token{next(numbers)}", **more}
    return SigningIn(sessions=MemorySessions(clock=clock), **given)


@pytest.mark.parametrize(
    ("actor", "more", "base"),
    [
        (MOE, {}, PUBLIC),
        (MOE, {"public_url": f"{PUBLIC}/"}, PUBLIC),
        (PAGE, {}, ""),
        (PAGE, {"public_url": None}, ""),
        (OP, {"here": "http://127.0.0.1:8800"}, "http://127.0.0.1:8800"),
    ],
    ids=["a chat", "a slash", "the page", "the page alone", "the command line"],
)
async def test_a_link_leads_to_where_its_owner_reaches_the_page(clock, actor, more, base):
    assert await door(clock, **more).link(actor) == f"{base}/console/sign-in#token1"


async def test_where_nobody_reaches_the_page_it_is_said_what_to_do(clock):
    with pytest.raises(SubmissionError, match=r"whoever runs it can set public_url to .* https://\."):
        await door(clock, public_url=None).link(MOE)


async def test_a_member_gets_no_link(clock):
    with pytest.raises(NotAllowed):
        await door(clock).link(BEN)


async def test_a_link_lets_one_browser_in_under_its_owners_rights(clock):
    signing_in = door(clock)
    token = (await signing_in.link(MOE)).partition("#")[2]
    cookie = await signing_in.begin(token)

    assert cookie != token
    session, _ = await signing_in.sessions.read(digest_of(cookie))
    assert session.id == digest_of(cookie)
    assert await signing_in.actor(cookie) == MOE
    assert await signing_in.begin(token) is None
    assert await signing_in.actor(token) is None


async def test_a_link_is_void_after_five_minutes(clock):
    signing_in = door(clock)
    token = (await signing_in.link(MOE)).partition("#")[2]
    clock.ms += round(LINK_S * 1000)

    assert await signing_in.begin(token) is None


async def test_a_link_that_is_opened_late_shows_nothing_before_its_owner_was_asked_about(clock):
    signing_in = door(clock)
    token = (await signing_in.link(MOE)).partition("#")[2]
    clock.ms += round(BELIEVED_S * 1000) + 1
    cookie = await signing_in.begin(token)

    assert await signing_in.actor(cookie) is UNCHECKED


async def test_the_store_knows_no_token(clock):
    signing_in = door(clock)
    token = (await signing_in.link(MOE)).partition("#")[2]
    offered = repr(signing_in.sessions)
    cookie = await signing_in.begin(token)

    assert token not in offered
    assert digest_of(token) in offered
    assert cookie not in repr(signing_in.sessions)


async def test_whoever_signs_out_is_out(clock):
    signing_in = door(clock)
    cookie = await signing_in.begin((await signing_in.link(MOE)).partition("#")[2])
    await signing_in.end(cookie)

    assert await signing_in.actor(cookie) is None


async def test_everybody_is_out_at_once(clock):
    signing_in = door(clock)
    cookies = [await signing_in.begin((await signing_in.link(actor)).partition("#")[2]) for actor in (MOE, PAGE, OP)]
    await signing_in.end_all()
    assert [await signing_in.actor(each) for each in cookies] == [None] * 3


@pytest.mark.parametrize("token", ["", "x" * (MOST_TOKEN + 1), "é", "token", "token1 "])
async def test_what_is_no_token_opens_nothing(clock, token):
    signing_in = door(clock)
    await signing_in.link(MOE)

    assert await signing_in.begin(token) is None
    assert await signing_in.actor(token) is None
    await signing_in.end(token)


async def test_tokens_are_long_and_never_the_same(clock):
    signing_in = SigningIn(sessions=MemorySessions(clock=clock), public_url=PUBLIC)
    links = {await signing_in.link(MOE) for _ in range(20)}

    assert len(links) == 20
    assert min(len(each.partition("#")[2]) for each in links) >= 43
