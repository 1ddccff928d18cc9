"""What becomes of a job's message on Discord, whatever happens to it: over real sockets, in several processes."""

import asyncio
import random
from dataclasses import replace
from io import BytesIO

import pytest
from PIL import Image

from adapters.discord.chat import DiscordChat
from adapters.discord.replies import Replies, Reply
from adapters.discord.rest import Rest
from bot.errors import ChatError
from bot.events import MediaKind
from bot.jobs import Job, JobState, MessageRef, StoredFile, nonce_of
from bot.status import StatusCard
from tests.contracts.chat.cards import PICTURE, card_in
from tests.fakes.discord.faults import Dropped, Held, Lost, Status
from tests.fakes.discord.limits import Limits
from tests.fakes.discord.permissions import Can
from tests.fakes.discord.shapes_components import walk
from tests.integration.discord.chat_scene import Town

BY_TOKEN = "PATCH /webhooks/{webhook_id}/{webhook_token}/messages/{message_id}"
ORIGINAL = "PATCH /webhooks/{webhook_id}/{webhook_token}/messages/@original"
BY_BOT = "PATCH /channels/{channel_id}/messages/{message_id}"
SEND = "POST /channels/{channel_id}/messages"
QUEUED, RUNNING, SUCCEEDED, FAILED = JobState.QUEUED, JobState.RUNNING, JobState.SUCCEEDED, JobState.FAILED


@pytest.fixture
def chat(here: Town, rest: Rest) -> DiscordChat:
    return here.chat(rest)


async def created(chat: DiscordChat, job: Job, state: JobState = QUEUED) -> MessageRef:
    return await chat.create(job, card_in(job, state), nonce=nonce_of(job.id))


def noise(name: str, side: int = 400) -> tuple[StoredFile, bytes]:
    """A picture that no encoder makes small."""
    buffer = BytesIO()
    Image.frombytes("RGB", (side, side), random.Random(1).randbytes(side * side * 3)).save(buffer, "PNG")
    content = buffer.getvalue()
    return replace(PICTURE, key=name.rjust(64, "0"), name=name, bytes=len(content)), content


def showing(here: Town, card: StatusCard, *files: tuple[StoredFile, bytes]) -> StatusCard:
    here.shelf.contents |= {file.key: content for file, content in files}
    return replace(card, files=tuple(file for file, _ in files))


# ---- While the token lives ----


async def test_the_message_is_the_response_to_the_interaction(here, chat):
    job = here.job()
    asked = await here.asked(job.id)
    ref = await created(chat, job)

    assert ref.id == f"i/{asked.message.id}"
    assert here.shown() == [asked.message]
    assert not asked.message.is_loading


async def test_a_response_that_is_not_given_yet_is_waited_for_and_no_second_message_made(here, chat):
    job = here.job()
    await here.asked(job.id, answer=None)
    with pytest.raises(ChatError) as caught:
        await created(chat, job)

    assert not caught.value.gone
    assert here.shown() == []


async def test_this_process_fills_in_its_response_only_once_it_was_given(here, rest):
    job, replies = here.job(), Replies(here.drawer)
    chat = here.chat(rest, replies)
    asked = await here.asked(job.id, answer=None)
    async with asyncio.TaskGroup() as tasks:
        with replies.answering(job.id):
            creating = tasks.create_task(created(chat, job))
            await rest.answer(str(asked.interaction.id), asked.interaction.token, 5)
            assert here.discord.record.of(ORIGINAL) == []

    assert creating.result().id == f"i/{asked.message.id}"
    assert [each.status for each in here.discord.record.of(ORIGINAL)] == [200]


async def test_a_response_that_was_never_given_is_replaced_by_a_message_in_the_channel(here, chat):
    job = here.job()
    await here.asked(job.id, answer=None)
    here.discord.clock.advance(16)
    ref = await created(chat, job)

    assert ref.id == f"c/{here.shown()[0].id}"


async def test_progress_is_edited_by_token_without_counting_against_the_channel(here, chat):
    job = here.job()
    await here.asked(job.id)
    ref = await created(chat, job)

    assert chat.bucket(job, None) == chat.bucket(job, ref)
    assert chat.bucket(job, ref).bucket == f"token/{job.id}"
    assert await chat.edit(job, ref, card_in(job, RUNNING)) == ref
    assert here.discord.record.of(BY_BOT) == []


