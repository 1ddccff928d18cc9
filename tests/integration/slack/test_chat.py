"""What becomes of a job's message in Slack, whatever happens to it: over real sockets, in several processes."""

import asyncio
from contextlib import suppress
from dataclasses import replace
from itertools import product

import pytest

from adapters.slack import files, posting
from adapters.slack.calls import Calls
from adapters.slack.cards import metadata
from adapters.slack.chat import SlackChat
from bot.errors import ChatError
from bot.events import MediaKind
from bot.jobs import Job, JobState, MessageRef, StoredFile, nonce_of
from bot.ladder import Kind, Posted
from bot.status import StatusCard
from tests.contracts.chat.cards import PICTURE, card_in
from tests.fakes.slack import composing
from tests.fakes.slack.faults import Dropped, Error, Held, Lost, Mishap, Status, TooMany
from tests.fakes.slack.limits import Limits
from tests.fakes.slack.state import Message, Version
from tests.fakes.slack.walking import slack_files
from tests.integration.slack.chat_scene import PNG, Office, office

POST, UPDATE, COMPLETE, INFO = "chat.postMessage", "chat.update", "files.completeUploadExternal", "files.info"
LINK = "files.getUploadURLExternal"
REFUSED_LATER = [
    TooMany(1), Error("posting_to_channel_denied"), Error("invalid_arguments"), Error("access_denied"),
]  # fmt: skip
QUEUED, RUNNING, SUCCEEDED, FAILED = JobState.QUEUED, JobState.RUNNING, JobState.SUCCEEDED, JobState.FAILED


@pytest.fixture
def chat(here: Office, calls: Calls) -> SlackChat:
    return here.chat(calls)


async def created(chat: SlackChat, job: Job, state: JobState = QUEUED) -> MessageRef:
    return await chat.create(job, card_in(job, state), nonce=nonce_of(job.id))


async def refused(chat: SlackChat, job: Job, ref: MessageRef | None, state: JobState = SUCCEEDED) -> ChatError:
    with pytest.raises(ChatError) as caught:
        await (created(chat, job, state) if ref is None else chat.edit(job, ref, card_in(job, state)))
    return caught.value


def pictures(message: Message) -> list[str]:
    """Return the ids of the files that it shows."""
    return [each["id"] for each in slack_files([*message.now.blocks])]


def compose(here: Office, words: str) -> None:
    """Let Ada say something."""
    shown = Version(at=here.slack.clock.now(), text=words)
    composing.put(here.slack.world, here.general, here.ada.user, shown)


def showing(here: Office, card: StatusCard, *names: str) -> StatusCard:
    """Return the card with pictures of these names, each another file."""
    made = [replace(PICTURE, key=name.rjust(64, "0"), name=name) for name in names]
    here.shelf.contents |= {each.key: PNG for each in made}
    return replace(card, files=tuple(made))


# ---- One message -----------------------------------------------------------------------------------------------------


async def test_a_message_stands_in_its_thread_from_queued_to_the_picture(here, chat, calls):
    root = await calls.ask(here.team.id, POST, {"channel": here.general.id, "text": "Shall we?"})
    here.slack.clock.advance(2)
    job = here.job(here.place(thread=root["ts"]))
    ref = await created(chat, job)
    for state in (RUNNING, SUCCEEDED):
        assert await chat.edit(job, ref, card_in(job, state)) == ref

    message = here.message(ref)
    assert message.thread_ts == root["ts"]
    assert "Painted" in message.text
    assert pictures(message) == [*here.team.state.files]
    assert not message.now.is_edited
    assert here.slack.orphans() == []


async def test_nobody_is_pinged_by_what_somebody_typed(here, chat):
    job = here.job(prompt=f"<!channel> <@{here.ada.user.id}> @here <https://a.example|b>")
    ref = await created(chat, job)
    await chat.edit(job, ref, card_in(job, SUCCEEDED))

    assert here.message(ref).pings == set()


async def test_what_waits_its_turn_draws_on_its_channel_and_what_stands_there_on_the_workspace(here, chat):
    job, elsewhere = here.job(), here.job(here.place(here.team.channel("cats"), thread="1.2"))
    ref = await created(chat, job)

    assert chat.bucket(job, None).bucket == f"slack/{here.team.id}/post/{here.general.id}"
    assert chat.bucket(elsewhere, None).bucket == f"slack/{here.team.id}/post/{here.team.channel('cats').id}"
    assert chat.bucket(job, ref).bucket == chat.bucket(elsewhere, ref).bucket == f"slack/{here.team.id}/update"


