"""What is said to the app without a command: in threads by its name, and to it alone; and what is only said of it."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.fakes.slack.orders import Picture
from tests.integration.slack.stage import Stage, png, running, staged


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    async with staged(tmp_path) as here, running(here):
        yield here
    assert here.office.slack.record.too_many == []


async def prompt(stage: Stage) -> object:
    await stage.until_asked()
    return (await stage.job()).job.values["prompt"]


@pytest.mark.parametrize(
    "said",
    [
        "@fairbrush a fox",
        "@fairbrush: a fox",
        "@fairbrush\na fox",
        "@fairbrush /imagine a fox",
        "@fairbrush imagine: a fox",
        "hey @fairbrush imagine a fox",
    ],
)
async def test_what_is_said_to_the_app_in_a_thread_is_painted_there(stage: Stage, said: str):
    start = stage.ada.say(stage.general, "foxes?")
    stage.ada.say(stage.general, said, thread=start)

    assert await prompt(stage) == "a fox"
    assert (await stage.job()).job.place == stage.office.place(thread=start.ts)


async def test_a_service_and_more_words_are_a_prompt(stage: Stage):
    await stage.ada.tell(stage.general, "help me paint steps:2")

    assert await prompt(stage) == "help me paint"


async def test_nobody_is_answered_who_only_speaks_of_the_app(stage: Stage):
    for said in ("thanks @fairbrush!", "I like what @fairbrush makes", "is @fairbrush help enough?"):
        stage.ada.say(stage.general, said)
    await stage.ada.tell(stage.general, "a fox")
    await stage.until_asked()
    await (await stage.ada.tell(stage.general, "help")).shows("How to paint")

    assert len(stage.desk.submissions) == 1
    assert len([each for each in stage.ada.sees(stage.general) if each.author.is_bot]) == 1


async def test_a_command_that_there_is_not_is_told_with_where_all_are(stage: Stage):
    told = await (await stage.ada.tell(stage.general, "/imagin a fox")).shows("there is no")
    by_command = await (await stage.ada.slash(stage.general, "/fairbrush", "imagin a fox")).shows("there is no")

    assert "@fairbrush help" in told.text
    assert "flux" in by_command.text
    assert "/fairbrush help" in by_command.text
    assert "Type /" not in told.text + by_command.text


async def test_what_is_written_to_the_app_alone_is_painted(stage: Stage):
    await stage.ada.tell(stage.ada.dm, "img2img a fox", Picture(name="cat.png", content=png()))
    await stage.until_asked()
    submission = stage.desk.submissions[0]

    assert (submission.workflow, submission.text) == ("img2img", "a fox")
    assert submission.occasion.place == stage.office.place(stage.ada.dm)
    assert len(submission.attachments) == 1


async def test_a_thread_with_the_app_alone_is_answered_there(stage: Stage):
    start = stage.ada.say(stage.ada.dm, "help")
    await stage.ada.tell(stage.ada.dm, "flux a fox", thread=start)
    await stage.until_asked()

    assert (await stage.job()).job.place == stage.office.place(stage.ada.dm, thread=start.ts)


async def test_a_picture_without_words_is_answered_with_help(stage: Stage):
    asked = await stage.ada.tell(stage.ada.dm, "", Picture(name="cat.png", content=png()))
    await asked.shows("How to paint")

    assert stage.desk.submissions == []


async def test_the_app_does_not_answer_itself(stage: Stage, caplog: pytest.LogCaptureFixture):
    await stage.ada.slash(stage.ada.dm, "/imagine", "a fox")
    await stage.until_asked()
    message = await stage.show((await stage.job()).job)
    own = stage.office.slack.delivery.of("message")
    await stage.office.slack.until(lambda: bool(own) and all(each.acked_at is not None for each in own))

    assert "a fox" in message.text
    assert len(stage.desk.submissions) == 1
    assert [each for each in caplog.records if "cannot be read" in each.getMessage()] == []


# ---- Cancel, and pages -------------------------------------------------------------------------------------------


async def asked_for(stage: Stage, *words: str) -> None:
    for number, each in enumerate(words, start=1):
        await stage.ada.slash(stage.general, "/imagine", each)
        await stage.until_asked(number)
        await stage.job()  # is in the queue, before the next one


async def under_way(stage: Stage) -> list[object]:
    requester = stage.desk.submissions[0].occasion.requester
    return [each.job.values["prompt"] for each in await stage.desk.under_way(requester)]


@pytest.mark.parametrize(
    ("words", "left", "said"),
    [
        ("cancel 2", ["a cow", "a cat"], "Cancelled."),
        ("cancel all", [], "3 are cancelled."),
        ("cancel ALL!", [], "3 are cancelled."),
        ("cancel 4", ["a cow", "a dog", "a cat"], "with a number"),
        ("cancel 0", ["a cow", "a dog", "a cat"], "with a number"),
        (f"cancel {'1' * 4400}", ["a cow", "a dog", "a cat"], "with a number"),
        ("cancel the dog", ["a cow", "a dog", "a cat"], "with a number"),
        ("cancel", ["a cow", "a dog", "a cat"], "a dog"),
    ],
    ids=lambda told: str(told)[:20],
)
async def test_cancel_takes_a_number_of_the_list_or_all(stage: Stage, words: str, left: list[str], said: str):
    await asked_for(stage, "a cat", "a dog", "a cow")
    await (await stage.ada.slash(stage.general, "/fairbrush", words)).shows(said)

    assert await under_way(stage) == left


async def test_a_page_of_the_history_is_asked_for_by_its_number(stage: Stage):
    for number in range(12):
        await stage.ada.slash(stage.general, "/imagine", f"cat no {number}.")
        await stage.until_asked(number + 1)
        await stage.paint(await stage.job(number), png())
    second = await (await stage.ada.tell(stage.general, "history 2")).shows("cat no 0.")

    assert "cat no 11." not in second.text


async def test_a_page_beyond_the_last_is_empty_however_long_its_number(stage: Stage):
    await asked_for(stage, "a cat")
    await (await stage.ada.slash(stage.general, "/fairbrush", f"history {'1' * 4400}")).shows("That is all.")


async def test_a_number_behind_what_takes_none_does_no_harm(stage: Stage):
    await (await stage.ada.slash(stage.general, "/fairbrush", "queue 2")).shows("Your jobs")
    await (await stage.ada.tell(stage.general, "queue 2")).shows("Your jobs")
