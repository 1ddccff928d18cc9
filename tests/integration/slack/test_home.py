"""App Home, over the real slack-bolt."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from adapters.slack import homes
from tests.fakes.slack import views
from tests.fakes.slack.faults import Error
from tests.fakes.slack.seeing import read
from tests.fakes.waiting import PATIENCE_S
from tests.integration.slack.stage import Stage, png, running, staged


@pytest.fixture(autouse=True)
def _hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("SOON_S", "LATER_S", "PAUSE_S", "_LOOK_S"):
        monkeypatch.setattr(homes, name, 0.05)


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


async def says(stage: Stage, *words: str) -> None:
    """Wait until somebody who does nothing at all sees these words in their App Home."""
    ada = stage.ada

    def holds() -> bool:
        home = views.home(stage.office.slack.world, ada.user)
        return home is not None and all(word in read(home) for word in words)

    await stage.office.slack.until(holds)


async def test_a_job_that_is_asked_for_painted_and_ended_elsewhere_shows_in_a_page_that_was_looked_at(stage: Stage):
    await stage.ada.home("None is waiting or running")
    await stage.ada.slash(stage.general, "/imagine", "a cat")
    await says(stage, "a cat", "waiting", "Cancel")
    await stage.paint(await stage.job(), png())
    await says(stage, "None is waiting or running", "1 picture")


async def test_a_page_that_is_true_is_not_published_again(stage: Stage, monkeypatch: pytest.MonkeyPatch):
    looked_five_times, left = asyncio.Event(), [5]

    async def no_pictures(*_: object) -> dict[object, str]:
        left[0] -= 1
        if not left[0]:
            looked_five_times.set()
        return {}

    monkeypatch.setattr(homes.Homes, "_pictures", no_pictures)
    await stage.ada.home("None is waiting or running")
    await asyncio.wait_for(looked_five_times.wait(), PATIENCE_S)

    assert len(stage.office.slack.record.of("views.publish")) == 1


async def test_a_page_is_kept_true_by_the_process_that_comes_after(tmp_path: Path):
    async with staged(tmp_path) as stage:
        async with running(stage):
            await stage.ada.slash(stage.general, "/imagine", "a cat")
            await stage.until_asked()
            await stage.ada.home("a cat", "waiting")
        await stage.paint(await stage.job(), png())
        async with running(stage):
            await says(stage, "a cat", "1 picture")


async def test_an_hour_after_somebody_looked_their_page_is_left_alone(stage: Stage):
    await stage.ada.home("None is waiting or running")
    stage.office.slack.clock.advance(homes.KEPT_TRUE_S + 1)
    await stage.office.slack.until(lambda: not stage.front.follows.homes._pages)


async def test_what_slack_does_not_take_is_published_again(tmp_path: Path):
    async with staged(tmp_path) as stage, running(stage):
        await stage.ada.home("None is waiting or running")
        stage.office.slack.faults.plan(Error("internal_error"), "views.publish", times=4)
        await stage.ada.slash(stage.general, "/imagine", "a cat")
        await says(stage, "a cat", "waiting")
