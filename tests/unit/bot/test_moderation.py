"""The bench of moderation: who may is asked first, what is done is written down, and it holds."""

from dataclasses import MISSING, fields, replace
from typing import get_args

import pytest

from bot.desk import Desk
from bot.errors import Banned, NotAllowed, SubmissionError
from bot.jobs import JobState, MessageRef, Place
from bot.limits import Limits
from bot.moderation import Moderation
from bot.operating import Operating
from bot.overseeing import Overseeing
from bot.policy import rulebook
from bot.policy.audit import NAMES, WHOM
from bot.policy.entitlements import Standard
from bot.policy.measures import (
    RIGHTS,
    Actor,
    AddPattern,
    BanCommunity,
    BanUser,
    CancelJob,
    ClearQueue,
    CloseConsole,
    DrainServer,
    GrantMore,
    Measure,
    OfUser,
    OpenConsole,
    PassJob,
    PauseWork,
    Purge,
    Rank,
    RejectJob,
    RemovePattern,
    ResetUsage,
    ResumeServer,
    ResumeWork,
    SetCeiling,
    SetQuota,
    SetTier,
    SetZone,
    ShowAudit,
    ShowPatterns,
    ShowRecent,
    ShowReports,
    ShowUser,
    Unban,
    UnbanCommunity,
)
from bot.policy.measures import (
    TestText as TryText,
)
from bot.policy.quotas import Per, Quota
from bot.policy.rulebook import MAX_REASON, OPERATORS_ROOM, Ban, Ceiling, Deed
from bot.policy.tiers import Tier
from bot.removing import Removing
from bot.reports import Report
from bot.reviewing import Reviewing
from bot.servers import ServerSpec
from bot.signing_in import SigningIn
from tests.unit.bot.moderated import ANN, BEN, GUILD, OTHERS, START_MS, House

HOUR_S = 3600.0
MOD = Actor(id="moe", name="Moe", platform="web", tenant=GUILD, rank=Rank.MODERATOR)
FOREIGN = Actor(id="eve", name="Eve", platform="web", tenant=OTHERS, rank=Rank.MODERATOR)
AFAR = replace(MOD, platform="discord")
MEMBER = Actor(id="ben", name="Ben", platform="web", tenant=GUILD, rank=Rank.MEMBER)
OPERATOR = Actor(id="op", name="Op", platform="local", tenant=None, rank=Rank.OPERATOR)
DAILY = (Quota(per=Per.DAY, pictures=10),)


def bench(house: House) -> Moderation:
    """Return the bench of a house."""
    removing = Removing(
        queue=house.store,
        store=house.store,
        notices=house.store,
        reports=house.reports,
        census=house.census,
        doomed=house.doomed,
    )
    overseeing = Overseeing(
        rules=house.rules,
        counters=house.store.counters,
        census=house.census,
        reports=house.reports,
        reviewing=Reviewing(reviews=house.reviews, reports=house.reports),
    )
    return Moderation(
        overseeing=overseeing,
        removing=removing,
        counters=house.store.counters,
        knowledge=house.knowledge,
        signing_in=SigningIn(sessions=house.sessions, public_url="https://paint.example", token=lambda: "token"),
        operating=Operating(
            servers=house.servers,
            store=house.store,
            overview=house.store,
            rules=house.rules,
            names=house.names,
            seeds={"UTC": ServerSpec(name="UTC", url="http://127.0.0.1:8188")},
        ),
    )


async def did(house: House, measure: Measure, actor: Actor = MOD, tenant=GUILD) -> str:
    """Do something, and return all that is said of it."""
    answer = await bench(house).do(actor, measure, tenant)
    words = [[each.headline, *each.sentence, *(" ".join(row) for row in each.rows)] for each in answer.sections]
    return "\n".join(line for section in words for line in section)


def any_measure(kind: type[Measure], job_id) -> Measure:
    """Make a measure that would do something to Ann's job, words or rights."""
    values = {
        "user": "ann", "quotas": DAILY, "tier": None, "for_s": HOUR_S, "reason": "spam", "last_s": HOUR_S,
        "job_id": job_id, "message": "later", "text": "cat", "name": "UTC",
    }  # fmt: skip
    return kind(**{each.name: values[each.name] for each in fields(kind) if each.default is MISSING})


