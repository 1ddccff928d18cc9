"""Intake under the rules of the house: today's books hold for everybody who asks, and what refuses is written down."""

from dataclasses import replace

import pytest

from bot.errors import Banned, Blocked, NotInTier, NotLetIn, Paused, QuotaReached, SubmissionError, TooFast
from bot.jobs import Tenant
from bot.limits import Limits
from bot.policy.entitlements import Newcomers, Standard
from bot.policy.quotas import Per, Quota
from bot.policy.rulebook import (
    Allowance,
    Assignment,
    Ban,
    Ceiling,
    Deed,
    Entry,
    Grant,
    Pattern,
    Pause,
    Reading,
)
from bot.policy.terms import Terms
from bot.policy.tiers import GUEST, Tier
from bot.shares import Caps
from tests.fakes.memory_store import MemoryStore
from tests.unit.bot.moderated import ANN, BEN, GUILD, OTHERS, START_MS, House, submission

HOUR_MS = 3_600_000
GOLD = Tier(name="gold", platform="web", roles=frozenset({"9"}), weight=2000)


@pytest.mark.parametrize(
    ("tenant", "entry"),
    [
        (GUILD, Ban(user="ann", reason="spam")),
        (GUILD, Ban(user=None, reason="spam")),
        (None, Ban(user="web/ann", reason="spam")),
    ],
)
async def test_who_is_banned_is_refused_in_every_way_of_asking_and_it_is_written_down_once(tenant, entry):
    house = House()
    await house.say(entry, tenant=tenant)

    for ask in (house.intake.check, house.intake.submit):
        with pytest.raises(Banned, match="spam"):
            await ask(submission())

    assert await house.told() == [("banned", "automatic")]
    [noted, *_] = await house.audit.newest(GUILD, user="ann", limit=1)
    assert (noted.author.name, noted.user, noted.details["name"]) == ("Fairbrush", "ann", "Ann")


async def test_a_ban_of_somebody_is_nobody_elses_and_ends_by_itself():
    house = House()
    await house.say(Ban(user="ann", reason="spam", until_ms=START_MS + HOUR_MS))
    await house.asked(requester=BEN, event="1")
    await house.asked(requester=replace(ANN, tenant=OTHERS), event="2")
    with pytest.raises(Banned):
        await house.asked(event="3")

    house.now += HOUR_MS
    await house.asked(event="3")


async def test_a_redelivered_event_of_somebody_banned_since_is_still_the_same_job():
    house = House()
    first = await house.asked()
    await house.say(Ban(user="ann", reason="spam"))

    assert (await house.asked()).record.job.id == first.record.job.id


def said_meanwhile(house: House, *entries: Entry) -> None:
    """Let these be said just before the next job comes into the queue."""
    left = [*entries]

    class Slow(MemoryStore):
        async def enqueue(self, *given, **more):
            while left:
                await house.say(left.pop())
            return await super().enqueue(*given, **more)

    house.store = Slow(clock=house.clock, books=house.books)


async def test_whoever_is_banned_while_they_ask_comes_into_no_queue():
    house = House()
    said_meanwhile(house, Ban(user="ann", reason="spam"))

    with pytest.raises(Banned):
        await house.asked()

    assert await house.store.of_requester(ANN) == []
    assert await house.told() == [("banned", "automatic")]


async def test_what_is_said_while_somebody_asks_holds_for_what_they_ask():
    house = House()
    said_meanwhile(house, Pattern(text="cat", deed=Deed.REPLACE, replacement="pup"), Ban(user="ben", reason="spam"))

    receipt = await house.asked("a cat")

    assert receipt.record.job.values["prompt"] == "a pup"
    assert len(await house.store.of_requester(ANN)) == 1


@pytest.mark.parametrize("workflow", [None, "txt2img"])
@pytest.mark.parametrize("tenant", [GUILD, None])
async def test_what_is_paused_is_not_taken_and_that_is_not_worth_an_entry(workflow, tenant):
    house = House()
    await house.say(Pause(workflow=workflow, message="new cables"), tenant=tenant)

    with pytest.raises(Paused, match="new cables"):
        await house.asked()
    assert await house.told() == []
    if workflow:
        await house.intake.check(submission(workflow="flux"))


async def test_a_tier_has_its_workflows_and_caps_by_role_or_because_somebody_was_put_into_it():
    terms = Terms(tier="free", workflows=frozenset({"txt2img"}), most={"steps": 10})
    free = Tier(name="free", platform="web", roles=frozenset({"8"}), terms=terms)
    house = House(limits=Limits(tiers=(free, GOLD)))

    with pytest.raises(NotInTier, match="steps up to 10"):
        await house.asked("a cat steps:20", roles=("8",))
    with pytest.raises(NotInTier, match="flux is not for your tier"):
        await house.asked(workflow="flux", roles=("8",))
    await house.say(Assignment(user="ann", tier="gold"))
    await house.asked("a cat steps:20", roles=("8",), event="2")
    await house.say(Assignment(user="ann", tier="free"))
    with pytest.raises(NotInTier):
        await house.asked("a cat steps:20", roles=("9",), event="3")
    await house.say(Assignment(user="ann", tier="taken out since"))
    await house.asked("a cat steps:20", roles=("9",), event="4")


