"""The promises of JobQueue: leases, fences, nonces, order, attempts."""

import asyncio
from dataclasses import replace

import pytest

from bot.errors import QueueFull, ServerLost
from bot.jobs import JobId, JobState
from bot.ports import Cancelling, Held, Renewal
from bot.shares import Caps, Share
from tests.integration.redis import ALICE, BOB, claimed, depth, job, run_of, running, state_of

LEASE_MS = 30_000


async def test_a_job_is_kept_as_it_was_asked_for(truth):
    asked = job()

    record = await truth.queue.enqueue(asked)

    assert record.job == replace(asked, created_ms=record.job.created_ms)
    assert record.job.created_ms > 0
    assert (record.state, record.revision, record.attempt) == (JobState.QUEUED, 1, 0)
    assert await truth.store.read(asked.id) == record


async def test_the_same_job_twice_is_one_job_and_charged_once(truth):
    asked = job()

    first = await truth.queue.enqueue(asked, [depth(1)])
    again = await truth.queue.enqueue(replace(asked, workflow="other"), [depth(1)])

    assert again == first
    assert await claimed(truth)
    assert await truth.queue.claim("gpu-1", "another") is None


async def test_first_come_first_served(truth):
    jobs = [job() for _ in range(5)]
    for each in jobs:
        await truth.queue.enqueue(each)

    assert [(await truth.queue.position(each.id)).jobs for each in jobs] == [0, 1, 2, 3, 4]
    assert [(await claimed(truth)).job_id for _ in jobs] == [each.id for each in jobs]
    assert await truth.queue.claim("gpu-1", "empty") is None


async def test_a_claim_brings_the_job_along_as_it_stands(truth):
    asked = job()
    await truth.queue.enqueue(asked)

    held = await truth.queue.claim("gpu-1", "n")

    assert held.record == await truth.store.read(asked.id)
    assert (held.record.state, held.lease.job_id) == (JobState.STARTING, asked.id)
    assert await truth.queue.claim("gpu-1", "n") == held


@pytest.mark.parametrize(("whose", "others"), [("user", 1), ("person", 1), ("tenant", 0), ("everybody", 0)])
async def test_a_cap_on_what_waits_refuses_by_its_name_and_only_those_whom_it_is_for(truth, whose, others):
    share = Share(waiting=Caps(**{whose: 2}))
    for _ in range(2):
        await truth.queue.enqueue(job(), share=share)

    with pytest.raises(QueueFull) as full:
        await truth.queue.enqueue(job(), share=share)
    assert (full.value.counter, full.value.retry_after_s) == (whose, 8)

    fitted = await asyncio.gather(truth.queue.enqueue(job(requester=BOB), share=share), return_exceptions=True)
    assert sum(not isinstance(each, QueueFull) for each in fitted) == others


async def test_one_person_has_one_cap_in_all_communities_of_a_platform(truth):
    share = Share(waiting=Caps(person=2))
    there = replace(ALICE, tenant=replace(ALICE.tenant, id="another"))
    elsewhere = replace(ALICE, tenant=replace(ALICE.tenant, platform="another"))
    await truth.queue.enqueue(job(), share=share)
    await truth.queue.enqueue(job(requester=there), share=share)

    with pytest.raises(QueueFull):
        await truth.queue.enqueue(job(requester=there), share=share)
    await truth.queue.enqueue(job(requester=elsewhere), share=share)


async def test_whoever_has_the_same_id_in_another_workspace_of_slack_is_another_person(truth):
    share = Share(waiting=Caps(person=1))
    for workspace in ("T1", "T2"):
        who = replace(ALICE, tenant=replace(ALICE.tenant, platform="slack", id=workspace))
        await truth.queue.enqueue(job(requester=who), share=share)
        with pytest.raises(QueueFull):
            await truth.queue.enqueue(job(requester=who), share=share)


async def test_a_cap_on_what_waits_counts_what_waits_and_nothing_else(truth):
    share = Share(waiting=Caps(user=1))
    await truth.queue.enqueue(job(), share=share)
    lease = await running(truth)

    await truth.queue.enqueue(job(), share=share)
    with pytest.raises(QueueFull):
        await truth.queue.enqueue(job(), share=share)

    assert await truth.queue.requeue(lease, costs_attempt=False), "what is handed back is not refused"


@pytest.mark.parametrize("whose", ["user", "person", "tenant"])
async def test_whoever_has_as_many_running_as_they_may_is_passed_over_until_one_ends(truth, whose):
    share = Share(running=Caps(**{whose: 1}))
    first, second = job(), job()
    for each in (first, second):
        await truth.queue.enqueue(each, share=share)
    lease = await running(truth)

    assert await truth.queue.claim("gpu-1", "too many") is None
    position = await truth.queue.position(second.id)
    assert (position.jobs, position.lane, position.capped) == (0, None, whose)

    following = await truth.queue.claim("gpu-1", "successor", successor_of=lease)
    assert following.lease.job_id == second.id
    await truth.queue.requeue(following.lease, costs_attempt=False)
    await truth.queue.succeed(lease, files=())
    assert (await claimed(truth)).job_id == second.id


