"""Buttons under a job, what they open, and whom they obey: over the real slack-bolt."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.jobs import JobState
from tests.integration.slack.stage import Stage, png, running, staged


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    async with staged(tmp_path) as here, running(here):
        yield here
    assert here.office.slack.record.too_many == []
    assert here.office.slack.record.refused == []


async def asked(stage: Stage, words: str = "a cat steps:20 seed:7") -> None:
    before = len(stage.desk.submissions)
    await stage.ada.slash(stage.general, "/imagine", words)
    await stage.until_asked(before + 1)


async def test_a_job_is_cancelled_by_its_requester(stage: Stage):
    await asked(stage)
    record = await stage.job()
    await stage.ada.click(await stage.show(record.job), "Cancel")

    assert await stage.job(state=JobState.CANCELLED)


async def test_a_job_is_cancelled_by_nobody_else(stage: Stage):
    await asked(stage)
    record = await stage.job()
    clicked = await stage.office.team.member("bob").click(await stage.show(record.job), "Cancel")

    assert (await clicked.shows("somebody else's")).is_ephemeral
    assert (await stage.job()).state is JobState.QUEUED


async def test_a_reroll_is_a_job_of_whoever_clicked(stage: Stage):
    message, bob = await stage.picture(), stage.office.team.member("bob")
    await bob.click(message, "🎲 Reroll")
    await stage.until_asked(2)
    job = (await stage.job()).job

    assert (job.requester.id, job.values["prompt"]) == (bob.id, "a lighthouse at dusk")
    assert job.parent == stage.desk.submissions[0].job_id


async def test_a_click_in_a_thread_is_answered_there(stage: Stage):
    start = stage.ada.say(stage.general, "cats?")
    await stage.ada.tell(stage.general, "imagine a cat", thread=start)
    await stage.until_asked()
    record = await stage.job()
    await stage.paint(record, png())
    message = await stage.show(record.job)
    told = await (await stage.ada.click(message, "Parameters")).shows("Copy this")
    await stage.ada.click(message, "🎲 Reroll")
    await stage.until_asked(2)

    assert (told.is_ephemeral, told.thread_ts) == (True, start.ts)
    assert (await stage.job()).job.place == record.job.place


async def test_which_picture_is_meant_is_asked_where_there_are_several(stage: Stage):
    message = await stage.picture(png("teal"), png("navy"))
    picker = await (await stage.ada.click(message, "🔍 Upscale")).shows("which picture?")
    await stage.ada.choose(picker, "Choose a picture", "Picture 2")
    await stage.until_asked(2)

    assert (await stage.job()).job.workflow == "upscale"


async def test_slack_is_asked_who_clicks_only_where_a_button_judges_them(stage: Stage):
    message, bob, record = await stage.picture(), stage.office.team.member("bob"), stage.office.slack.record
    before = len(record.of("users.info"))
    await (await bob.click(message, "Parameters")).shows("Copy this")

    assert len(record.of("users.info")) == before
    await (await bob.click(message, "✏️ Edit &amp; rerun")).opens("Prompt")
    assert len(record.of("users.info")) == before + 1


async def test_edit_and_rerun_asks_for_the_job_again_with_changes(stage: Stage):
    message = await stage.picture()
    form = await (await stage.ada.click(message, "✏️ Edit &amp; rerun")).opens("Prompt")
    await stage.ada.submit(form, Prompt="a lighthouse at noon")
    await stage.until_asked(2)
    job = (await stage.job()).job

    assert (job.values["prompt"], job.parent) == ("a lighthouse at noon", stage.desk.submissions[0].job_id)


async def test_a_report_reaches_the_operator(stage: Stage):
    message, bob = await stage.picture(), stage.office.team.member("bob")
    form = await (await bob.click(message, "Report")).opens("What is wrong with it?")
    sent = await bob.submit(form, reason="It is no lighthouse.")
    await sent.opens("Thank you. A moderator will look at it.")

    assert [each.reason for each in await stage.reports.newest(stage.office.tenant, limit=10)] == [
        "It is no lighthouse."
    ]


async def test_a_picture_is_deleted_by_its_requester_with_its_message(stage: Stage):
    message = await stage.picture()
    await stage.ada.click(message, "Delete")
    await stage.office.slack.until(lambda: message.deleted_at is not None)

    assert await stage.store.read(stage.desk.submissions[0].job_id) is None
    await stage.office.slack.until(lambda: not stage.office.slack.orphans())


async def test_a_picture_is_deleted_by_nobody_else(stage: Stage):
    message = await stage.picture()
    clicked = await stage.office.team.member("bob").click(message, "Delete")
    await clicked.shows("somebody else's")

    assert message.deleted_at is None


async def test_a_job_of_a_history_is_shown_with_its_picture(stage: Stage):
    await stage.picture()
    history = await (await stage.ada.slash(stage.general, "/fairbrush", "history")).shows("a lighthouse at dusk")
    shown = await (await stage.ada.click(history, "Show")).shows("a lighthouse at dusk", "Parameters")

    assert shown.is_ephemeral
    assert "image" in str(shown.now.blocks)


async def test_a_picture_that_slack_still_looks_at_is_said_to_be_on_its_way(stage: Stage):
    await stage.picture()
    [file] = stage.office.team.state.files.values()
    file.ready_at = stage.office.slack.clock.now() + 3600
    history = await (await stage.ada.slash(stage.general, "/fairbrush", "history")).shows("a lighthouse at dusk")
    early = await (await stage.ada.click(history, "Show")).shows("on their way to Slack")
    assert "slack_file" not in str(early.now.blocks)

    file.ready_at = stage.office.slack.clock.now()
    shown = await (await stage.ada.click(history, "Show")).shows("Parameters")
    assert "slack_file" in str(shown.now.blocks)


async def test_a_history_is_turned_in_its_place(stage: Stage):
    for number in range(12):
        await asked(stage, f"cat number {number}")
        await stage.store.cancel((await stage.job()).job.id)  # so many may not wait
    history = await (await stage.ada.slash(stage.general, "/fairbrush", "history")).shows("cat number 11")
    clicked = await stage.ada.click(history, "Older")
    older = await clicked.shows("cat number 0")

    assert older is history


async def test_a_button_of_an_older_version_says_so(stage: Stage):
    blocks = [
        {
            "type": "actions",
            "elements": [
                {"type": "button", "action_id": "fb0:old", "text": {"type": "plain_text", "text": "Old"}},
            ],
        }
    ]
    async with stage.office.calls() as calls:
        await calls.ask(
            stage.office.team.id,
            "chat.postMessage",
            {"channel": stage.general.id, "text": "An old one", "blocks": blocks},
        )
    message = stage.general.shown[-1]

    await (await stage.ada.click(message, "Old")).shows("older version")
