"""The promises of `bot.ports.ChatPlatform`."""

import pytest

from bot.errors import ChatError
from bot.jobs import Job, JobState, MessageRef, nonce_of
from bot.ports import ChatPlatform
from tests.contracts.chat.cards import HOSTILE, card_in, job_at
from tests.contracts.chat.scenes import ChatScene


def asked(scene: ChatScene, prompt: str = "cat") -> Job:
    return job_at(scene.place, scene.requester, created_ms=scene.now_ms(), prompt=prompt)


async def posted(chat: ChatPlatform, job: Job, state: JobState = JobState.QUEUED) -> MessageRef:
    return await chat.create(job, card_in(job, state), nonce=nonce_of(job.id))


async def test_the_name_is_that_of_its_tenants(scene):
    async with scene.open() as chat:
        assert chat.name == scene.place.tenant.platform


async def test_a_new_message_shows_its_card_where_it_was_asked_for(scene):
    job = asked(scene)
    async with scene.open() as chat:
        ref = await posted(chat, job)

    assert ref.place == scene.place
    assert card_in(job, JobState.QUEUED).headline in await scene.read(ref)
    assert await scene.count(scene.place) == 1
    assert await scene.count(scene.elsewhere) == 0


async def test_the_same_nonce_twice_makes_one_message(scene):
    job = asked(scene)
    async with scene.open() as chat:
        first = await posted(chat, job)
        again = await posted(chat, job)

    assert again == first
    assert await scene.count(scene.place) == 1


async def test_the_same_nonce_makes_one_message_in_another_process_and_with_a_newer_card(scene):
    job = asked(scene)
    async with scene.open() as chat:
        first = await posted(chat, job)
    async with scene.open() as chat:
        again = await posted(chat, job, JobState.RUNNING)

    assert again == first
    assert await scene.count(scene.place) == 1


async def test_two_jobs_have_two_messages(scene):
    async with scene.open() as chat:
        refs = [await posted(chat, job) for job in (asked(scene), asked(scene))]

    assert refs[0] != refs[1]
    assert await scene.count(scene.place) == 2


async def test_an_edited_message_shows_the_new_card_and_not_the_old_one(scene):
    job = asked(scene)
    async with scene.open() as chat:
        ref = await posted(chat, job)
        for state in (JobState.RUNNING, JobState.SUCCEEDED):
            ref = await chat.edit(job, ref, card_in(job, state))

    assert card_in(job, JobState.SUCCEEDED).headline in await scene.read(ref)
    assert card_in(job, JobState.QUEUED).headline not in await scene.read(ref)
    assert await scene.count(scene.place) == 1


async def test_another_process_can_go_on_editing(scene):
    job, newer = asked(scene), JobState.CANCELLED
    async with scene.open() as chat:
        ref = await posted(chat, job)
    async with scene.open() as chat:
        ref = await chat.edit(job, ref, card_in(job, newer))

    assert card_in(job, newer).headline in await scene.read(ref)


async def test_the_same_edit_twice_is_fine(scene):
    job = asked(scene)
    newer = card_in(job, JobState.FAILED)
    async with scene.open() as chat:
        ref = await posted(chat, job)
        ref = await chat.edit(job, await chat.edit(job, ref, newer), newer)

    assert newer.headline in await scene.read(ref)
    assert await scene.count(scene.place) == 1


@pytest.mark.parametrize("state", JobState)
async def test_every_kind_of_card_can_be_shown_whatever_was_typed(scene, state):
    job = asked(scene, prompt=HOSTILE)
    async with scene.open() as chat:
        ref = await posted(chat, job, state)
        ref = await chat.edit(job, ref, card_in(job, state, done=9))

    assert await scene.count(scene.place) == 1


async def test_a_message_that_somebody_deleted_stays_away_while_its_job_runs(scene):
    job = asked(scene)
    async with scene.open() as chat:
        ref = await posted(chat, job)
        await scene.remove(ref)
        if scene.replaces:
            await chat.edit(job, ref, card_in(job, JobState.RUNNING))
        else:
            with pytest.raises(ChatError) as caught:
                await chat.edit(job, ref, card_in(job, JobState.RUNNING))
            assert caught.value.gone

    assert await scene.count(scene.place) == 0


async def test_how_a_job_ended_whose_message_was_deleted_is_told_once_or_that_nothing_can_be_told(scene):
    job, end = asked(scene), JobState.SUCCEEDED
    async with scene.open() as chat:
        ref = await posted(chat, job)
        await scene.remove(ref)
        if not scene.replaces:
            with pytest.raises(ChatError) as caught:
                await chat.edit(job, ref, card_in(job, end))
            assert caught.value.gone
            return
        ref = await chat.edit(job, await chat.edit(job, ref, card_in(job, JobState.RUNNING)), card_in(job, end))
        again = await chat.edit(job, ref, card_in(job, end))

    assert again == ref
    assert card_in(job, end).headline in await scene.read(ref)
    assert await scene.count(scene.place) == 1


async def test_a_removed_message_is_gone_and_the_others_stay(scene):
    job, other = asked(scene), asked(scene)
    async with scene.open() as chat:
        ref, _ = await posted(chat, job, JobState.SUCCEEDED), await posted(chat, other)
        await chat.remove(job, ref)

    assert await scene.count(scene.place) == 1


async def test_another_process_can_remove_a_message(scene):
    job = asked(scene)
    async with scene.open() as chat:
        ref = await posted(chat, job, JobState.SUCCEEDED)
    async with scene.open() as chat:
        await chat.remove(job, ref)

    assert await scene.count(scene.place) == 0


async def test_to_remove_what_is_gone_already_is_fine(scene):
    job, other = asked(scene), asked(scene)
    async with scene.open() as chat:
        ref, theirs = await posted(chat, job), await posted(chat, other)
        await scene.remove(theirs)
        for each, its in ((job, ref), (job, ref), (other, theirs)):
            await chat.remove(each, its)

    assert await scene.count(scene.place) == 0


async def test_a_job_draws_on_the_same_budget_in_every_process(scene):
    job = asked(scene)
    async with scene.open() as chat:
        one = chat.bucket(job, None)
    async with scene.open() as chat:
        other = chat.bucket(job, None)

    assert one == other


async def test_a_ping_reaches_the_requester_and_leaves_the_message_alone(scene):
    job = asked(scene)
    async with scene.open() as chat:
        ref = await posted(chat, job, JobState.SUCCEEDED)
        await chat.ping(job, ref)

    assert await scene.pings() == 1
    assert await scene.count(scene.place) == 1
    assert card_in(job, JobState.SUCCEEDED).headline in await scene.read(ref)
