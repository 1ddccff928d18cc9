"""What is deleted goes, also where Slack does not take the message away at once."""

import pytest

from tests.fakes.slack.faults import Status, TooMany
from tests.integration.slack.whole import painted, whole


@pytest.mark.parametrize("mishap", [Status(500), TooMany(after_s=1)], ids=str)
async def test_a_deleted_message_goes_though_slack_refuses_to_take_it_away_at_first(tmp_path, mishap):
    async with whole(tmp_path, is_spared=False) as scene:
        message = await painted(await scene.ada.slash(scene.general, "/imagine", "a fox steps:2"))
        await scene.ended()
        scene.slack.faults.plan(mishap, "chat.delete", times=100)

        told = await (await scene.ada.click(message, "Delete")).shows("It is deleted", "goes in a moment")
        assert told.is_ephemeral
        assert await scene.jobs() == []
        assert scene.shown() == [message]

        scene.slack.faults.heal()
        await scene.slack.until(lambda: not scene.shown() and not scene.slack.orphans())
