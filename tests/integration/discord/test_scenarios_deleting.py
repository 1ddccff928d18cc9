"""What is deleted goes, also where Discord does not take the message away at once."""

import pytest

from tests.fakes.discord.faults import Status
from tests.fakes.headlines import PAINTED
from tests.integration.discord.test_scenarios_asking import mid_run
from tests.integration.discord.whole import whole

CALLBACK = "POST /interactions/{interaction_id}/{interaction_token}/callback"
REPLY = "DELETE /webhooks/{webhook_id}/{webhook_token}/messages/@original"
MESSAGE = "DELETE /channels/{channel_id}/messages/{message_id}"


async def test_a_message_of_the_bots_own_goes_though_discord_refuses_to_take_it_away_at_first(tmp_path):
    async with whole(tmp_path) as scene:
        ada = scene.member("ada")
        await mid_run(scene)
        scene.discord.delete_all(scene.general)  # the bot makes it once more, and not by the token
        scene.quick()
        await scene.discord.until(lambda: bool(scene.shown()))
        await scene.ended()
        [message] = scene.shown()
        for call in (REPLY, MESSAGE):
            scene.discord.faults.plan(Status(503), call, times=100)

        told = await (await ada.click(message, "Delete")).shows("It is deleted", "goes in a moment")
        assert told.is_ephemeral
        assert scene.shown() == [message]

        scene.discord.faults.heal()
        await scene.discord.until(lambda: scene.shown() == [])


@pytest.mark.parametrize("call", [CALLBACK, REPLY])
async def test_a_commands_response_goes_though_the_click_could_not_be_answered(tmp_path, call):
    async with whole(tmp_path) as scene:
        ada = scene.member("ada")
        message = await (await ada.slash(scene.general, "imagine", prompt="a fox", steps=2)).shows(PAINTED)
        await scene.ended()
        scene.discord.faults.plan(Status(503), call, times=100)

        await ada.click(message, "Delete", wait=False)
        await scene.discord.until(lambda: scene.shown() == [])
