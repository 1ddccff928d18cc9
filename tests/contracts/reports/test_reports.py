"""The promises about reports: each once, the newest first, so many and for so long."""

import asyncio
from dataclasses import replace

from bot.jobs import JobId, Place, Requester, Tenant
from bot.reports import KEPT_S, MAX_REASON, MOST, MOST_SAID, Report
from tests.integration.redis import ALICE, BOB, PLACE, START_MS, TENANT, job

OTHERS = Tenant(platform="discord", id="a guild, with / and {odd} signs")
CLEO = Requester(tenant=OTHERS, id="c l e o", name="Cleo")


def report(reporter=BOB, requester=ALICE, **changes):
    given = Report(
        job_id=job().id,
        workflow="txt2img",
        requester=requester,
        reporter=reporter,
        place=PLACE,
        reason="It is a dog 🐕\nand no cat.",
    )
    return replace(given, **changes)


async def test_a_report_comes_back_as_it_was_with_its_time(truth):
    told = report()
    await truth.reports.add(told)

    assert await truth.reports.newest(TENANT, limit=5) == [replace(told, at_ms=START_MS)]


async def test_what_the_same_reporter_says_later_stands_below_and_counts_as_said_now(truth):
    first = report()
    assert await truth.reports.add(first)
    await truth.advance(5)
    assert await truth.reports.add(replace(first, reporter=ALICE))
    await truth.advance(5)
    assert await truth.reports.add(replace(first, reason="Still a dog."))
    bobs, alices = await truth.reports.newest(TENANT, limit=5)

    assert (alices.reporter, alices.at_ms) == (ALICE, START_MS + 5)
    assert (bobs.reporter, bobs.at_ms) == (BOB, START_MS + 10)
    assert bobs.reason == f"{first.reason}\nStill a dog."
    assert list(await truth.reports.newest(None, limit=5)) == [bobs, alices]


async def test_nothing_is_lost_of_what_is_said_at_the_same_time(truth):
    first = report()
    await asyncio.gather(*(truth.reports.add(replace(first, reason=f"No {number}.")) for number in range(5)))

    [kept] = await truth.reports.newest(TENANT, limit=5)
    assert sorted(kept.reason.split("\n")) == [f"No {number}." for number in range(5)]


async def test_what_was_said_already_is_not_said_twice(truth):
    first = report()
    for reason in (first.reason, "Still a dog.", first.reason, "Still a dog."):
        assert await truth.reports.add(replace(first, reason=reason))

    [kept] = await truth.reports.newest(TENANT, limit=5)
    assert kept.reason == f"{first.reason}\nStill a dog."


async def test_whoever_says_too_much_is_not_heard_any_more_and_what_they_said_stays(truth):
    first = report(reason="a" * MAX_REASON)
    for letter in "abc":
        assert await truth.reports.add(replace(first, reason=letter * MAX_REASON))
    assert not await truth.reports.add(replace(first, reason="d" * MAX_REASON))
    assert await truth.reports.add(replace(first, reason="No cat."))

    [kept] = await truth.reports.newest(TENANT, limit=5)
    assert kept.reason.split("\n")[1:] == ["b" * MAX_REASON, "c" * MAX_REASON, "No cat."]
    assert len(kept.reason) <= MOST_SAID


async def test_the_newest_come_first_of_one_community_or_of_all(truth):
    told = []
    for requester in (ALICE, CLEO, ALICE):
        told.append(report(requester=requester, place=Place(tenant=requester.tenant, channel="c"), reporter=requester))
        await truth.reports.add(told[-1])
        await truth.advance(1000)

    def ids(reports):
        return [each.job_id for each in reports]

    assert ids(await truth.reports.newest(None, limit=9)) == ids(reversed(told))
    assert ids(await truth.reports.newest(None, limit=2)) == ids([told[2], told[1]])
    assert ids(await truth.reports.newest(OTHERS, limit=9)) == ids([told[1]])
    assert await truth.reports.newest(Tenant(platform="discord", id="x"), limit=9) == []


async def test_what_is_too_old_is_gone(truth):
    await truth.reports.add(report())
    await truth.advance(KEPT_S * 1000)
    assert await truth.reports.newest(None, limit=9) == []

    last = report()
    await truth.reports.add(last)

    assert [each.job_id for each in await truth.reports.newest(None, limit=9)] == [last.job_id]
    assert [each.job_id for each in await truth.reports.newest(TENANT, limit=9)] == [last.job_id]


async def test_of_too_many_the_oldest_go_and_those_of_others_stay(truth):
    theirs = report(requester=CLEO, reporter=CLEO)
    await truth.reports.add(theirs)
    first = report()
    for number in range(MOST + 3):
        await truth.advance(1)
        told = first if number == 0 else replace(first, job_id=JobId(job().id))
        await truth.reports.add(told)

    kept = await truth.reports.newest(TENANT, limit=2 * MOST)
    assert len(kept) == MOST
    assert first.job_id not in {each.job_id for each in kept}
    assert len(await truth.reports.newest(None, limit=2 * MOST)) == MOST + 1


async def test_of_jobs_it_is_told_which_were_reported_and_when_last(truth):
    bad, other = job(), job()
    for each in (bad, other):
        await truth.queue.enqueue(each)
    await truth.reports.add(report(job_id=bad.id))
    await truth.advance(5)
    await truth.reports.add(report(job_id=bad.id, reporter=ALICE))

    assert await truth.reports.of_jobs([other.id, bad.id, job().id]) == {bad.id: START_MS + 5}
    assert await truth.reports.of_jobs([]) == {}
    await truth.advance(KEPT_S * 1000 - 1)
    assert await truth.reports.of_jobs([bad.id])
    await truth.advance(1)
    assert await truth.reports.of_jobs([bad.id]) == {}


async def test_a_job_whose_reports_made_room_for_others_was_not_reported(truth):
    bad = job()
    await truth.queue.enqueue(bad)
    await truth.reports.add(report(job_id=bad.id))
    for _ in range(MOST):
        await truth.advance(1)
        await truth.reports.add(report())

    assert await truth.reports.of_jobs([bad.id]) == {}
