"""How fast one person may ask: whatever they do counts, refused or not, and before a picture of theirs is fetched."""

from pathlib import Path

import pytest

from bot.errors import TooFast
from bot.policy.pace import Rate
from tests.fakes.discord.orders import Picture
from tests.integration.discord.stage import png, running, staged


async def test_refused_commands_clicks_and_typing_count_and_nothing_is_fetched_beyond(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Four at once, and so slowly more that none comes back in this test.
    monkeypatch.setattr("bot.attending.RATE", Rate(burst=4, per_s=1e-6))
    async with staged(tmp_path) as stage, running(stage):
        message = (await stage.ada.slash(stage.general, "imagine", prompt="a lighthouse")).message
        await stage.job()
        await stage.ada.slash(stage.general, "imagine", prompt="a cat steps:9999")
        await stage.ada.complete(stage.general, "imagine", "workflow", "flu")
        await stage.ada.click(message, "Cancel")

        fifth = await stage.ada.slash(
            stage.general, "img2img", prompt="a dog", image=Picture(name="cat.png", content=png())
        )
        assert fifth.message.is_ephemeral
        assert TooFast.sentence in fifth.text
        assert not fifth.was_deferred
        assert await stage.ada.complete(stage.general, "imagine", "workflow", "flu") == []
        assert len(stage.desk.submissions) == 1

        # Nobody else waits for that.
        bob = stage.town.discord.member("bob", stage.town.guild)
        assert "a boat" in (await bob.slash(stage.general, "imagine", prompt="a boat")).text
