"""Buttons, selects, forms and menus: done as whoever clicked, under today's rules; an id alone grants nothing."""

import pytest

from bot.jobs import JobState
from bot.policy.places import PlaceRule
from tests.fakes.discord.members import Member
from tests.fakes.discord.orders import Picture
from tests.fakes.discord.permissions import NOTHING, Can
from tests.fakes.discord.state import Message
from tests.integration.discord.stage import Stage, png, stage
from workflows.catalog import Catalog

__all__ = ["stage"]


def ben(stage: Stage, can: Can = NOTHING) -> Member:
    return stage.town.discord.member("ben", can=can)


# ---- Cancel ----


async def test_cancel_is_the_askers_and_is_seen_on_the_card(stage: Stage) -> None:
    asked = await stage.ada.slash(stage.general, "imagine", prompt="a cat")
    message = await stage.show((await stage.job()).job)
    refused = await ben(stage).click(message, "Cancel")
    assert "somebody else's" in refused.text
    assert refused.ephemerals
    assert (await stage.job()).state is JobState.QUEUED
    clicked = await stage.ada.click(message, "Cancel")
    assert clicked.interaction.answer == 6
    assert (await stage.job()).state is JobState.CANCELLED
    assert asked.message is message


async def test_a_moderator_stops_what_others_asked_for(stage: Stage) -> None:
    await stage.ada.slash(stage.general, "imagine", prompt="a cat")
    message = await stage.show((await stage.job()).job)
    clicked = await ben(stage, Can.MANAGE_MESSAGES).click(message, "Cancel")
    assert clicked.ephemerals == []
    assert (await stage.job()).state is JobState.CANCELLED


async def test_cancel_that_comes_too_late_says_so(stage: Stage) -> None:
    asked = await stage.ada.slash(stage.general, "imagine", prompt="a cat")
    await stage.paint(await stage.job(), png())  # which the message does not show yet
    assert "ended already" in (await stage.ada.click(asked.message, "Cancel")).text


async def test_cancel_in_a_history_says_what_became_of_it(stage: Stage) -> None:
    await stage.ada.slash(stage.general, "imagine", prompt="a cat")
    await stage.show((await stage.job()).job)
    told = await stage.ada.slash(stage.general, "history")
    clicked = await stage.ada.click(told.message, "Cancel")
    assert clicked.message.is_ephemeral
    assert "Cancelled." in clicked.text
    assert (await stage.job()).state is JobState.CANCELLED


# ---- Again ----


async def test_reroll_is_a_new_job_of_whoever_clicked(stage: Stage) -> None:
    message = await stage.picture()
    before = await stage.job()
    clicked = await ben(stage).click(message, "Reroll")
    after = await stage.job()
    assert after.job.parent == before.job.id
    assert after.job.requester.name == "Ben"
    assert after.job.values["seed"] != before.job.values["seed"]
    assert clicked.message is not message
    assert stage.general.shown == [message, clicked.message]
    assert "a lighthouse at dusk" in clicked.message.text


async def test_with_one_picture_upscale_asks_for_nothing_more(stage: Stage) -> None:
    message = await stage.picture()
    clicked = await stage.ada.click(message, "Upscale")
    record = await stage.job()
    assert clicked.message is not message
    assert record.job.workflow == "upscale"
    assert record.job.values["image"].key == (await stage.job(0)).files[0].key  # type: ignore[union-attr]


async def test_of_several_pictures_one_is_picked_and_that_one_is_taken(stage: Stage) -> None:
    message = await stage.picture(png("red"), png("blue"), png("green"))
    asked = await ben(stage).click(message, "Vary")
    assert asked.message.is_ephemeral
    assert len(stage.desk.submissions) == 1
    await ben(stage).choose(asked.message, "Choose a picture", "2")
    record = await stage.job()
    assert record.job.workflow == "img2img"
    assert record.job.values["image"].key == (await stage.job(0)).files[2].key  # type: ignore[union-attr]
    assert record.job.requester.name == "Ben"


async def test_a_click_is_judged_by_todays_rules_of_the_place(stage: Stage) -> None:
    message = await stage.picture()
    tenant = stage.town.tenant
    stage.rules.append(PlaceRule(platform="discord", community=tenant.id, workflows=("flux",)))
    clicked = await stage.ada.click(message, "Reroll")
    assert clicked.message.is_ephemeral
    assert "not for this channel" in clicked.text


