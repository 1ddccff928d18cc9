"""The desk: whoever clicked gets what is theirs, and an id alone grants nothing."""

from dataclasses import replace

import pytest

from bot.awaiting import Awaited
from bot.desk import Desk, Left
from bot.errors import FileGone, SubmissionError
from bot.estimates import Estimates
from bot.intake import Intake, Knowledge
from bot.jobs import DIRECT, JobId, JobState, MessageRef, Place, Requester, StoredFile, Tenant, job_id_of
from bot.limits import Limits
from bot.policy.places import Spot
from bot.policy.tiers import GUEST, Tier
from bot.ports import Cancelling, LaneTable
from bot.reports import MAX_REASON
from bot.shares import ANY_LANE, Caps, Position
from bot.submissions import Submission
from tests.fakes.memory_files import MemoryFiles
from tests.fakes.memory_reports import MemoryReports
from tests.fakes.memory_store import MemoryStore
from tests.unit.bot.bench import ALICE, BOB, CATALOG, PLACE, VOCABULARY, occasion
from workflows.catalog import Catalog


@pytest.fixture
def store() -> MemoryStore:
    return MemoryStore()


@pytest.fixture
def desk(store: MemoryStore) -> Desk:
    knowledge = Knowledge(catalog=lambda: CATALOG, vocabulary=lambda: VOCABULARY, usual=lambda: "txt2img")
    estimates = Estimates()
    intake = Intake(queue=store, store=store, files=MemoryFiles(), estimates=estimates, knowledge=knowledge)
    return Desk(
        intake=intake,
        job_queue=store,
        store=store,
        live=store,
        notices=store,
        reports=MemoryReports(),
        knowledge=knowledge,
        limits=Limits(waiting=Caps(person=5)),
        gpus=lambda lane, lanes: 2,
    )


async def _asked(desk: Desk, event: str, text: str = "a cat") -> JobId:
    receipt = await desk.submit(Submission(occasion=occasion(event, ALICE, PLACE), text=text))
    return receipt.record.job.id


async def _painted(desk: Desk, store: MemoryStore, event: str) -> JobId:
    job_id = await _asked(desk, event)
    held = await store.claim("gpu1", event)
    assert held is not None
    lease = held.lease
    await store.record(lease, run_id="run")
    file = StoredFile(key="ab" * 32, name="a.png", kind="image", media_type="image/png", bytes=9)
    await store.succeed(lease, files=[file], gpu_ms=2500)
    return job_id


async def test_what_may_be_asked_is_passed_on(desk: Desk) -> None:
    assert desk.catalog() is CATALOG
    assert desk.vocabulary() is VOCABULARY
    assert desk.default_workflow(Spot(place=PLACE)) == "txt2img"


async def test_the_version_of_a_job_is_there_after_its_workflow_was_taken_away_until_it_expires(
    desk: Desk, store: MemoryStore
) -> None:
    record = await desk.job(await _asked(desk, "1"))
    assert record is not None
    without = replace(desk, knowledge=replace(desk.knowledge, catalog=Catalog))

    assert (await without.version(record.job)).digest == (await desk.version(record.job)).digest == record.job.digest
    with pytest.raises(FileGone, match="not kept any more"):
        await without.version(replace(record.job, digest="0" * 64))


async def test_a_waiting_job_is_cancelled_by_whoever_asked_for_it(desk: Desk) -> None:
    job_id = await _asked(desk, "1")

    assert await desk.cancel(job_id, ALICE) is Cancelling.CANCELLED
    record = await desk.job(job_id)
    assert record is not None
    assert record.state is JobState.CANCELLED


async def test_it_is_told_for_which_gpu_a_job_waits_when_that_is_down(desk: Desk) -> None:
    await _asked(desk, "1", "a cat")
    waiting = replace(desk, awaited=lambda position: Awaited(down=["gpu1"]) if position.lane == ANY_LANE else None)

    assert await waiting.queue(ALICE) == [("a cat", "waits for gpu1, which is down")]


async def test_somebody_elses_job_is_neither_cancelled_nor_deleted(desk: Desk, store: MemoryStore) -> None:
    job_id = await _asked(desk, "1")

    for forbidden in (desk.cancel, desk.delete):
        with pytest.raises(SubmissionError, match="somebody else's"):
            await forbidden(job_id, BOB)

    record = await store.read(job_id)
    assert record is not None
    assert record.state is JobState.QUEUED


