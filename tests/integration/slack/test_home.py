"""App Home, over the real slack-bolt."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.integration.slack.stage import Stage, running, staged


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    async with staged(tmp_path) as here, running(here):
        yield here
    assert here.office.slack.record.too_many == []
    assert here.office.slack.record.refused == []


async def test_it_shows_jobs_usage_and_pictures(stage: Stage):
    await stage.picture()
    await stage.ada.slash(stage.general, "/imagine", "a second cat")
    await stage.until_asked(2)
    await stage.job()
    view = await stage.ada.home("a second cat", "a lighthouse at dusk", "Waiting")

    assert "slack_file" in str(view.shape)


async def test_a_job_is_cancelled_there_and_the_page_is_true_again(stage: Stage):
    await stage.ada.slash(stage.general, "/imagine", "a cat")
    await stage.until_asked()
    await stage.job()
    view = await stage.ada.home("a cat", "Cancel")
    await stage.ada.click(view, "Cancel")
    await stage.office.slack.until(lambda: "None is waiting or running" in str(view.shape))


async def test_what_is_asked_for_there_is_shown_in_direct_messages(stage: Stage):
    await stage.picture()
    view = await stage.ada.home("a lighthouse at dusk")
    await stage.ada.click(view, "🎲 Reroll")
    await stage.until_asked(2)

    assert (await stage.job()).job.place == stage.office.place(stage.ada.dm)


async def test_what_speaks_against_a_click_there_is_said_over_it(stage: Stage):
    await stage.picture()
    view = await stage.ada.home("a lighthouse at dusk")
    await stage.store.forget(stage.desk.submissions[0].job_id)
    clicked = await stage.ada.click(view, "🎲 Reroll")

    await clicked.opens("not kept any more")


async def test_a_new_picture_is_asked_for_there(stage: Stage):
    view = await stage.ada.home("New picture")
    await (await stage.ada.click(view, "New picture")).opens("Where to")