# ---- A lost answer ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("in_thread", [False, True])
async def test_a_message_whose_making_was_not_answered_is_found_by_another_process(here, chat, calls, in_thread):
    root = (await calls.ask(here.team.id, POST, {"channel": here.general.id, "text": "Shall we?"}))["ts"]
    here.slack.clock.advance(2)
    job = here.job(here.place(thread=root if in_thread else ""))
    here.slack.faults.plan(Lost(), POST)
    await refused(chat, job, None, QUEUED)
    async with here.process() as other:
        ref = await created(other, job, RUNNING)

    assert [f"c/{each.ts}" for each in here.shown() if each.ts != root] == [ref.id]
    assert len(here.slack.record.of(POST)) == 2


@pytest.mark.parametrize("fault", [Dropped(), Status(502), Error("internal_error")], ids=str)
async def test_a_message_that_did_not_turn_up_is_made_once_it_cannot_arrive_any_more(here, chat, fault: Mishap):
    job = here.job()
    here.slack.faults.plan(fault, POST)
    await refused(chat, job, None, QUEUED)
    assert not (await refused(chat, job, None, QUEUED)).gone
    assert len(here.slack.record.of(POST)) == 1

    here.slack.clock.advance(11)
    ref = await created(chat, job)
    assert [f"c/{each.ts}" for each in here.shown()] == [ref.id]


async def test_a_request_that_arrives_when_nobody_waits_for_it_any_more_makes_the_one_message(here, chat, calls):
    job, held = here.job(), asyncio.Event()
    here.slack.faults.plan(Held(held), POST)
    async with asyncio.TaskGroup() as tasks:
        creating = tasks.create_task(created(chat, job))
        await here.slack.until(lambda: bool(here.slack.record.of(POST)))
        creating.cancel()
    await refused(chat, job, None, QUEUED)
    # As it arrives: the fake does not hear out somebody who has hung up.
    here.slack.clock.advance(2)
    late = {"channel": here.general.id, "text": "Waiting", "metadata": metadata(nonce_of(job.id))}
    arrived = await calls.ask(here.team.id, POST, late)

    assert (await created(chat, job)).id == f"c/{arrived['ts']}"


async def test_a_message_is_found_among_many_and_not_made_again_where_that_cannot_be_told(here, chat, monkeypatch):
    monkeypatch.setattr(posting, "_PAGE", 2)
    job = here.job()
    here.slack.faults.plan(Lost(), POST)
    await refused(chat, job, None, QUEUED)
    for number in range(5):
        compose(here, f"chatter {number}")
    ref = await created(chat, job)
    assert [f"c/{each.ts}" for each in here.shown()] == [ref.id]

    monkeypatch.setattr(posting, "_PAGES", 2)
    other = here.job()
    here.slack.clock.advance(2)
    here.slack.faults.plan(Lost(), POST)
    await refused(chat, other, None, QUEUED)
    for number in range(9):
        compose(here, f"chatter {number}")
    here.slack.clock.advance(30)
    assert not (await refused(chat, other, None, QUEUED)).gone
    assert len(here.shown()) == 2


async def test_where_we_may_not_look_for_a_message_it_is_made_again_once_it_cannot_arrive_any_more(here, chat):
    for token in here.team.state.tokens:
        token.scopes -= {"channels:history"}
    job = here.job()
    here.slack.faults.plan(Dropped(), POST)
    await refused(chat, job, None, QUEUED)
    assert not (await refused(chat, job, None, QUEUED)).gone

    here.slack.clock.advance(posting.SETTLED_S + 1)
    ref = await created(chat, job)
    assert [f"c/{each.ts}" for each in here.shown()] == [ref.id]
    assert here.shown(here.slack.world.dm(here.ada.user)) == []


async def test_what_slack_refused_is_asked_for_again_at_once(here, chat):
    job = here.job()
    here.slack.faults.plan(Error("invalid_blocks"), POST)
    await refused(chat, job, None, QUEUED)
    here.slack.clock.advance(1)
    await created(chat, job)

    assert len(here.shown()) == 1
    assert here.slack.record.of("conversations.history") == []