async def test_a_job_that_is_not_there_is_no_fault(desk: Desk) -> None:
    unknown = job_id_of("web", "never")

    assert await desk.cancel(unknown, ALICE) is Cancelling.UNKNOWN


async def test_a_job_is_deleted_once_it_has_ended(desk: Desk, store: MemoryStore) -> None:
    waiting = await _asked(desk, "1")
    with pytest.raises(SubmissionError, match="has not ended"):
        await desk.delete(waiting, ALICE)
    await desk.cancel(waiting, ALICE)

    await desk.delete(waiting, ALICE)

    assert await desk.job(waiting) is None
    assert list(await desk.history(ALICE)) == []


async def test_the_queue_tells_where_ones_own_jobs_stand(desk: Desk, store: MemoryStore) -> None:
    assert list(await desk.queue(ALICE)) == [("Your jobs", "none is waiting or running")]
    for event in ("1", "2", "3"):
        await _asked(desk, event, f"cat {event} {'very ' * 20}long")
    await store.claim("gpu1", "n")

    told = dict(await desk.queue(ALICE))

    assert {words.partition(",")[0] for words in told.values()} == {"on a GPU now", "next in line", "1 ahead"}
    assert all(len(name) <= 60 for name in told)
    assert list(await desk.queue(BOB)) == [("Your jobs", "none is waiting or running")]


async def test_a_job_is_under_way_until_it_ends_however_many_have_been_asked_for_since(desk: Desk) -> None:
    first = await _asked(desk, "first")
    for number in range(25):
        await desk.cancel(await _asked(desk, f"{number}"), ALICE)

    assert [record.job.id for record in await desk.under_way(ALICE)] == [first]
    assert list(await desk.under_way(BOB)) == []


async def test_usage_tells_jobs_pictures_and_gpu_time(desk: Desk, store: MemoryStore) -> None:
    await _painted(desk, store, "1")
    await _asked(desk, "2")

    assert list(await desk.usage(ALICE)) == [
        ("Waiting", "1 job here; 5 at most, all communities together"),
        ("Painted lately", "1 picture in 2 jobs"),
        ("GPU time", "2 s"),
    ]


async def test_a_waiting_job_is_quoted_with_what_is_before_it(desk: Desk) -> None:
    record = await desk.job(await _asked(desk, "1"))
    assert record is not None

    alone, behind_four = (
        desk.quote_s(record, Position(jobs=jobs, gpu_ms=8000 * jobs, lane=ANY_LANE)) for jobs in (0, 4)
    )

    assert alone is not None
    assert behind_four is not None
    assert alone == 1.25 * record.job.estimate_ms / 1000
    assert behind_four > alone


async def test_what_a_lane_has_to_do_is_shared_by_its_own_gpus(desk: Desk) -> None:
    gpus = {"small": 1, "large": 4}
    desk = replace(desk, gpus=lambda lane, lanes: gpus[lane])
    record = await desk.job(await _asked(desk, "1"))
    assert record is not None

    small, large = (desk.quote_s(record, Position(jobs=4, gpu_ms=80_000, lane=lane)) for lane in gpus)

    assert (small, large) == (90 + record.job.estimate_ms / 1000, 22.5 + record.job.estimate_ms / 1000)


async def test_where_no_gpu_stands_nobody_is_told_when_their_job_starts(desk: Desk) -> None:
    desk = replace(desk, gpus=lambda lane, lanes: 0)
    record = await desk.job(await _asked(desk, "1", "a cat"))
    assert record is not None

    assert desk.quote_s(record, Position(jobs=4, gpu_ms=80_000, lane=ANY_LANE)) is None
    assert dict(await desk.queue(ALICE)) == {"a cat": "next in line"}


async def test_whoever_has_as_many_running_as_they_may_reads_that_one_of_theirs_has_to_end(
    desk: Desk, store: MemoryStore
) -> None:
    desk = _limited(desk, Limits(running=Caps(person=1)))
    await _asked(desk, "1", "the first")
    await _asked(desk, "2", "the second")
    assert await store.claim("gpu1", "n")

    told = dict(await desk.queue(ALICE))

    assert told == {"the first": "on a GPU now", "the second": "waits for one of yours to end"}
    waiting = await desk.job(job_id_of("web", "2"))
    assert waiting is not None
    assert desk.quote_s(waiting, Position(jobs=0, gpu_ms=0, lane=None, capped="person")) is None


