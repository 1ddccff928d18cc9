"""How fast one person may ask: whatever they do counts, refused or not, and before a picture of theirs is fetched."""

from pathlib import Path

import pytest

from bot.errors import TooFast
from bot.policy.pace import Rate
from tests.fakes.slack.orders import Picture
from tests.integration.practice import png
from tests.integration.slack.stage import running, staged


async def test_refused_commands_and_clicks_count_and_nothing_is_asked_of_slack_beyond(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Three at once, and so slowly more that none comes back in this test.
    monkeypatch.setattr("bot.attending.RATE", Rate(burst=3, per_s=1e-6))
    async with staged(tmp_path) as stage, running(stage):
        message = await stage.picture()
        await (await stage.ada.slash(stage.general, "/imagine", "a cat steps:9999")).shows("steps")
        await stage.ada.click(message, "🎲 Reroll")
        await stage.until_asked(2)
        record = stage.office.slack.record
        asked_before = [len(record.of(each)) for each in ("conversations.info", "files.info", "download")]

        fourth = await stage.ada.slash(stage.general, "/imagine", "a dog")
        told = await fourth.shows(TooFast.sentence)
        assert told.is_ephemeral
        await (await stage.ada.click(message, "🎲 Reroll")).shows(TooFast.sentence)
        attached = Picture(name="cat.png", content=png())
        await (await stage.ada.tell(stage.general, "img2img a cat", attached)).shows(TooFast.sentence)
        assert len(stage.desk.submissions) == 2
        asked = [len(record.of(each)) for each in ("conversations.info", "files.info", "download")]
        assert asked == asked_before

        # Nobody else waits for that.
        await stage.office.team.member("bob").slash(stage.general, "/imagine", "a boat")
        await stage.until_asked(3)


async def test_a_form_that_is_sent_too_fast_says_so_where_it_is_filled_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.attending.RATE", Rate(burst=1, per_s=1e-6))
    async with staged(tmp_path) as stage, running(stage):
        form = await (await stage.ada.slash(stage.general, "/imagine")).opens("Prompt")
        sent = await stage.ada.submit(form, Prompt="a cat")

        assert TooFast.sentence in str(sent.sent.answer)
        assert stage.desk.submissions == []
