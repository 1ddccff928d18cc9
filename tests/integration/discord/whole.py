"""A whole service with Discord, in one event loop: the product's own composition between simulated GPUs and the fake.

Nothing is put in between: members ask the fake, discord.py carries it over real sockets, the rest is `bot.app`
on an engine of its own. At the end every request that was made is held against Discord's own description.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from adapters.discord.given import DiscordOptions
from adapters.redis.engine import open_engine
from adapters.redis.opening import open_redis
from adapters.simulator.options import SimulatorOptions
from adapters.simulator.server import Simulator
from bot.jobs import JobRecord, Requester, Tenant
from bot.service.roles import Role
from tests.fakes.discord import payloads, schema
from tests.fakes.discord.limits import Limits
from tests.fakes.discord.members import Asked, Member
from tests.fakes.discord.pointing import pointed_at
from tests.fakes.discord.record import Call
from tests.fakes.discord.server import FakeDiscord
from tests.fakes.discord.state import Channel, Guild, Message
from tests.fakes.headlines import PAINTED
from tests.fakes.waiting import PATIENCE_S
from tests.integration.processes import Process, Processes, hurry_pool

SILENT_S = 2.0
"""A gateway that says nothing for so long is left; how often it is asked stands in the fake's limits."""

UNHURRIED = Limits(ack_s=60.0, heartbeat_s=0.5)
"""For whatever is not about the three seconds: other tests run beside this one."""


@dataclass(kw_only=True)
class Whole(Processes):
    """The town, its people, the service that they ask, and its GPUs."""

    platform = "discord"

    discord: FakeDiscord
    town: Guild
    general: Channel

    async def start(self, *roles: Role) -> Process:
        """Start a process of the service; returns before it is of use to anybody."""
        return self.begin(frozenset(roles or (Role.DISCORD, Role.WORKER)), in_discord=self._near)

    def _near(self, options: DiscordOptions) -> DiscordOptions:
        """Let the service live in the fake's time, and fetch attachments from it."""
        return replace(
            options,
            origins=frozenset({self.discord.world.host}),
            heartbeat_timeout_s=SILENT_S,
            now=self.discord.clock.now,
            sleep=_soon,
        )

    async def opened(self, sessions: int = 1) -> None:
        """Wait until so many sessions hear, commands are there, and every process knows what the GPUs offer."""
        await self.discord.until(lambda: len(self.discord.gateway.connected) >= sessions, PATIENCE_S)
        await self.discord.until(lambda: "imagine" in self.discord.commands(), PATIENCE_S)
        await self.known()

    def member(self, name: str) -> Member:
        """Return somebody of the town."""
        return self.discord.member(name, self.town)

    # what a test can do

    def later(self, seconds: float) -> None:
        """Let so much time have passed, for Discord and for the service."""
        self.discord.clock.advance(seconds)

    def again(self, asked: Asked) -> None:
        """Let the event of what somebody did be delivered once more."""
        world, event = self.discord.world, asked.interaction
        world.emit("INTERACTION_CREATE", payloads.interaction(world, event), event.channel.guild)

    # what holds

    async def jobs(self) -> list[JobRecord]:
        """Return every job that there is, by the numbers of the people who asked, wherever that was."""
        tenants = [*(str(each.id) for each in self.discord.world.guilds.values()), "dm"]
        people = [
            Requester(tenant=Tenant(platform="discord", id=tenant), id=str(user.id), name=user.name)
            for tenant in tenants
            for user in self.discord.world.users.values()
        ]
        return await self.jobs_of(people)

    def shown(self, channel: Channel | None = None) -> list[Message]:
        """Return our messages that everybody sees there, #general without another word."""
        return [each for each in (channel or self.general).shown if each.author.is_bot]

    def calls(self, method: str, words: str) -> list[Call]:
        """Return the requests of a method whose route holds these words."""
        return [each for each in self.discord.calls if each.method == method and words in each.route]


def edits_by_token(whole: Whole) -> list[Call]:
    """Return the edits of an interaction's messages."""
    return whole.calls("PATCH", "/webhooks/")


def edits_by_bot(whole: Whole) -> list[Call]:
    """Return the edits that the bot made with its own token."""
    return whole.calls("PATCH", "/channels/")


def read(what: Asked | Message) -> str:
    """Return all that can be read, as Discord's clients show it: a backslash shows the sign after it."""
    return what.text.replace("\\", "").replace("@\u200b", "@")


def headlines(message: Message) -> list[str]:
    """Return everything that a message showed, one text a version."""
    return [each.text for each in message.versions]


async def painted(asked: Asked, within_s: float = PATIENCE_S) -> Message:
    """Wait for the pictures of what somebody asked."""
    return await asked.shows(PAINTED, within_s=within_s)


@asynccontextmanager
async def whole(
    folder: Path,
    *,
    limits: Limits = UNHURRIED,
    gpus: int = 1,
    simulator: SimulatorOptions | None = None,
    start: bool = True,
    roles: Sequence[Role] = (),
    decide_s: float = PATIENCE_S,
    **settings: Any,
) -> AsyncIterator[Whole]:
    """Open the town and, unless told not to, a service in it; what is left of it at the end is stopped.

    `decide_s`: how long the store may take for a first answer; as it ships 1.8, in which a busy disk may not write.
    """
    async with AsyncExitStack() as stack:
        discord = await stack.enter_async_context(FakeDiscord(limits))
        patch = stack.enter_context(pytest.MonkeyPatch.context())
        _hurry(patch)
        patch.setattr("adapters.discord.answering.DECIDE_BY_S", decide_s)
        patch.setattr("adapters.discord.submitting.DECIDE_BY_S", decide_s)
        stack.enter_context(pointed_at(discord))
        url = await stack.enter_async_context(open_engine(folder / "engine"))
        options = simulator or SimulatorOptions(step_ms=10, draw=False)
        machines = [await stack.enter_async_context(Simulator(options)) for _ in range(gpus)]
        town = discord.guild()
        scene = Whole(
            discord=discord,
            gpus=machines,
            folder=folder,
            redis_url=url,
            store=await stack.enter_async_context(open_redis(url)),
            settings={"discord_token": discord.token, **settings},
            tasks=await stack.enter_async_context(asyncio.TaskGroup()),
            town=town,
            general=discord.channel(town, "general"),
        )
        if start:
            await scene.start(*roles)
            await scene.opened()
        try:
            yield scene
        finally:
            scene.end()
    held_against_the_description(discord.calls)


def held_against_the_description(calls: Sequence[Call]) -> None:
    """Every request has to be sound by Discord's own description, where that is at hand."""
    if schema.is_at_hand():
        assert [said for each in calls for said in schema.complaints(each)] == []


def _hurry(patch: pytest.MonkeyPatch) -> None:
    """Let nobody wait as long as between machines that are far away."""
    patch.setattr("adapters.discord.registering.LOOK_S", 0.1)
    hurry_pool(patch)
    patch.setattr("discord.backoff.ExponentialBackoff.delay", lambda _: 0.05)
    patch.setattr("discord.client.Client.before_identify_hook", _at_once)
    patch.setattr("discord.shard.asyncio", SimpleNamespace(**{**vars(asyncio), "sleep": _soon}))


async def _at_once(*_: object, **__: object) -> None:
    """Stand in for a pause that is only polite: Discord takes one IDENTIFY in five seconds, the fake any number."""


async def _soon(seconds: float) -> None:
    await asyncio.sleep(min(seconds, 0.1))