@pytest.mark.parametrize("fault", [Lost(), Dropped(), Status(502)], ids=str)
async def test_an_edit_without_an_answer_is_made_again(here, chat, fault):
    job = here.job()
    await here.asked(job.id)
    ref = await created(chat, job)
    here.discord.faults.plan(fault, BY_TOKEN)
    await chat.edit(job, ref, card_in(job, FAILED))

    assert "took too long" in here.message(ref).text
    assert len(here.shown()) == 1


async def test_a_token_that_dies_early_is_replaced_by_the_bots_own(here, chat):
    job = here.job()
    asked = await here.asked(job.id)
    ref = await created(chat, job)
    del here.discord.world.by_token[asked.interaction.token]

    assert await chat.edit(job, ref, card_in(job, SUCCEEDED)) == ref
    assert "Painted" in here.message(ref).text


# ---- When it is dead ----


async def test_after_fourteen_minutes_nobody_edits_for_a_moment_and_then_the_bot_does(here, chat):
    job = here.job()
    await here.asked(job.id)
    ref = await created(chat, job)
    here.discord.clock.advance(14 * 60 + 1)

    assert chat.bucket(job, ref).bucket == f"channel/{here.general.id}"
    with pytest.raises(ChatError) as caught:
        await chat.edit(job, ref, card_in(job, SUCCEEDED))
    assert not caught.value.gone

    here.discord.clock.advance(20)
    assert await chat.edit(job, ref, card_in(job, SUCCEEDED)) == ref
    assert "Painted" in here.message(ref).text
    assert here.message(ref).files[0].content == here.shelf.contents[PICTURE.key]


async def test_another_process_goes_on_by_token_and_another_one_after_its_death(here, chat):
    job = here.job()
    await here.asked(job.id)
    ref = await created(chat, job)
    async with here.process() as other:
        ref = await other.edit(job, ref, card_in(job, RUNNING))
    here.discord.clock.advance(901)
    async with here.process() as third:
        ref = await third.edit(job, ref, card_in(job, SUCCEEDED))

    assert [each.status for each in here.discord.record.of(BY_TOKEN)] == [200]
    assert "Painted" in here.message(ref).text
    assert len(here.shown()) == 1


async def test_a_create_whose_answers_are_all_lost_is_finished_by_another_process_in_the_same_message(here, chat):
    job = here.job()
    here.discord.faults.plan(Lost(), SEND, times=3)
    with pytest.raises(ChatError):
        await created(chat, job)
    async with here.process() as other:
        ref = await created(other, job)

    assert [f"c/{each.id}" for each in here.shown()] == [ref.id]


# ---- When the message is lost ----


async def test_the_end_of_an_old_message_that_may_not_be_edited_is_a_reply_to_it(here, chat):
    here.discord.world.limits = Limits(old_edits=0, ack_s=30)
    job = here.job()
    ref = await created(chat, job)
    here.discord.clock.advance(3601)
    told = await chat.edit(job, ref, card_in(job, SUCCEEDED))

    assert here.message(told).reference == here.message(ref).id
    assert "Painted" in here.message(told).text
    assert len(here.discord.record.too_many) == 1


async def test_progress_of_an_old_message_is_given_up_and_its_end_is_told_anew(here, chat):
    here.discord.world.limits = Limits(old_edits=0, ack_s=30)
    job = here.job()
    ref = await created(chat, job)
    here.discord.clock.advance(3601)
    lost = await chat.edit(job, ref, card_in(job, RUNNING))
    again = await chat.edit(job, lost, card_in(job, RUNNING, done=4))
    told = await chat.edit(job, again, card_in(job, SUCCEEDED))

    assert (lost.id, again.id) == ("lost", "lost")
    assert told.id == f"c/{here.shown()[-1].id}"
    assert len(here.discord.record.of(BY_BOT)) == 1


async def test_an_end_told_anew_whose_answer_is_lost_is_told_once(here, chat):
    job = here.job()
    ref = await created(chat, job)
    here.delete(ref)
    here.discord.faults.plan(Lost(), SEND, times=3)
    with pytest.raises(ChatError):
        await chat.edit(job, ref, card_in(job, SUCCEEDED))
    async with here.process() as other:
        told = await other.edit(job, ref, card_in(job, SUCCEEDED))

    assert [f"c/{each.id}" for each in here.shown()] == [told.id]


