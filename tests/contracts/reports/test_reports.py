"""The promises about reports: each once, the newest first, so many and for so long."""

from dataclasses import replace

from bot.jobs import JobId, Place, Requester, Tenant
from bot.reports import KEPT_S, MOST, Report
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


async def test_the_same_reporter_twice_on_one_job_is_one_report(truth):
    first = report()
    await truth.reports.add(first)
    await truth.advance(5)
    await truth.reports.add(replace(first, reason="Still a dog."))
    await truth.reports.add(replace(first, reporter=ALICE))

    assert [each.reporter for each in await truth.reports.newest(TENANT, limit=5)] == [ALICE, BOB]
    assert (await truth.reports.newest(TENANT, limit=5))[1].reason == first.reason


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
