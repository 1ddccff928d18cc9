"""Who is at the console is asked about each minute: a lost right ends it, a platform that is away lets nobody stay."""

import asyncio
from dataclasses import dataclass, field, replace

import pytest

from bot.console.sessions import BELIEVED_S, CHECKED_EVERY_S
from bot.errors import ChatError
from bot.jobs import Tenant
from bot.policy.measures import Actor, Rank
from bot.signing_in import UNCHECKED, SigningIn
from bot.vouching import ROUND_S, Itself, Vouching
from tests.fakes.memory_sessions import MemorySessions

GUILD, OTHERS = (Tenant(platform="discord", id=each) for each in ("1001", "2002"))
MOE = Actor(id="moe", name="Moe", platform="discord", tenant=GUILD, rank=Rank.MODERATOR)
EVE = Actor(id="eve", name="Eve", platform="discord", tenant=OTHERS, rank=Rank.MODERATOR)
OP = Actor(id="op", name="op", platform="local", tenant=None, rank=Rank.OPERATOR)


@dataclass(kw_only=True)
class Platform:
    """Says who somebody is; who is not named is gone, and what is an error is raised."""

    says: dict[str, Rank | Exception] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    silent: frozenset[str] = frozenset()

    async def actor(self, actor):
        self.asked.append(actor.id)
        if actor.id in self.silent:
            await asyncio.Event().wait()
        match self.says.get(actor.id):
            case Exception() as error:
                raise error
            case None:
                return None
            case rank:
                return replace(actor, rank=rank)


@dataclass(kw_only=True)
class Door:
    """The console's door, with a clock that is moved; `round` looks as often as a service does."""

    now_s: float = 0.0
    platform: Platform = field(default_factory=Platform)
    deadline_s: float = 5.0

    def __post_init__(self):
        self.sessions = MemorySessions(clock=lambda: round(self.now_s * 1000))
        self.signing_in = SigningIn(sessions=self.sessions, public_url="https://paint.example")
        self.vouching = Vouching(
            sessions=self.sessions, platform="discord", voucher=self.platform, deadline_s=self.deadline_s
        )

    async def let_in(self, actor=MOE):
        """Sign somebody in; returns their cookie."""
        link = await self.signing_in.link(actor)
        cookie = await self.signing_in.begin(link.partition("#")[2])
        assert cookie is not None
        return cookie

    async def passes(self, seconds):
        """Let time pass, with a round every so often."""
        until = self.now_s + seconds
        while self.now_s < until:
            self.now_s = min(until, self.now_s + ROUND_S)
            await self.vouching.round()


async def test_a_moderator_who_loses_the_role_loses_the_console_at_the_next_check():
    door = Door(platform=Platform(says={"moe": Rank.MODERATOR}))
    cookie = await door.let_in()
    await door.passes(CHECKED_EVERY_S)
    assert await door.signing_in.actor(cookie) == MOE

    door.platform.says["moe"] = Rank.MEMBER
    await door.passes(CHECKED_EVERY_S)
    assert await door.signing_in.actor(cookie) is None


async def test_whoever_is_gone_loses_it_as_well():
    door = Door()
    cookie = await door.let_in()
    await door.passes(CHECKED_EVERY_S)

    assert await door.signing_in.actor(cookie) is None


async def test_whoever_still_moderates_stays_and_is_asked_about_once_a_minute():
    door = Door(platform=Platform(says={"moe": Rank.MODERATOR}))
    cookie = await door.let_in()
    for _ in range(30):
        await door.passes(CHECKED_EVERY_S)
        assert await door.signing_in.actor(cookie) == MOE

    assert 30 <= len(door.platform.asked) <= 36


async def test_who_is_to_be_asked_about_is_one_question_to_the_store_however_many_are_signed_in(monkeypatch):
    door = Door(platform=Platform(says={"moe": Rank.MODERATOR}))
    for _ in range(3):
        await door.let_in()
    door.now_s = CHECKED_EVERY_S
    monkeypatch.delattr(MemorySessions, "read")
    await door.vouching.round()

    assert door.platform.asked == ["moe"]


