"""Slack answers too late, wrongly or not at all: what was meant is done once."""

import asyncio
from dataclasses import replace

import pytest

from tests.fakes.slack.faults import Dropped, Error, Lost, Status, TooMany
from tests.integration.slack.whole import UNHURRIED, Whole, clean, painted, pictures, whole

MISHAPS = {
    "429": TooMany(after_s=1),
    "500": Status(500),
    "the connection drops": Dropped(),
    "the answer is lost": Lost(),
}

ASKED_S = 11.0
"""After so long a message that was asked for and is not there is posted anew."""


async def told_once(scene: Whole, mishap, *methods):
    """Let these methods meet with something when a job has been painted; returns its one message."""
    asked = await scene.mid_run()
    for method in methods:
        scene.slack.faults.plan(mishap, method)
    scene.quick()
    message = await painted(asked)
    await scene.ended()
    assert scene.shown() == [message]
    assert pictures(message) == 1
    assert scene.slack.orphans() == []
    return message


@pytest.mark.parametrize("mishap", MISHAPS)
async def test_whatever_edits_meet_with_the_message_becomes_final_and_stays_one(tmp_path, mishap):
    async with whole(tmp_path, is_spared=mishap != "429") as scene:
        await told_once(scene, MISHAPS[mishap], "chat.update")
        assert scene.slack.faults.meet("chat.update") is None


@pytest.mark.parametrize("mishap", ["500", "the answer is lost", "429"])
async def test_whatever_uploads_meet_with_every_picture_comes_once_and_no_file_is_left(tmp_path, mishap):
    async with whole(tmp_path, is_spared=mishap != "429") as scene:
        await told_once(scene, MISHAPS[mishap], "files.getUploadURLExternal", "files.completeUploadExternal")


async def test_a_file_that_did_not_arrive_is_sent_again(tmp_path):
    async with whole(tmp_path) as scene:
        await told_once(scene, Dropped(), "upload")


async def test_a_429_is_heeded_for_as_long_as_it_says_also_by_ends(tmp_path):
    async with whole(tmp_path, is_spared=False) as scene:
        await told_once(scene, TooMany(after_s=2), "chat.update")
        [refused] = scene.slack.record.too_many
        later = [each.at for each in scene.slack.record.of("chat.update") if each.at > refused.at]

        assert min(later) - refused.at >= 2


@pytest.mark.parametrize("way", ["a channel", "a thread"])
async def test_a_message_whose_answer_was_lost_is_found_and_not_posted_again(tmp_path, way):
    async with whole(tmp_path) as scene:
        scene.slow()
        scene.slack.faults.plan(Lost(), "chat.postMessage")
        if way == "a channel":
            asked = await scene.ada.slash(scene.general, "/imagine", "a fox steps:20")
        else:
            start = scene.ben.say(scene.general, "foxes?")
            asked = await scene.ada.tell(scene.general, "imagine a fox steps:20", thread=start)
        await asked.shows("Painting")
        scene.quick()
        message = await painted(asked)
        await scene.ended()

        assert scene.shown() == [message]
        assert scene.runs() == 1


async def test_a_group_message_whose_answer_was_lost_is_found_with_the_scopes_that_the_manifest_asks_for(tmp_path):
    async with whole(tmp_path) as scene:
        scene.slack.faults.plan(Lost(), "chat.postMessage")
        group = scene.team.channel("the two of us", kind="mpim")
        message = await painted(await scene.ada.slash(group, "/imagine", "a fox steps:2"))
        await scene.ended()

        assert scene.shown(group) == [message]
        assert clean(scene)


async def test_an_old_installation_that_may_not_look_for_a_lost_message_tells_the_end_where_it_was_asked(tmp_path):
    async with whole(tmp_path) as scene:
        for token in scene.team.state.tokens:
            token.scopes -= {"mpim:history"}
        scene.slack.faults.plan(Lost(), "chat.postMessage")
        group = scene.team.channel("the two of us", kind="mpim")
        await scene.ada.slash(group, "/imagine", "a fox steps:2")
        await scene.slack.until(lambda: bool(scene.slack.record.of("conversations.history")))
        scene.later(ASKED_S)
        await scene.slack.until(lambda: any(map(pictures, scene.shown(group))))
        await scene.ended()

        assert scene.shown(scene.ada.dm) == []
        assert scene.slack.orphans() == []


