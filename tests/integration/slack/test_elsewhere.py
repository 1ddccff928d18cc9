"""What could not be shown where it was asked for is painted in direct messages, however it was asked for."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.fakes.slack.orders import Picture
from tests.fakes.slack.state import Channel, Message
from tests.integration.slack.stage import Stage, png, running, staged

LONG = "a cat, " * 400
SEND = "Send it to my DM"


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    async with staged(tmp_path) as here, running(here):
        yield here
    assert here.office.slack.record.too_many == []


@pytest.fixture
def cats(stage: Stage) -> Channel:
    return stage.office.team.channel("cats", has_bot=False)


async def test_a_prompt_of_any_length_is_sent_there(stage: Stage, cats: Channel):
    told = await (await stage.ada.slash(cats, "/imagine", LONG)).shows("/invite")
    await (await stage.ada.click(told, SEND)).shows("You find it in your messages with me.")
    await stage.until_asked()
    job = (await stage.job()).job

    assert job.place == stage.office.place(stage.ada.dm)
    assert str(job.values["prompt"]).startswith("a cat, a cat")


async def test_whoever_clicks_twice_asks_once(stage: Stage, cats: Channel):
    told = await (await stage.ada.slash(cats, "/imagine", "a cat")).shows("/invite")
    await stage.ada.click(told, SEND)
    await stage.ada.click(told, SEND)
    await stage.until_asked(2)

    assert len({each.job_id for each in stage.desk.submissions}) == 1


async def test_what_is_wrong_with_it_is_told_where_it_was_clicked(stage: Stage, cats: Channel):
    told = await (await stage.ada.slash(cats, "/imagine", "a cat steps:9999")).shows("/invite")
    await (await stage.ada.click(told, SEND)).shows("steps")

    assert stage.desk.submissions == []


async def test_a_form_of_a_channel_that_the_app_was_removed_from_is_painted_there(stage: Stage):
    form = await (await stage.ada.slash(stage.general, "/img2img")).opens("Prompt")
    await removed(stage)
    await stage.ada.submit(form, Prompt="a cat", Image=[Picture(name="cat.png", content=png())])
    told = await offered(stage)
    await stage.ada.click(told, SEND)
    await stage.until_asked()
    job = (await stage.job()).job

    assert (job.workflow, job.values["prompt"]) == ("img2img", "a cat")
    assert job.place == stage.office.place(stage.ada.dm)


async def test_a_form_with_faults_is_told_them_when_it_is_sent_there(stage: Stage):
    form = await (await stage.ada.slash(stage.general, "/imagine")).opens("Prompt")
    await removed(stage)
    await stage.ada.submit(form, Prompt="a cat", Seed="lucky")
    await (await stage.ada.click(await offered(stage), SEND)).shows("seed")


async def test_a_picture_of_a_message_is_reimagined_there(stage: Stage, cats: Channel):
    said = stage.office.team.member("bob").say(cats, "look", Picture(name="cat.png", content=png()))
    told = await (await stage.ada.shortcut("fairbrush_reimagine", said)).shows("/invite")
    form = await (await stage.ada.click(told, SEND)).opens("Prompt")
    stage.office.team.invite(cats)  # else Slack does not show us the picture
    await stage.ada.submit(form, Prompt="a dog")
    await stage.until_asked()

    assert (await stage.job()).job.place == stage.office.place(stage.ada.dm)


@pytest.mark.parametrize("is_archived", [False, True])
async def test_a_form_says_at_the_place_what_speaks_against_the_place(stage: Stage, is_archived: bool):
    form = await (await stage.ada.shortcut("fairbrush_new")).opens("Where to")
    where = stage.general if is_archived else stage.office.team.channel("cats", has_bot=False)
    if is_archived:
        stage.office.team.archive(where)
    sent = await stage.ada.submit(form, Prompt="a cat", where_to=where.id)

    assert [*sent.errors] == ["where"]


async def test_no_word_of_it_stands_in_the_button(stage: Stage, cats: Channel):
    told = await (await stage.ada.slash(cats, "/imagine", "a cat")).shows("/invite")
    [value] = [each["value"] for block in told.now.blocks for each in block.get("elements", ()) if "value" in each]

    assert len(value) == 32
    assert "a cat" not in value


async def removed(stage: Stage) -> None:
    """Remove the app from the channel, and wait until it knows."""
    slack = stage.office.slack
    stage.office.team.remove(stage.general)
    await slack.until(lambda: all(each.acked_at for each in slack.delivery.of("member_left_channel")))


async def offered(stage: Stage) -> Message:
    """Return what Ada is told in her direct messages, where nothing can be told in the channel."""
    found: list[Message] = []

    def holds() -> bool:
        found[:] = [each for each in stage.ada.sees(stage.ada.dm) if SEND in each.labels]
        return bool(found)

    await stage.office.slack.until(holds)
    return found[0]
