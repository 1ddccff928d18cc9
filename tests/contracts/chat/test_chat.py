"""The promises of `bot.ports.ChatPlatform`."""

import pytest

from bot.errors import ChatError
from bot.jobs import JobState
from bot.noticeboard.steps import nonce_of
from bot.status import StatusCard
from tests.contracts.chat.cards import HOSTILE, card_at
from tests.contracts.chat.scenes import ChatScene


def of(scene: ChatScene, state: JobState = JobState.QUEUED) -> StatusCard:
    return card_at(scene.place, scene.requester, state)


async def test_the_name_is_that_of_its_tenants(scene):
    async with scene.open() as chat:
        assert chat.name == scene.place.tenant.platform


async def test_a_new_message_shows_its_card_where_it_was_asked_for(scene):
    card = of(scene)
    async with scene.open() as chat:
        ref = await chat.create(card, scene.place, nonce=nonce_of(card.job_id))

    assert ref.place == scene.place
    assert card.headline in await scene.read(ref)
    assert await scene.count(scene.place) == 1
    assert await scene.count(scene.elsewhere) == 0


async def test_the_same_nonce_twice_makes_one_message(scene):
    card = of(scene)
    async with scene.open() as chat:
        first = await chat.create(card, scene.place, nonce=nonce_of(card.job_id))
        again = await chat.create(card, scene.place, nonce=nonce_of(card.job_id))

    assert again == first
    assert await scene.count(scene.place) == 1


async def test_the_same_nonce_makes_one_message_in_another_process_and_with_a_newer_card(scene):
    card = of(scene)
    newer = card_at(scene.place, scene.requester, JobState.RUNNING, job_id=card.job_id)
    async with scene.open() as chat:
        first = await chat.create(card, scene.place, nonce=nonce_of(card.job_id))
    async with scene.open() as chat:
        again = await chat.create(newer, scene.place, nonce=nonce_of(card.job_id))

    assert again == first
    assert await scene.count(scene.place) == 1


async def test_two_jobs_have_two_messages(scene):
    one, other = of(scene), of(scene)
    async with scene.open() as chat:
        refs = [await chat.create(card, scene.place, nonce=nonce_of(card.job_id)) for card in (one, other)]

    assert refs[0] != refs[1]
    assert await scene.count(scene.place) == 2


async def test_an_edited_message_shows_the_new_card_and_not_the_old_one(scene):
    card = of(scene)
    async with scene.open() as chat:
        ref = await chat.create(card, scene.place, nonce=nonce_of(card.job_id))
        for state in (JobState.RUNNING, JobState.SUCCEEDED):
            newer = card_at(scene.place, scene.requester, state, job_id=card.job_id)
            ref = await chat.edit(ref, newer)

    assert newer.headline in await scene.read(ref)
    assert card.headline not in await scene.read(ref)
    assert await scene.count(scene.place) == 1


async def test_another_process_can_go_on_editing(scene):
    card = of(scene)
    newer = card_at(scene.place, scene.requester, JobState.CANCELLED, job_id=card.job_id)
    async with scene.open() as chat:
        ref = await chat.create(card, scene.place, nonce=nonce_of(card.job_id))
    async with scene.open() as chat:
        ref = await chat.edit(ref, newer)

    assert newer.headline in await scene.read(ref)


async def test_the_same_edit_twice_is_fine(scene):
    card = of(scene)
    newer = card_at(scene.place, scene.requester, JobState.FAILED, job_id=card.job_id)
    async with scene.open() as chat:
        ref = await chat.create(card, scene.place, nonce=nonce_of(card.job_id))
        ref = await chat.edit(await chat.edit(ref, newer), newer)

    assert newer.headline in await scene.read(ref)
    assert await scene.count(scene.place) == 1


@pytest.mark.parametrize("state", JobState)
async def test_every_kind_of_card_can_be_shown_whatever_was_typed(scene, state):
    card = card_at(scene.place, scene.requester, state, prompt=HOSTILE)
    async with scene.open() as chat:
        ref = await chat.create(card, scene.place, nonce=nonce_of(card.job_id))
        ref = await chat.edit(ref, card_at(scene.place, scene.requester, state, job_id=card.job_id, done=9))

    assert await scene.count(scene.place) == 1


async def test_a_message_that_somebody_deleted_is_gone(scene):
    card = of(scene)
    async with scene.open() as chat:
        ref = await chat.create(card, scene.place, nonce=nonce_of(card.job_id))
        await scene.remove(ref)
        with pytest.raises(ChatError) as caught:
            await chat.edit(ref, card_at(scene.place, scene.requester, JobState.RUNNING, job_id=card.job_id))

    assert caught.value.gone


async def test_a_place_draws_on_the_same_budget_in_every_process(scene):
    async with scene.open() as chat:
        one = chat.bucket(scene.place)
    async with scene.open() as chat:
        other = chat.bucket(scene.place)

    assert one == other


async def test_a_ping_reaches_the_requester_and_leaves_the_message_alone(scene):
    card = of(scene, JobState.SUCCEEDED)
    async with scene.open() as chat:
        ref = await chat.create(card, scene.place, nonce=nonce_of(card.job_id))
        await chat.ping(ref, scene.requester)

    assert await scene.pings() == 1
    assert await scene.count(scene.place) == 1
    assert card.headline in await scene.read(ref)
