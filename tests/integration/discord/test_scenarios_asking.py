"""Somebody asks for a picture and gets it: the whole path, through every way of asking."""

from tests.fakes.discord.orders import Picture
from tests.fakes.headlines import CANCELLED, PAINTED, PAINTING
from tests.integration.discord.whole import Whole, edits_by_bot, headlines, painted, whole
from tests.integration.web.desk import png

CAT = Picture(name="cat.png", content=png("teal"))


async def mid_run(scene: Whole, who: str = "ada", **values):
    """Ask for a picture that takes its time, and wait until it is being painted."""
    scene.slow()
    asked = await scene.member(who).slash(scene.general, "imagine", **{"prompt": "a red fox", "steps": 60, **values})
    await asked.shows(PAINTING)
    return asked


async def test_one_message_tells_of_a_job_from_the_queue_over_every_step_to_its_pictures(tmp_path):
    async with whole(tmp_path) as scene:
        asked = await mid_run(scene, seed="42", steps=12, count=2)
        message = asked.message
        await scene.discord.until(lambda: bool(message.files))
        scene.quick()
        await painted(asked)
        [record] = await scene.ended()

        told = headlines(message)
        assert any("a red fox" in each for each in told)
        assert any("of 12" in each and "%" in each for each in told), told
        assert scene.shown() == [message]
        assert len(message.files) == 2 == len(record.files)
        assert all(each.kind == "image/png" and "red fox" in (each.description or "") for each in message.files)
        for word in ("red fox", "42", "512x512", "simulated-sd15", "Ada"):
            assert word in message.text, word
        assert {"Reroll", "Vary", "Upscale", "Parameters", "Delete", "Report"} <= {*message.labels}, message.labels
        assert message.is_v2
        assert not message.is_ephemeral
        assert message.pings == set()
        assert edits_by_bot(scene) == []
        assert scene.discord.record.refused == []


async def test_a_message_never_goes_back_and_shows_every_headline_once(tmp_path):
    async with whole(tmp_path) as scene:
        asked = await mid_run(scene, steps=30)
        scene.slow(3)
        message = await painted(asked)

        steps = [int(each.split("step ")[1].split(" ")[0]) for each in headlines(message) if "step " in each]
        assert steps == sorted(steps)
        assert [PAINTED in each for each in headlines(message)].count(True) == 1
        assert PAINTED in headlines(message)[-1]


async def test_edit_and_rerun_opens_a_form_with_what_was_asked_and_paints_what_was_written(tmp_path):
    async with whole(tmp_path) as scene:
        ada, ben = scene.member("ada"), scene.member("ben")
        asked = await ada.slash(scene.general, "imagine", prompt="a red fox", seed="42", steps=3)
        first = await painted(asked)

        form = await ben.click(first, label_of(first, "Edit"))
        assert len(form.modal["components"]) <= 5
        again = await ben.submit(form, Prompt="a blue fox")
        second = await painted(again)
        jobs = await scene.ended(2)

        assert first is not second
        assert "a blue fox" in second.text
        assert "Ben" in second.text
        assert {str(each.job.values["prompt"]) for each in jobs} == {"a red fox", "a blue fox"}
        [rerun] = [each.job for each in jobs if each.job.values["prompt"] == "a blue fox"]
        assert rerun.values["steps"] == 3


def label_of(message, begins: str) -> str:
    """Return the button whose label begins so."""
    return next(each for each in message.labels if each.startswith(begins))


async def test_vary_of_several_pictures_asks_which_and_repaints_that_one(tmp_path):
    async with whole(tmp_path) as scene:
        ada = scene.member("ada")
        first = await painted(await ada.slash(scene.general, "imagine", prompt="foxes", steps=2, count=3))

        picker = await ada.click(first, "Vary")
        assert picker.message.is_ephemeral
        [select] = [each for each in picker.message.controls if "options" in each]
        assert len(select["options"]) == 3
        chosen = await ada.choose(picker.message, select["custom_id"], select["options"][1]["value"])
        await painted(chosen)
        jobs = await scene.ended(2)

        [varied] = [each.job for each in jobs if each.job.workflow == "img2img"]
        [source] = [each for each in jobs if each.job.workflow == "txt2img"]
        assert source.files[1].key in {getattr(each, "key", None) for each in varied.values.values()}


async def test_a_picture_comes_along_with_a_command_and_through_both_entries_of_its_menu(tmp_path):
    async with whole(tmp_path) as scene:
        ada, ben = scene.member("ada"), scene.member("ben")
        await painted(await ada.slash(scene.general, "img2img", prompt="as oil", image=CAT, steps=2))

        theirs = ben.say(scene.general, "look at him", CAT)
        await painted(await ada.menu("Upscale this picture", theirs))
        form = await ada.menu("Reimagine this picture", theirs)
        await painted(await ada.submit(form, Prompt="as water colours"))
        jobs = await scene.ended(3)

        assert sorted(each.job.workflow for each in jobs) == ["img2img", "img2img", "upscale"]
        assert len({getattr(each.job.values["image"], "key", None) for each in jobs}) == 1


async def test_the_prompt_takes_the_text_grammar_and_the_same_parameter_twice_is_a_fault(tmp_path):
    async with whole(tmp_path) as scene:
        ada = scene.member("ada")
        await painted(await ada.slash(scene.general, "imagine", prompt="a fox steps:3 seed:5"))
        twice = await ada.slash(scene.general, "imagine", prompt="a fox steps:3", steps=4)
        [record] = await scene.ended()

        assert record.job.values["steps"] == 3
        assert record.job.values["prompt"] == "a fox"
        assert [each.is_ephemeral for each in twice.messages] == [True]
        assert "steps" in twice.text


async def test_cancelling_a_waiting_and_a_running_job_ends_both_messages_truly(tmp_path):
    async with whole(tmp_path) as scene:
        ada, ben = scene.member("ada"), scene.member("ben")
        running = await mid_run(scene)
        waiting = await ben.slash(scene.general, "imagine", prompt="a blue fox")
        await waiting.shows("ahead" if "ahead" in waiting.text else "next in line")

        stranger = await ben.click(running.message, "Cancel")
        assert all(each.is_ephemeral for each in stranger.messages)
        await ben.click(waiting.message, "Cancel")
        await waiting.shows(CANCELLED)
        await ada.click(running.message, "Cancel")
        await running.shows(CANCELLED)

        assert [each.state.value for each in await scene.ended(2)] == ["cancelled", "cancelled"]
        assert scene.runs() == 1
        assert "Reroll" in running.message.labels
