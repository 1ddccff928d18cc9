"""The promises about GPU time by person and hour."""

from dataclasses import replace

import pytest

from bot.console.hours import HOUR_MS
from bot.jobs import Requester, Tenant
from tests.integration.redis import START_MS, claimed, job, running

GUILD, OTHERS = Tenant(platform="discord", id="10/01:2"), Tenant(platform="slack", id="T" * 60)
ANN, BEN = Requester(tenant=GUILD, id="a n/n:1", name="Änn"), Requester(tenant=GUILD, id="ben" * 20, name="Ben")
CLEO = Requester(tenant=OTHERS, id="U1", name="Cleo")
BEGAN_MS = START_MS - START_MS % HOUR_MS


async def used(truth, requester, gpu_ms):
    """Let somebody use a GPU for so long, and return the job's id."""
    asked = job(requester=requester)
    await truth.queue.enqueue(asked)
    lease = await running(truth)
    assert await truth.queue.succeed(lease, files=(), gpu_ms=gpu_ms)
    return asked.id


async def told(truth, tenant=None, since_ms=BEGAN_MS):
    hours = await truth.usage.hourly(tenant, since_ms=since_ms)
    return sorted((each.name, each.user, (each.hour_ms - BEGAN_MS) // HOUR_MS, each.gpu_ms) for each in hours)


async def test_what_is_used_is_added_up_by_person_and_hour(truth):
    for requester, gpu_ms in ((ANN, 2_000), (ANN, 500), (BEN, 700), (CLEO, 40)):
        await used(truth, requester, gpu_ms)
    await truth.advance(HOUR_MS)
    await used(truth, ANN, 30)

    ann, ben = (("Änn", ANN.id, 0, 2_500), ("Änn", ANN.id, 1, 30)), (("Ben", BEN.id, 0, 700),)
    assert await told(truth, GUILD) == sorted([*ben, *ann])
    assert await told(truth, OTHERS) == [("Cleo", "U1", 0, 40)]
    assert await told(truth) == sorted([("Cleo", "U1", 0, 40), *ben, *ann])
    assert await told(truth, GUILD, since_ms=BEGAN_MS + HOUR_MS + 5) == [ann[1]]
    assert {each.tenant for each in await truth.usage.hourly(None, since_ms=BEGAN_MS)} == {GUILD, OTHERS}


async def test_of_one_person_alone_it_is_told_what_they_used(truth):
    for requester in (ANN, BEN, CLEO):
        await used(truth, requester, 100)
    await truth.advance(HOUR_MS)
    await used(truth, BEN, 30)

    hours = await truth.usage.hourly(GUILD, since_ms=0, user=BEN.id)
    assert sorted((each.user, each.name, each.gpu_ms) for each in hours) == [(BEN.id, "Ben", 30), (BEN.id, "Ben", 100)]
    assert await truth.usage.hourly(GUILD, since_ms=0, user=CLEO.id) == []
    assert [each.gpu_ms for each in await truth.usage.hourly(GUILD, since_ms=0, user=ANN.id)] == [100]


async def test_people_are_called_as_they_were_last(truth):
    await used(truth, ANN, 10)
    await used(truth, replace(ANN, name="Annie"), 10)

    assert await told(truth) == [("Annie", ANN.id, 0, 20)]


async def test_nothing_is_counted_twice_nor_what_was_the_servers_fault_or_was_never_run(truth):
    for _ in range(4):
        await truth.queue.enqueue(job(requester=ANN))
    lease = await running(truth)
    for _ in range(3):
        assert await truth.queue.succeed(lease, files=(), gpu_ms=1_000)
    assert await truth.queue.fail(await running(truth), code="server_lost", sentence="", gpu_ms=900, server_fault=True)
    assert await truth.queue.fail(await running(truth), code="job_failed", sentence="No.", gpu_ms=70)
    await truth.queue.cancel((await claimed(truth)).job_id)

    assert await told(truth) == [("Änn", ANN.id, 0, 1_070)]


async def test_what_was_handed_back_counts_once_it_ends_and_cancelled_runs_count_as_far_as_they_came(truth):
    asked = job(requester=ANN)
    await truth.queue.enqueue(asked)
    lease = await running(truth)
    await truth.queue.renew(lease, gpu_ms=5_000)
    await truth.queue.requeue(lease, costs_attempt=False)
    assert await told(truth) == []
    lease = await running(truth)
    await truth.queue.cancel(asked.id)
    assert await truth.queue.confirm_cancel(lease, gpu_ms=300)

    assert await told(truth) == [("Änn", ANN.id, 0, 300)]


async def test_somebody_can_be_forgotten_in_one_community(truth):
    elsewhere = replace(ANN, tenant=OTHERS)
    for requester in (ANN, BEN, elsewhere):
        await used(truth, requester, 100)
        await truth.advance(HOUR_MS)
        await used(truth, requester, 100)
    await truth.usage.forget(GUILD, ANN.id)
    await truth.usage.forget(GUILD, ANN.id)

    assert await told(truth, GUILD) == [("Ben", BEN.id, 1, 100), ("Ben", BEN.id, 2, 100)]
    assert len(await told(truth, OTHERS)) == 2


async def test_hours_are_told_of_people_whose_jobs_are_forgotten(truth):
    gone = await used(truth, ANN, 100)
    await truth.store.forget(gone)

    assert await told(truth) == await told(truth, GUILD, since_ms=0) == [(ANN.id, ANN.id, 0, 100)]


@pytest.mark.parametrize("days", [1, 7])
async def test_many_hours_are_all_told(truth, days):
    hours = 0
    for _ in range(3 * days):
        await used(truth, ANN, 100)
        await used(truth, CLEO, 100)
        hours += 8
        await truth.advance(8 * HOUR_MS)

    assert len(await told(truth)) == 6 * days
    assert [each[2] for each in await told(truth, GUILD)] == [*range(0, hours, 8)]
