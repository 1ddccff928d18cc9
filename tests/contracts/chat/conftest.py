"""Every promise is tried on every chat platform that is at hand."""

from collections.abc import AsyncIterator
from functools import partial

import pytest

from tests.contracts.chat.scenes import ChatScene, Scenery, fake_scene
from tests.integration.discord.chat_scene import by_bot_scene, by_token_scene
from tests.integration.slack.chat_scene import slack_scene
from tests.integration.web.chat_scene import web_scene

SCENES: dict[str, Scenery] = {
    "recording fake": fake_scene,
    "chat page": web_scene,
    "Discord, by the interaction's token": by_token_scene,
    "Discord, by the bot's token": by_bot_scene,
    "Slack, in a channel": slack_scene,
    "Slack, in a thread": partial(slack_scene, in_thread=True),
}
"""An adapter joins by adding its scene here."""


@pytest.fixture(params=SCENES)
async def scene(request: pytest.FixtureRequest) -> AsyncIterator[ChatScene]:
    async with SCENES[request.param]() as scene:
        yield scene