# ---- Who may ----


@pytest.mark.parametrize("kind", get_args(Measure), ids=lambda kind: kind.__name__)
@pytest.mark.parametrize(
    ("actor", "tenant"),
    [(FOREIGN, GUILD), (MEMBER, GUILD), (MOD, OTHERS), (MOD, None)],
    ids=["a foreigner", "a member", "elsewhere", "everywhere"],
)
async def test_nothing_is_done_without_the_right_and_every_try_is_written_down(kind, actor, tenant):
    house = House()
    job_id = (await house.asked()).record.job.id
    before = [dict((await house.books.book(each)).entries) for each in (GUILD, OTHERS, None)]

    with pytest.raises(NotAllowed):
        await bench(house).do(actor, any_measure(kind, job_id), tenant)

    assert [dict((await house.books.book(each)).entries) for each in (GUILD, OTHERS, None)] == before
    assert (await house.store.read(job_id)).state is JobState.QUEUED
    assert await house.told(tenant) == [(NAMES[kind], "tried")]


@pytest.mark.parametrize("kind", [kind for kind, rank in RIGHTS.items() if rank is Rank.OPERATOR])
async def test_what_is_the_operators_no_moderator_does(kind):
    with pytest.raises(NotAllowed, match="runs this bot"):
        await bench(House()).do(MOD, any_measure(kind, None), GUILD)


def test_everything_has_a_name_in_the_audit():
    assert set(NAMES) == set(get_args(Measure))
    assert len(set(NAMES.values())) == len(NAMES)


@pytest.mark.parametrize("kind", get_args(Measure), ids=lambda kind: kind.__name__)
async def test_whatever_is_done_is_written_down_with_who_and_whom(kind):
    is_review = kind in {PassJob, RejectJob}
    house = House(limits=Limits(tiers=(Tier(name="gold", users=frozenset({"ann"}), review=is_review),)))
    job_id = await house.painted() if is_review else (await house.asked()).record.job.id
    opposite = {Unban: BanUser, ResumeWork: PauseWork, RemovePattern: AddPattern, UnbanCommunity: BanCommunity}
    opposite[ResumeServer] = DrainServer
    if kind in opposite:
        await did(house, any_measure(opposite[kind], job_id), OPERATOR)
    more = {SetTier: {"tier": "gold"}, SetCeiling: {"weight": 10}, GrantMore: {"pictures": 1}}
    measure = replace(any_measure(kind, job_id), **more.get(kind, {}))
    await did(house, measure, OPERATOR)

    [entry, *_] = await house.audit.newest(GUILD, limit=1)
    assert (entry.measure, entry.outcome, entry.author.id) == (NAMES[kind], "done", "op")
    assert entry.user == ("ann" if kind in {CancelJob, PassJob, RejectJob} else getattr(measure, "user", None))


@pytest.mark.parametrize("tenant", [GUILD, None], ids=["there", "everywhere"])
@pytest.mark.parametrize("kind", [CancelJob, PassJob, RejectJob], ids=lambda kind: kind.__name__)
async def test_what_becomes_of_a_job_is_written_down_in_its_community_with_whose_it_is(kind, tenant):
    house = House(limits=Limits(tiers=(Tier(name="new", users=frozenset({"ann"}), review=True),)))
    job_id = (await house.asked()).record.job.id if kind is CancelJob else await house.painted()
    await did(house, any_measure(kind, job_id), OPERATOR, tenant)

    for where in (GUILD, None):
        [entry] = await house.audit.newest(where, limit=9)
        assert (entry.author.id, entry.tenant, entry.user, entry.details[WHOM]) == ("op", GUILD, "ann", "Ann")


async def test_a_thousand_tries_push_nothing_out_of_the_audit():
    house = House()
    for _ in range(1000):
        with pytest.raises(NotAllowed):
            await bench(house).do(MEMBER, BanUser(user="ann", reason=""), GUILD)

    assert await house.told() == [("ban", "tried")]


# ---- Bans ----


