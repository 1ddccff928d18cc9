"""What somebody only wants to know, told to them alone; and App Home, which is true again after every click."""

import pytest

from tests.fakes.slack.seeing import read
from tests.integration.slack.whole import WAYS, clean, painted, pictures, whole


@pytest.mark.parametrize("way", WAYS)
async def test_app_home_shows_what_waits_and_what_was_painted_and_what_is_clicked_there_happens(tmp_path, way):
    async with whole(tmp_path, way=way) as scene:
        empty = await scene.ada.home("None is waiting or running")
        assert "/imagine" in read(empty)
        await painted(await scene.ada.slash(scene.general, "/imagine", "a lighthouse steps:2"))
        await scene.ended()
        running = await scene.mid_run("a red fox steps:60")
        scene.slow(100)  # the fox outlasts a minute: the hare has to wait, however busy this machine is
        await (await scene.ada.slash(scene.general, "/imagine", "a hare steps:2")).shows("a hare", "next in line")
        home = await scene.ada.home("a red fox", "a hare", "a lighthouse", "1 of 10 jobs", "GPU time")
        assert str(home.shape).count("'slack_file'") == 1
        cancels = [each["action_id"] for each in controls(home) if "Cancel" in label(each)]
        assert len(cancels) == 2
        for each in cancels:
            seen = len(home.versions)
            await scene.ada.click(home, each)
            await scene.slack.until(lambda before=seen: len(home.versions) > before)
        await running.shows("Cancelled")
        scene.quick()
        await scene.ended(3)
        home = await scene.ada.home("None is waiting or running")
        again = next(each for each in controls(home) if "Reroll" in label(each) and "lighthouse" in spoken(each))
        await scene.ada.click(home, again["action_id"])
        await scene.slack.until(lambda: bool(scene.shown(scene.ada.dm)))
        [message] = scene.shown(scene.ada.dm)
        await scene.slack.until(lambda: pictures(message) == 1)
        await scene.ended(4)

        assert "a lighthouse" in message.text
        assert "a lighthouse" not in read(await scene.ben.home("None is waiting or running"))
        assert clean(scene)


def controls(view):
    """Return the buttons of a view."""
    return [each for block in view.shape["blocks"] for each in block.get("elements", ()) if "action_id" in each]


def label(control) -> str:
    """Return what stands on a button."""
    return str(control["text"]["text"])


def spoken(control) -> str:
    """Return what a screen reader says of it."""
    return str(control.get("accessibility_label", ""))


@pytest.mark.parametrize("way", WAYS)
async def test_what_is_asked_of_the_apps_own_command_is_told_to_whoever_asked_alone(tmp_path, way):
    async with whole(tmp_path, way=way) as scene:
        await painted(await scene.ada.slash(scene.general, "/imagine", "a lighthouse steps:2"))
        await scene.ended()
        running = (await scene.mid_run("a red fox steps:60")).message
        said = {
            "queue": "a red fox",
            "cancel": "a red fox",
            "history": "a lighthouse",
            "usage": "GPU time",
            "workflows": "flux",
            "help": "How to paint",
        }
        for words, found in said.items():
            told = await (await scene.ada.slash(scene.general, "/fairbrush", words)).shows(found)
            assert told.is_ephemeral, words
            if words == "cancel":
                cancelling = told
            if words == "history":
                history = told
        await scene.ada.click(cancelling, "Cancel")
        await scene.slack.until(lambda: "Cancelled" in running.text)
        scene.quick()
        shown = await (await scene.ada.click(history, "Show")).shows("Parameters")
        assert shown.is_ephemeral
        others = await (await scene.ben.slash(scene.general, "/fairbrush", "history")).shows("imagine")
        assert "lighthouse" not in others.text
        await scene.ended(2)
        assert clean(scene)


async def test_parameters_are_a_command_to_copy_and_it_paints_the_same(tmp_path):
    async with whole(tmp_path) as scene:
        message = await painted(await scene.ada.slash(scene.general, "/imagine", "a fox & a hare steps:3 seed:42"))
        told = await (await scene.ben.click(message, "Parameters")).shows("seed:42")
        assert told.is_ephemeral
        words = next(line for line in told.text.split("\n") if "seed:42" in line)
        await scene.ben.slash(scene.general, "/txt2img", words)
        first, second = sorted(await scene.ended(2), key=lambda each: each.job.created_ms)

        assert {**first.job.values} == {**second.job.values}