async def test_nobody_looks_for_messages_when_nothing_was_lost(here, chat):
    job = here.job()
    ref = await created(chat, job)
    assert await created(chat, job) == ref

    assert here.slack.record.of("conversations.history") == []


# ---- Pictures --------------------------------------------------------------------------------------------------------


async def test_ten_pictures_stand_in_one_message_and_more_are_told_of(here, chat):
    job = here.job()
    ref = await created(chat, job)
    names = [f"{number}.png" for number in range(11)]
    await chat.edit(job, ref, showing(here, card_in(job, SUCCEEDED), *names))

    assert len(pictures(here.message(ref))) == 10
    assert "Not every picture could be shown here." in here.message(ref).text
    assert here.slack.orphans() == []


async def test_pictures_that_slack_still_looks_at_are_waited_for():
    async with office(Limits(file_ready_s=0.5)) as here, here.process() as chat:
        job = here.job()
        ref = await created(chat, job)
        await chat.edit(job, ref, card_in(job, SUCCEEDED))

        assert len(pictures(here.message(ref))) == 1
        assert here.slack.record.errors() == {}


@pytest.mark.parametrize(
    ("method", "fault", "times"),
    [
        (UPDATE, Dropped(), 3),
        (UPDATE, Lost(), 3),
        (COMPLETE, Dropped(), 1),
        (COMPLETE, Lost(), 1),
        (INFO, Dropped(), 3),
        ("upload", Dropped(), 1),
        ("files.getUploadURLExternal", Status(503), 3),
    ],
    ids=str,
)
async def test_wherever_a_process_is_cut_off_the_next_one_ends_with_one_message_and_no_orphan(
    here, chat, monkeypatch, method, fault, times
):
    monkeypatch.setattr(files, "READY_S", 0.5)
    job = here.job()
    ref = await created(chat, job)
    here.slack.faults.plan(fault, method, times=times)
    with suppress(ChatError):
        await chat.edit(job, ref, card_in(job, SUCCEEDED))
    here.slack.clock.advance(files.LOST_S + 1)
    async with here.process() as other:
        with suppress(ChatError):
            await other.edit(job, ref, card_in(job, SUCCEEDED))
    async with here.process() as other:
        assert await other.edit(job, ref, card_in(job, SUCCEEDED)) == ref

    assert len(pictures(here.message(ref))) == 1
    assert here.shown() == [here.message(ref)]
    assert [each for each in here.slack.orphans() if here.team.state.files[each].completed_at] == []


async def test_pictures_that_were_sent_are_not_sent_again(here, chat):
    job = here.job()
    ref = await created(chat, job)
    here.slack.faults.plan(Dropped(), UPDATE, times=3)
    await refused(chat, job, ref)
    async with here.process() as other:
        await other.edit(job, ref, card_in(job, SUCCEEDED))

    assert len(here.slack.record.of("upload")) == 1


async def test_pictures_that_are_never_ready_are_given_up_deleted_and_told_of(monkeypatch):
    monkeypatch.setattr(files, "READY_S", 0.1)
    async with office(Limits(file_ready_s=10_000)) as here, here.process() as chat:
        job = here.job()
        ref = await created(chat, job)
        assert not (await refused(chat, job, ref)).gone
        here.slack.clock.advance(files.GIVE_UP_S + 1)
        await chat.edit(job, ref, card_in(job, SUCCEEDED))

        assert "Painted" in here.message(ref).text
        assert "Not every picture could be shown here." in here.message(ref).text
        assert here.slack.orphans() == []


async def test_pictures_that_slack_calls_ready_and_shows_in_no_message_are_given_up_after_three_minutes(here, chat):
    here.shelf.contents[PICTURE.key] = bytes(len(PNG))  # a file like any other to Slack, and no picture in a block
    job = here.job()
    ref = await created(chat, job)
    assert "not ready" in (await refused(chat, job, ref)).detail
    here.slack.clock.advance(files.GIVE_UP_S - 1)
    assert not (await refused(chat, job, ref)).gone
    assert here.slack.record.of("files.delete") == []
    here.slack.clock.advance(2)
    assert await chat.edit(job, ref, card_in(job, SUCCEEDED)) == ref

    assert "Painted" in here.message(ref).text
    assert "Not every picture could be shown here." in here.message(ref).text
    assert here.slack.orphans() == []


