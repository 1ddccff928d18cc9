"""Where moderators moderate: each platform as a small driver, which asks, and acts as a moderator, and reads what is
answered. Behind each is the whole service in this event loop, on an engine of its own with one simulated GPU.
"""

import asyncio
import html
import json
import os
import re
from asyncio.subprocess import DEVNULL, PIPE
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Protocol
from uuid import uuid4

import aiohttp
import pytest

from adapters.discord.verbs import path_of
from adapters.redis.engine import open_engine
from adapters.redis.opening import open_redis
from adapters.simulator.options import SimulatorOptions
from adapters.simulator.server import Simulator
from bot.measuring import read_words
from bot.service.roles import Role
from tests.acceptance.conftest import COMMAND
from tests.fakes.discord.members import Member as DiscordMember
from tests.fakes.discord.permissions import Can
from tests.fakes.headlines import PAINTED
from tests.fakes.slack.members import Member as SlackMember
from tests.fakes.waiting import PATIENCE_S
from tests.integration.discord import whole as discord
from tests.integration.processes import Processes, hurry_pool
from tests.integration.slack import whole as slack
from tests.integration.web.conftest import Browser
from tests.integration.web.desk import BEN, DEMO

LOOK_S = 0.02


class Driver(Protocol):
    """Where somebody asks, and a moderator acts."""

    @property
    def ben(self) -> str:
        """Return how a moderator names whoever asks."""
        ...

    async def ask(self, prompt: str) -> str:
        """Ask for a picture: returns what speaks against it, or nothing once it is there."""
        ...

    async def mod(self, words: str) -> str:
        """Act as a moderator; returns what they read."""
        ...

    async def mod_as_ben(self, words: str) -> str:
        """Try the same as somebody who is none; returns what they read."""
        ...


Opening = Callable[[Path], AbstractAsyncContextManager[Driver]]


# ---- Discord ----


@dataclass(kw_only=True)
class InDiscord:
    """A moderator by Discord's own rights, and `/mod` filled in."""

    scene: discord.Whole
    member: DiscordMember
    moe: DiscordMember

    @property
    def ben(self) -> str:
        return str(self.member.user.id)

    async def ask(self, prompt: str) -> str:
        asked = await self.member.slash(self.scene.general, "imagine", prompt=prompt)
        await self.scene.discord.until(lambda: PAINTED in asked.text or bool(asked.ephemerals), PATIENCE_S)
        return discord.read(asked) if asked.ephemerals else ""

    async def mod(self, words: str) -> str:
        return await self._mod(self.moe, words)

    async def mod_as_ben(self, words: str) -> str:
        # A server's own settings may show the command to anybody.
        self.scene.discord.commands()["mod"]["default_member_permissions"] = None
        return await self._mod(self.member, words)

    async def _mod(self, who: DiscordMember, words: str) -> str:
        verb, raw = read_words(words)
        filled: dict[str, Any] = {name: text for name, text in raw.items() if text}
        asked = await who.slash(self.scene.general, f"mod {path_of(verb)}", **filled)
        await self.scene.discord.until(lambda: bool(asked.text.strip()), PATIENCE_S)
        assert all(each.is_ephemeral for each in asked.messages)
        return discord.read(asked)


@asynccontextmanager
async def in_discord(folder: Path) -> AsyncIterator[Driver]:
    async with discord.whole(folder) as scene:
        moe = scene.discord.member("moe", scene.town, can=Can.MODERATE_MEMBERS)
        yield InDiscord(scene=scene, member=scene.member("ben"), moe=moe)


# ---- Slack ----


@dataclass(kw_only=True)
class InSlack:
    """An admin of the workspace, and `/fairbrush mod`; whoever is meant is mentioned."""

    scene: slack.Whole
    moe: SlackMember
    ben: str = "@ben"

    async def ask(self, prompt: str) -> str:
        asked = await self.scene.ben.slash(self.scene.general, "/imagine", prompt)
        await self.scene.slack.until(lambda: PAINTED in asked.text or bool(asked.ephemerals), PATIENCE_S)
        return asked.ephemerals[-1].text if asked.ephemerals else ""

    async def mod(self, words: str) -> str:
        return await self._mod(self.moe, words)

    async def mod_as_ben(self, words: str) -> str:
        return await self._mod(self.scene.ben, words)

    async def _mod(self, who: SlackMember, words: str) -> str:
        asked = await who.slash(self.scene.general, "/fairbrush", f"mod {words}")
        await self.scene.slack.until(lambda: bool(asked.text.strip()), PATIENCE_S)
        assert all(each.is_ephemeral for each in asked.messages)
        return asked.text