async def test_a_claim_that_is_repeated_gets_the_same_lease_while_it_lives(truth):
    for _ in range(2):
        await truth.queue.enqueue(job())

    first = await claimed(truth, nonce="n")
    assert await claimed(truth, nonce="n") == first

    await truth.queue.cancel(first.job_id)
    assert (await claimed(truth, nonce="n")).job_id != first.job_id


async def test_a_lease_tells_whose_it_is(truth):
    await truth.queue.enqueue(job())

    lease = await claimed(truth, server="gpu 2/a")

    assert (lease.server, lease.attempt) == ("gpu 2/a", 1)
    record = await truth.store.read(lease.job_id)
    assert (record.state, record.server, record.attempt) == (JobState.STARTING, "gpu 2/a", 1)
    assert await truth.store.held_by("gpu 2/a") == [Held(lease=lease, record=record)]


async def test_a_recorded_run_is_running_and_may_be_recorded_again(truth):
    await truth.queue.enqueue(job())
    lease = await claimed(truth)

    assert await truth.queue.record(lease, run_id=run_of(lease), client_id="client")
    before = await truth.store.read(lease.job_id)
    assert await truth.queue.record(lease, run_id=run_of(lease), client_id="client")

    assert before == await truth.store.read(lease.job_id)
    assert (before.state, before.run_id) == (JobState.RUNNING, run_of(lease))
    assert before.started_ms is not None


@pytest.mark.parametrize("ending", ["succeed", "fail", "confirm_cancel"])
async def test_a_settlement_happens_once_and_answers_the_same_again(truth, ending):
    await truth.queue.enqueue(job())
    lease = await running(truth)
    arguments = {"succeed": {"files": ()}, "fail": {"code": "timed_out", "sentence": "Too slow."}}.get(ending, {})

    assert await getattr(truth.queue, ending)(lease, **arguments, gpu_ms=700)
    settled = await truth.store.read(lease.job_id)
    assert await getattr(truth.queue, ending)(lease, **arguments, gpu_ms=9000)

    assert await truth.store.read(lease.job_id) == settled
    assert settled.state.is_final
    assert settled.gpu_ms == 700
    assert settled.ended_ms is not None


async def test_whoever_comes_second_with_another_end_changes_nothing(truth):
    await truth.queue.enqueue(job())
    lease = await running(truth)
    assert await truth.queue.succeed(lease, files=(), texts=["a poem"])
    settled = await truth.store.read(lease.job_id)

    assert not await truth.queue.fail(lease, code="timed_out", sentence="Too slow.")
    assert not await truth.queue.confirm_cancel(lease)
    assert not await truth.queue.requeue(lease, costs_attempt=True)
    assert await truth.queue.renew(lease) is Renewal.LOST
    assert await truth.queue.cancel(lease.job_id) is Cancelling.TOO_LATE
    assert await truth.store.read(lease.job_id) == settled


async def test_a_failure_is_kept_with_its_code_and_sentence(truth):
    await truth.queue.enqueue(job())
    lease = await running(truth)

    await truth.queue.fail(lease, code="out_of_memory", sentence="Too large.")

    record = await truth.store.read(lease.job_id)
    assert (record.error_code, record.error_sentence) == ("out_of_memory", "Too large.")


async def test_nothing_succeeds_that_never_ran(truth):
    await truth.queue.enqueue(job())
    lease = await claimed(truth)

    assert not await truth.queue.succeed(lease, files=())

    assert await state_of(truth, lease.job_id) == "starting"
    assert await truth.queue.renew(lease) is Renewal.HELD


async def test_a_job_that_is_handed_back_has_its_old_place(truth):
    first, second = job(), job()
    for each in (first, second):
        await truth.queue.enqueue(each)
    lease = await claimed(truth)

    assert await truth.queue.requeue(lease, costs_attempt=False)
    assert await truth.queue.requeue(lease, costs_attempt=False)

    assert (await truth.queue.position(first.id)).jobs == 0
    again = await claimed(truth)
    assert (again.job_id, again.attempt) == (first.id, 1)
    assert not await truth.queue.record(lease, run_id=run_of(lease))


async def test_the_number_of_a_run_that_was_recorded_is_never_used_again(truth):
    """A shutdown costs no attempt, but the server may still remember the run."""
    await truth.queue.enqueue(job())

    for attempt in range(1, 6):
        lease = await running(truth)
        assert lease.attempt == attempt
        assert await truth.queue.requeue(lease, costs_attempt=False)