async def test_pictures_that_stand_there_stay_when_the_same_is_shown_much_later(here, chat):
    job = here.job()
    ref = await created(chat, job)
    await chat.edit(job, ref, card_in(job, SUCCEEDED))
    here.slack.clock.advance(10 * files.GIVE_UP_S)
    async with here.process() as other:
        await other.edit(job, ref, card_in(job, SUCCEEDED))

    assert len(pictures(here.message(ref))) == 1
    assert here.slack.record.of("files.delete") == []


async def test_a_slow_line_sends_the_pictures_bit_by_bit(here, chat, monkeypatch):
    monkeypatch.setattr(files, "_AT_ONCE", 1)
    job, held = here.job(), asyncio.Event()
    ref = await created(chat, job)
    card = showing(here, card_in(job, SUCCEEDED), "one.png", "two.png")
    await chat.edit(job, ref, showing(here, card_in(job, SUCCEEDED), "one.png"))
    here.slack.faults.plan(Held(held), "upload")
    with monkeypatch.context() as hurried:
        hurried.setattr(files, "SEND_S", 1.0)
        with pytest.raises(ChatError):
            await chat.edit(job, ref, card)
    held.set()
    await chat.edit(job, ref, card)

    assert len(pictures(here.message(ref))) == 2
    assert len(here.slack.record.of("upload")) == 3


async def test_a_workspace_that_takes_no_files_gets_the_card_and_a_link(here, calls):
    here.team.state.takes_files = False
    chat, job = here.chat(calls, link=lambda file: f"https://bot.example/{file.name}"), here.job()
    ref = await created(chat, job)
    await chat.edit(job, ref, card_in(job, SUCCEEDED))

    assert pictures(here.message(ref)) == []
    assert "a.png" in here.message(ref).text


@pytest.mark.parametrize("error", ["invalid_blocks", "slack_connect_file_link_sharing_blocked"])
async def test_pictures_that_may_not_stand_there_are_left_out_and_deleted(here, chat, error):
    job = here.job()
    ref = await created(chat, job)
    here.slack.faults.plan(Error(error), UPDATE)
    await chat.edit(job, ref, card_in(job, SUCCEEDED))

    assert "Painted" in here.message(ref).text
    assert here.slack.orphans() == []
    assert len(here.slack.record.of("files.delete")) == 1


@pytest.mark.parametrize(
    ("method", "error"),
    [
        *product((LINK, COMPLETE, INFO), ("missing_scope", "access_denied", "no_permission")),
        *product((COMPLETE,), ("channel_not_found", "not_in_channel")),
        (INFO, "not_visible"),
    ],
)
async def test_whatever_slack_refuses_of_the_pictures_the_message_is_not_lost_by_it(here, chat, method, error):
    job = here.job()
    ref = await created(chat, job)
    here.slack.faults.plan(Error(error), method)

    assert await chat.edit(job, ref, card_in(job, SUCCEEDED)) == ref
    assert here.shown() == [here.message(ref)]
    assert "Painted" in here.message(ref).text
    assert "Not every picture could be shown here." in here.message(ref).text
    assert here.slack.orphans() == []


async def test_a_file_that_slack_does_not_let_us_delete_does_not_hold_up_the_end_and_goes_with_the_message(here, chat):
    job = here.job()
    ref = await created(chat, job)
    here.slack.faults.plan(Error("missing_scope"), INFO)
    here.slack.faults.plan(Error("missing_scope"), "files.delete")
    await chat.edit(job, ref, card_in(job, SUCCEEDED))
    assert "Painted" in here.message(ref).text

    await chat.remove(job, ref)
    assert here.slack.orphans() == []


@pytest.mark.parametrize("then", REFUSED_LATER, ids=str)
async def test_files_whose_completing_was_not_answered_are_shown_whatever_the_next_try_is_told(here, chat, then):
    job = here.job()
    ref = await created(chat, job)
    for fault in (Lost(), then):
        here.slack.faults.plan(fault, COMPLETE)
    await chat.edit(job, ref, card_in(job, SUCCEEDED))

    assert len(pictures(here.message(ref))) == len(here.team.state.files) == 1
    assert here.shown() == [here.message(ref)]
    assert here.slack.orphans() == []


