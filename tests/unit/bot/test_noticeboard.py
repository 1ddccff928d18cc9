"""Every message becomes true, whatever happens on the way."""

import asyncio
from collections.abc import Callable
from dataclasses import replace

import pytest

from bot.errors import ChatError
from bot.events import Stage
from bot.jobs import Job, JobId, JobRecord, JobState, MessageRef
from bot.noticeboard import Patience
from bot.ports import NoticeState
from bot.status import Live
from tests.fakes.memory_store import MemoryStore
from tests.fakes.recording_chat import RecordingChat
from tests.fakes.virtual_time import run_virtually, virtual_now
from tests.unit.bot.noticeboard_scene import Scene, describe, job_of


def verbs(scene: Scene) -> list[str]:
    return [call.verb for call in scene.chat.calls]


def headlines(scene: Scene) -> list[str]:
    return [call.card.headline for call in scene.chat.calls if call.card]


def test_one_message_goes_from_waiting_to_picture_and_leaves_the_board():
    async def story() -> None:
        scene = Scene()
        scene.start()
        job_id = await scene.ask(1)
        await scene.calm(1)
        lease = await scene.run_next()
        await scene.store.show(job_id, Live(stage=Stage.PAINTING, done=3, total=20, preview="p1"))
        await scene.calm(1)
        await scene.paint(lease)
        await scene.calm(1)

        assert headlines(scene) == [
            "Waiting, next in line, about 10 s",
            "Painting, step 3 of 20",
            "Painted in 1 s",
        ]
        assert len(scene.chat.messages) == 1
        assert await scene.store.open_jobs("local") == []
        await scene.end()

    run_virtually(story())


def test_nothing_is_edited_when_nothing_changed():
    async def story() -> None:
        scene = Scene()
        scene.start()
        await scene.ask(1)
        await scene.calm(3600)

        assert verbs(scene) == ["create"]
        await scene.end()

    run_virtually(story())


def test_progress_that_came_too_late_to_be_shown_is_never_shown():
    async def story() -> None:
        scene = Scene(chat=RecordingChat(clock=virtual_now, edits=1, per_s=10, reserve=0))
        scene.start()
        job_id = await scene.ask(1)
        lease = await scene.run_next()
        for done in range(20):
            await scene.store.show(job_id, Live(stage=Stage.PAINTING, done=done, total=20))
            await scene.calm(0.1)
        await scene.calm(9)
        await scene.paint(lease)
        await scene.calm()

        assert headlines(scene)[1:] == ["Painting, step 19 of 20", "Painted in 11 s"]
        assert scene.chat.violations == []
        await scene.end()

    run_virtually(story())


@pytest.mark.parametrize("dies", ["before the call", "while the answer is under way", "before it is noted"])
def test_a_crash_while_a_message_is_made_makes_no_second_one(dies):
    async def story() -> None:
        scene = Scene()
        job_id = await scene.ask(1)
        match dies:
            case "before the call":
                await scene.store.creating(job_id)
            case "while the answer is under way":
                scene.chat.faults("general").slow = asyncio.Event()
                first = scene.start()
                await scene.calm(0.5)
                await first.kill()
                scene.chat.faults("general").slow = None
            case _:
                first = scene.start()
                first.line.cut_after = "creating"
                await scene.calm(0.5)
                assert scene.chat.messages
                await first.kill()
        assert (await scene.store.notice(job_id)).state is NoticeState.CREATING
        await scene.run_next()
        scene.start()
        await scene.calm()

        assert len(scene.chat.messages) == 1
        assert await scene.shown(job_id) == await scene.true_card(job_id)
        await scene.end()

    run_virtually(story())


def test_lost_answers_double_nothing_and_end_true():
    async def story() -> None:
        scene = Scene()
        scene.chat.faults("general").lost_answers = 3
        scene.start()
        job_id = await scene.ask(1)
        await scene.calm()
        await scene.paint(await scene.run_next())
        await scene.calm()

        assert len(scene.chat.messages) == 1
        assert await scene.shown(job_id) == await scene.true_card(job_id)
        await scene.end()

    run_virtually(story())


