"""The whole bot in a town of the fake: real desk and intake over a store in memory, real discord.py over sockets.

No noticeboard runs: what a message shows beyond its first answer, a test says by `Stage.show`.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from adapters.discord.front import DiscordFront
from adapters.discord.given import DiscordOptions
from adapters.discord.opening import front_of
from bot.backing import Backing
from bot.jobs import Job, JobRecord, MessageRef, nonce_of
from tests.fakes.discord.limits import Limits
from tests.fakes.discord.members import Member
from tests.fakes.discord.state import Channel, Message
from tests.fakes.turns import Turns
from tests.fakes.waiting import PATIENCE_S
from tests.integration.discord.chat_scene import Town, town
from tests.integration.practice import Practice, png, practice


@dataclass(kw_only=True)
class Scroll:
    """What is remembered of commands."""

    kept: dict[str, str] = field(default_factory=dict)

    async def get(self, name: str) -> str | None:
        return self.kept.get(name)

    async def put(self, name: str, value: str) -> None:
        self.kept[name] = value


@dataclass(kw_only=True)
class Stage(Practice):
    """The town, the bot in it, and the verbs by which a test moves jobs on."""

    town: Town
    options: DiscordOptions
    backing: Backing
    front: DiscordFront
    scroll: Scroll

    @property
    def ada(self) -> Member:
        return self.town.ada

    @property
    def general(self) -> Channel:
        return self.town.general

    async def ready(self) -> None:
        """Wait until the bot hears, and people find its commands."""
        discord = self.town.discord
        await discord.until(lambda: bool(discord.gateway.connected) and "help" in discord.commands(), PATIENCE_S)

    async def show(self, job: Job, ref: MessageRef | None = None) -> Message:
        """Make the job's message true, as the noticeboard does; returns it."""
        record = await self.store.read(job.id)
        assert record is not None
        card, chat = await self.sources.card(record), self.front.platform
        made = ref or await chat.create(job, card, nonce=nonce_of(job.id))
        ref = await chat.edit(job, made, card)
        await self.store.shown(job.id, ref, "", final=card.is_final)
        return self.town.message(ref)

    async def painted(self, record: JobRecord, *pictures: bytes) -> Message:
        """Let a GPU paint these, and show them."""
        await self.paint(record, *pictures)
        return await self.show(record.job)

    async def picture(self, *pictures: bytes) -> Message:
        """Let Ada have asked for something that is painted by now; returns its message."""
        before = len(self.desk.submissions)
        await self.ada.slash(self.general, "imagine", prompt="a lighthouse at dusk")
        await self.town.discord.until(lambda: len(self.desk.submissions) > before)
        return await self.painted(await self.job(), *(pictures or (png(),)))


@asynccontextmanager
async def staged(folder: Path, limits: Limits | None = None) -> AsyncIterator[Stage]:
    """Open the town and let the bot in, which is not there yet."""
    async with town(limits) as here:
        behind, scroll = practice(folder), Scroll()
        options = DiscordOptions(token=here.discord.token, origins={here.discord.world.host})
        backing = Backing(
            desk=behind.desk,
            files=behind.files,
            live=behind.store,
            secrets=here.drawer,
            turns=Turns(),
            card=behind.sources.card,
        )
        front = front_of(options, backing, scroll)
        yield Stage(town=here, options=options, backing=backing, front=front, scroll=scroll, **vars(behind))


@asynccontextmanager
async def running(stage: Stage) -> AsyncIterator[Stage]:
    """Let a bot run while the block does."""
    stage.front = front_of(stage.options, stage.backing, stage.scroll)
    async with asyncio.TaskGroup() as tasks:
        bot = tasks.create_task(stage.front.run())
        try:
            await stage.ready()
            yield stage
        finally:
            bot.cancel()


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    """The bot in the town, ready."""
    async with staged(tmp_path) as here, running(here):
        yield here