async def test_a_ban_cancels_what_waits_and_what_runs_here_and_holds_until_it_is_over():
    house = House()
    first, second = [(await house.asked(event=event)).record.job.id for event in "12"]
    held = await house.store.claim("gpu", "1")
    await house.store.record(held.lease, run_id="run")
    bens = (await house.asked(event="3", requester=BEN)).record.job.id

    told = await did(house, BanUser(user="ann", reason="spam", for_s=2 * HOUR_S))

    assert "Ann is banned for 2 h" in told
    assert "They read: spam" in told
    assert "2 jobs of theirs are cancelled" in told
    assert (await house.store.read(second)).state is JobState.CANCELLED
    assert (await house.store.read(first)).cancel_requested
    assert (await house.store.read(bens)).state is JobState.QUEUED
    with pytest.raises(Banned):
        await house.asked(event="4")
    house.now += int(2 * HOUR_S * 1000)
    await house.asked(event="4")


async def test_a_ban_that_the_book_has_no_room_for_cancels_nothing(monkeypatch):
    house = House()
    waiting = (await house.asked()).record.job.id
    await did(house, BanUser(user="ben", reason="spam", for_s=HOUR_S))
    monkeypatch.setattr(rulebook, "MAX_ENTRIES", 1)

    with pytest.raises(SubmissionError, match="no room"):
        await did(house, BanUser(user="ann", reason="spam"))

    assert (await house.store.read(waiting)).state is JobState.QUEUED
    assert (await house.told())[-1] == ("ban", "tried")
    house.now += int(HOUR_S * 1000)  # what is over makes room
    await did(house, BanUser(user="ann", reason="spam"))
    assert set((await house.books.book(GUILD)).entries) == {"ban/ann"}


async def test_moderators_fill_a_book_up_and_the_operator_still_has_room(monkeypatch):
    house = House()
    monkeypatch.setattr(rulebook, "MAX_ENTRIES", OPERATORS_ROOM + 1)
    await did(house, BanUser(user="ben", reason="spam"))

    with pytest.raises(SubmissionError, match="no room"):
        await did(house, BanUser(user="ann", reason="spam"))
    await did(house, BanUser(user="ben", reason="replaced"))
    await did(house, BanUser(user="ann", reason="law"), OPERATOR)

    assert set((await house.books.book(GUILD)).entries) == {"ban/ann", "ban/ben"}


async def test_a_ban_is_taken_back_once():
    house = House()
    await did(house, BanUser(user="ann", reason="spam"))
    assert "may ask again" in await did(house, Unban(user="ann"))
    await house.asked()

    with pytest.raises(SubmissionError, match="not banned"):
        await did(house, Unban(user="ann"))
    assert (await house.told())[-1] == ("unban", "tried")


async def test_who_takes_a_ban_back_is_told_of_the_operators_which_still_holds():
    house = House()
    await did(house, BanUser(user="web/ann", reason="", for_s=24 * HOUR_S), OPERATOR, None)
    await did(house, BanUser(user="ann", reason="", for_s=48 * HOUR_S))

    assert await did(house, Unban(user="ann")) == (
        "The ban of ann is lifted.\nThe operator's ban still holds for another 24 h."
    )
    with pytest.raises(Banned):
        await house.asked()
    with pytest.raises(SubmissionError, match=r"They are not banned here\. The operator's ban still holds for"):
        await did(house, Unban(user="ann"))
    lifted = await did(house, Unban(user="web/ann"), OPERATOR, None)
    assert lifted == "The ban of web/ann is lifted.\nWhere a community bans them itself, that still holds."
    await house.asked()


async def test_who_ends_a_pause_is_told_of_those_that_still_hold():
    house = House()
    await did(house, PauseWork(message="", workflow="flux"))
    await did(house, PauseWork(message=""))
    await did(house, PauseWork(message=""), OPERATOR, None)

    assert await did(house, ResumeWork()) == (
        "The pause of everything is over.\n"
        "The operator's pause of everything still holds. The pause of flux still holds."
    )
    with pytest.raises(
        SubmissionError, match=r"The whole work is not paused here\. The operator's pause of everything"
    ):
        await did(house, ResumeWork())
    assert "The operator's pause of everything still holds." in await did(house, ResumeWork(workflow="flux"))
    await did(house, ResumeWork(), OPERATOR, None)

    await did(house, PauseWork(message=""))
    assert await did(house, ResumeWork()) == "Everything goes on."


