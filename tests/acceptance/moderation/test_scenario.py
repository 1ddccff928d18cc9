"""One scenario, wherever it is played: a quota is set and exceeded, more is granted, somebody banned and let back."""

from pathlib import Path

import pytest

from tests.acceptance.moderation.drivers import (
    Opening,
    in_discord,
    in_slack,
    on_the_command_line,
    on_the_page,
)

WHERE = (in_discord, in_slack, on_the_page, on_the_command_line)
DONE = ("ask again", "who is banned", " banned ", " gave ", "set the quota of")


@pytest.mark.parametrize("where", WHERE, ids=lambda where: where.__name__)
async def test_a_moderator_sets_a_quota_grants_more_bans_and_unbans_and_reads_all_of_it(
    where: Opening, tmp_path: Path
) -> None:
    async with where(tmp_path) as here:
        assert "1 picture" in await here.mod(f"quota {here.ben} 1 pictures/day")
        assert await here.ask("a fox") == ""
        assert "1 picture" in await here.ask("a hen")

        await here.mod(f"grant {here.ben} 2 pictures 1d")
        assert await here.ask("a hen") == ""

        assert "banned" in await here.mod(f"ban {here.ben} 2d too many hens")
        assert "too many hens" in await here.ask("an owl")
        await here.mod(f"unban {here.ben}")
        assert await here.ask("an owl") == ""

        told = await here.mod("audit")
        places = [told.find(word) for word in DONE]
        assert -1 not in places, told
        assert "too many hens" in told


@pytest.mark.parametrize("where", WHERE[:3], ids=lambda where: where.__name__)
async def test_whoever_is_no_moderator_is_told_so_and_what_cannot_be_taken_back_is_asked_once_more(
    where: Opening, tmp_path: Path
) -> None:
    async with where(tmp_path) as here:
        assert await here.ask("a fox") == ""
        assert "Only moderators" in await here.mod_as_ben(f"purge {here.ben} 1h now")

        assert "cannot be taken back" in await here.mod(f"purge {here.ben} 1h")
        assert "1 job" in await here.mod(f"purge {here.ben} 1h now")
        assert "Only moderators" in await here.mod_as_ben("audit")
        assert "Only moderators" in await here.mod_as_ben("console")
        told = await here.mod("console")
        assert "Open the console" in told or "can set public_url" in told
        assert "tried to delete what" in await here.mod("audit")