async def test_who_lost_their_channel_is_told_in_private_with_the_picture(here, chat):
    job = here.job()
    ref = await created(chat, job)
    here.discord.delete_channel(here.general)
    lost = await chat.edit(job, ref, card_in(job, RUNNING))
    told = await chat.edit(job, lost, card_in(job, SUCCEEDED))

    [message] = here.shown(here.ada.dm)
    assert told.id == f"d/{here.ada.dm.id}/{message.id}"
    assert told.place == job.place
    assert "could not be shown where you asked" in message.text
    assert message.files[0].content == here.shelf.contents[PICTURE.key]
    assert await chat.edit(job, told, card_in(job, SUCCEEDED)) == told
    assert chat.bucket(job, told).bucket == f"channel/{here.ada.dm.id}"


@pytest.mark.parametrize("denied", [Can.VIEW_CHANNEL, Can.SEND_MESSAGES], ids=lambda can: can.name)
async def test_a_permission_that_is_taken_in_mid_run_ends_in_private(here, chat, denied):
    job = here.job()
    ref = await created(chat, job)
    here.delete(ref)
    here.discord.deny(here.general, denied)
    told = await chat.edit(job, ref, card_in(job, FAILED))

    assert told.id.startswith("d/")
    assert "took too long" in here.shown(here.ada.dm)[0].text


async def test_a_bot_that_was_thrown_out_tells_the_end_in_private(here, chat):
    job = here.job()
    ref = await created(chat, job)
    here.discord.kick(here.guild)

    assert (await chat.edit(job, ref, card_in(job, RUNNING))).id == "lost"
    assert (await chat.edit(job, ref, card_in(job, SUCCEEDED))).id.startswith("d/")


async def test_who_takes_no_direct_messages_finds_it_in_their_history(here, chat):
    here.ada.user.takes_dms = False
    job = here.job()
    ref = await created(chat, job)
    here.discord.delete_channel(here.general)
    with pytest.raises(ChatError) as caught:
        await chat.edit(job, ref, card_in(job, SUCCEEDED))

    assert caught.value.gone


async def test_a_job_that_cannot_even_begin_to_be_shown_costs_one_call_until_it_ends(here, chat):
    here.discord.deny(here.general, Can.SEND_MESSAGES)
    job = here.job()
    ref = await created(chat, job)
    for done in range(5):
        ref = await chat.edit(job, ref, card_in(job, RUNNING, done=done))

    assert ref.id == "lost"
    assert len(here.discord.record.invalid) == 1


# ---- Where only the token may write ----


async def by_own_install(here: Town) -> Job:
    job = replace(here.job(), within_s=780.0)
    here.guild.has_bot = False
    here.ada.user.has_installed = True
    await here.asked(job.id)
    return job


async def test_where_only_the_token_may_write_it_is_used_to_its_end(here, chat):
    job = await by_own_install(here)
    ref = await created(chat, job)
    here.discord.clock.advance(14 * 60 + 40)

    assert chat.bucket(job, ref).bucket == f"token/{job.id}"
    assert await chat.edit(job, ref, card_in(job, SUCCEEDED)) == ref
    assert "Painted" in here.message(ref).text


async def test_where_only_the_token_could_write_the_end_comes_in_private(here, chat):
    job = await by_own_install(here)
    ref = await created(chat, job)
    here.discord.clock.advance(901)

    assert (await chat.edit(job, ref, card_in(job, RUNNING))).id == "lost"
    assert (await chat.edit(job, ref, card_in(job, SUCCEEDED))).id.startswith("d/")
    assert here.discord.record.of(BY_BOT) == []


async def test_where_only_the_token_may_write_nobody_is_pinged(here, chat):
    job = await by_own_install(here)
    ref = await created(chat, job)
    await chat.ping(job, ref)

    assert len(here.shown()) == 1


# ---- Files ----