async def test_where_both_books_assign_a_tier_the_communitys_holds_and_a_ceiling_weighs_the_community():
    house = House(limits=Limits(tiers=(GOLD, Tier(name="other", platform="web"))))
    await house.say(Assignment(user="web/ann", tier="other"), tenant=None)
    assert (await house.rules.holding(ANN)).tier.name == "other"
    await house.say(Assignment(user="ann", tier="gold"), Ceiling(weight=250))

    share = (await house.rules.holding(ANN)).share
    assert (share.weight, share.tenant_weight) == (2000, 250)
    assert (await house.rules.holding(ANN, (GUEST,))).tier is GOLD


async def test_a_blocked_word_is_refused_in_any_text_and_the_audit_knows_which():
    house = House()
    await house.say(Pattern(text="cat"))

    for text in ("a CAT", "a dog --negative 'c a t s, cat'"):
        with pytest.raises(Blocked):
            await house.asked(text)
    with pytest.raises(Blocked):
        await house.intake.check(submission("a cat"))

    [noted] = await house.audit.newest(GUILD, limit=9, user="ann")
    assert (noted.measure, noted.details["pattern"]) == ("blocked", "cat")
    assert not await house.store.of_requester(ANN)


async def test_what_is_replaced_is_painted_replaced_and_what_is_flagged_is_taken_and_noted():
    house = House()
    await house.say(
        Pattern(text="cat", deed=Deed.REPLACE, replacement="dog"),
        Pattern(text="h.?t", reading=Reading.EXPRESSION, deed=Deed.FLAG),
    )
    receipt = await house.asked("a cat in a hat")

    assert receipt.record.job.values["prompt"] == "a dog in a hat"
    [noted] = await house.audit.newest(GUILD, limit=9, user="ann")
    assert (noted.measure, noted.details["patterns"]) == ("flagged", "h.?t")
    assert noted.details["job"] == str(receipt.record.job.id)


async def test_a_quota_is_charged_in_pictures_and_gpu_time_and_raised_by_a_grant():
    house = House(standard=Standard(member=(Quota(per=Per.DAY, pictures=3, gpu_s=600),)))
    await house.asked("a cat count:2")
    with pytest.raises(QuotaReached, match="3 pictures") as refused:
        await house.asked("a cat count:2", event="2")
    assert refused.value.retry_after_s > 0

    await house.say(Grant(user="ann", until_ms=START_MS + HOUR_MS, pictures=1))
    await house.asked("a cat count:2", event="2")
    await house.say(Allowance(user="ann", quotas=()))
    await house.asked("a cat count:4", event="3")


async def test_what_no_quota_would_ever_have_room_for_is_told_at_once():
    house = House(standard=Standard(community=(Quota(per=Per.HOUR, pictures=2),)))

    with pytest.raises(SubmissionError, match="ask for less"):
        await house.asked("a cat count:4")


async def test_a_cap_on_what_waits_is_still_told_as_such():
    house = House(limits=Limits(waiting=Caps(person=1)))
    await house.asked()
    with pytest.raises(Exception, match="as many as one person may have"):
        await house.asked(event="2")


async def test_a_cooldown_lets_one_job_in_a_while_and_says_when_the_next():
    free = Tier(name="free", platform="web", roles=frozenset({"8"}), terms=Terms(tier="free", cooldown_s=60))
    house = House(limits=Limits(tiers=(free,)))
    await house.asked(roles=("8",))

    with pytest.raises(TooFast, match="free, takes one job in 60 seconds") as refused:
        await house.asked(event="2", roles=("8",))
    assert refused.value.retry_after_s == 60
    await house.asked(event="2", requester=BEN, roles=("8",))
    await house.asked(event="3")
    house.now += 60_000
    await house.asked(event="4", roles=("8",))


async def test_a_community_that_has_to_be_let_in_asks_for_nothing_until_it_is():
    house = House(standard=Standard(newcomers=Newcomers.APPROVE))
    newcomer = replace(ANN, tenant=Tenant(platform="discord", id="1001"))
    with pytest.raises(NotLetIn):
        await house.asked(requester=newcomer)
    with pytest.raises(NotLetIn):
        await house.intake.check(submission("a cat", requester=newcomer))

    await house.say(Ceiling(), tenant=newcomer.tenant, firm=True)

    await house.asked(requester=newcomer)
