"""What a moderator sees first is seen by nobody else: Slack gets no file of it before it passed."""

from contextlib import asynccontextmanager

from tests.fakes.waiting import PATIENCE_S
from tests.integration.slack.whole import clean, pictures, whole

PENDING = "A moderator looks at it first"


@asynccontextmanager
async def reviewed(folder):
    """Open a workspace in which a moderator looks at everything first."""
    async with whole(folder, start=False, public_url="https://paint.example") as scene:
        scene.settings["places"] = [{"platform": "slack", "community": scene.team.id, "review": True}]
        await scene.start()
        await scene.opened()
        moe = scene.team.member("moe")
        moe.user.is_admin = True
        yield scene, moe


async def mod(scene, moe, words):
    """Let a moderator say something; returns what they read."""
    asked = await moe.slash(scene.general, "/fairbrush", f"mod {words}")
    await scene.slack.until(lambda: bool(asked.text.strip()), PATIENCE_S)
    assert all(each.is_ephemeral for each in asked.messages)
    return asked.text


def uploads(scene):
    """Return every call that brings a file, or tells where one is."""
    return [
        each.name
        for each in scene.slack.record.calls
        if each.name.startswith("files.") or "paint.example/files" in str(each)
    ]


async def pending(scene):
    """Have something painted that waits for a moderator; returns its message and its id."""
    asked = await scene.ada.slash(scene.general, "/imagine", "a fox steps:4")
    message = await asked.shows(PENDING, within_s=PATIENCE_S)
    [record] = [each for each in await scene.ended() if each.awaits_review]
    return message, str(record.job.id)


async def test_what_is_for_review_leaks_nowhere_and_is_shown_once_it_passed(tmp_path):
    async with reviewed(tmp_path) as (scene, moe):
        message, job = await pending(scene)
        history = await scene.ada.slash(scene.general, "/fairbrush", "history")
        await scene.slack.until(lambda: "waits for a moderator" in history.text, PATIENCE_S)

        assert "Reroll" not in message.seen_in(message.now).text
        assert uploads(scene) == []
        assert job in await mod(scene, moe, "reviews")

        assert "Passed" in await mod(scene, moe, f"pass {job}")
        await scene.slack.until(lambda: pictures(message) == 1, PATIENCE_S)
        await scene.ended()
        assert PENDING not in message.seen_in(message.now).text
        assert uploads(scene), "what counts as a leak is seen when there is one"
        assert scene.shown() == [message]
        assert clean(scene)


async def test_what_is_rejected_says_why_and_slack_never_had_it_also_after_a_restart(tmp_path):
    async with reviewed(tmp_path) as (scene, moe):
        message, job = await pending(scene)
        await scene.processes[-1].stop()
        await scene.start()
        await scene.opened()

        assert "Rejected" in await mod(scene, moe, f"reject {job} that is no fox")
        await scene.slack.until(lambda: "that is no fox" in message.seen_in(message.now).text, PATIENCE_S)
        [record] = await scene.ended()

        assert record.made == ()
        assert uploads(scene) == []
        assert clean(scene)
