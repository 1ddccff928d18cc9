"""The way to a job's message is kept as long as it is one, and nobody runs ahead of the first answer."""

import asyncio
from contextlib import suppress
from uuid import uuid4

from adapters.discord import replies as module
from adapters.discord.replies import ALIVE_S, DEFAULT_LIMIT, Replies, Reply
from bot.jobs import JobId
from tests.integration.discord.chat_scene import Drawer

REPLY = Reply(application="1", token="s3cret", attachment_limit=50 * 1024 * 1024)


class Now:
    def __init__(self) -> None:
        self.s = 0.0

    def __call__(self) -> float:
        return self.s


async def test_a_reply_is_found_by_another_process_until_its_token_dies():
    now, job_id = Now(), JobId(uuid4())
    drawer = Drawer(now=now)
    await Replies(drawer).keep(job_id, REPLY)

    now.s = ALIVE_S - 1
    assert await Replies(drawer).of(job_id) == REPLY
    now.s = ALIVE_S
    assert await Replies(drawer).of(job_id) is None


async def test_what_may_be_attached_is_remembered_after_the_token_is_dead():
    now, job_id = Now(), JobId(uuid4())
    replies = Replies(Drawer(now=now))
    await replies.keep(job_id, REPLY)
    now.s = ALIVE_S * 10

    assert await replies.attachment_limit(job_id) == REPLY.attachment_limit
    assert await replies.attachment_limit(JobId(uuid4())) == DEFAULT_LIMIT


async def test_a_token_that_opens_nothing_is_forgotten():
    job_id, drawer = JobId(uuid4()), Drawer(now=Now())
    replies = Replies(drawer)
    await replies.keep(job_id, REPLY)
    await replies.forget(job_id)

    assert await replies.of(job_id) is None
    assert "s3cret" not in repr(drawer)


def test_no_token_is_in_a_repr():
    assert "s3cret" not in repr(REPLY)


async def test_whoever_fills_in_an_answer_waits_until_it_was_given():
    replies, job_id = Replies(Drawer(now=Now())), JobId(uuid4())
    async with asyncio.TaskGroup() as tasks:
        with replies.answering(job_id):
            filling = tasks.create_task(replies.answered(job_id))
            await asyncio.sleep(0)
            assert not filling.done()


async def test_an_answer_that_fails_keeps_nobody_waiting():
    replies, job_id = Replies(Drawer(now=Now())), JobId(uuid4())
    with suppress(ZeroDivisionError), replies.answering(job_id):
        _ = 1 / 0

    await replies.answered(job_id)


async def test_nobody_waits_longer_than_discord_does(monkeypatch):
    monkeypatch.setattr(module, "ANSWERED_WITHIN_S", 0.01)
    replies, job_id = Replies(Drawer(now=Now())), JobId(uuid4())
    with replies.answering(job_id):
        await replies.answered(job_id)


async def test_an_answer_of_another_process_is_not_waited_for():
    await Replies(Drawer(now=Now())).answered(JobId(uuid4()))