async def test_a_job_that_no_gpu_can_serve_says_so(desk: Desk, store: MemoryStore) -> None:
    await _asked(desk, "1", "a cat")
    await store.lay(LaneTable(routes={"": ()}))
    while await store.tend():
        pass

    assert dict(await desk.queue(ALICE)) == {"a cat": "waits for a GPU that has what it needs"}


async def test_usage_without_a_limit_is_a_number(desk: Desk) -> None:
    desk = _limited(desk, Limits(waiting=Caps()))
    await _asked(desk, "1")

    assert ("Waiting", "1 job") in await desk.usage(ALICE)


async def test_of_two_limits_usage_tells_the_nearer(desk: Desk) -> None:
    desk = _limited(desk, Limits(waiting=Caps(user=3, person=7)))

    assert ("Waiting", "0 of 3 jobs") in await desk.usage(ALICE)


async def test_what_waits_here_is_not_told_as_a_part_of_what_may_wait_everywhere(desk: Desk) -> None:
    desk = _limited(desk, Limits(waiting=Caps(user=7, person=3)))
    elsewhere = replace(ALICE, tenant=replace(ALICE.tenant, id="another"))
    place = replace(PLACE, tenant=elsewhere.tenant)
    await desk.submit(Submission(occasion=occasion("1", elsewhere, place), text="a cat"))
    await _asked(desk, "2")

    assert ("Waiting", "1 job here; 3 at most, all communities together") in await desk.usage(ALICE)


async def test_usage_tells_the_cap_of_somebodys_tier(desk: Desk) -> None:
    patrons = Tier(name="patrons", roles=frozenset({"7"}), waiting=6)
    desk = _limited(desk, Limits(waiting=Caps(user=3, person=7), tiers=[patrons]))

    assert ("Waiting", "0 of 6 jobs") in await desk.usage(ALICE, ("7",))
    assert ("Waiting", "0 of 2 jobs") in await desk.usage(ALICE, (GUEST,))
    assert ("Waiting", "0 of 3 jobs") in await desk.usage(ALICE)


def _limited(desk: Desk, limits: Limits) -> Desk:
    return replace(desk, limits=limits, intake=replace(desk.intake, limits=limits))


async def test_there_is_no_preview_of_a_job_that_does_not_run(desk: Desk) -> None:
    assert await desk.preview(await _asked(desk, "1")) is None


async def test_a_job_that_waits_is_found_behind_many_that_were_cancelled(desk: Desk) -> None:
    await _asked(desk, "first", "an old cat")
    for number in range(30):
        await desk.cancel(await _asked(desk, str(number)), ALICE)

    [(named, _)] = await desk.queue(ALICE)

    assert named == "an old cat"


# ---- Where a picture can be shown for a while only ---------------------------------------------------------------


async def test_what_would_end_too_late_to_be_shown_is_refused_and_leaves_nothing_behind(desk, store):
    for number in range(4):
        await _asked(desk, f"before {number}")
    brief = Submission(occasion=occasion("e1", BOB, PLACE, within_s=1), text="a cat")

    with pytest.raises(SubmissionError, match="can be shown for 1 s only"):
        await desk.submit(brief)

    assert await desk.job(brief.job_id) is None
    assert await store.position(brief.job_id) is None


async def test_what_ends_in_time_is_a_job_that_knows_its_limit(desk):
    receipt = await desk.submit(Submission(occasion=occasion("e1", BOB, PLACE, within_s=3600), text="a cat"))

    assert receipt.record.job.within_s == 3600


# ---- Moderators and reports --------------------------------------------------------------------------------------


STRANGER = Requester(tenant=Tenant(platform="local", id="elsewhere"), id="mallory", name="Mallory")


async def test_a_moderator_deletes_any_job_of_their_own_community_and_of_no_other(desk, store):
    job_id = await _painted(desk, store, "e1")

    with pytest.raises(SubmissionError, match="somebody else's"):
        await desk.delete(job_id, BOB)
    with pytest.raises(SubmissionError, match="somebody else's"):
        await desk.delete(job_id, STRANGER, moderates=True)
    await desk.delete(job_id, BOB, moderates=True)

    assert await desk.job(job_id) is None


async def test_a_moderator_stops_any_job_of_their_own_community_and_of_no_other(desk, store):
    job_id = await _asked(desk, "e1")

    with pytest.raises(SubmissionError, match="somebody else's"):
        await desk.cancel(job_id, BOB)
    with pytest.raises(SubmissionError, match="somebody else's"):
        await desk.cancel(job_id, STRANGER, moderates=True)

    assert await desk.cancel(job_id, BOB, moderates=True) is Cancelling.CANCELLED