def test_a_message_that_is_gone_is_tried_once():
    async def story() -> None:
        scene = Scene()
        scene.start()
        scene.chat.faults("closed").is_gone = True
        await scene.ask(1, "closed")
        other = await scene.ask(2)
        await scene.calm(600)

        assert [call.bucket for call in scene.chat.calls] == ["chat/closed", "chat/general"]
        assert await scene.store.open_jobs("local") == [other]
        await scene.end()

    run_virtually(story())


def test_a_job_that_is_not_kept_any_more_leaves_the_board():
    async def story() -> None:
        scene = Scene()
        first, second = await scene.ask(1), await scene.ask(2)

        async def read(job_id: JobId) -> JobRecord | None:
            return None if job_id == first else await MemoryStore.read(scene.store, job_id)

        process = scene.start()
        process.line.answers["read"] = read
        await scene.calm(1)

        assert await scene.store.open_jobs("local") == [second]
        await scene.end()

    run_virtually(story())


def test_a_slow_channel_holds_up_no_other():
    async def story() -> None:
        scene = Scene()
        scene.chat.faults("slow").slow = asyncio.Event()
        scene.start()
        await scene.ask(1, "slow")
        await scene.calm(0.1)
        quick = await scene.ask(2, "quick")
        await scene.calm(0.1)

        assert await scene.shown(quick) == await scene.true_card(quick)
        await scene.end()

    run_virtually(story())


def test_a_channel_that_never_answers_is_given_up_and_tried_again():
    async def story() -> None:
        scene = Scene()
        scene.chat.faults("general").slow = asyncio.Event()
        scene.start()
        job_id = await scene.ask(1)
        await scene.calm(60)
        tried = len(scene.chat.calls)
        scene.chat.faults("general").slow = None
        await scene.calm(10)

        assert 3 < tried < 30
        assert await scene.shown(job_id) == await scene.true_card(job_id)
        await scene.end()

    run_virtually(story())


def test_a_card_that_cannot_be_made_stops_no_other():
    async def broken(job):
        if job.id == job_of(1).id:
            raise KeyError("title")
        return await describe(job)

    async def story() -> None:
        scene = Scene(describe=broken)
        scene.start()
        await scene.ask(1)
        other = await scene.ask(2)
        await scene.calm(60)

        assert [call.card.job_id for call in scene.chat.calls if call.card] == [other]
        await scene.end()

    run_virtually(story())


def test_a_store_that_was_away_is_waited_for():
    async def story() -> None:
        scene = Scene()
        process = scene.start()
        await scene.calm(1)
        process.line.is_cut = True
        job_id = await scene.ask(1)
        await scene.calm(120)
        process.line.is_cut = False
        await scene.calm(5)

        assert await scene.shown(job_id) == await scene.true_card(job_id)
        await scene.end()

    run_virtually(story())


# ---- Under pressure ----------------------------------------------------------------------------------------------


def narrow() -> Scene:
    """A channel that takes one call in ten seconds."""
    return Scene(chat=RecordingChat(clock=virtual_now, edits=1, per_s=10, reserve=0))


def test_the_order_under_pressure_is_finals_firsts_progress_position():
    async def story() -> None:
        scene = narrow()
        scene.start()
        for number in range(1, 5):
            await scene.ask(number)
        await scene.calm(300)
        scene.chat.calls.clear()
        blocker = await scene.ask(9)
        await scene.calm(0.5)
        painted = await scene.run_next()
        await scene.run_next()
        new = await scene.ask(5)
        await scene.paint(painted)
        await scene.calm(300)

        order = [(call.card.job_id.int, call.card.state) for call in scene.chat.calls if call.card]
        assert order[0] == (blocker.int, JobState.QUEUED)
        assert order[1] == (1, JobState.SUCCEEDED)
        assert order[2] == (new.int, JobState.QUEUED)
        assert order[3] == (2, JobState.RUNNING)
        assert {number for number, state in order[4:]} <= {3, 4, 9, 5}
        assert scene.chat.violations == []
        await scene.end()

    run_virtually(story())


