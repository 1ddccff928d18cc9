"""Who is at the console of a service as it is started: a moderator of Slack, for as long as Slack says so."""

import asyncio
import re
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urlsplit

import aiohttp
import pytest

from adapters.slack.manifest import EVENTS_PATH
from bot import vouching
from bot.service import running
from tests.fakes.slack.server import FakeSlack
from tests.fakes.waiting import PATIENCE_S
from tests.integration.service.slack_scene import PUBLIC, Served, secrets_of, served, unhurried

PROXIED = {"Host": urlsplit(PUBLIC).netloc, "Origin": PUBLIC}
ROUND_S = 0.05


@pytest.fixture
async def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Served]:
    """One that asks Slack at every round about everybody, and has a round at once."""
    monkeypatch.setattr(running, "ROUND_S", ROUND_S)
    monkeypatch.setattr(vouching, "CHECKED_EVERY_S", vouching.ROUND_S)
    async with FakeSlack(unhurried()) as slack:
        team = slack.team("Acme")
        team.channel("general")
        team.member("moe").user.is_admin = True
        async with served(tmp_path, slack, {**secrets_of(slack), "public_url": PUBLIC}) as service:
            slack.delivery.url = service.page + EVENTS_PATH
            yield service
            slack.delivery.url = None


async def linked(here: Served) -> str:
    """Let the moderator ask for a link; returns its token."""
    team = here.slack.team("Acme")
    asked = await team.member("moe").slash(team.channel("general"), "/fairbrush", "mod console")
    answer = await asked.shows("console", within_s=PATIENCE_S)
    found = re.search(r"/console/sign-in#([\w-]+)", repr(answer))
    assert found, answer
    return found[1]


class Browser:
    """It, behind the operator's proxy; it keeps no more than its session."""

    def __init__(self, http: aiohttp.ClientSession, page: str) -> None:
        self.http, self.page, self.cookie = http, page, ""

    async def sign_in(self, token: str) -> None:
        async with self.http.post(
            f"{self.page}/console/sign-in", data={"token": token}, headers=PROXIED, allow_redirects=False
        ) as begun:
            assert begun.status == 303
            self.cookie = begun.headers["Set-Cookie"].partition(";")[0]

    async def look(self) -> tuple[int, str]:
        headers = {**PROXIED, "Cookie": self.cookie}
        async with self.http.get(f"{self.page}/console/now", headers=headers, allow_redirects=False) as shown:
            return shown.status, await shown.text()


async def test_a_moderator_who_loses_the_right_loses_the_console_and_reads_the_name_of_their_community_before(
    here: Served,
) -> None:
    timeout = aiohttp.ClientTimeout(PATIENCE_S)
    async with aiohttp.ClientSession(timeout=timeout, cookie_jar=aiohttp.DummyCookieJar()) as http:
        browser = Browser(http, here.page)
        await browser.sign_in(await linked(here))
        checks = len(here.slack.record.of("users.info"))
        await here.slack.until(lambda: len(here.slack.record.of("users.info")) > checks + 1, PATIENCE_S)
        status, shown = await browser.look()
        assert status == 200
        assert "<p>Slack · Acme</p>" in shown

        here.slack.team("Acme").member("moe").user.is_admin = False
        async with asyncio.timeout(PATIENCE_S):
            while status == 200:
                await asyncio.sleep(ROUND_S)
                status, shown = await browser.look()

    assert status == 403
    assert "Sign in to the console" in shown