async def test_a_workflow_that_is_gone_is_told(stage: Stage) -> None:
    message = await stage.picture()
    stage.shelf[0] = Catalog(workflows={}, faults=())
    assert "no longer here" in (await stage.ada.click(message, "Reroll")).text


@pytest.mark.parametrize("label", ["Reroll", "Vary", "Edit & rerun", "Parameters"])
async def test_old_buttons_of_forgotten_jobs_answer_with_a_sentence(stage: Stage, label: str) -> None:
    message = await stage.picture()
    await stage.store.forget((await stage.job()).job.id)
    clicked = await stage.ada.click(message, label)
    assert clicked.message.is_ephemeral
    assert "not kept any more" in clicked.text
    assert len(stage.desk.submissions) == 1


async def test_a_job_of_another_place_cannot_be_reached_by_its_id(stage: Stage) -> None:
    public = await stage.picture()
    secret = await stage.ada.slash(stage.ada.dm, "imagine", prompt="a secret")
    theirs = await stage.job()
    button = next(each for each in public.controls if each.get("label") == "Parameters")
    button["custom_id"] = button["custom_id"].replace((await stage.job(0)).job.id.hex, theirs.job.id.hex)
    clicked = await ben(stage).click(public, "Parameters")
    assert "not kept any more" in clicked.text
    assert "a secret" not in clicked.text
    assert "a secret" in secret.text


async def test_a_button_that_is_none_of_ours_is_told(stage: Stage) -> None:
    message = await stage.picture()
    message.controls[0]["custom_id"] = "fb0:reroll:1"
    assert "older version" in (await stage.ada.click(message, "fb0:reroll:1")).text


# ---- Edit & rerun, Parameters ----


async def test_edit_opens_a_form_and_what_is_sent_is_a_new_job(stage: Stage) -> None:
    message = await stage.picture()
    before = await stage.job()
    form = await ben(stage).click(message, "Edit & rerun")
    prompt = form.modal["components"][0]["component"]
    assert prompt["value"] == "a lighthouse at dusk"
    sent = await ben(stage).submit(form, prompt="a lighthouse at dawn")
    after = await stage.job()
    assert after.job.parent == before.job.id
    assert after.job.values["prompt"] == "a lighthouse at dawn"
    assert after.job.values["seed"] == before.job.values["seed"]
    assert after.job.requester.name == "Ben"
    assert "a lighthouse at dawn" in sent.message.text


async def test_faults_of_a_form_are_told_together(stage: Stage) -> None:
    form = await stage.ada.click(await stage.picture(), "Edit & rerun")
    sent = await stage.ada.submit(form, everything_else="steps:9999 cfg:-4")
    assert sent.message.is_ephemeral
    assert "steps" in sent.text
    assert "cfg" in sent.text


async def test_a_picture_that_the_job_was_given_stays_with_an_edit(stage: Stage) -> None:
    await stage.ada.slash(stage.general, "img2img", prompt="a dog", image=Picture(name="cat.png", content=png()))
    await stage.town.discord.until(lambda: bool(stage.store._entries))
    before = await stage.job()
    form = await stage.ada.click(await stage.painted(before, png("red")), "Edit & rerun")
    await stage.ada.submit(form, prompt="a wolf")
    assert (await stage.job()).job.values["image"] == before.job.values["image"]


async def test_parameters_are_a_command_that_paints_the_same(stage: Stage) -> None:
    message = await stage.picture()
    told = await ben(stage).click(message, "Parameters")
    assert told.message.is_ephemeral
    assert f"seed:{(await stage.job()).job.values['seed']}" in told.text


# ---- Delete ----


async def test_the_asker_deletes_message_and_job(stage: Stage) -> None:
    message = await stage.picture()
    clicked = await stage.ada.click(message, "Delete")
    await stage.town.discord.until(lambda: message.deleted_at is not None)
    assert clicked.ephemerals == []
    assert await stage.store.read(stage.desk.submissions[-1].job_id) is None


@pytest.mark.parametrize("age_s", [0.0, 901.0], ids=["token alive", "token dead"])
async def test_delete_under_a_history_takes_the_message_away_that_everybody_sees(stage: Stage, age_s: float) -> None:
    message = await stage.picture()
    stage.town.discord.clock.advance(age_s)
    told = await stage.ada.slash(stage.general, "history")
    shown = await stage.ada.click(told.message, "Show")
    await stage.town.discord.until(lambda: "a lighthouse at dusk" in shown.text)
    await stage.ada.click(shown.message, "Delete")
    await stage.town.discord.until(lambda: message.deleted_at is not None)
    await stage.town.discord.until(lambda: shown.message.deleted_at is not None)
    assert await stage.store.read(stage.desk.submissions[-1].job_id) is None