@asynccontextmanager
async def in_slack(folder: Path) -> AsyncIterator[Driver]:
    async with slack.whole(folder) as scene:
        moe = scene.team.member("moe")
        moe.user.is_admin = True
        yield InSlack(scene=scene, moe=moe)


# ---- The page, and the command line beside it ----


@dataclass(kw_only=True)
class OnThePage:
    """A moderator whom the settings name, and `/mod` typed."""

    browser: Browser
    ben: str = BEN.id

    async def ask(self, prompt: str) -> str:
        status, said = await self._said(f"/imagine {prompt}", BEN.id)
        if status != 202:
            return said
        await self._painted(str(json.loads(said)["job"]))
        return ""

    async def mod(self, words: str) -> str:
        return (await self._said(f"/mod {words}", "ada"))[1]

    async def mod_as_ben(self, words: str) -> str:
        return (await self._said(f"/mod {words}", BEN.id))[1]

    async def _said(self, text: str, person: str) -> tuple[int, str]:
        status, body = await self.browser.ask(text, **{"as": person, "event": str(uuid4())})
        return status, body if status == 202 else html.unescape(re.sub("<[^>]+>", " ", body))

    async def _painted(self, job: str) -> None:
        async with asyncio.timeout(PATIENCE_S), self.browser.live() as socket:
            async for message in socket:
                told = json.loads(message.data)
                cards = told["cards"] if told["type"] == "state" else [told]
                if any(each["id"] == job and PAINTED in each["html"] for each in cards):
                    return


@dataclass(kw_only=True)
class OnTheCommandLine(OnThePage):
    """The operator at their terminal; people ask on the page."""

    redis_url: str
    folder: Path

    async def mod(self, words: str) -> str:
        group = "policy" if words.startswith("blocklist") else "users"
        command = words.split() if words == "audit" else [group, *words.split()]
        environment = {**os.environ, "FAIRBRUSH_REDIS_URL": self.redis_url}
        process = await asyncio.create_subprocess_exec(
            str(COMMAND), *command, "--in", "web/local",
            cwd=self.folder, stdin=DEVNULL, stdout=PIPE, stderr=PIPE, env=environment,
        )  # fmt: skip
        async with asyncio.timeout(PATIENCE_S):
            said, faults = await process.communicate()
        assert process.returncode == 0, faults.decode()
        return said.decode()


@dataclass(kw_only=True)
class Home(Processes):
    """The page's own service."""

    platform = "web"


@asynccontextmanager
async def at_home(folder: Path) -> AsyncIterator[tuple[Browser, str]]:
    """Open a service with a page; returns a browser there, and where the store is."""
    async with AsyncExitStack() as stack:
        hurry_pool(stack.enter_context(pytest.MonkeyPatch.context()))
        url = await stack.enter_async_context(open_engine(folder / "engine"))
        machine = await stack.enter_async_context(Simulator(SimulatorOptions(step_ms=10, draw=False)))
        moderators: dict[str, Any] = {"platform": "web", "community": "local", "moderators": ["ada"]}
        home = Home(
            gpus=[machine],
            folder=folder,
            redis_url=url,
            store=await stack.enter_async_context(open_redis(url)),
            settings={"communities": [moderators]},
            tasks=await stack.enter_async_context(asyncio.TaskGroup()),
        )
        served = asyncio.get_running_loop().create_future()
        home.begin(frozenset({Role.WEB, Role.WORKER}), lambda page, _: served.set_result(page), guests=(DEMO,))
        try:
            await home.known()
            jar = aiohttp.CookieJar(unsafe=True)
            http = await stack.enter_async_context(aiohttp.ClientSession(cookie_jar=jar))
            browser = Browser(SimpleNamespace(url=str(await served).rstrip("/")), http)  # type: ignore[arg-type]
            await browser.open()
            yield browser, url
        finally:
            home.end()


@asynccontextmanager
async def on_the_page(folder: Path) -> AsyncIterator[Driver]:
    async with at_home(folder) as (browser, _):
        yield OnThePage(browser=browser)


@asynccontextmanager
async def on_the_command_line(folder: Path) -> AsyncIterator[Driver]:
    async with at_home(folder) as (browser, redis_url):
        yield OnTheCommandLine(browser=browser, redis_url=redis_url, folder=folder)