async def test_what_the_operator_said_no_moderator_takes_back_or_softens():
    house = House()
    await did(house, BanUser(user="ann", reason="law"), OPERATOR)

    for measure in (Unban(user="ann"), BanUser(user="ann", reason="mine", for_s=1.0)):
        with pytest.raises(SubmissionError, match="only the operator"):
            await did(house, measure)
    assert (await house.books.book(GUILD)).ban("ann") == Ban(user="ann", reason="law")
    await did(house, Unban(user="ann"), OPERATOR)


async def test_everywhere_somebody_is_named_with_their_platform_and_all_of_theirs_is_cancelled():
    house = House()
    waiting = (await house.asked()).record.job.id
    with pytest.raises(SubmissionError, match="with their platform"):
        await did(house, BanUser(user="ann", reason="law"), OPERATOR, None)

    await did(house, BanUser(user="web/ann", reason="law"), OPERATOR, None)

    assert (await house.store.read(waiting)).state is JobState.CANCELLED
    with pytest.raises(Banned, match="anywhere"):
        await house.asked(event="2")


async def test_a_banned_community_has_nothing_waiting():
    house = House()
    waiting = [(await house.asked(event=each.id, requester=each)).record.job.id for each in (ANN, BEN)]

    await did(house, BanCommunity(reason="law"), OPERATOR)

    assert {(await house.store.read(each)).state for each in waiting} == {JobState.CANCELLED}
    with pytest.raises(Banned):
        await house.asked(event="3", requester=BEN)
    await did(house, UnbanCommunity(), OPERATOR)
    await house.asked(event="3", requester=BEN)


async def test_what_is_over_leaves_the_book_with_the_next_change():
    house = House()
    await did(house, BanUser(user="ann", reason="spam", for_s=1.0))
    house.now += 2000
    await did(house, BanUser(user="ben", reason="spam"))

    assert set((await house.books.book(GUILD)).entries) == {"ban/ben"}


async def test_what_somebody_reads_is_one_visible_line_of_bounded_length():
    house = House()
    await did(house, BanUser(user="ann", reason="a\u202e\nb" * 1000))

    reason = (await house.books.book(GUILD)).ban("ann").reason
    assert "\n" not in reason
    assert len(reason) <= MAX_REASON


@pytest.mark.parametrize("kind", [kind for kind in get_args(Measure) if issubclass(kind, OfUser)])
@pytest.mark.parametrize(
    ("user", "tenant", "told"),
    [
        ("", GUILD, "by their id"),
        ("a b", GUILD, "by their id"),
        ("x" * 201, GUILD, "by their id"),
        ("ann", None, "with their platform"),
        ("web/", None, "with their platform"),  # nobody may be taken for everybody
        ("/ann", None, "with their platform"),
        ("slack/ann", None, "one workspace"),
    ],
)
async def test_who_is_nobody_is_never_taken_for_somebody_or_for_everybody(kind, user, tenant, told):
    house = House()
    painted = await house.painted(event="2", requester=BEN)
    waiting = (await house.asked()).record.job.id
    with pytest.raises(SubmissionError, match=told):
        await did(house, replace(any_measure(kind, None), user=user), OPERATOR, tenant)

    assert (await house.store.read(waiting)).state is JobState.QUEUED
    assert await house.store.read(painted)


# ---- Quotas ----


async def test_a_quota_is_set_and_taken_back():
    house = House()
    assert "10 pictures/day" in await did(house, SetQuota(user="ann", quotas=DAILY))
    assert (await house.rules.holding(ANN)).entitlement.member.quotas == DAILY
    await did(house, SetQuota(user="ann", quotas=None))
    assert (await house.rules.holding(ANN)).entitlement.member.quotas == ()


@pytest.mark.parametrize(
    ("quota", "is_over"),
    [
        (Quota(per=Per.DAY, pictures=100), False),
        (Quota(per=Per.DAY, pictures=101), True),
        (Quota(per=Per.HOUR, pictures=101), True),
        (Quota(per=Per.MONTH, pictures=3000), False),
        (Quota(per=Per.MONTH, pictures=3001), True),
        (Quota(per=Per.DAY, gpu_s=10**6), False),
    ],
)
async def test_no_moderator_exceeds_the_ceiling_and_the_refusal_names_it(quota, is_over):
    house = House()
    await did(house, SetCeiling(quotas=(Quota(per=Per.DAY, pictures=100),)), OPERATOR)
    if is_over:
        with pytest.raises(SubmissionError, match="100 pictures/day"):
            await did(house, SetQuota(user="ann", quotas=(quota,)))
    else:
        await did(house, SetQuota(user="ann", quotas=(quota,)))
    await did(house, SetQuota(user="ben", quotas=(quota,)), OPERATOR)


