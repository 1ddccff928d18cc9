"""Slash commands: told at once what is wrong, a job when nothing is, and Discord answered in time either way."""

from dataclasses import replace
from pathlib import Path

import pytest

from bot.errors import QueueFull, StoreLost
from bot.jobs import JobState
from tests.fakes.discord.orders import Picture
from tests.fakes.discord.permissions import Can
from tests.integration.discord.stage import Stage, png, running, stage, staged

__all__ = ["stage"]


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is not decided at once is deferred."""
    monkeypatch.setattr("adapters.discord.submitting.DECIDE_BY_S", 0.0)


async def test_a_command_becomes_a_job_and_its_first_card_is_the_answer(stage: Stage) -> None:
    asked = await stage.ada.slash(stage.general, "imagine", prompt="a lighthouse at dusk steps:12", seed="42")
    record = await stage.job()
    assert record.state is JobState.QUEUED
    assert (record.job.values["steps"], record.job.values["seed"]) == (12, 42)
    assert record.job.requester.name == "Ada"
    assert not asked.was_deferred
    assert "a lighthouse at dusk" in asked.message.text
    assert "Cancel" in asked.message.labels
    assert not asked.message.is_ephemeral


async def test_all_faults_are_told_at_once_and_to_nobody_else(stage: Stage) -> None:
    asked = await stage.ada.slash(
        stage.general, "imagine", prompt="a cat steps:9999 seed:1 sampler:odd cfg:none", seed="2"
    )
    assert not asked.was_deferred
    assert asked.message.is_ephemeral
    for word in ("steps", "seed", "more than once", "sampler", "cfg"):
        assert word in asked.text
    assert stage.desk.submissions == []
    assert stage.town.drawer.kept == {}
    assert stage.general.shown == []


async def test_where_pictures_cannot_be_posted_nothing_is_begun_and_the_permission_is_named(stage: Stage) -> None:
    stage.town.discord.deny(stage.general, Can.ATTACH_FILES, Can.SEND_MESSAGES)
    asked = await stage.ada.slash(stage.general, "imagine", prompt="a cat")
    assert asked.message.is_ephemeral
    assert "Send Messages, Attach Files" in asked.text
    assert "moderator" in asked.text
    assert stage.desk.submissions == []


@pytest.mark.usefixtures("hasty")
async def test_a_slow_decision_is_deferred_and_goes_on(stage: Stage) -> None:
    stage.desk.gate.clear()
    asked = await stage.ada.slash(stage.general, "imagine", prompt="a cat")
    assert asked.was_deferred
    assert asked.message.is_loading
    assert not asked.message.is_ephemeral
    stage.desk.gate.set()
    await stage.town.discord.until(lambda: bool(stage.store._entries))
    assert "a cat" in (await stage.show((await stage.job()).job)).text
    assert not asked.message.is_loading
    assert stage.general.shown == [asked.message]
    assert len(stage.desk.submissions) == 1


@pytest.mark.usefixtures("hasty")
@pytest.mark.parametrize(
    ("trouble", "words"),
    [
        (QueueFull("You have 5 jobs waiting.", retry_after_s=40), "Try again in 40 s."),
        (StoreLost(), "queue cannot be reached"),
        (RuntimeError("postgres://secret"), "reference"),
    ],
)
async def test_a_late_refusal_takes_the_promise_back_and_is_told_to_the_asker_alone(
    stage: Stage, trouble: Exception, words: str
) -> None:
    stage.desk.gate.clear()
    stage.desk.trouble.append(trouble)
    asked = await stage.ada.slash(stage.general, "imagine", prompt="a cat")
    promised = asked.message
    stage.desk.gate.set()
    told = await asked.shows(words)
    assert told.is_ephemeral
    assert promised.deleted_at is not None
    assert "secret" not in asked.text
    assert stage.general.shown == []


async def test_while_the_store_stalls_at_the_rule_books_discord_is_answered_in_time(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("adapters.discord.answering.DECIDE_BY_S", 0.05)
    stage.desk.books.clear()
    asked = await stage.ada.slash(stage.general, "imagine", prompt="a cat")
    assert asked.message.is_ephemeral
    assert "cannot be reached" in asked.text
    assert stage.desk.submissions == []
    assert stage.general.shown == []


async def test_an_early_refusal_is_the_answer(stage: Stage) -> None:
    stage.desk.trouble.append(QueueFull("You have 5 jobs waiting.", retry_after_s=40))
    asked = await stage.ada.slash(stage.general, "imagine", prompt="a cat")
    assert asked.message.is_ephemeral
    assert "5 jobs waiting" in asked.text
    assert "Try again in 40 s." in asked.text


async def test_what_nobody_foresaw_is_logged_under_the_reference_that_is_told(
    stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    stage.desk.trouble.append(RuntimeError("a bug"))
    asked = await stage.ada.slash(stage.general, "imagine", prompt="a cat")
    reference = asked.text.split("reference ")[1][:8]
    logged = next(each for each in caplog.records if reference in each.getMessage())
    assert logged.exc_info is not None
    assert "a cat" not in caplog.text


async def test_without_a_way_to_answer_nothing_is_begun(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    async def lost(name: str, secret: str, *, for_s: float) -> None:
        raise StoreLost

    monkeypatch.setattr(stage.town.drawer, "put", lost)
    asked = await stage.ada.slash(stage.general, "imagine", prompt="a cat")
    assert asked.message.is_ephemeral
    assert "queue cannot be reached" in asked.text
    assert stage.desk.submissions == []


async def test_an_attached_picture_passes_the_gate_and_is_the_jobs(stage: Stage) -> None:
    picture = Picture(name="cat.png", content=png("red", (200, 120)))
    asked = await stage.ada.slash(stage.general, "img2img", prompt="a dog", image=picture)
    assert asked.was_deferred
    await stage.town.discord.until(lambda: bool(stage.store._entries))
    image = (await stage.job()).job.values["image"]
    assert (image.width, image.height, image.media_type) == (200, 120, "image/png")  # type: ignore[union-attr]


async def test_a_file_that_is_no_picture_is_refused_before_it_is_fetched(stage: Stage) -> None:
    asked = await stage.ada.slash(
        stage.general, "img2img", prompt="a dog", image=Picture(name="notes.txt", content=b"hello")
    )
    assert not asked.was_deferred
    assert asked.message.is_ephemeral
    assert "image" in asked.text
    assert not [each for each in stage.town.drawer.kept if "reply" in each]


async def test_a_picture_that_lies_about_itself_is_refused_once_it_is_seen(stage: Stage) -> None:
    asked = await stage.ada.slash(
        stage.general,
        "img2img",
        prompt="a dog",
        image=Picture(name="cat.png", content=b"\x89PNG\r\n\x1a\n" + b"x" * 50),
    )
    promised = asked.message
    told = await asked.shows("no picture that can be read")
    assert asked.was_deferred
    assert told.is_ephemeral
    assert promised.deleted_at is not None
    assert stage.general.shown == []
    assert stage.store._entries == {}


async def test_a_link_that_leads_elsewhere_is_not_followed(stage: Stage) -> None:
    world = stage.town.discord.world
    asked = await stage.ada.slash(
        stage.general, "img2img", prompt="a dog", image=Picture(name="cat.png", content=png()), wait=False
    )
    world.redirects[max(world.files)] = f"{world.host}/elsewhere"
    assert (await asked.shows("Attach it again")).is_ephemeral


async def test_what_is_heard_late_is_deferred_before_it_is_decided(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("adapters.discord.front.LATE_S", -10.0)
    asked = await stage.ada.slash(stage.general, "imagine", prompt="a cat")
    assert asked.was_deferred
    await stage.town.discord.until(lambda: bool(stage.store._entries))


async def test_what_is_heard_too_late_costs_nothing(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("adapters.discord.front.LATE_S", -10.0)
    world = stage.town.discord.world
    world.limits = replace(world.limits, ack_s=-1.0)
    await stage.ada.slash(stage.general, "imagine", prompt="a cat", wait=False)
    await stage.town.discord.until(lambda: any(each.status == 404 for each in stage.town.discord.calls))
    world.limits = replace(world.limits, ack_s=30.0)
    await stage.ada.slash(stage.general, "help")
    assert stage.desk.submissions == []


async def test_in_private_a_job_is_asked_for_without_permissions(stage: Stage) -> None:
    asked = await stage.ada.slash(stage.ada.dm, "imagine", prompt="a cat")
    record = await stage.job()
    assert record.job.place.tenant.id == "dm"
    assert record.job.within_s is None
    assert "a cat" in asked.message.text


async def test_where_only_the_token_can_edit_the_job_is_given_less_time(stage: Stage) -> None:
    abroad = stage.town.discord.guild("Abroad", has_bot=False)
    ada = stage.town.discord.member("ada", abroad)
    ada.user.has_installed = True
    await ada.slash(stage.town.discord.channel(abroad, "general"), "imagine", prompt="a cat")
    record = await stage.job()
    assert (record.job.place.tenant.id, record.job.within_s) == ("dm", 780.0)


async def test_where_one_may_attach_nothing_oneself_neither_may_we(stage: Stage) -> None:
    abroad = stage.town.discord.guild("Abroad", has_bot=False)
    ada = stage.town.discord.member("ada", abroad)
    ada.user.has_installed = True
    channel = stage.town.discord.channel(abroad, "general")
    channel.denied[ada.user.id] = Can.ATTACH_FILES
    asked = await ada.slash(channel, "imagine", prompt="a cat")
    assert asked.message.is_ephemeral
    assert "somewhere else" in asked.text


async def test_typing_is_always_answered_from_memory(stage: Stage) -> None:
    assert {"value": "dpmpp_2m", "name": "dpmpp_2m"} in await stage.ada.complete(
        stage.general, "imagine", "sampler", "dpm", prompt="a cat"
    )
    assert [each["value"] for each in await stage.ada.complete(stage.general, "imagine", "workflow", "flu")] == ["flux"]


async def test_more_than_can_be_attended_are_told_so(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.attending.AT_ONCE", 2)
    stage.desk.gate.clear()
    first = [await stage.ada.slash(stage.general, "imagine", prompt="a cat", wait=False) for _ in range(2)]
    await stage.town.discord.until(lambda: len(stage.desk.submissions) == 2)
    third = await stage.ada.slash(stage.general, "imagine", prompt="a dog")
    assert third.message.is_ephemeral
    assert "Too many" in third.text
    stage.desk.gate.set()
    for each in first:
        assert "a cat" in (await each.shows("a cat")).text
    assert "a bird" in (await stage.ada.slash(stage.general, "imagine", prompt="a bird")).text


async def test_a_burst_is_counted_as_it_is_heard(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.attending.AT_ONCE", 2)
    stage.desk.gate.clear()
    burst = [await stage.ada.slash(stage.general, "imagine", prompt="a cat", wait=False) for _ in range(5)]
    await stage.town.discord.until(lambda: sum("Too many" in each.text for each in burst) == 3)
    stage.desk.gate.set()
    await stage.town.discord.until(lambda: sum("a cat" in each.text for each in burst) == 2)


async def test_a_bot_that_ends_takes_back_what_it_has_promised_and_not_begun(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        async with running(stage):
            stage.desk.gate.clear()
            asked = await stage.ada.slash(
                stage.general, "img2img", prompt="a dog", image=Picture(name="cat.png", content=png())
            )
            assert asked.was_deferred
            await stage.town.discord.until(lambda: len(stage.desk.submissions) == 1)
        # What everybody waited for is gone, and whoever asked knows why.
        assert [each.is_ephemeral for each in asked.messages] == [True]
        assert "restarted" in asked.text
        assert stage.town.discord.record.too_many == []
