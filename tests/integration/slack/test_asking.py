"""Commands, mentions and forms, from what somebody types to their job: over the real slack-bolt."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.fakes.slack.orders import Picture
from tests.integration.slack.stage import Stage, png, running, staged


@pytest.fixture(params=["socket", "http"])
async def stage(tmp_path: Path, request: pytest.FixtureRequest) -> AsyncIterator[Stage]:
    options = {} if request.param == "socket" else {"app_token": None}
    async with staged(tmp_path, **options) as here, running(here):
        yield here
    assert here.office.slack.record.too_many == []


async def test_a_command_becomes_a_job_in_its_channel(stage: Stage):
    asked = await stage.ada.slash(stage.general, "/imagine", "a cat & a <dog> steps:30")
    await stage.until_asked()
    job = (await stage.job()).job

    assert (job.values["prompt"], job.values["steps"]) == ("a cat & a <dog>", 30)
    assert job.place == stage.office.place()
    assert (job.requester.id, job.requester.tenant) == (stage.ada.id, stage.office.tenant)
    assert asked.took_s < stage.office.slack.world.limits.ack_s


async def test_every_fault_of_a_command_is_told_to_whoever_asked_alone(stage: Stage):
    asked = await stage.ada.slash(stage.general, "/imagine", "a cat steps:9999 cfg:no")
    told = await asked.shows("steps", "cfg")

    assert told.is_ephemeral
    assert stage.desk.submissions == []


async def test_a_workflow_is_named_behind_the_apps_own_command_or_by_its_own(stage: Stage):
    await stage.ada.slash(stage.general, "/fairbrush", "flux a cat")
    await stage.until_asked(1)
    await stage.ada.slash(stage.general, "/flux", "a dog")
    await stage.until_asked(2)

    assert [(await stage.job(number)).job.workflow for number in (0, 1)] == ["flux", "flux"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("queue", "Your jobs"),
        ("cancel", "None of your jobs"),
        ("history", "imagine"),
        ("usage", "GPU time"),
        ("workflows", "flux"),
        ("help", "How to paint"),
        ("", "How to paint"),
        ("poem a cat", "there is no"),
    ],
)
async def test_what_somebody_wants_to_know_only_they_are_told(stage: Stage, words: str, said: str):
    asked = await stage.ada.slash(stage.general, "/fairbrush", words)

    assert (await asked.shows(said)).is_ephemeral
    assert stage.desk.submissions == []


async def test_slack_is_asked_who_asks_only_where_their_roles_count(stage: Stage):
    record = stage.office.slack.record
    await (await stage.ada.slash(stage.general, "/fairbrush", "queue")).shows("Your jobs")

    assert record.of("users.info") == []
    await (await stage.ada.slash(stage.general, "/fairbrush", "usage")).shows("GPU time")
    assert len(record.of("users.info")) == 1


async def test_a_mention_in_a_thread_becomes_a_job_there(stage: Stage):
    start = stage.ada.say(stage.general, "cats?")
    await stage.ada.tell(stage.general, "imagine a cat", thread=start)
    await stage.until_asked()

    assert (await stage.job()).job.place == stage.office.place(thread=start.ts)


async def test_a_mention_brings_its_pictures(stage: Stage):
    await stage.ada.tell(stage.general, "img2img a cat", Picture(name="cat.png", content=png()))
    await stage.until_asked()

    assert (await stage.job()).job.workflow == "img2img"


async def test_more_pictures_than_a_workflow_takes_are_told_and_none_is_left_out_in_silence(stage: Stage):
    five = [Picture(name=f"cat{number}.png", content=png()) for number in range(5)]
    asked = await stage.ada.tell(stage.general, "img2img a cat", *five)
    told = await asked.shows("more than img2img takes")

    assert told.is_ephemeral
    assert stage.desk.submissions == []


async def test_faults_of_a_mention_are_told_in_its_thread(stage: Stage):
    start = stage.ada.say(stage.general, "cats?")
    asked = await stage.ada.tell(stage.general, "imagine a cat steps:9999", thread=start)
    told = await asked.shows("steps")

    assert (told.is_ephemeral, told.thread_ts) == (True, start.ts)


async def test_an_event_that_is_delivered_again_is_one_job(stage: Stage):
    asked = await stage.ada.tell(stage.general, "imagine a cat")
    await stage.until_asked()
    stage.front._heard.clear()  # as another process, that has not heard of it
    await stage.office.slack.delivery.again(asked.sent)
    await stage.until_asked(2)

    assert stage.desk.submissions[0].job_id == stage.desk.submissions[1].job_id


async def test_a_command_without_words_opens_a_form_that_becomes_a_job(stage: Stage):
    form = await (await stage.ada.slash(stage.general, "/imagine")).opens("Prompt")
    await stage.ada.submit(form, Prompt="a cat", Steps=30)
    await stage.until_asked()
    job = (await stage.job()).job

    assert (job.values["prompt"], job.values["steps"], job.place) == ("a cat", 30, stage.office.place())
    assert not form.is_open


async def test_faults_of_a_form_stand_at_their_fields(stage: Stage):
    form = await (await stage.ada.slash(stage.general, "/imagine")).opens("Prompt")
    sent = await stage.ada.submit(form, Prompt="a cat", Seed="not a number")

    assert [block for block in sent.errors if "seed" in block], sent.errors
    assert form.is_open
    assert stage.desk.submissions == []


async def test_a_form_takes_a_picture(stage: Stage):
    form = await (await stage.ada.slash(stage.general, "/img2img")).opens("Prompt")
    await stage.ada.submit(form, Prompt="a cat", Image=[Picture(name="cat.png", content=png())])
    await stage.until_asked()

    assert (await stage.job()).job.workflow == "img2img"


async def test_a_form_turns_into_that_of_another_workflow(stage: Stage):
    form = await (await stage.ada.slash(stage.general, "/imagine")).opens("Prompt")
    await stage.ada.choose(form, "Workflow", "flux")
    await stage.office.slack.until(lambda: len(form.versions) > 1)
    await stage.ada.submit(form, Prompt="a cat")
    await stage.until_asked()

    assert (await stage.job()).job.workflow == "flux"


async def test_where_the_app_is_not_nothing_is_asked_for_but_an_invitation(stage: Stage):
    cats = stage.office.team.channel("cats", has_bot=False)
    asked = await stage.ada.slash(cats, "/imagine", "a cat")
    told = await asked.shows("/invite")

    assert told.is_ephemeral
    assert stage.desk.submissions == []


async def test_what_cannot_be_shown_there_is_sent_to_direct_messages(stage: Stage):
    cats = stage.office.team.channel("cats", has_bot=False)
    told = await (await stage.ada.slash(cats, "/imagine", "a cat & a dog")).shows("/invite")
    await stage.ada.click(told, "Send it to my DM")
    await stage.until_asked()
    job = (await stage.job()).job

    assert (job.place, job.values["prompt"]) == (stage.office.place(stage.ada.dm), "a cat & a dog")


async def test_a_guest_is_refused_in_words(stage: Stage):
    guest = stage.office.team.member("gus")
    guest.user.is_guest = True
    asked = await guest.slash(stage.general, "/imagine", "a cat")
    await asked.shows("members of this workspace")

    assert stage.desk.submissions == []


async def test_the_global_shortcut_asks_where_to(stage: Stage):
    form = await (await stage.ada.shortcut("fairbrush_new")).opens("Where to")
    await stage.ada.submit(form, Prompt="a cat", where_to=stage.general.id)
    await stage.until_asked()

    assert (await stage.job()).job.place == stage.office.place()


async def test_a_picture_of_a_message_is_reimagined(stage: Stage):
    said = stage.office.team.member("bob").say(stage.general, "look", Picture(name="cat.png", content=png()))
    form = await (await stage.ada.shortcut("fairbrush_reimagine", said)).opens("Prompt")
    await stage.ada.submit(form, Prompt="a dog")
    await stage.until_asked()

    assert (await stage.job()).job.workflow == "img2img"


async def test_a_form_says_where_the_app_is_not(stage: Stage):
    cats = stage.office.team.channel("cats", has_bot=False)
    form = await (await stage.ada.slash(cats, "/imagine")).opens("Where to")
    sent = await stage.ada.submit(form, Prompt="a cat", where_to=cats.id)

    assert "/invite" in str(sent.errors)
    assert form.is_open


async def test_nobody_sends_a_picture_where_they_do_not_read(stage: Stage):
    bob = stage.office.team.member("bob")
    form = await (await stage.ada.shortcut("fairbrush_new")).opens("Where to")
    sent = await stage.ada.submit(form, Prompt="a cat", where_to=bob.dm.id)

    assert sent.errors
    assert stage.desk.submissions == []


async def test_an_archived_channel_is_refused_in_words(stage: Stage):
    stage.office.team.archive(stage.general)
    form = await (await stage.ada.shortcut("fairbrush_new")).opens("Where to")
    sent = await stage.ada.submit(form, Prompt="a cat", where_to=stage.general.id)

    assert "archived" in str(sent.errors)


async def test_a_list_that_is_too_long_for_a_form_is_searched_while_somebody_types(stage: Stage):
    many = tuple(f"sdxl/model-{number}.safetensors" for number in range(150))
    choices = {**stage.vocabulary[0].choices, "CheckpointLoaderSimple.ckpt_name": many}
    stage.vocabulary[:] = [replace(stage.vocabulary[0], choices=choices)]
    form = await (await stage.ada.slash(stage.general, "/imagine")).opens("Prompt")
    found = await stage.ada.suggest(form, "Model", "model-137")
    await stage.ada.submit(form, Prompt="a cat", Model=found[0])
    await stage.until_asked()

    assert (await stage.job()).job.values["model"] == "sdxl/model-137.safetensors"