async def test_a_stranger_deletes_nothing(stage: Stage) -> None:
    message = await stage.picture()
    clicked = await ben(stage).click(message, "Delete")
    assert "somebody else's" in clicked.text
    assert clicked.message.is_ephemeral
    assert message.deleted_at is None
    assert (await stage.job()).files


async def test_a_moderator_deletes_what_others_asked_for(stage: Stage) -> None:
    message = await stage.picture()
    await ben(stage, Can.MANAGE_MESSAGES).click(message, "Delete")
    await stage.town.discord.until(lambda: message.deleted_at is not None)
    assert await stage.store.read(stage.desk.submissions[-1].job_id) is None


@pytest.mark.parametrize(("who", "goes"), [("ada", True), ("moderator", True), ("stranger", False)])
async def test_a_message_whose_job_is_forgotten_goes_if_the_clicker_may(stage: Stage, who: str, goes: bool) -> None:
    message = await stage.picture()
    await stage.store.forget((await stage.job()).job.id)
    members = {"ada": stage.ada, "moderator": ben(stage, Can.MANAGE_MESSAGES)}
    clicked = await members.get(who, stage.town.discord.member("cleo")).click(message, "Delete")
    if goes:
        await stage.town.discord.until(lambda: message.deleted_at is not None)
    else:
        assert "Only whoever asked" in clicked.text
        assert message.deleted_at is None


# ---- Report ----


async def test_a_report_reaches_the_operator(stage: Stage) -> None:
    message = await stage.picture()
    form = await ben(stage).click(message, "Report")
    sent = await ben(stage).submit(form, reason="it shows my house")
    assert sent.message.is_ephemeral
    assert "A moderator will look at it." in sent.text
    [report] = await stage.reports.newest(None, limit=10)
    assert (report.reporter.name, report.requester.name, report.reason) == ("Ben", "Ada", "it shows my house")


async def test_a_report_that_says_nothing_is_refused_in_words_and_a_second_one_is_added(stage: Stage) -> None:
    message = await stage.picture()
    told = [await ben(stage).submit(await ben(stage).click(message, "Report"), reason=each) for each in (" ", "a", "b")]
    assert "in a few words" in told[0].text
    [report] = await stage.reports.newest(None, limit=10)
    assert report.reason == "a\nb"


async def test_of_a_job_that_is_forgotten_no_form_of_a_report_is_opened(stage: Stage) -> None:
    message = await stage.picture()
    await stage.store.forget((await stage.job()).job.id)
    clicked = await ben(stage).click(message, "Report")
    assert clicked.interaction.modal is None
    assert "nothing can be reported" in clicked.text


# ---- Menus ----


async def test_upscale_takes_the_picture_of_anybodys_message(stage: Stage) -> None:
    said = stage.ada.say(stage.general, "look", Picture(name="cat.png", content=png("red", (120, 80))))
    asked = await ben(stage).menu("Upscale this picture", said)
    assert asked.was_deferred
    await stage.town.discord.until(lambda: bool(stage.store._entries))
    record = await stage.job()
    assert record.job.workflow == "upscale"
    assert record.job.values["image"].width == 120  # type: ignore[union-attr]


async def test_upscale_of_our_own_message_takes_the_job_s_picture(stage: Stage) -> None:
    message = await stage.picture()
    asked = await ben(stage).menu("Upscale this picture", message)
    assert not asked.was_deferred
    record = await stage.job()
    assert record.job.parent == (await stage.job(0)).job.id
    assert record.job.values["image"].key == (await stage.job(0)).files[0].key  # type: ignore[union-attr]


async def test_reimagine_asks_what_to_make_of_it_and_fetches_the_picture_when_the_form_comes(stage: Stage) -> None:
    said = stage.ada.say(stage.general, "look", Picture(name="cat.png", content=png("red", (120, 80))))
    form = await ben(stage).menu("Reimagine this picture", said)
    assert "120" not in str(form.modal)
    assert "denoise:0.6" in str(form.modal)
    await ben(stage).submit(form, prompt="a dragon")
    await stage.town.discord.until(lambda: bool(stage.store._entries))
    values = (await stage.job()).job.values
    assert (values["prompt"], values["denoise"], values["image"].width) == ("a dragon", 0.6, 120)  # type: ignore[union-attr]