async def test_grants_add_up_to_the_ceiling_and_not_beyond():
    house = House(standard=Standard(community=(Quota(per=Per.DAY, pictures=30),)))
    for _ in range(3):
        await did(house, GrantMore(user="ann", for_s=HOUR_S, pictures=10))
    with pytest.raises(SubmissionError, match="30 pictures/day"):
        await did(house, GrantMore(user="ann", for_s=HOUR_S, pictures=1))

    grant = (await house.books.book(GUILD)).grant("ann")
    assert (grant.pictures, grant.until_ms) == (30, START_MS + 3_600_000)


DAY_S, YEAR_S = 24 * HOUR_S, 365 * 24 * HOUR_S


@pytest.mark.parametrize(
    ("before", "then", "said"),
    [
        ([], GrantMore(user="ann", for_s=HOUR_S, pictures=1), "Ann may use 1 picture more for 60 min."),
        (
            [GrantMore(user="ann", for_s=HOUR_S, pictures=50)],
            GrantMore(user="ann", for_s=YEAR_S, pictures=1),
            "Ann may now use 51 pictures more, for another 365 days, with what was granted before.",
        ),
        (
            [GrantMore(user="ann", for_s=3 * DAY_S, pictures=5), GrantMore(user="ann", for_s=DAY_S, pictures=5)],
            GrantMore(user="ann", for_s=HOUR_S, gpu_s=600),
            "Ann may now use 10 pictures and 600 GPU seconds more, for another 3 days, with what was granted before.",
        ),
        (
            [GrantMore(user="ann", for_s=HOUR_S, pictures=50), GrantMore(user="ann", for_s=None)],
            GrantMore(user="ann", for_s=HOUR_S, pictures=1),
            "Ann may use 1 picture more for 60 min.",
        ),
        (
            [GrantMore(user="ann", for_s=HOUR_S, pictures=50)],
            GrantMore(user="ann", for_s=None),
            "What was granted to Ann is taken back.",
        ),
    ],
)
async def test_the_answer_to_a_grant_says_what_holds_with_what_was_granted_before(before, then, said):
    house = House()
    await house.asked()
    for each in before:
        await did(house, each)

    assert said in await did(house, then)


async def test_a_grant_that_is_over_is_not_told_of_with_the_next():
    house = House()
    await did(house, GrantMore(user="ann", for_s=HOUR_S, pictures=50))
    house.now += 3_600_000
    assert "ann may use 1 picture more for 60 min." in await did(house, GrantMore(user="ann", for_s=HOUR_S, pictures=1))


async def test_a_grant_that_is_taken_back_holds_no_longer_and_is_written_down():
    house = House(standard=Standard(member=DAILY))
    await did(house, GrantMore(user="ann", for_s=HOUR_S, pictures=5))
    await did(house, GrantMore(user="ann", for_s=None))

    assert (await house.books.book(GUILD)).grant("ann") is None
    assert (await house.rules.holding(ANN)).entitlement.member.extra.pictures == 0
    assert await house.told() == [("grant", "done"), ("grant", "done")]
    with pytest.raises(SubmissionError, match="Nothing more is granted to them here"):
        await did(house, GrantMore(user="ann", for_s=None))
    assert (await house.told())[-1] == ("grant", "tried")


async def test_what_the_operator_granted_no_moderator_takes_back():
    house = House()
    more = GrantMore(user="ann", for_s=HOUR_S, pictures=5)
    await did(house, more, OPERATOR)
    with pytest.raises(SubmissionError, match="The operator said this"):
        await did(house, GrantMore(user="ann", for_s=None))
    await did(house, replace(more, user="web/ann"), OPERATOR, None)
    assert "What the operator granted them everywhere still holds." in await did(
        house, GrantMore(user="ann", for_s=None), OPERATOR
    )
    assert "Where a community granted them more itself, that still holds." in await did(
        house, GrantMore(user="web/ann", for_s=None), OPERATOR, None
    )


