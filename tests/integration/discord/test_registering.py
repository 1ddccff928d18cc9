"""A running service registers in every community by itself."""

import logging

import pytest

from tests.fakes.waiting import PATIENCE_S
from tests.integration.discord.whole import whole

NOWHERE = "123456789012345678"


async def test_a_community_that_the_bot_is_not_in_keeps_no_command_out_of_the_others(tmp_path, caplog):
    async with whole(tmp_path, start=False) as scene:
        scene.settings["discord"] = {"dev_guilds": [NOWHERE, str(scene.town.id)]}
        with caplog.at_level(logging.WARNING, logger="adapters.discord.registering"):
            await scene.start()
            await scene.discord.until(lambda: "imagine" in scene.discord.commands(scene.town), PATIENCE_S)
            await scene.discord.until(lambda: bool(told_of(caplog)), PATIENCE_S)

        [told] = told_of(caplog)
        assert NOWHERE in told
        assert "Invite the bot there" in told


def told_of(caplog: pytest.LogCaptureFixture) -> list[str]:
    """Return what the log says of registering."""
    return [each.getMessage() for each in caplog.records if "registering commands" in each.getMessage()]
