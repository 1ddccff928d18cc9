"""A whole service with Discord, in one event loop: the product's own composition between simulated GPUs and the fake.

Nothing is put in between: members ask the fake, discord.py carries it over real sockets, the rest is `bot.app`
on an engine of its own. At the end every request that was made is held against Discord's own description.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from adapters.discord.given import DiscordOptions
from adapters.redis.engine import open_engine
from adapters.redis.opening import RedisPool, open_redis
from adapters.simulator.options import SimulatorOptions
from adapters.simulator.server import Simulator
from bot.app import ServiceOptions, opened
from bot.jobs import JobRecord, Requester, Tenant
from bot.servers import ServerSpec
from bot.service.roles import Role
from bot.service.running import Service
from bot.settings import Settings
from tests.fakes.discord import payloads, schema
from tests.fakes.discord.limits import Limits
from tests.fakes.discord.members import Asked, Member
from tests.fakes.discord.pointing import pointed_at
from tests.fakes.discord.record import Call
from tests.fakes.discord.server import FakeDiscord
from tests.fakes.discord.state import Channel, Guild, Message
from tests.fakes.headlines import PAINTED
from tests.fakes.waiting import PATIENCE_S
from tests.integration.web.desk import KEY

SILENT_S = 2.0
"""A gateway that says nothing for so long is left; how often it is asked stands in the fake's limits."""

UNHURRIED = Limits(ack_s=60.0, heartbeat_s=0.5)
"""For whatever is not about the three seconds: other tests run beside this one."""


@dataclass(kw_only=True)
class Process:
    """One process of the service, as a task."""

    task: "asyncio.Task[None]"
    stopping: asyncio.Event
    services: list[Service]  #: it, once it is open

    @property
    def can_ask(self) -> bool:
        """Whether it knows what GPUs offer: until then it takes no job."""
        return self.task.done() or any(each.core.shared.vocabulary.choices for each in self.services)

    async def stop(self) -> None:
        """End it as an operator would."""
        self.stopping.set()
        await self.task

    async def die(self) -> None:
        """End it at once: whatever it was about to do is not done."""
        self.task.cancel()
        await asyncio.wait([self.task])


@dataclass(kw_only=True)
class Whole:
    """The town, its people, the service that they ask, and its GPUs."""

    discord: FakeDiscord
    gpus: Sequence[Simulator]
    folder: Path
    redis_url: str
    store: RedisPool
    settings: dict[str, Any]
    tasks: asyncio.TaskGroup
    town: Guild
    general: Channel
    processes: list[Process] = field(default_factory=list)

    async def start(self, *roles: Role) -> Process:
        """Start a process of the service; returns before it is of use to anybody."""
        stopping = asyncio.Event()
        options = ServiceOptions(
            settings=Settings(discord_token=self.discord.token, **self.settings),
            state=self.folder,
            key=KEY,
            servers={f"gpu{number}": ServerSpec(name=f"gpu{number}", url=each.url) for number, each in self.numbered},
            guests=(),
            roles=frozenset(roles or (Role.DISCORD, Role.WORKER)),
            redis_url=self.redis_url,
            port=0,
            in_discord=self._near,
        )
        services: list[Service] = []
        task = self.tasks.create_task(_serve(options, stopping, services))
        process = Process(task=task, stopping=stopping, services=services)
        self.processes.append(process)
        return process

    def _near(self, options: DiscordOptions) -> DiscordOptions:
        """Let the service live in the fake's time, and fetch attachments from it."""
        return replace(
            options,
            origins=frozenset({self.discord.world.host}),
            heartbeat_timeout_s=SILENT_S,
            now=self.discord.clock.now,
            sleep=_soon,
        )

    @property
    def numbered(self) -> list[tuple[int, Simulator]]:
        """The GPUs by the numbers in their names."""
        return [*enumerate(self.gpus, start=1)]

    async def opened(self, sessions: int = 1) -> None:
        """Wait until so many sessions hear, commands are there, and every process knows what the GPUs offer."""
        await self.discord.until(lambda: len(self.discord.gateway.connected) >= sessions, PATIENCE_S)
        await self.discord.until(lambda: "imagine" in self.discord.commands(), PATIENCE_S)
        async with asyncio.timeout(PATIENCE_S):
            while len(await self.store.vocabulary.by_server()) < len(self.gpus):  # noqa: ASYNC110 - nobody tells us
                await asyncio.sleep(0.02)
        await self.discord.until(lambda: all(each.can_ask for each in self.processes), PATIENCE_S)

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

    # what holds of jobs

    def slow(self, factor: float = 15.0) -> None:
        """Let GPUs take their time, so that something can happen in mid-run; `quick` ends it."""
        for gpu in self.gpus:
            gpu.faults.slow_down(factor)

    def quick(self) -> None:
        """Let GPUs go on as fast as they can."""
        self.slow(0.01)

    async def jobs(self) -> list[JobRecord]:
        """Return every job that there is, by the numbers of the people who asked."""
        found: list[JobRecord] = []
        tenants = [Tenant(platform="discord", id=str(each.id)) for each in self.discord.world.guilds.values()]
        for tenant in [*tenants, Tenant(platform="discord", id="dm")]:
            for user in self.discord.world.users.values():
                found += await self.store.store.of_requester(
                    Requester(tenant=tenant, id=str(user.id), name=user.name), limit=200
                )
        return found

    async def ended(self, count: int = 1) -> list[JobRecord]:
        """Wait until so many jobs have ended, and nothing is left to be shown; returns them."""
        async with asyncio.timeout(PATIENCE_S):
            while True:  # nobody tells that nothing is left to be told
                found = [each for each in await self.jobs() if each.state.is_final]
                if len(found) >= count and not await self.store.notices.open_jobs("discord"):
                    return found
                await asyncio.sleep(0.02)

    def runs(self) -> int:
        """How often a GPU began to paint."""
        return sum(len(gpu.runs) for gpu in self.gpus)

    # what holds of messages

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
            settings=settings,
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
            for each in scene.processes:
                each.task.cancel()
    held_against_the_description(discord.calls)


def held_against_the_description(calls: Sequence[Call]) -> None:
    """Every request has to be sound by Discord's own description, where that is at hand."""
    if schema.is_at_hand():
        assert [said for each in calls for said in schema.complaints(each)] == []


def _hurry(patch: pytest.MonkeyPatch) -> None:
    """Let nobody wait as long as between machines that are far away."""
    patch.setattr("adapters.discord.registering.LOOK_S", 0.1)
    patch.setattr("bot.pool.ROSTER_S", 0.1)
    patch.setattr("bot.health.FIRST_PAUSE_S", 0.05)
    patch.setattr("bot.health.LONGEST_PAUSE_S", 0.2)
    patch.setattr("discord.backoff.ExponentialBackoff.delay", lambda _: 0.05)
    patch.setattr("discord.client.Client.before_identify_hook", _at_once)
    patch.setattr("discord.shard.asyncio", SimpleNamespace(**{**vars(asyncio), "sleep": _soon}))


async def _serve(options: ServiceOptions, stopping: asyncio.Event, services: list[Service]) -> None:
    async with opened(options) as service:
        services.append(service)
        await service.run(stopping)


async def _at_once(*_: object, **__: object) -> None:
    """Stand in for a pause that is only polite: Discord takes one IDENTIFY in five seconds, the fake any number."""


async def _soon(seconds: float) -> None:
    await asyncio.sleep(min(seconds, 0.1))