async def test_the_third_lost_run_is_the_end(truth):
    asked = job()
    await truth.queue.enqueue(asked, [depth(1)])

    for _ in range(3):
        lease = await running(truth)
        assert await truth.queue.requeue(lease, costs_attempt=True)

    record = await truth.store.read(asked.id)
    assert (record.state, record.error_code) == (JobState.FAILED, ServerLost.code)
    assert record.error_sentence == ServerLost.sentence
    await truth.queue.enqueue(job(), [depth(1)])


async def test_a_lease_that_has_run_out_is_rescued_and_its_holder_changes_nothing(truth):
    await truth.queue.enqueue(job())
    lease = await running(truth)
    assert await truth.queue.rescue() == []

    await truth.advance(LEASE_MS)
    assert list(await truth.queue.rescue()) == [lease.job_id]
    assert await truth.queue.rescue() == []

    assert await truth.queue.renew(lease) is Renewal.LOST
    assert not await truth.queue.succeed(lease, files=())
    assert await state_of(truth, lease.job_id) == "queued"
    again = await claimed(truth)
    assert (again.attempt, again.fence > lease.fence) == (2, True)


async def test_who_renews_is_not_rescued(truth):
    await truth.queue.enqueue(job())
    lease = await running(truth)

    await truth.advance(LEASE_MS - 1)
    assert await truth.queue.renew(lease, gpu_ms=5) is Renewal.HELD
    await truth.advance(LEASE_MS - 1)

    assert await truth.queue.rescue() == []


async def test_leases_that_run_out_before_a_run_end_the_job_too(truth):
    """Whatever kills its workers before they record a run must not do so for ever."""
    await truth.queue.enqueue(job())

    for _ in range(3):
        lease = await claimed(truth)
        await truth.advance(LEASE_MS)
        await truth.queue.rescue()

    assert await state_of(truth, lease.job_id) == "failed"


async def test_a_waiting_job_is_cancelled_at_once(truth):
    asked = job()
    await truth.queue.enqueue(asked)

    assert await truth.queue.cancel(asked.id) is Cancelling.CANCELLED
    assert await truth.queue.cancel(asked.id) is Cancelling.CANCELLED

    assert await truth.queue.claim("gpu-1", "n") is None
    assert await truth.queue.position(asked.id) is None
    assert await state_of(truth, asked.id) == "cancelled"


async def test_cancel_between_claim_and_submit_is_not_lost(truth):
    await truth.queue.enqueue(job())
    lease = await claimed(truth)

    assert await truth.queue.cancel(lease.job_id) is Cancelling.CANCELLED

    assert not await truth.queue.record(lease, run_id=run_of(lease))
    assert await truth.queue.renew(lease) is Renewal.LOST


async def test_a_running_job_is_cancelled_by_its_worker(truth):
    await truth.queue.enqueue(job())
    lease = await running(truth)

    assert await truth.queue.cancel(lease.job_id) is Cancelling.REQUESTED
    wanted = await truth.store.read(lease.job_id)
    assert await truth.queue.cancel(lease.job_id) is Cancelling.REQUESTED

    assert wanted == await truth.store.read(lease.job_id)
    assert wanted.cancel_requested
    assert await truth.queue.renew(lease) is Renewal.CANCEL_REQUESTED
    assert await truth.queue.confirm_cancel(lease)
    assert await state_of(truth, lease.job_id) == "cancelled"


async def test_success_may_win_against_a_cancel(truth):
    await truth.queue.enqueue(job())
    lease = await running(truth)
    await truth.queue.cancel(lease.job_id)

    assert await truth.queue.succeed(lease, files=())
    assert await truth.queue.cancel(lease.job_id) is Cancelling.TOO_LATE


@pytest.mark.parametrize("rescued", [True, False])
async def test_a_job_that_should_be_cancelled_never_runs_again(truth, rescued):
    await truth.queue.enqueue(job())
    lease = await running(truth)
    await truth.queue.cancel(lease.job_id)

    if rescued:
        await truth.advance(LEASE_MS)
        await truth.queue.rescue()
    else:
        assert await truth.queue.requeue(lease, costs_attempt=False)

    assert await state_of(truth, lease.job_id) == "cancelled"
    assert await truth.queue.claim("gpu-1", "n") is None


async def test_an_unknown_job_cannot_be_cancelled(truth):
    assert await truth.queue.cancel(JobId(job().id)) is Cancelling.UNKNOWN


async def test_a_thousand_at_once_fill_a_ceiling_exactly(truth):
    jobs = [job() for _ in range(1000)]

    answers = await asyncio.gather(*(truth.queue.enqueue(each, [depth(37)]) for each in jobs), return_exceptions=True)

    assert sum(not isinstance(answer, BaseException) for answer in answers) == 37
    assert all(isinstance(answer, QueueFull) for answer in answers if isinstance(answer, BaseException))
