"""What is kept of somebody is theirs alone: they take it along as a file, and have it deleted once they say so."""

import json
from pathlib import Path

from tests.acceptance.moderation.drivers import InDiscord, InSlack, OnThePage, in_discord, in_slack, on_the_page
from tests.fakes.waiting import PATIENCE_S
from tests.integration.discord import whole as discord
from tests.integration.web.desk import BEN


async def test_on_discord_they_get_a_file_that_only_they_see_and_delete_all_with_now(tmp_path: Path) -> None:
    async with in_discord(tmp_path) as here:
        assert isinstance(here, InDiscord)
        assert await here.ask("a fox") == ""
        scene = here.scene

        given = await here.member.slash(scene.general, "mydata")
        await scene.discord.until(lambda: any(each.files for each in given.messages), PATIENCE_S)
        assert all(each.is_ephemeral for each in given.messages)

        asked = await here.member.slash(scene.general, "forgetme")
        await scene.discord.until(lambda: "Nothing was deleted yet" in discord.read(asked), PATIENCE_S)
        done = await here.member.slash(scene.general, "forgetme", now="now")
        await scene.discord.until(lambda: "Deleted: 1 job" in discord.read(done), PATIENCE_S)


async def test_on_slack_the_file_is_in_their_direct_messages(tmp_path: Path) -> None:
    async with in_slack(tmp_path) as here:
        assert isinstance(here, InSlack)
        assert await here.ask("a fox") == ""
        scene = here.scene

        given = await scene.ben.slash(scene.general, "/fairbrush", "mydata")
        await scene.slack.until(lambda: "direct messages with me" in given.text, PATIENCE_S)
        sent = [each for each in scene.team.state.files.values() if each.name == "fairbrush-data.json"]
        assert [json.loads(each.content)["person"]["name"] for each in sent] == ["ben"]

        done = await scene.ben.slash(scene.general, "/fairbrush", "forgetme now")
        await scene.slack.until(lambda: "Deleted: 1 job" in done.text, PATIENCE_S)


async def test_on_the_page_a_link_saves_the_file(tmp_path: Path) -> None:
    async with on_the_page(tmp_path) as here:
        assert isinstance(here, OnThePage)
        assert await here.ask("a fox") == ""
        browser = here.browser

        status, told = await here._said("/mydata", BEN.id)
        assert status == 200
        assert "Save the file" in told
        async with browser.http.get(browser.url("/mydata"), params={"as": BEN.id}) as answer:
            assert answer.status == 200
            assert "attachment" in answer.headers["Content-Disposition"]
            assert json.loads(await answer.read())["person"]["id"] == BEN.id

        assert "Nothing was deleted yet" in (await here._said("/forgetme", BEN.id))[1]
        assert "Deleted: 1 job" in (await here._said("/forgetme now", BEN.id))[1]