@pytest.mark.parametrize("more", [{}, {"pictures": -1}, {"pictures": 5, "gpu_s": -1}, {"pictures": 10**12}])
async def test_a_grant_of_nothing_is_none(more):
    with pytest.raises(SubmissionError):
        await did(House(), GrantMore(user="ann", for_s=HOUR_S, **more))


async def test_only_the_operator_sets_the_ceiling():
    house = House()
    await did(house, SetCeiling(weight=500, quotas=DAILY), OPERATOR)

    assert (await house.books.book(GUILD)).ceiling == Ceiling(weight=500, quotas=DAILY)
    assert (await house.rules.holding(ANN)).share.tenant_weight == 500
    with pytest.raises(SubmissionError, match="which community"):
        await did(house, SetCeiling(weight=500), OPERATOR, None)
    await did(house, SetCeiling(), OPERATOR)
    assert (await house.books.book(GUILD)).ceiling is None


async def test_what_was_used_is_forgotten_here_alone_and_for_one_alone():
    house = House(standard=Standard(member=DAILY, community=(Quota(per=Per.DAY, pictures=100),)))
    await house.painted(event="1")
    await house.painted(event="2", requester=BEN)

    await did(house, ResetUsage(user="ann"))

    counted = {
        (whose.id, meter.whose): (await house.store.counters.look([meter.counter]))[meter.counter].count
        for whose in (ANN, BEN)
        for meter in (await house.rules.holding(whose)).meters()
    }
    assert counted == {("ann", "member"): 0, ("ben", "member"): 1, ("ann", "community"): 2, ("ben", "community"): 2}


async def test_somebody_is_put_into_a_tier_that_there_is():
    house = House(limits=Limits(tiers=(Tier(name="gold"), Tier(name="theirs", platform="web", community="2002"))))
    await did(house, SetTier(user="ann", tier="gold"))
    assert (await house.rules.holding(ANN)).tier.name == "gold"

    with pytest.raises(SubmissionError, match="There is gold"):
        await did(house, SetTier(user="ann", tier="theirs"))
    await did(house, SetTier(user="ann", tier=None))
    assert (await house.rules.holding(ANN)).tier is None


# ---- Work and words ----


async def test_a_pause_is_of_a_workflow_that_there_is_and_says_what_people_read():
    house = House()
    assert "reads: maintenance" in await did(house, PauseWork(message="maintenance", workflow="flux"))
    assert "no reason" in await did(house, PauseWork(message="", workflow="flux"))
    with pytest.raises(SubmissionError, match="no workflow"):
        await did(house, PauseWork(message="", workflow="flix"))
    with pytest.raises(SubmissionError, match="not paused"):
        await did(house, ResumeWork())
    await did(house, ResumeWork(workflow="flux"))


async def test_the_blocklist_is_added_to_tried_listed_and_taken_from():
    house = House()
    await did(house, AddPattern(text="cat"))
    await did(house, AddPattern(text="dog", deed=Deed.REPLACE, replacement="fox"), OPERATOR, None)

    assert "would be refused" in await did(house, TryText(text="a CAT"))
    assert "It becomes: a fox" in await did(house, TryText(text="a dog"))
    listed = await did(house, ShowPatterns())
    assert "cat block" in listed
    assert "everywhere, by the operator" in listed
    with pytest.raises(SubmissionError, match="not on the blocklist here"):
        await did(house, RemovePattern(text="dog"))
    await did(house, RemovePattern(text="cat"))
    assert "would pass" in await did(house, TryText(text="a cat"))
    assert not any("CAT" in str(each) for each in await house.audit.newest(GUILD, limit=99))


async def test_a_zone_is_one_that_there_is():
    house = House()
    await did(house, SetZone(name="Europe/Berlin"))
    assert (await house.rules.holding(ANN)).entitlement.zone == "Europe/Berlin"
    with pytest.raises(SubmissionError, match="no time zone"):
        await did(house, SetZone(name="../etc"))


# ---- Jobs ----


async def test_any_job_of_the_community_is_stopped_and_no_other():
    house = House()
    job_id = (await house.asked()).record.job.id
    with pytest.raises(SubmissionError, match="not kept"):
        await did(house, CancelJob(job_id=job_id), FOREIGN, OTHERS)
    await did(house, CancelJob(job_id=job_id))

    assert (await house.store.read(job_id)).state is JobState.CANCELLED
    assert (await house.audit.newest(GUILD, limit=1))[0].user == "ann"