async def test_a_message_that_was_never_posted_is_posted_once_it_cannot_be_on_its_way_any_more(tmp_path):
    async with whole(tmp_path) as scene:
        scene.slow()
        scene.slack.faults.plan(Dropped(), "chat.postMessage")
        asked = await scene.ada.slash(scene.general, "/imagine", "a fox steps:20")
        await scene.slack.until(lambda: bool(scene.slack.record.of("conversations.history")))
        assert scene.shown() == []
        scene.later(ASKED_S)
        scene.quick()
        message = await painted(asked)

        assert scene.shown() == [message]


async def test_a_file_that_never_becomes_ready_is_waited_for_and_then_told_of(tmp_path, monkeypatch):
    monkeypatch.setattr("adapters.slack.files.READY_S", 0.3)
    async with whole(tmp_path, limits=replace(UNHURRIED, file_ready_s=10_000.0)) as scene:
        asked = await scene.mid_run()
        scene.quick()
        await scene.slack.until(lambda: bool(scene.slack.record.of("files.info")))
        scene.later(200)
        message = await painted(asked)
        await scene.ended()

        assert pictures(message) == 0
        assert "Not every picture could be shown" in message.text
        assert scene.slack.orphans() == []
        assert scene.shown() == [message]


async def test_a_workspace_that_takes_no_files_is_told_how_the_job_ended_all_the_same(tmp_path):
    async with whole(tmp_path) as scene:
        scene.team.state.takes_files = False
        message = await painted(await scene.ada.slash(scene.general, "/imagine", "a fox steps:2"))
        await scene.ended()

        assert "Not every picture could be shown" in message.text
        assert scene.shown() == [message]


async def test_an_app_that_may_not_upload_any_more_tells_how_the_job_ended_in_its_one_message(tmp_path):
    async with whole(tmp_path) as scene:
        asked = await scene.mid_run()
        for token in scene.team.state.tokens:
            token.scopes -= {"files:write"}
        scene.quick()
        message = await painted(asked)
        await scene.ended()

        assert "Not every picture could be shown" in message.text
        assert [*scene.shown(), *scene.shown(scene.ada.dm)] == [message]


@pytest.mark.parametrize("then", [Error("access_denied"), Error("posting_to_channel_denied"), TooMany(1)], ids=str)
async def test_files_that_were_made_whole_unheard_are_shown_whatever_slack_says_next(tmp_path, then):
    async with whole(tmp_path, is_spared=False) as scene:
        asked = await scene.mid_run()
        for mishap in (Lost(), then):
            scene.slack.faults.plan(mishap, "files.completeUploadExternal")
        scene.quick()
        message = await painted(asked)
        await scene.ended()

        assert scene.shown() == [message]
        assert pictures(message) == len(scene.slack.record.of("upload")) == 1
        assert scene.slack.orphans() == []


async def test_a_picture_that_somebody_deletes_while_it_is_posted_does_not_hold_up_the_end(tmp_path):
    async with whole(tmp_path) as scene:
        asked = await scene.mid_run()
        scene.slack.faults.plan(Error("file_deleted"), "files.info", times=3)
        scene.quick()
        message = await painted(asked)
        await scene.ended()

        assert scene.shown() == [message]


async def test_slack_that_is_away_for_a_while_is_caught_up_with(tmp_path):
    async with whole(tmp_path) as scene:
        asked = await scene.mid_run()
        scene.slack.faults.plan(Status(503), times=40)
        scene.quick()
        async with asyncio.timeout(20):
            while not [each for each in await scene.jobs() if each.state.is_final]:  # noqa: ASYNC110 - nobody tells us
                await asyncio.sleep(0.02)
        scene.slack.faults.heal()
        message = await painted(asked)

        assert scene.shown() == [message]
        assert pictures(message) == 1
