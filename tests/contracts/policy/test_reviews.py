"""The promises about reviews: what is for review is withheld until a moderator decides, once, and goes with its job."""

import asyncio
from dataclasses import replace

import pytest

from bot.jobs import Decision, JobState, MessageRef, Requester, Review, Tenant
from bot.policy.audit import AuditEntry, Author
from bot.ports import Notice
from tests.contracts.store.test_store import PICTURE, SOUND
from tests.integration.redis import ALICE, PLACE, TENANT, job, running
from workflows.values import FileHandle

OTHERS = Tenant(platform="discord", id="1001")
CLEO = Requester(tenant=OTHERS, id="cleo", name="Cleo")
PASSED = Review(decision=Decision.PASSED, by="Moe")
REJECTED = Review(decision=Decision.REJECTED, by="Moe 🐕", reason="It is\nnot a cat.")
MOD = Author(platform="local", id="moe", name="Moe")


def entry(tenant=TENANT):
    return AuditEntry(author=MOD, measure="pass", tenant=tenant)


async def painted(truth, *, for_review=True, requester=ALICE, files=(PICTURE, SOUND), texts=("so",), **changes):
    asked = replace(job(requester=requester), for_review=for_review, **changes)
    await truth.queue.enqueue(asked)
    await truth.queue.succeed(await running(truth), files=files, texts=texts)
    return await truth.store.read(asked.id)


async def decide(truth, record, review=PASSED, *, keeps_files=True, tenant=TENANT):
    return await truth.reviews.decide(record, review, keeps_files=keeps_files, audit=entry(tenant))


async def pending(truth, tenant=TENANT, limit=10):
    return [each.job.id for each in await truth.reviews.pending(tenant, limit=limit)]


async def test_what_is_for_review_is_withheld_and_the_rest_is_not(truth):
    record = await painted(truth)
    plain = await painted(truth, for_review=False)

    assert (record.job.for_review, record.awaits_review, record.files, record.texts) == (True, True, (), ())
    assert (record.withheld, record.withheld_texts, record.made) == ((PICTURE, SOUND), ("so",), (PICTURE, SOUND))
    assert (plain.job.for_review, plain.awaits_review, plain.files) == (False, False, (PICTURE, SOUND))
    assert [each.files for each in await truth.store.of_requester(ALICE)] == [(PICTURE, SOUND), ()]
    assert list(await truth.reviews.pending(TENANT, limit=10)) == [record]


async def test_only_what_is_painted_waits_the_oldest_first_of_one_community_or_of_all(truth):
    first = await painted(truth)
    await truth.advance(5)
    theirs = await painted(truth, requester=CLEO)
    await truth.advance(5)
    last = await painted(truth)
    cancelled = replace(job(), for_review=True)
    await truth.queue.enqueue(cancelled)
    await truth.queue.cancel(cancelled.id)
    failed = replace(job(), for_review=True)
    await truth.queue.enqueue(failed)
    await truth.queue.fail(await running(truth), code="internal", sentence="No.")

    assert await pending(truth) == [first.job.id, last.job.id]
    assert await pending(truth, OTHERS) == [theirs.job.id]
    assert await pending(truth, None) == [first.job.id, theirs.job.id, last.job.id]
    assert await pending(truth, None, limit=2) == [first.job.id, theirs.job.id]


async def test_what_passed_may_be_shown_and_waits_no_longer(truth):
    record = await painted(truth)

    assert await decide(truth, record)

    after = await truth.store.read(record.job.id)
    assert (after.files, after.texts, after.review) == ((PICTURE, SOUND), ("so",), PASSED)
    assert (after.withheld, after.state) == ((), JobState.SUCCEEDED)
    assert after.revision > record.revision
    assert await pending(truth) == await pending(truth, None) == []
    assert [each.measure for each in await truth.audit.newest(TENANT, limit=5)] == ["pass"]