async def test_a_rank_is_as_of_now():
    door = Door(platform=Platform(says={"moe": Rank.OPERATOR}))
    cookie = await door.let_in()
    await door.passes(CHECKED_EVERY_S)

    assert await door.signing_in.actor(cookie) == replace(MOE, rank=Rank.OPERATOR)


@pytest.mark.parametrize("error", [ChatError(detail="away"), None], ids=["refuses", "says nothing"])
async def test_a_platform_that_is_away_lets_nobody_stay_beyond_what_is_believed(error):
    silent = frozenset() if error else frozenset({"moe"})
    door = Door(platform=Platform(says={"moe": error or Rank.MODERATOR}, silent=silent), deadline_s=0.001)
    cookie = await door.let_in()
    await door.passes(BELIEVED_S)
    assert await door.signing_in.actor(cookie) == MOE

    await door.passes(1)
    assert await door.signing_in.actor(cookie) is UNCHECKED


async def test_once_it_is_back_the_console_is_there_again():
    door = Door(platform=Platform(says={"moe": ChatError(detail="away")}))
    cookie = await door.let_in()
    await door.passes(BELIEVED_S + 1)
    door.platform.says["moe"] = Rank.MODERATOR
    await door.passes(ROUND_S)

    assert await door.signing_in.actor(cookie) == MOE


async def test_a_community_that_cannot_be_asked_about_keeps_no_other_from_it(caplog):
    door = Door(platform=Platform(says={"moe": ChatError(detail="away"), "eve": Rank.MEMBER}))
    moes, eves = await door.let_in(), await door.let_in(EVE)
    await door.passes(CHECKED_EVERY_S)

    assert await door.signing_in.actor(moes) == MOE
    assert await door.signing_in.actor(eves) is None
    assert caplog.text.count("asking discord who moderates: lost") == 1


async def test_an_answer_that_nobody_foresaw_ends_no_round_and_lets_nobody_stay_beyond_what_is_believed(caplog):
    door = Door(platform=Platform(says={"moe": ValueError("no number of a role"), "eve": Rank.MEMBER}))
    moes, eves = await door.let_in(), await door.let_in(EVE)
    await door.passes(BELIEVED_S)

    assert await door.signing_in.actor(eves) is None
    assert await door.signing_in.actor(moes) == MOE
    assert caplog.text.count("asking discord who moderates: failed") == 1
    await door.passes(1)
    assert await door.signing_in.actor(moes) is UNCHECKED


async def test_browsers_of_one_person_are_asked_about_together():
    door = Door()
    cookies = [await door.let_in() for _ in range(3)]
    await door.passes(CHECKED_EVERY_S - ROUND_S)

    assert door.platform.asked == ["moe"]
    assert [await door.signing_in.actor(each) for each in cookies] == [None] * 3


async def test_people_of_another_platform_are_not_asked_about_here():
    door = Door()
    cookie = await door.let_in(OP)
    await door.passes(CHECKED_EVERY_S)

    assert door.platform.asked == []
    assert await door.signing_in.actor(cookie) == OP


async def test_the_command_line_stays_as_long_as_its_session():
    door = Door()
    door.vouching = Vouching(sessions=door.sessions, platform="local", voucher=Itself())
    cookie = await door.let_in(OP)
    await door.passes(3600)

    assert await door.signing_in.actor(cookie) == OP


async def test_whoever_signs_out_meanwhile_is_not_let_in_again_by_a_check():
    door = Door(platform=Platform(says={"moe": Rank.MODERATOR}))
    cookie = await door.let_in()
    door.now_s = CHECKED_EVERY_S
    asks = door.platform.actor

    async def slowly(actor):
        await door.signing_in.end(cookie)
        return await asks(actor)

    door.platform.actor = slowly
    await door.vouching.round()

    assert door.platform.asked == ["moe"]
    assert await door.signing_in.actor(cookie) is None