async def test_what_has_ended_is_not_cancelled_and_nobody_is_said_to_have_done_so():
    house = House()
    job_id = await house.painted()

    with pytest.raises(SubmissionError, match=r"That job has already ended: it is painted\."):
        await did(house, CancelJob(job_id=job_id))
    assert await house.told() == [("cancel", "tried")]
    with pytest.raises(SubmissionError, match="not kept"):  # nor do others learn that it was there
        await did(house, CancelJob(job_id=job_id), FOREIGN, OTHERS)


async def test_what_ends_while_it_is_being_cancelled_is_said_to_have_ended_and_so_it_stands_in_the_audit():
    house = House()
    receipt = await house.asked()

    class Late:
        async def cancel(self, job_id):
            held = await house.store.claim("gpu", "1")
            await house.store.record(held.lease, run_id="run")
            await house.store.succeed(held.lease, files=[], gpu_ms=1)
            return await house.store.cancel(job_id)

    at = bench(house)
    late = replace(at, removing=replace(at.removing, queue=Late()))
    with pytest.raises(SubmissionError, match="it is painted"):
        await late.do(MOD, CancelJob(job_id=receipt.record.job.id), GUILD)

    assert await house.told() == [("cancel", "done"), ("cancel", "tried")]


async def test_somebodys_queue_is_cleared():
    house = House()
    await house.asked(event="1")
    bens = (await house.asked(event="2", requester=BEN)).record.job.id

    assert "1 job" in await did(house, ClearQueue(user="ann"))
    assert "nothing waiting" in await did(house, ClearQueue(user="ann"))
    assert (await house.store.read(bens)).state is JobState.QUEUED


async def test_a_purge_removes_messages_files_and_jobs_of_the_last_hours_and_keeps_what_was_reported():
    house = House()
    old = await house.painted(event="1")
    house.now += 5 * 3_600_000
    fresh, evidence = await house.painted(event="2"), await house.painted(event="3")
    bens = await house.painted(event="4", requester=BEN)
    place = Place(tenant=GUILD, channel="art")
    told = Report(job_id=evidence, workflow="w", requester=ANN, reporter=BEN, place=place, reason="no")
    await house.reports.add(told)

    said = await did(house, Purge(user="ann", last_s=HOUR_S))

    assert "Removed: 1 job" in said
    assert "1 job stays with its pictures, as evidence: it was reported." in said
    assert await house.store.read(fresh) is None
    for kept in (old, evidence, bens):
        assert await house.store.read(kept) is not None
    going = {each.ref for each in await house.doomed.doomed("web", limit=9)}
    assert going == {MessageRef(place=place, id="m2"), MessageRef(place=place, id="m3")}


async def test_an_operator_purges_somebody_everywhere():
    house = House()
    job_id = await house.painted()
    await did(house, Purge(user="web/ann", last_s=HOUR_S), OPERATOR, None)

    assert await house.store.read(job_id) is None


# ---- Looking ----


async def test_what_holds_for_somebody_is_told_with_where_it_comes_from():
    house = House(standard=Standard(member=DAILY))
    await house.asked()
    await did(house, GrantMore(user="ann", for_s=HOUR_S, pictures=5))
    told = await did(house, ShowUser(user="ann"))

    assert "10 pictures/day (the settings)" in told
    assert "5 pictures for another 60 min (a moderator here)" in told
    assert "0 of 15 pictures used in any 24 hours, 1 reserved for what waits or runs, 14 left" in told
    assert "1 job" in told
    await did(house, BanUser(user="web/ann", reason="law"), OPERATOR, None)
    assert "law (the operator)" in await did(house, ShowUser(user="ann"))
    assert "law" in await did(house, ShowUser(user="web/ann"), OPERATOR, None)


async def test_the_latest_jobs_are_shown_with_their_words_of_this_community_alone():
    house = House()
    await house.painted("a painted cat", event="1")
    await house.asked("a waiting dog", event="2", requester=BEN)

    told = await did(house, ShowRecent())
    assert "a waiting dog: waiting" in told.split("\n")[1]
    assert "a painted cat: 1 picture" in told
    assert "dog" not in await did(house, ShowRecent(user="ann"))
    assert "Nothing was asked" in await did(house, ShowRecent(), FOREIGN, OTHERS)