@pytest.mark.parametrize("keeps_files", [True, False])
async def test_what_was_rejected_stays_withheld_or_goes(truth, keeps_files):
    record = await painted(truth)

    assert await decide(truth, record, REJECTED, keeps_files=keeps_files)

    after = await truth.store.read(record.job.id)
    assert (after.files, after.texts, after.review) == ((), (), REJECTED)
    assert after.withheld == ((PICTURE, SOUND) if keeps_files else ())
    assert await pending(truth) == []


async def test_the_first_word_holds_whatever_another_moderator_says_meanwhile(truth):
    for _ in range(5):
        record = await painted(truth)
        done = await asyncio.gather(
            decide(truth, record), decide(truth, record, REJECTED, keeps_files=False), decide(truth, record)
        )
        assert sorted(done) == [False, False, True]
        after = await truth.store.read(record.job.id)
        assert after.review == (REJECTED if done[1] else PASSED)
        assert bool(after.files) is not done[1]
    assert len(await truth.audit.newest(TENANT, limit=50)) == 5  # what was not done is not written down as done


async def test_nothing_is_decided_about_what_does_not_wait(truth):
    plain = await painted(truth, for_review=False)
    gone = await painted(truth)
    await truth.store.forget(gone.job.id)
    waiting = await truth.queue.enqueue(replace(job(), for_review=True))

    assert [await decide(truth, each) for each in (plain, waiting, gone)] == [False] * 3
    assert await pending(truth, None) == []
    assert not await truth.audit.newest(TENANT, limit=5)


async def test_a_decision_puts_the_message_on_the_board_again_and_is_heard(truth):
    record = await painted(truth)
    ref = message_of(record)
    await truth.notices.shown(record.job.id, ref, "digest", final=True)
    assert record.job.id not in await truth.notices.open_jobs(TENANT.platform)

    await decide(truth, record)

    assert record.job.id in await truth.notices.open_jobs(TENANT.platform)
    assert await truth.notices.notice(record.job.id) == Notice(
        job_id=record.job.id, state="shown", ref=ref, rendered="digest"
    )


async def test_what_is_forgotten_waits_no_longer(truth):
    record = await painted(truth)
    assert await truth.store.forget(record.job.id)
    assert await pending(truth) == await pending(truth, None) == []


async def test_what_was_deleted_and_stays_as_evidence_waits_no_longer_and_nobody_can_let_it_pass(truth):
    record = await painted(truth)
    ref = message_of(record)
    await truth.notices.shown(record.job.id, ref, "digest", final=True)
    assert await truth.store.withdraw(record.job.id, until_ms=2**52)
    kept = await truth.store.read(record.job.id)

    assert not kept.awaits_review
    assert await pending(truth) == await pending(truth, None) == []
    assert [await decide(truth, each) for each in (record, kept)] == [False] * 2
    assert await truth.store.read(record.job.id) == kept
    assert kept.withheld == (PICTURE, SOUND)
    assert record.job.id not in await truth.notices.open_jobs(TENANT.platform)
    assert not await truth.audit.newest(TENANT, limit=5)


async def test_what_was_decided_before_it_was_deleted_stays_decided(truth):
    record = await painted(truth)
    assert await decide(truth, record)
    assert await truth.store.withdraw(record.job.id, until_ms=2**52)

    assert not await decide(truth, record, REJECTED)
    assert (await truth.store.read(record.job.id)).review == PASSED


async def test_a_picture_that_was_given_stays_when_one_of_the_same_content_goes(truth):
    given = FileHandle(key=PICTURE.key, media_type="image/png", width=1, height=1, bytes=9)
    record = await painted(truth, values={"prompt": "a cat", "image": given})
    assert await decide(truth, record, REJECTED, keeps_files=False)
    after = await truth.store.read(record.job.id)
    assert after.job.values["image"] == given
    assert await truth.store.forget(record.job.id)


def message_of(record):
    return MessageRef(place=PLACE, id=f"message of {record.job.id}")
