"""The promises about whose jobs there are, and about messages that are to go."""

from dataclasses import replace

import pytest

from bot.jobs import Left, MessageRef, Place, Requester, Tenant
from tests.integration.redis import ALICE, BOB, START_MS, TENANT, job, running

GUILD = Tenant(platform="discord", id="10/01")
OTHERS = Tenant(platform="discord", id="2002")
ANN, BEN, ANN_ELSEWHERE = (
    Requester(tenant=tenant, id=name, name=name)
    for tenant, name in ((GUILD, "a n/n"), (GUILD, "ben" * 20), (OTHERS, "a n/n"))
)


async def asked(truth, requester, **more):
    told = job(requester=requester, **more)
    await truth.queue.enqueue(told)
    return told.id


def ids(records):
    return {each.job.id for each in records}


async def under_way(truth, tenant=None, user=None):
    return ids(await truth.census.under_way(tenant, user))


async def test_what_waits_and_runs_is_found_by_whose_it_is(truth):
    held = await asked(truth, ANN)
    lease = await running(truth)
    first, bens, elsewhere, alices = [await asked(truth, each) for each in (ANN, BEN, ANN_ELSEWHERE, ALICE)]

    assert await under_way(truth) == {held, first, bens, elsewhere, alices}
    assert await under_way(truth, GUILD) == {held, first, bens}
    assert await under_way(truth, GUILD, ANN.id) == {held, first}
    assert await under_way(truth, GUILD, BEN.id) == {bens}
    assert await under_way(truth, None, f"discord/{ANN.id}") == {held, first, elsewhere}
    assert await under_way(truth, None, "local/alice") == {alices}
    assert await under_way(truth, None, f"slack/{ANN.id}") == set()

    await truth.queue.succeed(lease, files=())
    await truth.queue.cancel(first)
    assert await under_way(truth, GUILD, ANN.id) == set()


@pytest.mark.parametrize(
    ("tenant", "user"), [(GUILD, ""), (None, ""), (None, "discord"), (None, "discord/"), (None, "/a")]
)
async def test_nobody_is_not_everybody(truth, tenant, user):
    await asked(truth, ANN)

    with pytest.raises(ValueError, match="nobody"):
        await truth.census.under_way(tenant, user)
    with pytest.raises(ValueError, match="nobody"):
        await truth.census.settled(tenant, user, since_ms=0, limit=9)


async def test_what_is_handed_back_and_what_waits_with_requirements_is_found(truth):
    plain = job(requester=ANN)
    wanting = replace(job(requester=ANN), requirement="m0del.x")
    await truth.queue.enqueue(plain)
    await truth.queue.enqueue(wanting)
    held = await truth.queue.claim("gpu", "1")
    await truth.queue.requeue(held.lease, costs_attempt=False)

    assert await under_way(truth, GUILD, ANN.id) == {plain.id, wanting.id}


async def test_what_ended_is_found_the_latest_first(truth):
    ended = []
    for requester in (ANN, BEN, ANN_ELSEWHERE, ANN):
        ended.append(await asked(truth, requester))
        await truth.queue.cancel(ended[-1])
        await truth.advance(1000)
    await asked(truth, ANN)

    async def settled(tenant=None, user=None, *, since_ms=0, limit=9):
        found = await truth.census.settled(tenant, user, since_ms=since_ms, limit=limit)
        return [ended.index(each.job.id) for each in found]

    assert await settled() == [3, 2, 1, 0]
    assert await settled(GUILD) == [3, 1, 0]
    assert await settled(GUILD, ANN.id) == [3, 0]
    assert await settled(None, f"discord/{ANN.id}") == [3, 2, 0]
    assert await settled(limit=2) == [3, 2]
    assert await settled(since_ms=START_MS + 1000) == [3, 2, 1]
    assert await settled(Tenant(platform="discord", id="x")) == []


async def test_what_ended_is_found_behind_many_of_others(truth):
    old = await asked(truth, BOB)
    await truth.queue.cancel(old)
    for _ in range(1100):
        await truth.queue.cancel(await asked(truth, ALICE))

    assert ids(await truth.census.settled(TENANT, BOB.id, since_ms=0, limit=5)) == {old}
    assert len(await truth.census.settled(TENANT, ALICE.id, since_ms=0, limit=1050)) == 1050


async def test_a_message_that_is_to_go_is_told_until_it_is_gone(truth):
    place = Place(tenant=GUILD, channel="c")
    left = [
        Left(
            job=replace(job(requester=ANN), place=place, created_ms=START_MS + number, within_s=3.5, estimate_ms=0),
            ref=MessageRef(place=place, id=f"m{number}"),
        )
        for number in range(3)
    ]
    await truth.doomed.doom(left)
    await truth.doomed.doom(left[:1])

    assert await truth.doomed.doomed("slack", limit=9) == []
    assert len(await truth.doomed.doomed("discord", limit=2)) == 2
    assert sorted(await truth.doomed.doomed("discord", limit=9), key=lambda each: each.ref.id) == left
    await truth.doomed.gone(left[1])
    await truth.doomed.gone(left[1])
    assert {each.ref.id for each in await truth.doomed.doomed("discord", limit=9)} == {"m0", "m2"}