async def test_a_preview_goes_along_and_the_picture_takes_its_place(here, chat):
    job = here.job()
    await here.asked(job.id)
    ref = await created(chat, job)
    here.previews.shown[job.id] = b"\xff\xd8\xff small jpeg"
    await chat.edit(job, ref, replace(card_in(job, RUNNING), preview="p7"))
    assert [each.name for each in here.message(ref).files] == ["preview-p7.jpg"]

    await chat.edit(job, ref, card_in(job, SUCCEEDED))
    assert [each.name for each in here.message(ref).files] == ["1-a.png"]


async def test_a_preview_that_is_gone_does_not_keep_its_card_away(here, chat):
    job = here.job()
    ref = await created(chat, job)
    await chat.edit(job, ref, replace(card_in(job, RUNNING), preview="p7"))

    assert here.message(ref).files == ()
    assert "step 3 of 20" in here.message(ref).text


async def test_a_picture_is_described_by_its_prompt(here, chat):
    job = here.job(prompt="a @everyone cat " * 200)
    ref = await created(chat, job, SUCCEEDED)

    description = here.message(ref).files[0].description
    assert description.startswith("a @everyone cat a")
    assert len(description) <= 1024


async def test_what_discord_refuses_as_too_large_is_sent_as_a_smaller_copy(here, chat):
    here.discord.world.limits = Limits(file_bytes=150_000, ack_s=30)
    job = here.job()
    card = showing(here, card_in(job, SUCCEEDED), noise("big.png"))
    ref = await chat.create(job, card, nonce=nonce_of(job.id))

    [sent] = here.message(ref).files
    assert sent.name == "1-big.webp"
    assert sent.content[8:12] == b"WEBP"
    assert "smaller copy" in here.message(ref).text
    assert {each.code for each in here.discord.record.refused} == {40005}


async def test_what_cannot_be_made_smaller_is_linked_and_the_card_is_shown_all_the_same(here, rest):
    here.discord.world.limits = Limits(file_bytes=10, ack_s=30)
    chat = here.chat(rest, link=lambda file: f"https://bot.example/{file.name}?signature=x")
    job = here.job()
    video = replace(PICTURE, key="v" * 64, name="film.mp4", kind=MediaKind.VIDEO, media_type="video/mp4", bytes=900)
    card = showing(here, card_in(job, SUCCEEDED), (video, bytes(900)))
    ref = await chat.create(job, card, nonce=nonce_of(job.id))

    message = here.message(ref)
    assert message.files == ()
    assert "Painted" in message.text
    assert [each["url"] for each in message.controls if "url" in each] == ["https://bot.example/film.mp4?signature=x"]


async def test_without_a_public_address_the_message_says_why_there_is_no_link(here, chat):
    job = here.job()
    await here.asked(job.id, limit=500)
    video = replace(PICTURE, key="v" * 64, name="film.mp4", kind=MediaKind.VIDEO, media_type="video/mp4", bytes=900)
    card = showing(here, card_in(job, SUCCEEDED), (video, bytes(900)))
    ref = await chat.create(job, card, nonce=nonce_of(job.id))

    assert "film.mp4 has" in here.message(ref).text.replace("\\", "")
    assert "no public address" in here.message(ref).text


async def test_a_result_that_is_not_kept_any_more_does_not_keep_its_card_away(here, chat):
    here.shelf.contents.clear()
    job = here.job()
    ref = await created(chat, job, SUCCEEDED)

    assert "not kept any more" in here.message(ref).text


async def test_ten_of_twelve_pictures_are_shown_and_the_others_told_of(here, chat):
    job = here.job()
    files = [noise(f"{number}.png", side=8) for number in range(12)]
    ref = await chat.create(job, showing(here, card_in(job, SUCCEEDED), *files), nonce=nonce_of(job.id))

    message = here.message(ref)
    gallery = next(each for each in walk(message.now.components) if each["type"] == 12)
    assert len(message.files) == len(gallery["items"]) == 10
    assert "takes 10 files" in message.text


async def test_files_of_the_same_name_are_all_there(here, chat):
    job = here.job()
    one, other = noise("a.png", side=8), noise("a.png", side=16)
    other = (replace(other[0], key="other".rjust(64, "0")), other[1])
    ref = await chat.create(job, showing(here, card_in(job, SUCCEEDED), one, other), nonce=nonce_of(job.id))

    assert [each.content for each in here.message(ref).files] == [one[1], other[1]]


