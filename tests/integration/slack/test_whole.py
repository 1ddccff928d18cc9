"""From a command to the picture in the channel: the front and the noticeboard together, over the real slack-bolt."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from bot.noticeboard import Noticeboard, Patience
from tests.integration.slack.stage import Stage, png, running, staged

PATIENCE = Patience(poll_s=0.02, sweep_s=0.2, retry_s=0.1, lease_s=1.0)


@asynccontextmanager
async def showing(stage: Stage, owner: str = "process-1") -> AsyncIterator[None]:
    """Let the noticeboard of a process run."""
    async with asyncio.TaskGroup() as tasks:
        board = tasks.create_task(
            Noticeboard(stage.front.platform, stage.sources, owner=owner, patience=PATIENCE).run()
        )
        try:
            yield
        finally:
            board.cancel()


async def test_a_command_becomes_one_message_in_which_the_picture_stands(tmp_path: Path):
    async with staged(tmp_path) as stage, running(stage), showing(stage):
        asked = await stage.ada.slash(stage.general, "/imagine", "a cat seed:7")
        await stage.until_asked()
        message = await asked.shows("a cat", "Cancel")
        await stage.paint(await stage.job(), png())
        await asked.shows("a cat", "Reroll")

        assert [each for each in stage.general.shown if each.author.is_bot] == [message]
        assert "slack_file" in str(message.now.blocks)
        assert stage.office.slack.orphans() == []


async def test_a_mention_in_a_thread_is_painted_in_the_thread(tmp_path: Path):
    async with staged(tmp_path) as stage, running(stage), showing(stage):
        start = stage.ada.say(stage.general, "cats?")
        asked = await stage.ada.tell(stage.general, "imagine a cat", thread=start)
        message = await asked.shows("a cat", "Cancel")

        assert message.thread_ts == start.ts


async def test_a_restart_in_mid_job_goes_on_in_the_same_message(tmp_path: Path):
    async with staged(tmp_path) as stage:
        async with running(stage), showing(stage):
            asked = await stage.ada.slash(stage.general, "/imagine", "a cat")
            await stage.until_asked()
            message = await asked.shows("a cat", "Cancel")
        async with running(stage), showing(stage, "process-2"):
            await stage.paint(await stage.job(), png())
            await asked.shows("Reroll")
            await stage.ada.click(message, "🎲 Reroll")
            await stage.until_asked(2)
            again = await stage.job()  # it was asked for: it is there once it is read, as long as the service runs

            assert message.deleted_at is None
            assert again.job.parent == (await stage.job(0)).job.id