async def test_a_picture_is_called_as_it_was_typed(here, chat):
    job = here.job()
    ref = await created(chat, job)
    card = replace(card_in(job, SUCCEEDED), prompt="R&D <b> :fox: @here\u202e")
    await chat.edit(job, ref, card)

    [shown] = [each for each in here.message(ref).now.blocks if each["type"] == "image"]
    [file] = here.team.state.files.values()
    assert shown["alt_text"] == file.alt
    assert file.alt.startswith("R&D <b> :fox: @here")
    assert "\u202e" not in file.alt


async def test_what_is_no_picture_that_slack_shows_is_a_link(here, calls):
    film = StoredFile(key="f" * 64, name="film.mp4", kind=MediaKind.VIDEO, media_type="video/mp4", bytes=9)
    chat, job = here.chat(calls, link=lambda file: f"https://bot.example/{file.name}"), here.job()
    ref = await created(chat, job)
    await chat.edit(job, ref, replace(card_in(job, SUCCEEDED), files=(PICTURE, film)))

    assert len(pictures(here.message(ref))) == 1
    assert "film.mp4" in here.message(ref).text


async def test_a_picture_that_is_not_kept_any_more_is_told_of(here, chat):
    here.shelf.contents.clear()
    job = here.job()
    ref = await created(chat, job)
    await chat.edit(job, ref, card_in(job, SUCCEEDED))

    assert "Not every picture could be shown here." in here.message(ref).text


async def test_a_removed_message_takes_its_files_along_in_any_process(here, chat):
    job = here.job()
    ref = await created(chat, job)
    await chat.edit(job, ref, card_in(job, SUCCEEDED))
    async with here.process() as other:
        await other.remove(job, ref)
        await other.remove(job, ref)

    assert here.shown() == []
    assert all(each.deleted_at for each in here.team.state.files.values())


async def test_a_message_that_is_lost_is_removed_by_removing_its_files(here, chat):
    job = here.job()
    ref = await created(chat, job)
    await chat.edit(job, ref, card_in(job, SUCCEEDED))
    here.delete(ref)
    await chat.remove(job, Posted(kind=Kind.LOST).ref(job))

    assert here.slack.orphans() == []
    assert here.slack.record.of("chat.delete") == []


async def test_with_a_revoked_token_a_message_stays_and_nobody_tries_again(here, chat):
    job = here.job()
    ref = await created(chat, job, SUCCEEDED)
    here.team.revoke()
    await chat.remove(job, ref)

    assert here.shown() == [here.message(ref)]


async def test_a_message_that_slack_could_not_be_asked_to_delete_is_tried_again(here, chat):
    job = here.job()
    ref = await created(chat, job, SUCCEEDED)
    here.slack.faults.plan(Status(503), "chat.delete", times=3)
    with pytest.raises(ChatError) as caught:
        await chat.remove(job, ref)
    assert not caught.value.gone

    await chat.remove(job, ref)
    assert here.shown() == []
    assert all(each.deleted_at for each in here.team.state.files.values())


@pytest.mark.parametrize("most", [0, 69])
async def test_a_picture_that_is_too_large_is_left_out_whatever_its_size_was_said_to_be(here, chat, monkeypatch, most):
    monkeypatch.setattr(files, "MOST_BYTES", most)
    job = here.job()
    ref = await created(chat, job)
    card = card_in(job, SUCCEEDED)
    await chat.edit(job, ref, replace(card, files=(replace(PICTURE, bytes=most),)))

    assert "Not every picture could be shown here." in here.message(ref).text


async def test_files_that_slack_does_not_know_when_they_are_completed_are_sent_anew(here, chat, monkeypatch):
    monkeypatch.setattr(files, "READY_S", 0.5)
    job = here.job()
    ref = await created(chat, job)
    here.slack.faults.plan(Error("file_not_found"), COMPLETE)
    await refused(chat, job, ref)
    here.slack.clock.advance(files.LOST_S + 1)
    await refused(chat, job, ref)
    await chat.edit(job, ref, card_in(job, SUCCEEDED))

    assert len(pictures(here.message(ref))) == 1


# ---- When the message is lost ----------------------------------------------------------------------------------------


