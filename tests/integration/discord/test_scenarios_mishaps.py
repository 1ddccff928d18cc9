"""Discord answers too late, wrongly or not at all: what was meant is done once."""

import pytest

from tests.fakes.discord.faults import Dropped, Lost, Status, TooMany
from tests.fakes.discord.orders import Picture
from tests.integration.discord.test_scenarios_asking import mid_run
from tests.integration.discord.whole import painted, whole

CALLBACK = "POST /interactions/{interaction_id}/{interaction_token}/callback"
ORIGINAL = "PATCH /webhooks/{webhook_id}/{webhook_token}/messages/@original"
BY_HOOK = "PATCH /webhooks/{webhook_id}/{webhook_token}/messages/{message_id}"
BY_BOT = "PATCH /channels/{channel_id}/messages/{message_id}"
FOLLOW_UP = "POST /webhooks/{webhook_id}/{webhook_token}"
CREATE = "POST /channels/{channel_id}/messages"

MISHAPS = {
    "429 of Discord's own": TooMany(after_s=0.3),
    "429 of Cloudflare's": TooMany(via=False),
    "403 of something in front of it": Status(403),
    "500": Status(500),
    "502": Status(502),
    "503": Status(503),
    "the connection drops": Dropped(),
    "the answer is lost": Lost(),
}


@pytest.mark.parametrize("mishap", MISHAPS)
async def test_whatever_edits_meet_with_the_message_becomes_final_and_stays_one(tmp_path, mishap):
    async with whole(tmp_path) as scene:
        asked = await mid_run(scene)
        scene.discord.faults.plan(MISHAPS[mishap], ORIGINAL)
        scene.discord.faults.plan(MISHAPS[mishap], BY_HOOK)
        scene.quick()
        message = await painted(asked)
        await scene.ended()

        assert scene.shown() == [message]
        assert len(message.files) == 1


async def test_a_lost_answer_to_the_acknowledgement_means_that_it_was_given(tmp_path):
    async with whole(tmp_path) as scene:
        scene.discord.faults.plan(Lost(), CALLBACK)
        asked = await scene.member("ada").slash(scene.general, "imagine", prompt="a fox", steps=2)
        message = await painted(asked)
        await scene.ended()

        assert scene.shown() == [message]
        assert scene.runs() == 1


@pytest.mark.parametrize("mishap", ["500", "503", "403 of something in front of it", "the connection drops"])
async def test_an_acknowledgement_that_did_not_arrive_is_given_again(tmp_path, mishap):
    async with whole(tmp_path) as scene:
        scene.discord.faults.plan(MISHAPS[mishap], CALLBACK)
        asked = await scene.member("ada").slash(scene.general, "imagine", prompt="a fox", steps=2)
        await painted(asked)
        await scene.ended()

        assert len(scene.shown()) == 1
        assert scene.runs() == 1


async def test_why_nothing_comes_is_told_though_the_connection_drops(tmp_path):
    async with whole(tmp_path) as scene:
        scene.discord.faults.plan(Dropped(), FOLLOW_UP)
        none = Picture(name="a.png", content=b"<html>")
        asked = await scene.member("ada").slash(scene.general, "img2img", prompt="a fox", image=none)
        await asked.shows("no picture")

        assert [each.is_ephemeral for each in asked.messages] == [True]
        assert scene.shown() == []


async def test_a_job_whose_acknowledgement_never_arrives_is_shown_once_by_the_bot_itself(tmp_path, monkeypatch):
    """Nobody can answer any more; the wish was heard all the same, and the answer to its message gets lost, too."""
    monkeypatch.setattr("adapters.discord.chat.YOUNG_S", 1.0)
    async with whole(tmp_path) as scene:
        scene.discord.faults.plan(Status(503), CALLBACK, times=100)
        scene.discord.faults.plan(Lost(), CREATE)
        scene.slow(4)
        await scene.member("ada").slash(scene.general, "imagine", prompt="a fox", wait=False)
        await scene.discord.until(lambda: bool(scene.shown()), 40)
        scene.quick()
        await scene.discord.until(lambda: "Painted" in scene.shown()[0].text)
        await scene.ended()

        [message] = scene.shown()
        assert message.nonce
        assert scene.runs() == 1


async def test_a_bucket_that_tells_of_a_longer_wait_than_it_seemed_delays_the_end_and_loses_nothing(tmp_path):
    async with whole(tmp_path) as scene:
        asked = await mid_run(scene)
        for name in (ORIGINAL, BY_HOOK):
            scene.discord.faults.plan(TooMany(after_s=2.0), name, times=2)
        scene.quick()
        message = await painted(asked)

        assert scene.shown() == [message]