def test_positions_are_dropped_first_and_come_when_there_is_room():
    async def story() -> None:
        scene = narrow()
        scene.start()
        running, waiting = await scene.ask(1), await scene.ask(2)
        await scene.run_next()
        for done in range(60):
            await scene.store.show(running, Live(stage=Stage.PAINTING, done=done, total=60))
            await scene.calm(2)
        busy = [call.card.job_id for call in scene.chat.calls if call.card]
        await scene.ask(3)
        await scene.run_next()
        await scene.calm(200)

        assert busy.count(waiting) == 1, "its first message, and no position"
        assert await scene.shown(waiting) == await scene.true_card(waiting)
        assert scene.chat.violations == []
        await scene.end()

    run_virtually(story())


def test_the_reserve_lets_an_end_through_while_progress_waits():
    async def story() -> None:
        scene = Scene(chat=RecordingChat(clock=virtual_now, edits=3, per_s=60, reserve=1))
        scene.start()
        job_id = await scene.ask(1)
        lease = await scene.run_next()
        for done in range(40):
            await scene.store.show(job_id, Live(stage=Stage.PAINTING, done=done, total=40))
            await scene.calm(0.5)
        await scene.paint(lease)
        await scene.calm(1)

        assert verbs(scene) == ["create", "edit", "edit"]
        assert (await scene.true_card(job_id)).is_final
        assert await scene.shown(job_id) == await scene.true_card(job_id)
        await scene.end()

    run_virtually(story())


# ---- Several processes -------------------------------------------------------------------------------------------


def test_two_noticeboards_never_both_edit_a_bucket():
    async def story() -> None:
        scene = Scene()
        scene.start()
        scene.start()
        jobs = [await scene.ask(number) for number in range(1, 9)]
        for _ in jobs:
            lease = await scene.run_next()
            await scene.calm(0.7)
            await scene.paint(lease)
        await scene.calm()

        assert scene.chat.violations == []
        assert scene.chat.idle_edits == 0
        assert [await scene.shown(job_id) for job_id in jobs] == [await scene.true_card(job_id) for job_id in jobs]
        await scene.end()

    run_virtually(story())


def test_another_process_takes_over_when_the_owner_dies():
    async def story() -> None:
        scene = Scene(chat=RecordingChat(clock=virtual_now, edits=2, per_s=5, reserve=0))
        owner = scene.start()
        await scene.ask(1)
        await scene.calm(0.1)
        scene.start()
        await owner.kill()
        job_id = await scene.ask(2)
        await scene.calm(1)
        assert await scene.ref(job_id) is None, "the dead one's lease still holds"
        await scene.calm(12)

        assert await scene.shown(job_id) == await scene.true_card(job_id)
        assert scene.chat.violations == []
        await scene.end()

    run_virtually(story())


def test_a_bucket_is_handed_back_at_the_end_once_its_budget_is_clear():
    async def story() -> None:
        scene = Scene(chat=RecordingChat(clock=virtual_now, edits=1, per_s=3, reserve=0))
        first = scene.start()
        job_id = await scene.ask(1)
        await scene.calm(0.5)
        await first.stop()
        bucket = scene.chat.bucket(job_of(1), None).bucket
        assert not await scene.store.own(bucket, "somebody", term_s=0.001)
        await scene.paint(await scene.run_next())
        scene.start()
        await scene.calm(4)

        assert await scene.shown(job_id) == await scene.true_card(job_id)
        assert scene.chat.violations == []
        await scene.end()

    run_virtually(story())