async def test_the_end_of_a_message_that_somebody_deleted_is_told_anew_with_its_picture(here, chat):
    job = here.job()
    ref = await created(chat, job)
    here.delete(ref)
    lost = await chat.edit(job, ref, card_in(job, RUNNING))
    assert lost.id == "lost"
    here.slack.clock.advance(2)
    told = await chat.edit(job, lost, card_in(job, SUCCEEDED))

    assert [each.ts for each in here.shown()] == [told.id.removeprefix("c/")]
    assert len(pictures(here.message(told))) == 1
    assert await chat.edit(job, told, card_in(job, SUCCEEDED)) == told


async def test_where_messages_cannot_be_changed_for_long_the_end_is_another_one(here, chat):
    here.team.state.edit_window_s = 60
    job = here.job()
    ref = await created(chat, job)
    here.slack.clock.advance(61)
    told = await chat.edit(job, ref, card_in(job, FAILED))

    assert told != ref
    assert "took too long" in here.message(told).text


@pytest.mark.parametrize("how", ["archived", "removed", "deleted"])
async def test_where_we_may_not_write_any_more_the_end_is_told_in_private(here, chat, how):
    job = here.job()
    ref = await created(chat, job)
    {"archived": here.team.archive, "removed": here.team.remove, "deleted": here.team.delete_channel}[how](here.general)
    assert (await chat.edit(job, ref, card_in(job, RUNNING))).id == "lost"
    told = await chat.edit(job, ref, card_in(job, SUCCEEDED))

    [message] = here.shown(here.slack.world.dm(here.ada.user))
    assert told.id == f"d/{message.channel.id}/{message.ts}"
    assert "It could not be shown where you asked for it." in message.text
    assert len(pictures(message)) == 1
    assert await chat.edit(job, told, card_in(job, SUCCEEDED)) == told
    assert here.slack.orphans() == []


async def test_a_job_whose_message_cannot_be_made_runs_and_its_end_is_told_in_private(here, chat):
    here.team.remove(here.general)
    job = here.job()
    ref = await created(chat, job)
    assert ref.id == "lost"
    told = await chat.edit(job, ref, card_in(job, FAILED))

    assert told.id.startswith("d/")


async def test_a_private_message_whose_making_was_not_answered_is_found(here, chat):
    here.team.remove(here.general)
    job = here.job()
    here.slack.faults.plan(Error("not_in_channel"), POST)
    here.slack.faults.plan(Lost(), POST)
    await refused(chat, job, None)
    told = await created(chat, job, SUCCEEDED)

    assert [each.ts for each in here.shown(here.slack.world.dm(here.ada.user))] == [told.id.rpartition("/")[2]]


async def test_with_a_revoked_token_the_job_ends_without_a_message(here, chat):
    job = here.job()
    ref = await created(chat, job)
    here.team.revoke()
    assert (await chat.edit(job, ref, card_in(job, RUNNING))).id == "lost"

    assert (await refused(chat, job, ref)).gone


async def test_what_can_be_told_nowhere_leaves_no_file_behind(here, chat):
    job = here.job()
    ref = await created(chat, job)
    here.team.archive(here.general)
    here.ada.user.is_deleted = True

    assert (await refused(chat, job, ref)).gone
    assert here.slack.orphans() == []


async def test_a_slack_that_is_away_is_waited_for(here, chat):
    job = here.job()
    ref = await created(chat, job)
    here.slack.faults.plan(Status(503), UPDATE, times=3)

    assert not (await refused(chat, job, ref, FAILED)).gone
    assert await chat.edit(job, ref, card_in(job, FAILED)) == ref


# ---- Pings -----------------------------------------------------------------------------------------------------------


async def test_a_ping_stands_under_the_picture(here, chat):
    job = here.job()
    ref = await created(chat, job, SUCCEEDED)
    here.slack.clock.advance(2)
    await chat.ping(job, ref)

    [ping] = [each for each in here.shown() if each.pings]
    assert ping.thread_ts == here.message(ref).ts
    assert ping.pings == {here.ada.user.id}


async def test_nobody_is_pinged_where_they_are_alone(here, chat):
    dm = here.slack.world.dm(here.ada.user)
    job = here.job(here.place(dm))
    await chat.ping(job, await created(chat, job, SUCCEEDED))

    assert len(here.shown(dm)) == 1
