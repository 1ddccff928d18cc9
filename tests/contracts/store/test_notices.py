"""The promises of LiveBoard and NoticeStore."""

import asyncio

from bot.events import Stage
from bot.jobs import MessageRef
from bot.ports import Live, Notice, NoticeState
from tests.integration.redis import PLACE, claimed, job, running

REF = MessageRef(place=PLACE, id="m1")


async def heard(truth, job_id):
    """Wait until a change of this job is heard."""
    async with asyncio.timeout(60):
        while job_id not in await truth.notices.changed("local", 20):
            pass


async def test_progress_is_the_latest_only(truth):
    asked, silent = job(), job()
    await truth.queue.enqueue(asked)
    latest = Live(stage=Stage.PAINTING, done=3, total=20, eta_s=1.5, preview="p2")

    await truth.live.show(asked.id, Live(stage=Stage.LOADING), b"picture")
    await truth.live.show(asked.id, latest)

    assert await truth.live.look([silent.id, asked.id]) == {asked.id: latest}
    assert await truth.live.look([]) == {}
    assert await truth.live.preview(asked.id) == b"picture"
    assert await truth.live.preview(silent.id) is None


async def test_every_change_and_all_progress_is_hinted_at(truth):
    asked = job()
    async with asyncio.TaskGroup() as group:
        hearing = group.create_task(heard(truth, asked.id))
        await truth.queue.enqueue(asked)
        await hearing

        hearing = group.create_task(heard(truth, asked.id))
        await truth.live.show(asked.id, Live(done=1))
        await hearing


async def test_without_a_change_there_is_no_hint(truth):
    assert list(await truth.notices.changed("local", 0.01)) == []


async def test_a_job_stays_on_the_board_until_its_message_is_finally_true(truth):
    first, second = job(), job()
    for each in (first, second):
        await truth.queue.enqueue(each)
    assert list(await truth.notices.open_jobs("local")) == [first.id, second.id]
    assert list(await truth.notices.open_jobs("discord")) == []

    await truth.notices.shown(first.id, REF, "queued", final=False)
    lease = await running(truth)
    await truth.queue.succeed(lease, files=())
    assert list(await truth.notices.open_jobs("local")) == [first.id, second.id]

    await truth.notices.shown(first.id, REF, "succeeded", final=True)
    assert list(await truth.notices.open_jobs("local")) == [second.id]


async def test_a_message_is_absent_then_creating_then_shown(truth):
    asked = job()
    await truth.queue.enqueue(asked)
    assert await truth.notices.notice(asked.id) == Notice(job_id=asked.id)

    await truth.notices.creating(asked.id)
    assert (await truth.notices.notice(asked.id)).state is NoticeState.CREATING

    await truth.notices.shown(asked.id, REF, "digest", final=False)
    shown = Notice(job_id=asked.id, state=NoticeState.SHOWN, ref=REF, rendered="digest")
    assert await truth.notices.notice(asked.id) == shown
    await truth.notices.creating(asked.id)
    assert await truth.notices.notice(asked.id) == shown


async def test_a_job_whose_message_cannot_be_had_is_taken_off_the_board(truth):
    first, second = job(), job()
    for each in (first, second):
        await truth.queue.enqueue(each)

    for _ in range(2):
        await truth.notices.closed(first.id)
    await truth.notices.closed(job().id)

    assert list(await truth.notices.open_jobs("local")) == [second.id]


async def test_one_ping_is_taken_and_remembered_whatever_is_shown_then(truth):
    asked = job()
    await truth.queue.enqueue(asked)
    await truth.notices.creating(asked.id)

    assert [await truth.notices.take_ping(asked.id) for _ in range(3)] == [True, False, False]
    await truth.notices.shown(asked.id, REF, "digest", final=True)

    assert await truth.notices.notice(asked.id) == Notice(
        job_id=asked.id, state=NoticeState.SHOWN, ref=REF, rendered="digest", pinged=True
    )


async def test_a_bucket_has_one_owner(truth):
    assert await truth.notices.own("channel", "one", term_s=10)
    assert await truth.notices.own("channel", "one", term_s=10)
    assert not await truth.notices.own("channel", "two", term_s=10)
    assert await truth.notices.own("other", "two", term_s=10)

    await truth.notices.disown("channel", "two")
    assert not await truth.notices.own("channel", "two", term_s=10)
    await truth.notices.disown("channel", "one")
    assert await truth.notices.own("channel", "two", term_s=10)


async def test_a_bucket_whose_owner_is_gone_is_taken_over(truth):
    assert await truth.notices.own("channel", "one", term_s=10)
    await truth.advance(10_000)

    assert await truth.notices.own("channel", "two", term_s=10)
    assert not await truth.notices.own("channel", "one", term_s=10)


async def test_who_is_claimed_goes_on_the_board_again(truth):
    asked = job()
    await truth.queue.enqueue(asked)
    await truth.notices.shown(asked.id, REF, "queued", final=True)

    await claimed(truth)

    assert list(await truth.notices.open_jobs("local")) == [asked.id]
