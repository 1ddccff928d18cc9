"""Messages, channels, permissions and whole communities go away in mid-run: the job ends, and nothing is beaten on."""

import pytest

from adapters.simulator.options import SimulatorOptions
from tests.fakes.discord.permissions import Can
from tests.fakes.headlines import PAINTED
from tests.integration.discord.test_scenarios_asking import mid_run
from tests.integration.discord.whole import Whole, painted, whole

NOISY = SimulatorOptions(step_ms=10, draw=True)
"""Its pictures of 1024 x 1024 have more than a megabyte."""

FEW = 6
"""Refused requests of one job: each counts towards a ban (10,000 in 10 minutes)."""

DEAD_S = 15 * 60 + 1


def invalid(scene: Whole) -> int:
    return len(scene.discord.record.refused)


async def test_a_message_that_is_deleted_in_mid_run_comes_back_once_with_the_pictures(tmp_path):
    async with whole(tmp_path) as scene:
        asked = await mid_run(scene)
        scene.discord.delete_all(scene.general)
        scene.slow(1)
        await scene.discord.until(lambda: bool(scene.shown()))
        await scene.ended()

        [message] = scene.shown()
        assert message is not asked.message
        assert PAINTED in message.text
        assert len(message.versions) == 1, "nothing is posted before the end"
        assert invalid(scene) <= FEW


LOSSES = {
    "the channel is deleted": lambda scene: scene.discord.delete_channel(scene.general),
    "the bot is kicked": lambda scene: scene.discord.kick(scene.town),
}


@pytest.mark.parametrize("age_s", [0, DEAD_S])
@pytest.mark.parametrize("loss", LOSSES)
async def test_what_cannot_be_shown_where_it_was_asked_comes_as_a_direct_message(tmp_path, loss, age_s):
    async with whole(tmp_path) as scene:
        ada = scene.member("ada")
        await mid_run(scene)
        LOSSES[loss](scene)
        scene.later(age_s)
        scene.slow(1)
        [record] = await scene.ended()

        assert record.state.value == "succeeded"
        assert invalid(scene) <= FEW
        told = [each for each in scene.shown(ada.dm) if PAINTED in each.text]
        by_token = loss == "the bot is kicked" and not age_s
        assert len(told) == (0 if by_token else 1)


@pytest.mark.parametrize("loss", LOSSES)
async def test_a_job_ends_cleanly_where_not_even_a_direct_message_is_taken(tmp_path, loss):
    async with whole(tmp_path) as scene:
        ada = scene.member("ada")
        ada.user.takes_dms = False
        await mid_run(scene)
        LOSSES[loss](scene)
        scene.later(DEAD_S)
        scene.quick()
        [record] = await scene.ended()

        assert record.state.value == "succeeded"
        assert invalid(scene) <= FEW


@pytest.mark.parametrize("age_s", [0, DEAD_S])
@pytest.mark.parametrize("lost", [Can.SEND_MESSAGES, Can.ATTACH_FILES, Can.VIEW_CHANNEL])
async def test_a_permission_that_is_taken_in_mid_run_costs_few_requests_and_no_picture(tmp_path, lost, age_s):
    async with whole(tmp_path) as scene:
        ada = scene.member("ada")
        asked = await mid_run(scene)
        scene.discord.deny(scene.general, lost)
        scene.later(age_s)
        scene.slow(1)
        [record] = await scene.ended()

        assert record.state.value == "succeeded"
        assert invalid(scene) <= FEW
        everywhere = [*scene.shown(), *scene.shown(ada.dm)]
        assert [each.text for each in everywhere if PAINTED in each.text], [each.text for each in everywhere]
        assert sum(PAINTED in each.text for each in everywhere) == 1
        assert asked.message in everywhere


@pytest.mark.parametrize("lost", [Can.SEND_MESSAGES, Can.ATTACH_FILES, Can.VIEW_CHANNEL])
async def test_a_permission_that_is_missing_from_the_start_is_told_before_anything_is_painted(tmp_path, lost):
    async with whole(tmp_path) as scene:
        scene.discord.deny(scene.general, lost)
        asked = await scene.member("ada").slash(scene.general, "imagine", prompt="a fox")

        assert [each.is_ephemeral for each in asked.messages] == [True]
        assert {
            Can.SEND_MESSAGES: "Send Messages",
            Can.ATTACH_FILES: "Attach Files",
            Can.VIEW_CHANNEL: "View Channel",
        }[lost] in asked.text
        assert await scene.jobs() == []


async def test_a_file_that_is_too_large_comes_as_a_smaller_copy_with_a_word_about_it(tmp_path):
    async with whole(tmp_path, simulator=NOISY) as scene:
        scene.town.file_bytes = 200_000
        asked = await scene.member("ada").slash(
            scene.general, "imagine", prompt="noise", steps=2, width=1024, height=1024
        )
        message = await painted(asked)
        [record] = await scene.ended()

        assert record.files[0].bytes > 200_000
        [copy] = message.files
        assert len(copy.content) <= 200_000
        assert copy.kind in {"image/webp", "image/jpeg"}
        assert "smaller" in message.text.lower() or "copy" in message.text.lower()


async def test_where_originals_are_served_the_smaller_copy_comes_with_a_link(tmp_path):
    async with whole(tmp_path, simulator=NOISY, public_url="https://pictures.example.org") as scene:
        scene.town.file_bytes = 200_000
        asked = await scene.member("ada").slash(
            scene.general, "imagine", prompt="noise", steps=2, width=1024, height=1024
        )
        message = await painted(asked)

        assert [each for each in message.controls if each.get("url", "").startswith("https://pictures.example.org/")]


async def test_discord_may_say_413_to_what_it_seemed_to_take(tmp_path):
    async with whole(tmp_path, simulator=NOISY) as scene:
        asked = await mid_run(scene, width=1024, height=1024, steps=10)
        scene.town.file_bytes = 100_000  # less than the event said
        scene.slow(1)
        message = await painted(asked)
        await scene.ended()

        assert all(len(each.content) <= 100_000 for each in message.files)
        assert len(message.files) == 1