async def test_reimagine_of_our_own_message_begins_with_the_job_s_picture(stage: Stage) -> None:
    form = await ben(stage).menu("Reimagine this picture", await stage.picture())
    await ben(stage).submit(form, prompt="a dragon")
    record = await stage.job()
    assert record.job.parent == (await stage.job(0)).job.id
    assert record.job.requester.name == "Ben"


async def test_a_form_that_was_open_too_long_says_what_to_do(stage: Stage) -> None:
    said = stage.ada.say(stage.general, "look", Picture(name="cat.png", content=png()))
    form = await stage.ada.menu("Reimagine this picture", said)
    stage.town.drawer.kept.clear()
    assert "open for too long" in (await stage.ada.submit(form, prompt="a dragon")).text


async def test_a_form_is_its_own_asker_s(stage: Stage) -> None:
    said = stage.ada.say(stage.general, "look", Picture(name="cat.png", content=png()))
    form = await stage.ada.menu("Reimagine this picture", said)
    sent = await ben(stage).submit(form, prompt="a dragon")
    assert "open for too long" in sent.text
    assert stage.desk.submissions == []


async def test_a_message_without_a_picture_is_told(stage: Stage) -> None:
    said: Message = stage.ada.say(stage.general, "no picture")
    for menu in ("Upscale this picture", "Reimagine this picture"):
        asked = await stage.ada.menu(menu, said)
        assert asked.message.is_ephemeral
        assert "no picture in that message" in asked.text


async def test_of_several_pictures_the_menu_asks_which(stage: Stage) -> None:
    pictures = [Picture(name=f"{side}.png", content=png("red", (side, 80))) for side in (100, 120)]
    said = stage.ada.say(stage.general, "look", *pictures)
    asked = await ben(stage).menu("Upscale this picture", said)
    assert asked.message.is_ephemeral
    await ben(stage).choose(asked.message, "Choose a picture", "1")
    await stage.town.discord.until(lambda: bool(stage.store._entries))
    assert (await stage.job()).job.values["image"].width == 120  # type: ignore[union-attr]

    asked = await ben(stage).menu("Reimagine this picture", said)
    form = await ben(stage).choose(asked.message, "Choose a picture", "1")
    await ben(stage).submit(form, prompt="a dragon")
    await stage.town.discord.until(lambda: len(stage.store._entries) == 2)
    assert (await stage.job()).job.values["image"].width == 120  # type: ignore[union-attr]


async def test_of_several_results_the_menu_asks_which_too(stage: Stage) -> None:
    message = await stage.picture(png("red"), png("blue"))
    asked = await ben(stage).menu("Upscale this picture", message)
    await ben(stage).choose(asked.message, "Choose a picture", "1")
    record, parent = await stage.job(), await stage.job(0)
    assert record.job.parent == parent.job.id
    assert record.job.values["image"].key == parent.files[1].key  # type: ignore[union-attr]


async def test_a_refused_form_opens_again_as_it_was_filled(stage: Stage) -> None:
    form = await stage.ada.click(await stage.picture(), "Edit & rerun")
    sent = await stage.ada.submit(form, Prompt="a much longer prompt", Steps="900", rest="seed:7")
    assert sent.message.is_ephemeral
    assert "steps" in sent.text
    again = await stage.ada.click(sent.message, "Edit again")
    assert "a much longer prompt" in str(again.modal)
    await stage.ada.submit(again, Steps="9")
    values = (await stage.job()).job.values
    assert (values["prompt"], values["steps"], values["seed"]) == ("a much longer prompt", 9, 7)


async def test_a_refused_form_about_a_picture_opens_again_with_it(stage: Stage) -> None:
    said = stage.ada.say(stage.general, "look", Picture(name="cat.png", content=png("red", (120, 80))))
    form = await ben(stage).menu("Reimagine this picture", said)
    sent = await ben(stage).submit(form, prompt="a dragon", rest="steps:900")
    again = await ben(stage).click(sent.message, "Edit again")
    await ben(stage).submit(again, rest="steps:9")
    await stage.town.discord.until(lambda: bool(stage.store._entries))
    values = (await stage.job()).job.values
    assert (values["prompt"], values["steps"], values["image"].width) == ("a dragon", 9, 120)  # type: ignore[union-attr]


async def test_a_refused_form_is_opened_again_for_a_while_only(stage: Stage) -> None:
    form = await stage.ada.click(await stage.picture(), "Edit & rerun")
    sent = await stage.ada.submit(form, Steps="900")
    stage.town.drawer.kept.clear()
    assert "open for too long" in (await stage.ada.click(sent.message, "Edit again")).text
