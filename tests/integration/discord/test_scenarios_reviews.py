"""What a moderator sees first is seen by nobody else: no file, preview or link leaves before it passed."""

from contextlib import asynccontextmanager

from tests.fakes.discord.permissions import Can
from tests.fakes.waiting import PATIENCE_S
from tests.integration.discord.whole import painted, read, whole

PENDING = "A moderator looks at it first"


@asynccontextmanager
async def reviewed(folder, **more):
    """Open a town in whose #general a moderator looks at everything first."""
    async with whole(folder, start=False, public_url="https://paint.example", **more) as scene:
        place = {"platform": "discord", "community": str(scene.town.id), "channel": str(scene.general.id)}
        scene.settings["places"] = [{**place, "review": True}]
        await scene.start()
        await scene.opened()
        yield scene, scene.discord.member("moe", scene.town, can=Can.MODERATE_MEMBERS)


async def mod(scene, moe, verb, **said):
    """Let a moderator say something; returns what they read."""
    asked = await moe.slash(scene.general, f"mod {verb}", **said)
    await scene.discord.until(lambda: bool(asked.text.strip()), PATIENCE_S)
    assert all(each.is_ephemeral for each in asked.messages)
    return read(asked)


def leaked(scene):
    """Return every call that brought a file, and every body in which an address of one stands."""
    return [
        each.name
        for each in scene.discord.calls
        if each.files or "paint.example/files" in str(each.body) or "attachment://" in str(each.body)
    ]


async def pending(scene, words="a fox", who="ada"):
    """Have something painted that waits for a moderator; returns its message and its id."""
    asked = await scene.member(who).slash(scene.general, "imagine", prompt=words, steps=4)
    message = await asked.shows(PENDING, within_s=PATIENCE_S)
    [record] = [each for each in await scene.ended() if each.awaits_review]
    return message, str(record.job.id)


async def test_what_is_for_review_leaks_nowhere_and_is_shown_once_it_passed(tmp_path):
    async with reviewed(tmp_path) as (scene, moe):
        message, job = await pending(scene)
        ada = scene.member("ada")
        listed = await ada.slash(scene.general, "history")
        assert "waits for a moderator" in read(listed)
        shown = await (await ada.click(listed.messages[0], "Show")).shows(PENDING)

        assert {each.get("label") for each in message.controls} == {"Delete"}
        assert "Reroll" not in {each.get("label") for each in shown.controls}
        assert "a fox" in read(message)
        assert leaked(scene) == []
        assert job in await mod(scene, moe, "reviews")

        assert "Passed" in await mod(scene, moe, "pass", job=job)
        await scene.discord.until(lambda: len(message.files) == 1, PATIENCE_S)
        assert "Reroll" in {each.get("label") for each in message.controls}
        assert PENDING not in read(message)
        assert scene.shown() == [message]
        assert leaked(scene), "what counts as a leak is seen when there is one"
        assert "already" in await mod(scene, moe, "reject", job=job, reason="late")


async def test_what_is_rejected_says_why_and_its_files_go_also_after_a_restart(tmp_path):
    async with reviewed(tmp_path) as (scene, moe):
        message, job = await pending(scene)
        await scene.processes[-1].stop()
        await scene.start()
        await scene.opened()

        assert "Rejected" in await mod(scene, moe, "reject", job=job, reason="that is no fox")
        await scene.discord.until(lambda: "that is no fox" in read(message), PATIENCE_S)
        [record] = await scene.ended()

        assert record.made == ()
        assert leaked(scene) == []
        assert scene.shown() == [message]


async def test_whoever_asked_deletes_what_waits_and_nothing_is_left_to_decide(tmp_path):
    async with reviewed(tmp_path) as (scene, moe):
        message, job = await pending(scene)
        await scene.member("ada").click(message, "Delete")
        await scene.discord.until(lambda: scene.shown() == [], PATIENCE_S)

        assert "Nothing waits" in await mod(scene, moe, "reviews")
        assert "not kept" in await mod(scene, moe, "pass", job=job)
        assert leaked(scene) == []


async def test_elsewhere_pictures_are_shown_at_once(tmp_path):
    async with reviewed(tmp_path) as (scene, _):
        open_one = scene.discord.channel(scene.town, "open")
        message = await painted(await scene.member("ada").slash(open_one, "imagine", prompt="a fox", steps=2))
        await scene.ended()
        assert len(message.files) == 1
