"""What each platform adds to moderation: suggestions on Discord, threads and mentions on Slack."""

from pathlib import Path

from tests.acceptance.moderation.drivers import InSlack, in_discord, in_slack
from tests.fakes.discord.permissions import Can
from tests.fakes.waiting import PATIENCE_S
from tests.integration.discord import whole as discord

GOLD = {"name": "gold", "platform": "discord", "roles": ["41771983423143937"], "weight": 2.0}


async def test_workflows_and_tiers_are_suggested_to_moderators_alone(tmp_path: Path) -> None:
    async with discord.whole(tmp_path, tiers=[GOLD]) as scene:
        moe, ben = (
            scene.discord.member("moe", scene.town, can=Can.MANAGE_GUILD | Can.MODERATE_MEMBERS),
            scene.member("ben"),
        )
        scene.discord.commands()["mod"]["default_member_permissions"] = None

        tiers = await moe.complete(scene.general, "mod tier", "tier", "g", user=str(ben.user.id))
        workflows = await moe.complete(scene.general, "mod pause", "workflow", "txt2")
        nothing = await ben.complete(scene.general, "mod pause", "workflow", "txt2")

        assert [each["value"] for each in tiers] == ["gold"]
        assert "txt2img" in [each["value"] for each in workflows]
        assert nothing == []


async def test_in_a_thread_of_slacks_a_moderator_mentions_us_and_is_answered_there_alone(tmp_path: Path) -> None:
    async with in_slack(tmp_path) as here:
        assert isinstance(here, InSlack)
        scene = here.scene
        begun = here.moe.say(scene.general, "too many hens")
        asked = await here.moe.tell(scene.general, "mod ban @ben 2d hens", thread=begun)
        await scene.slack.until(lambda: bool(asked.ephemerals), PATIENCE_S)

        assert "banned for 2 days" in asked.text
        assert [each.thread_ts for each in asked.messages] == [begun.ts]
        assert "hens" in await here.ask("an owl")


async def test_on_slack_a_name_that_is_no_mention_bans_nobody(tmp_path: Path) -> None:
    async with in_slack(tmp_path) as here:
        assert "Begin with @" in await here.mod("ban bennie 2d hens")
        assert "ban @user" in await here.mod("")
        assert await here.ask("an owl") == ""


async def test_on_discord_what_is_not_there_any_more_is_said_and_only_to_whoever_asked(tmp_path: Path) -> None:
    async with in_discord(tmp_path) as here:
        assert "not kept" in await here.mod("cancel 0f0e0d0c-0b0a-4908-8706-050403020100")