async def test_reports_and_the_audit_are_shown_of_this_community_alone():
    house = House()
    job_id = await house.painted()
    place = Place(tenant=GUILD, channel="art")
    await house.reports.add(
        Report(job_id=job_id, workflow="w", requester=ANN, reporter=BEN, place=place, reason="no cat")
    )
    await did(house, BanUser(user="ann", reason="spam"))

    assert "no cat" in await did(house, ShowReports())
    assert "Moe banned Ann (ann) until somebody takes it back: “spam”" in await did(house, ShowAudit())
    assert "banned Ann" in await did(house, ShowAudit(user="ann"))
    assert "Nothing was done" in await did(house, ShowAudit(user="ben"))
    assert "Nothing was reported" in await did(house, ShowReports(), FOREIGN, OTHERS)


def desk_of(house: House, moderation: Moderation | None) -> Desk:
    """Return where the people of a house ask."""
    return Desk(
        intake=house.intake,
        job_queue=house.store,
        store=house.store,
        live=house.store,
        notices=house.store,
        reports=house.reports,
        knowledge=house.knowledge,
        limits=house.limits,
        gpus=lambda lane, lanes: 1,
        bench=moderation,
    )


async def test_everybody_is_told_what_is_left_of_their_quotas_and_the_caps_of_the_tier_they_were_put_into():
    house = House(standard=Standard(member=DAILY), limits=Limits(tiers=(Tier(name="gold", waiting=7),)))
    await house.asked("a cat count:2")
    await did(house, SetTier(user="ann", tier="gold"))

    told = await desk_of(house, bench(house)).usage(ANN)

    assert ("Waiting", "1 of 7 jobs") in told
    [left] = [value for name, value in told if name == "Quota"]
    assert left.startswith("0 of 10 pictures used in any 24 hours, 2 reserved for what waits or runs, 8 left")


async def test_at_a_desk_without_a_bench_nobody_moderates():
    house = House()
    with pytest.raises(NotAllowed):
        await desk_of(house, None).moderate(OPERATOR, ShowAudit(), GUILD)

    answer = await desk_of(house, bench(house)).moderate(OPERATOR, ShowAudit(), GUILD)
    assert answer.sections[0].headline == "The audit"


async def test_of_a_community_that_throws_us_out_all_is_cancelled_and_of_others_nothing():
    house = House()
    for number, who in enumerate((ANN, ANN, BEN)):
        await house.asked(event=str(number), requester=who)
    others = (await house.asked(event="9", requester=replace(ANN, tenant=OTHERS))).record.job.id

    assert await desk_of(house, bench(house)).cancel_all(GUILD) == 3
    assert await house.census.under_way(GUILD, None) == []
    assert (await house.store.read(others)).state is JobState.QUEUED


# ---- The console ----


async def test_whoever_moderates_gets_a_link_to_the_console_that_the_audit_does_not_know():
    house = House()
    answer = await bench(house).do(AFAR, OpenConsole(), GUILD)
    [link, _] = answer.sections[0].sentence

    assert link.address == "https://paint.example/console/sign-in#token"
    assert "token" not in str(await house.audit.newest(GUILD, limit=9))
    assert await house.told() == [("console", "done")]


async def test_the_operator_signs_everybody_out_and_the_audit_says_who_did_it():
    house = House()
    signing = bench(house).signing_in
    await bench(house).do(MOD, OpenConsole(), GUILD)
    cookie = await signing.begin("token")

    with pytest.raises(NotAllowed, match="runs this bot"):
        await bench(house).do(MOD, CloseConsole(), GUILD)
    assert await signing.actor(cookie)
    await bench(house).do(OPERATOR, CloseConsole(), None)

    assert await signing.actor(cookie) is None
    assert (await house.told(None))[-1] == ("console-end", "done")


async def test_without_a_public_address_it_is_said_where_the_console_is_and_that_somebody_tried():
    house = House()
    nowhere = replace(bench(house), signing_in=SigningIn(sessions=house.sessions))
    with pytest.raises(SubmissionError, match="can set public_url"):
        await nowhere.do(AFAR, OpenConsole(), GUILD)

    assert await house.told() == [("console", "tried")]