async def test_what_takes_too_long_to_send_is_sent_smaller_the_next_time(here, chat):
    job = here.job()
    file, content = noise("big.png", side=600)
    card = showing(here, card_in(job, SUCCEEDED), (file, content))
    released = asyncio.Event()
    here.discord.faults.plan(Held(released), SEND)
    sending = asyncio.create_task(chat.create(job, card, nonce=nonce_of(job.id)))
    await here.discord.until(lambda: bool(here.discord.record.of(SEND)))
    sending.cancel()
    with pytest.raises(asyncio.CancelledError):
        await sending
    released.set()
    async with here.process() as other:
        unknowing = await other.create(job, card, nonce=f"{nonce_of(job.id)}x")
    ref = await chat.create(job, card, nonce=f"{nonce_of(job.id)}y")

    assert len(here.message(unknowing).files[0].content) == len(content)
    assert len(here.message(ref).files[0].content) <= len(content) / 2


@pytest.mark.parametrize(
    ("setting", "nsfw", "covered"),
    [("nsfw", True, True), ("nsfw", False, False), ("always", False, True), ("never", True, False)],
)
async def test_pictures_are_covered_as_the_setting_says(here, rest, setting, nsfw, covered):
    chat = here.chat(rest, spoilers=setting)
    job = here.job()
    here.previews.shown[job.id] = b"\xff\xd8\xff small jpeg"
    running = replace(card_in(job, RUNNING), preview="p7", nsfw=nsfw)
    ref = await chat.create(job, running, nonce=nonce_of(job.id))
    await chat.edit(job, ref, replace(card_in(job, SUCCEEDED), nsfw=nsfw))

    for version in here.message(ref).versions:
        gallery = next(each for each in walk(version.components) if each["type"] == 12)
        assert [each["spoiler"] for each in gallery["items"]] == [covered]


# ---- Pings ----


async def test_a_ping_answers_the_picture_and_names_its_requester_alone(here, chat):
    job = here.job()
    ref = await created(chat, job, SUCCEEDED)
    await chat.ping(job, ref)

    ping = here.shown()[-1]
    assert ping.pings == {here.requester.id}
    assert ping.reference == here.message(ref).id
    assert here.message(ref).pings == set()


async def test_a_ping_needs_no_right_to_read_what_was_written(here, chat):
    job = here.job()
    ref = await created(chat, job, SUCCEEDED)
    here.discord.deny(here.general, Can.READ_MESSAGE_HISTORY)
    await chat.ping(job, ref)

    assert here.shown()[-1].pings == {here.requester.id}


# ---- Removing ----


@pytest.mark.parametrize("age_s", [0.0, 14 * 60 + 1, 3601.0], ids=["young", "between", "old"])
async def test_a_message_is_removed_at_any_age(here, chat, age_s):
    job = here.job()
    asked = await here.asked(job.id)
    ref = await created(chat, job, SUCCEEDED)
    here.discord.clock.advance(age_s)
    await chat.remove(job, ref)

    assert asked.message.deleted_at is not None


async def test_a_message_whose_token_died_early_is_removed_by_the_bot(here, chat):
    job = here.job()
    asked = await here.asked(job.id)
    ref = await created(chat, job, SUCCEEDED)
    await Replies(here.drawer).keep(job.id, Reply(application=str(here.discord.world.application), token="dead"))
    await chat.remove(job, ref)

    assert asked.message.deleted_at is not None


async def test_what_was_told_in_private_is_removed_there(here, chat):
    job = here.job()
    ref = await created(chat, job)
    here.discord.delete_channel(here.general)
    told = await chat.edit(job, ref, card_in(job, SUCCEEDED))
    await chat.remove(job, told)

    assert here.shown(here.ada.dm) == []


async def test_what_cannot_be_reached_any_more_is_left_without_asking(here, chat):
    job = replace(here.job(), within_s=780.0)
    await here.asked(job.id)
    ref = await created(chat, job, SUCCEEDED)
    here.discord.clock.advance(901)
    before = len(here.discord.calls)
    await chat.remove(job, ref)
    await chat.remove(job, MessageRef(place=job.place, id="lost"))

    assert len(here.discord.calls) == before