# ---- A job whose bucket becomes another one ----------------------------------------------------------------------


def by_age(seconds: float) -> Callable[[Job, MessageRef | None], str]:
    """Draw on a bucket of the job's own while it is young, then on its channel's."""
    old_at = virtual_now() + seconds
    return lambda job, ref: job.place.channel if virtual_now() >= old_at else f"token {job.id}"


def test_a_job_that_grew_old_is_edited_on_its_channels_budget():
    async def story() -> None:
        scene = Scene(chat=RecordingChat(clock=virtual_now, drawn_on=by_age(60)))
        scene.start()
        job_id = await scene.ask(1)
        lease = await scene.run_next()
        await scene.calm(61)
        await scene.store.show(job_id, Live(stage=Stage.PAINTING, done=9, total=20))
        await scene.calm(2)
        await scene.paint(lease)
        await scene.calm(2)

        assert [call.bucket for call in scene.chat.calls][-2:] == ["chat/general"] * 2
        assert scene.chat.calls[0].bucket == f"chat/token {job_id}"
        assert await scene.shown(job_id) == await scene.true_card(job_id)
        assert await scene.store.open_jobs("local") == []
        await scene.end()

    run_virtually(story())


def test_a_job_may_have_a_message_on_one_budget_and_be_edited_on_another():
    async def story() -> None:
        scene = Scene(chat=RecordingChat(clock=virtual_now, drawn_on=lambda job, ref: ref.id if ref else "creates"))
        scene.start()
        job_id = await scene.ask(1)
        lease = await scene.run_next()
        await scene.calm(2)
        await scene.paint(lease)
        await scene.calm(2)

        assert [call.bucket for call in scene.chat.calls if call.verb == "create"] == ["chat/creates"]
        assert {call.bucket for call in scene.chat.calls if call.verb == "edit"} == {"chat/m1"}
        assert await scene.shown(job_id) == await scene.true_card(job_id)
        await scene.end()

    run_virtually(story())


def test_whoever_edits_in_the_new_bucket_need_not_have_edited_in_the_old_one():
    async def story() -> None:
        # Long leases: who waits for the old bucket to be free comes too late.
        ageing, old = by_age(60), by_age(0)
        chat = RecordingChat(
            clock=virtual_now, drawn_on=lambda job, ref: (ageing if job.id == job_of(1).id else old)(job, ref)
        )
        scene = Scene(chat=chat, patience=Patience(answer_s=10.0, lease_s=20.0))
        for bucket, process in ((f"chat/token {job_of(1).id}", "process 0"), ("chat/general", "process 1")):
            assert await scene.store.own(bucket, process, term_s=65)
        scene.start()
        scene.start()
        job_id = await scene.ask(1)
        await scene.run_next()
        await scene.calm(59)
        # An old job in the channel: its editor there is process 1, and goes on being it.
        await scene.ask(2)
        await scene.calm(2)
        await scene.store.show(job_id, Live(stage=Stage.PAINTING, done=9, total=20))
        await scene.calm(8)

        assert await scene.shown(job_id) == await scene.true_card(job_id)
        assert scene.chat.calls[-1].bucket == "chat/general"
        assert scene.chat.violations == []
        await scene.end()

    run_virtually(story())


def test_a_job_is_handed_over_only_when_the_call_for_it_has_ended():
    async def story() -> None:
        # The platform is slow just when the bucket changes: the new editor must not edit beside the old one.
        scene = Scene(
            chat=RecordingChat(clock=virtual_now, drawn_on=by_age(10)), patience=Patience(answer_s=20.0, lease_s=2.0)
        )
        scene.start()
        job_id = await scene.ask(1)
        lease = await scene.run_next()
        await scene.calm(9)
        scene.chat.faults("general").slow = slow = asyncio.Event()
        await scene.store.show(job_id, Live(stage=Stage.PAINTING, done=1, total=20))
        await scene.calm(3)
        await scene.paint(lease)
        await scene.calm(6)
        before = len(scene.chat.calls)
        slow.set()
        scene.chat.faults("general").slow = None
        await scene.calm(3)

        assert before == 2, "the create, and the edit that hangs"
        assert await scene.shown(job_id) == await scene.true_card(job_id)
        assert scene.chat.violations == []
        await scene.end()

    run_virtually(story())


