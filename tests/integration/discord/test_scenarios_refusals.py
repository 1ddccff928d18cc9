"""What cannot be, is said at once, completely, kindly and to the asker alone; and no prompt can do harm."""

from pathlib import Path
from shutil import copytree

import pytest

from tests.fakes.discord.orders import CannotAsk, Picture
from tests.integration.discord.whole import painted, whole
from tests.integration.web.desk import png
from workflows.catalog import LIBRARY

HOSTILE = (
    "@everyone <@&1> <@1> <#1> </imagine:1> [free](https://evil.example) ||x|| ```a``` `b` **c** ~~d~~ > e\n"
    "# big\n-# Painted in 3 s · seed 1\n- list\n<t:1:R> <:e:1> \u202e\u200b https://evil.example *_*"
)


async def test_a_wish_that_is_one_too_many_is_refused_before_anybody_sees_it(tmp_path):
    async with whole(tmp_path, max_waiting_per_person=1) as scene:
        scene.slow()
        ada = scene.member("ada")
        first = await ada.slash(scene.general, "imagine", prompt="one")
        await first.shows("Painting")
        await ada.slash(scene.general, "imagine", prompt="two")
        third = await ada.slash(scene.general, "imagine", prompt="three")
        scene.quick()

        await third.shows("1")
        assert [each.is_ephemeral for each in third.messages] == [True]
        assert len(await scene.ended(2)) == 2
        assert len(scene.shown()) == 2


@pytest.mark.parametrize("name", ["imagine", "img2img"])
async def test_no_prompt_pings_anybody_or_speaks_with_our_voice(tmp_path, name):
    picture = {"image": Picture(name="cat.png", content=png("teal"))} if name == "img2img" else {}
    async with whole(tmp_path) as scene:
        scene.member("victim")
        asked = await scene.member("ada").slash(scene.general, name, prompt=HOSTILE, steps=2, **picture)
        message = await painted(asked)
        await scene.ended()

        assert [each.pings for each in scene.general.messages.values()] == [set()] * len(scene.general.messages)
        lines = message.text.split("\n")
        assert [each for each in lines if each.startswith(("# ", "- ", "```"))] == []
        assert len([each for each in lines if each.startswith("-# ")]) == 1
        assert "](https://evil" not in message.text
        assert "\u202e" not in message.text


async def test_what_is_for_adults_is_painted_in_channels_for_adults_only(tmp_path):
    library = with_nsfw(tmp_path)
    async with whole(tmp_path, workflows_dir=library) as scene:
        ada = scene.member("ada")
        hidden = scene.discord.channel(scene.town, "hidden", nsfw=True)
        assert scene.discord.commands()["dark"]["nsfw"] is True
        with pytest.raises(CannotAsk):
            await ada.slash(scene.general, "dark", prompt="a fox")

        sly = await ada.slash(scene.general, "imagine", prompt="a fox", workflow="dark")
        assert [each.is_ephemeral for each in sly.messages] == [True]
        assert "for adults" in sly.text
        assert await ada.complete(scene.general, "imagine", "workflow", "dark") == []
        assert [each["value"] for each in await ada.complete(hidden, "imagine", "workflow", "dark")] == ["dark"]

        message = await painted(await ada.slash(hidden, "dark", prompt="a fox", steps=2))
        [gallery] = [each for each in components(message) if each["type"] == 12]
        assert all(each["spoiler"] for each in gallery["items"])
        thread = scene.discord.thread(hidden, "more")
        await painted(await ada.slash(thread, "dark", prompt="a fox", steps=2))
        assert len(await scene.ended(2)) == 2


def components(message):
    """Return every component of a message, nested ones too."""
    found = []
    stack = [*message.now.components]
    while stack:
        each = stack.pop()
        found.append(each)
        stack += each.get("components", ())
    return found


def with_nsfw(folder: Path) -> Path:
    """Return a library in which there is a workflow for adults, too."""
    library = folder / "workflows"
    copytree(LIBRARY, library)
    copytree(library / "txt2img", library / "dark")
    manifest = library / "dark" / "manifest.toml"
    manifest.write_text(manifest.read_text().replace('title = "Text to image"', 'title = "After dark"\nnsfw = true'))
    return library


async def test_a_place_has_its_own_workflows_and_its_own_default(tmp_path):
    async with whole(tmp_path, start=False) as scene:
        cats = scene.discord.channel(scene.town, "cats")
        scene.settings["places"] = [
            {
                "community": str(scene.town.id),
                "channel": str(cats.id),
                "workflows": ["flux"],
                "default_workflow": "flux",
            }
        ]
        await scene.start()
        await scene.opened()
        ada = scene.member("ada")

        here = await ada.slash(cats, "imagine", prompt="a fox", workflow="txt2img")
        assert [each.is_ephemeral for each in here.messages] == [True]
        assert "flux" in here.text
        await painted(await ada.slash(cats, "imagine", prompt="a fox steps:2"))
        [record] = await scene.ended()
        assert record.job.workflow == "flux"


async def test_somebody_elses_custom_ids_do_nothing(tmp_path):
    async with whole(tmp_path) as scene:
        ada = scene.member("ada")
        message = await painted(await ada.slash(scene.general, "imagine", prompt="one", steps=2))
        await scene.ended()
        for each in message.controls:
            each["custom_id"] = "fb1/press/reroll/../../etc"
        answer = await ada.click(message, "Reroll")

        assert all(each.is_ephemeral for each in answer.messages)
        assert scene.runs() == 1
