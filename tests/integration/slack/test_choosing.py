"""Of a message with several pictures one is chosen to begin with: over the real slack-bolt."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.submissions import ResultOf
from tests.fakes.slack.orders import Picture
from tests.integration.slack.stage import Stage, png, running, staged

SHORTCUT = "fairbrush_reimagine"


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    async with staged(tmp_path) as here, running(here):
        yield here
    assert here.office.slack.record.too_many == []
    assert here.office.slack.record.refused == []


async def test_of_several_results_one_is_chosen_and_that_one_is_taken(stage: Stage) -> None:
    message, bob = await stage.picture(png("teal"), png("navy")), stage.office.team.member("bob")
    picker = await (await bob.shortcut(SHORTCUT, message)).shows("which picture?")
    form = await (await bob.choose(picker, "Choose a picture", "Picture 2")).opens("Prompt")
    await bob.submit(form, Prompt="a dragon")
    await stage.until_asked(2)

    job, first = (await stage.job()).job, await stage.job(0)
    assert picker.is_ephemeral
    assert (job.workflow, job.requester.id, job.parent) == ("img2img", bob.id, first.job.id)
    assert stage.desk.submissions[-1].pictures == {"image": ResultOf(job_id=first.job.id, index=1)}


async def test_of_several_pictures_of_somebody_else_one_is_chosen(stage: Stage) -> None:
    sides = {"small.png": (100, 80), "large.png": (120, 80)}
    pictures = [Picture(name=name, content=png("red", size)) for name, size in sides.items()]
    said = stage.office.team.member("bob").say(stage.general, "look", *pictures)
    picker = await (await stage.ada.shortcut(SHORTCUT, said)).shows("which picture?")
    form = await (await stage.ada.choose(picker, "Choose a picture", "Picture 2")).opens("Prompt")
    await stage.ada.submit(form, Prompt="a dragon")
    await stage.until_asked()

    assert (await stage.job()).job.values["image"].width == 120  # type: ignore[union-attr]


async def test_what_was_not_chosen_in_time_is_told(stage: Stage) -> None:
    message = await stage.picture(png("teal"), png("navy"))
    picker = await (await stage.ada.shortcut(SHORTCUT, message)).shows("which picture?")
    for name in [each for each in stage.office.drawer.kept if "/aside/" in each]:
        del stage.office.drawer.kept[name]

    await (await stage.ada.choose(picker, "Choose a picture", "Picture 2")).shows("open for too long")