# ---- A job whose time is over ------------------------------------------------------------------------------------


@pytest.mark.parametrize("is_running", [False, True])
def test_a_job_whose_time_is_over_is_stopped_though_no_worker_ever_looks_at_it(is_running):
    async def story() -> None:
        scene = Scene()
        scene.start()
        job_id = (await scene.store.enqueue(replace(job_of(1), within_s=60))).job.id
        lease = await scene.run_next() if is_running else None
        await scene.calm(50)
        assert not (await scene.store.read(job_id)).cancel_requested
        await scene.calm(20)
        if lease is not None:
            assert (await scene.store.read(job_id)).cancel_requested
            await scene.store.confirm_cancel(lease)
        await scene.calm(5)

        assert headlines(scene)[-1] == "Stopped: not done within 60 s, and later nothing could be shown here"
        assert await scene.store.open_jobs("local") == []
        await scene.end()

    run_virtually(story())


# ---- The one ping ------------------------------------------------------------------------------------------------


async def painted_after(scene: Scene, seconds: float) -> JobId:
    job_id = await scene.ask(1)
    await scene.calm(seconds)
    await scene.paint(await scene.run_next())
    await scene.calm(1)
    return job_id


@pytest.mark.parametrize(("seconds", "ping_after_s", "pings"), [(119, 120, 0), (121, 120, 1), (999, None, 0)])
def test_whoever_waited_long_gets_one_ping(seconds, ping_after_s, pings):
    async def story() -> None:
        scene = Scene(patience=Patience(ping_after_s=ping_after_s))
        scene.start()
        await painted_after(scene, seconds)
        await scene.calm(600)

        assert scene.chat.pings == [("m1", "alice")] * pings
        assert await scene.store.open_jobs("local") == []
        await scene.end()

    run_virtually(story())


def test_a_restart_does_not_ping_twice():
    async def story() -> None:
        scene = Scene()
        first = scene.start()
        job_id = await scene.ask(1)
        await scene.calm(130)
        lease = await scene.run_next()
        await scene.calm(1)
        await scene.paint(lease)
        await scene.chat.until(lambda: bool(scene.chat.pings))
        await first.kill()
        assert await scene.store.open_jobs("local") == [job_id]
        scene.start()
        await scene.calm()

        assert len(scene.chat.pings) == 1
        assert await scene.store.open_jobs("local") == []
        await scene.end()

    run_virtually(story())


def test_nobody_is_pinged_for_a_failure():
    async def story() -> None:
        scene = Scene()
        scene.start()
        await scene.ask(1)
        await scene.calm(300)
        await scene.store.fail(await scene.run_next(), code="timed_out", sentence="It took too long.")
        await scene.calm()

        assert scene.chat.pings == []
        await scene.end()

    run_virtually(story())


def test_a_message_that_cannot_be_shown_is_logged_without_what_the_platform_said(caplog, monkeypatch):
    async def refuse(self: RecordingChat, job: Job, card: object, *, nonce: str) -> MessageRef:
        raise ChatError(reason="refused (HTTP 400)", detail="'a cat by the sea' is no text")

    monkeypatch.setattr(RecordingChat, "create", refuse)
    caplog.set_level("INFO")

    async def story() -> None:
        scene = Scene()
        scene.start()
        await scene.ask(1)
        await scene.calm(1)
        await scene.end()

    run_virtually(story())
    assert "refused (HTTP 400)" in caplog.text
    assert "by the sea" not in caplog.text
