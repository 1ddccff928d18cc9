"""What somebody only wants to know, and /cancel: answered to them alone, in time, or not at all."""

import pytest

from bot.errors import StoreLost
from bot.jobs import JobState
from bot.policy.places import PlaceRule
from tests.fakes.discord.limits import Limits
from tests.integration.discord.stage import Stage, png, stage
from tests.integration.discord.test_chat import noise

__all__ = ["stage"]


@pytest.mark.parametrize(
    ("command", "words"),
    [
        ("queue", "none is waiting"),
        ("usage", "GPU time"),
        ("history", "not asked for anything yet"),
        ("workflows", "/flux"),
        ("help", "/imagine"),
    ],
)
async def test_each_answers_the_asker_alone(stage: Stage, command: str, words: str) -> None:
    asked = await stage.ada.slash(stage.general, command)
    assert asked.message.is_ephemeral
    assert words in asked.text


async def test_the_queue_names_what_waits(stage: Stage) -> None:
    await stage.ada.slash(stage.general, "imagine", prompt="a cat")
    told = await stage.ada.slash(stage.general, "queue")
    assert "a cat" in told.text
    assert "next in line" in told.text


async def test_workflows_are_those_of_the_place(stage: Stage) -> None:
    stage.rules.append(PlaceRule(platform="discord", community=stage.town.tenant.id, workflows=("flux",)))
    told = await stage.ada.slash(stage.general, "workflows")
    assert "/flux" in told.text
    assert "/txt2img" not in told.text


async def test_cancel_lists_ones_own_open_jobs_and_stops_the_chosen_one(stage: Stage) -> None:
    await stage.ada.slash(stage.general, "imagine", prompt="a cat")
    await stage.town.discord.member("ben").slash(stage.general, "imagine", prompt="a dog")
    [choice] = await stage.ada.complete(stage.general, "cancel", "job", "")
    assert choice["name"] == "a cat"
    told = await stage.ada.slash(stage.general, "cancel", job=choice["value"])
    assert "Cancelled" in told.text
    assert ((await stage.job(0)).state, (await stage.job(1)).state) == (JobState.CANCELLED, JobState.QUEUED)
    assert await stage.ada.complete(stage.general, "cancel", "job", "") == []


@pytest.mark.parametrize("typed", ["a cat", "", "../../x"])
async def test_cancel_of_what_is_no_job_says_what_to_do(stage: Stage, typed: str) -> None:
    told = await stage.ada.slash(stage.general, "cancel", job=typed)
    assert "Choose one from the list" in told.text


async def test_cancel_of_anothers_job_is_refused(stage: Stage) -> None:
    await stage.ada.slash(stage.general, "imagine", prompt="a cat")
    job_id = str((await stage.job()).job.id)
    told = await stage.town.discord.member("ben").slash(stage.general, "cancel", job=job_id)
    assert "somebody else's" in told.text


async def test_a_history_is_turned_in_place(stage: Stage) -> None:
    for number in range(7):
        await stage.ada.slash(stage.general, "imagine", prompt=f"cat number {number}")
    told = await stage.ada.slash(stage.general, "history")
    assert "cat number 6" in told.text
    assert "cat number 1" not in told.text
    await stage.ada.click(told.message, "Older")
    assert "cat number 1" in told.message.text
    await stage.ada.click(told.message, "Newer")
    assert "cat number 6" in told.message.text
    assert told.message.is_ephemeral


async def test_a_history_shows_the_pictures_again_to_its_owner_alone(stage: Stage) -> None:
    await stage.picture(png("red"), png("blue"))
    told = await stage.ada.slash(stage.general, "history")
    shown = await stage.ada.click(told.message, "Show")
    await stage.town.discord.until(lambda: len(shown.message.files) == 2)
    assert shown.message.is_ephemeral
    assert "a lighthouse at dusk" in shown.text


async def test_what_a_history_shows_of_a_job_under_way_is_called_a_copy(stage: Stage) -> None:
    await stage.ada.slash(stage.general, "imagine", prompt="a cat")
    told = await stage.ada.slash(stage.general, "history")
    shown = await stage.ada.click(told.message, "Show")
    await stage.town.discord.until(lambda: "As of now" in shown.text)

    await stage.paint(await stage.job(), png())
    shown = await stage.ada.click(told.message, "Show")
    await stage.town.discord.until(lambda: "Painted" in shown.text)
    assert "As of now" not in shown.text


async def test_a_picture_that_is_too_large_for_discord_is_shown_again_as_a_smaller_copy(stage: Stage) -> None:
    _, large = noise("large.png")
    await stage.picture(large)
    told = await stage.ada.slash(stage.general, "history")
    stage.town.discord.world.limits = Limits(file_bytes=150_000, ack_s=30)
    shown = await stage.ada.click(told.message, "Show")
    await stage.town.discord.until(lambda: bool(shown.message.files))
    assert len(shown.message.files[0].content) <= 150_000
    assert "smaller copy" in shown.text


async def test_a_store_that_is_away_is_told_and_typing_is_answered_all_the_same(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def lost(*_: object, **__: object) -> None:
        raise StoreLost

    monkeypatch.setattr(type(stage.store), "of_requester", lost)
    for command in ("queue", "usage", "history"):
        told = await stage.ada.slash(stage.general, command)
        assert told.message.is_ephemeral
        assert "queue cannot be reached" in told.text
    assert await stage.ada.complete(stage.general, "cancel", "job", "x") == []
    assert "/imagine" in (await stage.ada.slash(stage.general, "help")).text
