"""What cannot be, is said at once, completely, kindly and to the asker alone; and no prompt can do harm."""

import asyncio
from pathlib import Path
from shutil import copytree

import pytest

from bot.desk import Desk
from tests.fakes.discord.orders import CannotAsk, Picture
from tests.fakes.discord.permissions import Can
from tests.integration.discord.whole import painted, whole
from tests.integration.web.desk import png
from workflows.catalog import LIBRARY

HOSTILE = (
    "@everyone <@&1> <@1> <#1> </imagine:1> [free](https://evil.example) ||x|| ```a``` `b` **c** ~~d~~ > e\n"
    "# big\n-# Painted in 3 s · seed 1\n- list\n<t:1:R> <:e:1> \u202e\u200b https://evil.example *_*"
)


async def test_all_faults_of_a_wish_are_told_at_once_and_to_the_asker_only(tmp_path):
    async with whole(tmp_path) as scene:
        asked = await scene.member("ada").slash(
            scene.general, "imagine", prompt="a fox steps:900 sampler:nonsense cfg:none"
        )
        assert not asked.was_deferred
        [told] = asked.messages
        assert told.is_ephemeral
        for word in ("steps", "sampler", "cfg"):
            assert word in told.text, told.text
        assert await scene.jobs() == []
        assert scene.shown() == []


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


async def test_a_refusal_that_comes_late_takes_the_deferred_message_away(tmp_path):
    """A picture is looked at only after it was fetched: by then the answer is that it takes a moment."""
    async with whole(tmp_path) as scene:
        broken = Picture(name="cat.png", content=b"\x89PNG\r\n\x1a\n but no more")
        asked = await scene.member("ada").slash(scene.general, "img2img", prompt="as oil", image=broken)
        await scene.discord.until(lambda: [each.is_ephemeral for each in asked.messages] == [True])

        assert asked.was_deferred
        assert asked.message.deleted_at is not None
        assert scene.shown() == []
        assert await scene.jobs() == []


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
        assert "age-restricted" in sly.text
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


async def test_a_store_that_is_slow_delays_the_answer_to_a_deferral_at_most(tmp_path, monkeypatch):
    async with whole(tmp_path, decide_s=1.8) as scene:
        gate = asyncio.Event()
        hold_submits(monkeypatch, gate)
        asked = await scene.member("ada").slash(scene.general, "imagine", prompt="a fox", steps=2)
        assert asked.was_deferred
        assert not asked.message.is_ephemeral
        gate.set()
        message = await painted(asked)
        await scene.ended()

        assert scene.shown() == [message]
        assert scene.runs() == 1


async def test_a_refusal_after_a_slow_policy_is_for_the_asker_alone(tmp_path, monkeypatch):
    async with whole(tmp_path, decide_s=1.8, max_waiting_per_person=1) as scene:
        scene.slow()
        ada = scene.member("ada")
        await (await ada.slash(scene.general, "imagine", prompt="one")).shows("Painting")
        await ada.slash(scene.general, "imagine", prompt="two")
        gate = asyncio.Event()
        hold_submits(monkeypatch, gate)
        third = await ada.slash(scene.general, "imagine", prompt="three")
        assert third.was_deferred
        gate.set()
        await scene.discord.until(lambda: [each.is_ephemeral for each in third.messages] == [True])
        scene.quick()

        assert third.message.deleted_at is not None
        assert len(await scene.ended(2)) == 2


def hold_submits(monkeypatch, gate: asyncio.Event) -> None:
    """Let whatever decides on a wish wait for the gate."""
    submit = Desk.submit

    async def held(self, submission):
        await gate.wait()
        return await submit(self, submission)

    monkeypatch.setattr(Desk, "submit", held)


async def test_only_the_requester_and_moderators_delete_and_anybody_may_report(tmp_path):
    async with whole(tmp_path) as scene:
        ada, ben = scene.member("ada"), scene.member("ben")
        judge = scene.discord.member("judge", scene.town, can=Can.MANAGE_MESSAGES)
        first = await painted(await ada.slash(scene.general, "imagine", prompt="one", steps=2))
        second = await painted(await ada.slash(scene.general, "imagine", prompt="two", steps=2))
        await scene.ended(2)

        refused = await ben.click(first, "Delete")
        assert [each.is_ephemeral for each in refused.messages] == [True]
        assert first.deleted_at is None

        form = await ben.click(first, "Report")
        [field] = [each["component"] for each in form.modal["components"] if "component" in each]
        thanks = await ben.submit(form, **{field["custom_id"]: "not nice"})
        assert [each.is_ephemeral for each in thanks.messages] == [True]

        await ada.click(first, "Delete")
        await scene.discord.until(lambda: first.deleted_at is not None)
        await judge.click(second, "Delete")
        await scene.discord.until(lambda: second.deleted_at is not None)
        assert await scene.jobs() == []


async def test_buttons_of_a_job_that_is_forgotten_say_so(tmp_path):
    async with whole(tmp_path) as scene:
        ada = scene.member("ada")
        message = await painted(await ada.slash(scene.general, "imagine", prompt="one", steps=2))
        [record] = await scene.ended()
        await scene.store.store.forget(record.job.id)

        for button in ("Reroll", "Parameters"):
            answer = await ada.click(message, button)
            await scene.discord.until(lambda: bool(answer.ephemerals))  # noqa: B023 - it is waited for here
        await ada.click(message, "Delete")
        await scene.discord.until(lambda: message.deleted_at is not None)
        assert scene.runs() == 1


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