async def test_nobody_moderates_what_is_asked_in_private(desk, store):
    private = Tenant(platform="discord", id=DIRECT)
    ada, ben = (Requester(tenant=private, id=name, name=name) for name in ("ada", "ben"))
    asked = occasion("e1", ada, Place(tenant=private, channel="c"))
    job_id = (await desk.submit(Submission(occasion=asked, text="a cat"))).record.job.id

    for ending in (desk.cancel, desk.delete):
        with pytest.raises(SubmissionError, match="somebody else's"):
            await ending(job_id, ben, moderates=True)
    assert await desk.cancel(job_id, ada) is Cancelling.CANCELLED


async def test_a_job_is_seen_by_whoever_may_and_to_anybody_else_there_is_none(desk, store):
    job_id = await _painted(desk, store, "e1")
    away = Place(tenant=STRANGER.tenant, channel=PLACE.channel)

    assert (await desk.seen(job_id, BOB, PLACE)).job.id == job_id
    for unseen, who, place in ((job_id, STRANGER, away), (job_id_of("web", "never"), BOB, PLACE)):
        with pytest.raises(SubmissionError, match="not kept any more"):
            await desk.seen(unseen, who, place)


async def test_of_a_deleted_job_its_message_is_left_to_be_taken_away(desk, store):
    shown, unshown = await _painted(desk, store, "e1"), await _painted(desk, store, "e2")
    record = await desk.job(shown)
    ref = MessageRef(place=PLACE, id="m1")
    await store.shown(shown, ref, "digest", final=True)

    assert await desk.delete(shown, ALICE) == Left(job=record.job, ref=ref)
    assert await desk.delete(unshown, ALICE) is None


async def test_the_message_of_a_job_that_is_forgotten_is_its_askers_and_the_moderators(desk):
    unknown = job_id_of("web", "never")

    assert await desk.delete(unknown, ALICE, answers=ALICE.id) is None
    assert await desk.delete(unknown, BOB, moderates=True, answers=ALICE.id) is None
    for answers in (ALICE.id, None):
        with pytest.raises(SubmissionError, match="Only whoever asked"):
            await desk.delete(unknown, BOB, answers=answers)


async def test_whoever_sees_a_picture_may_report_it_and_nobody_else(desk, store):
    job_id = await _painted(desk, store, "e1")
    away = Place(tenant=STRANGER.tenant, channel=PLACE.channel)

    with pytest.raises(SubmissionError, match="not kept any more"):
        await desk.report(job_id, STRANGER, away, "I cannot even see it")
    await desk.report(job_id, BOB, PLACE, "  " + "x" * 2 * MAX_REASON)
    [report] = await desk.reports.newest(None, limit=9)

    assert (report.reporter, report.requester, report.workflow) == (BOB, ALICE, "txt2img")
    assert report.reason == "x" * MAX_REASON


async def test_a_report_says_something_and_more_of_the_same_person_is_added_until_it_is_enough(desk, store):
    job_id = await _painted(desk, store, "e1")

    for nothing in ("", "  \n ", "\u200b"):
        with pytest.raises(SubmissionError, match="in a few words"):
            await desk.report(job_id, BOB, PLACE, nothing)
    assert await desk.reports.newest(None, limit=9) == []
    for reason in ("It is a dog.", "And no cat.", *(letter * MAX_REASON for letter in "abc")):
        await desk.report(job_id, BOB, PLACE, reason)
    with pytest.raises(SubmissionError, match="enough"):
        await desk.report(job_id, BOB, PLACE, "d" * MAX_REASON)
    [report] = await desk.reports.newest(None, limit=9)

    assert report.reason.startswith("It is a dog.\nAnd no cat.\naaa")


async def test_a_guest_who_may_not_ask_is_refused_however_they_ask(desk: Desk, store: MemoryStore) -> None:
    asked = Submission(occasion=occasion("1", ALICE, PLACE, roles=(GUEST,)), text="a cat")

    with pytest.raises(SubmissionError, match="for members"):
        desk.welcome(asked.occasion)
    for ask in (desk.check, desk.submit):
        with pytest.raises(SubmissionError, match="for members"):
            await ask(asked)
    assert await store.read(asked.job_id) is None
