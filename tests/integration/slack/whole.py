"""A whole service with Slack, in one event loop: the product's own composition between simulated GPUs and the fake.

Nothing is put in between: members ask the fake, slack-bolt carries it over real sockets or signed HTTP, the rest is
`bot.app` on an engine of its own. At the end every call that was made is held against Slack's own description.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

import pytest
from slack_sdk.oauth.installation_store.models.installation import Installation

from adapters.redis.engine import open_engine
from adapters.redis.opening import RedisPool, open_redis
from adapters.simulator.options import SimulatorOptions
from adapters.simulator.server import Simulator
from adapters.slack import pacing, standing
from adapters.slack.given import SlackOptions
from adapters.slack.installs import Installs
from adapters.slack.manifest import EVENTS_PATH
from adapters.slack.standing import EDITS_S, POSTS_S
from bot.app import ServiceOptions, opened
from bot.holding import Tenure
from bot.jobs import JobRecord, Requester, Tenant
from bot.servers import ServerSpec
from bot.service.roles import Role
from bot.service.running import Service
from bot.settings import Settings
from tests.fakes.headlines import PAINTED, PAINTING
from tests.fakes.slack import schema
from tests.fakes.slack.asks import Asked
from tests.fakes.slack.limits import Limits
from tests.fakes.slack.members import Member
from tests.fakes.slack.server import FakeSlack
from tests.fakes.slack.state import Channel, Message
from tests.fakes.slack.workspaces import Workspace
from tests.fakes.waiting import PATIENCE_S
from tests.integration.web.desk import KEY

Way = Literal["socket", "http"]
"""How Slack delivers."""

WAYS: Sequence[Way] = ("socket", "http")

PING_S = 0.3
PUBLIC = "https://pictures.example.org"
FASTER = 5.0
"""A minute of Slack's has so many seconds less here, for it and for us: nobody waits for a tier to fill up again."""

UNHURRIED = Limits(ack_s=30.0, trigger_s=30.0, tier_s=60 / FASTER, posts_s=1 / FASTER)
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
    """The workspace, its people, the service that they ask, and its GPUs."""

    slack: FakeSlack
    gpus: Sequence[Simulator]
    folder: Path
    redis_url: str
    store: RedisPool
    way: Way
    settings: dict[str, Any]
    tenure: Tenure
    tasks: asyncio.TaskGroup
    team: Workspace
    general: Channel
    processes: list[Process] = field(default_factory=list)

    # the service

    async def start(self, *, redis_url: str | None = None) -> Process:
        """Start a process of the service; returns before it is of use to anybody."""
        is_served = self.way == "http"
        options = ServiceOptions(
            settings=Settings(**self.settings),
            state=self.folder,
            key=KEY,
            servers={name: ServerSpec(name=name, url=each.url) for name, each in self.numbered},
            guests=(),
            roles=frozenset({Role.SLACK, Role.WORKER, *([Role.WEB] if is_served else [])}),
            redis_url=redis_url or self.redis_url,
            port=0,
            tenure=self.tenure,
            in_slack=self._near,
        )
        stopping, services = asyncio.Event(), list[Service]()
        task = self.tasks.create_task(self._serve(options, stopping, services))
        self.processes.append(Process(task=task, stopping=stopping, services=services))
        return self.processes[-1]

    def _near(self, options: SlackOptions) -> SlackOptions:
        """Let the service live in the fake's time, and be in this Slack."""
        host = self.slack.world.host
        here = replace(options, base_url=self.slack.url, hooks={host}, files={host})
        return replace(here, ping_s=PING_S, now=self.slack.clock.now)

    async def _serve(self, options: ServiceOptions, stopping: asyncio.Event, services: list[Service]) -> None:
        def served(url: str, note: str | None) -> None:
            self.slack.delivery.url = f"{url}{EVENTS_PATH}"

        async with opened(options, served) as service:
            services.append(service)
            await service.run(stopping)

    @property
    def numbered(self) -> list[tuple[str, Simulator]]:
        """The GPUs by their names."""
        return [(f"gpu{number}", each) for number, each in enumerate(self.gpus, start=1)]

    async def opened(self, sessions: int = 1) -> None:
        """Wait until so many processes hear, and every one knows what the GPUs offer."""
        if self.way == "socket":
            await self.slack.until(lambda: len(self.slack.socket.connections) >= sessions, PATIENCE_S)
        else:
            await self.slack.until(lambda: self.slack.delivery.url is not None, PATIENCE_S)
        async with asyncio.timeout(PATIENCE_S):
            while len(await self.store.vocabulary.by_server()) < len(self.gpus):  # noqa: ASYNC110 - nobody tells us
                await asyncio.sleep(0.02)
        await self.slack.until(lambda: all(each.can_ask for each in self.processes), PATIENCE_S)

    async def install(self, team: Workspace) -> None:
        """Let a workspace have installed the app."""
        enterprise = team.state.enterprise
        installation = Installation(
            user_id="U1",
            enterprise_id=enterprise,
            team_id=None if enterprise else team.id,
            is_enterprise_install=enterprise is not None,
            bot_token=team.token,
        )
        await self._installs.async_save(installation)

    async def token(self, team: Workspace) -> str | None:
        """Return the token that is kept of a workspace."""
        return await self._installs.token(team.id)

    @property
    def _installs(self) -> Installs:
        return Installs(self.processes[-1].services[-1].core.secrets)

    # what a test can do

    @property
    def ada(self) -> Member:
        """Somebody of the workspace."""
        return self.team.member("ada")

    @property
    def ben(self) -> Member:
        """Somebody else."""
        return self.team.member("ben")

    def later(self, seconds: float) -> None:
        """Let so much time have passed, for Slack and for the service."""
        self.slack.clock.advance(seconds)

    def slow(self, factor: float = 15.0) -> None:
        """Let GPUs take their time, so that something can happen in mid-run; `quick` ends it."""
        for gpu in self.gpus:
            gpu.faults.slow_down(factor)

    def quick(self) -> None:
        """Let GPUs go on as fast as they can."""
        self.slow(0.01)

    async def mid_run(self, words: str = "a red fox steps:60", who: Member | None = None) -> Asked:
        """Let somebody ask for a picture that takes its time, and wait until it is being painted."""
        self.slow()
        asked = await (who or self.ada).slash(self.general, "/imagine", words)
        await asked.shows(PAINTING)
        return asked

    # what holds

    async def jobs(self, team: Workspace | None = None) -> list[JobRecord]:
        """Return every job of a workspace, by the people who asked."""
        where = team or self.team
        tenant = Tenant(platform="slack", id=where.state.enterprise or where.id)
        found: list[JobRecord] = []
        for user in where.state.users.values():
            who = Requester(tenant=tenant, id=user.id, name=user.name)
            found += await self.store.store.of_requester(who, limit=200)
        return found

    async def ended(self, count: int = 1) -> list[JobRecord]:
        """Wait until so many jobs have ended, and nothing is left to be shown; returns them."""
        async with asyncio.timeout(PATIENCE_S):
            while True:  # nobody tells that nothing is left to be told
                found = [each for each in await self.jobs() if each.state.is_final]
                if len(found) >= count and not await self.store.notices.open_jobs("slack"):
                    return found
                await asyncio.sleep(0.02)

    def runs(self) -> int:
        """How often a GPU began to paint."""
        return sum(len(gpu.runs) for gpu in self.gpus)

    def shown(self, channel: Channel | None = None) -> list[Message]:
        """Return our messages that everybody sees there, #general without another word."""
        return [each for each in (channel or self.general).shown if each.author.is_bot]


async def painted(asked: Asked, within_s: float = PATIENCE_S) -> Message:
    """Wait for the pictures of what somebody asked."""
    return await asked.shows(PAINTED, within_s=within_s)


def headlines(message: Message) -> list[str]:
    """Return everything that a message showed, one text a version."""
    return [message.seen_in(each).text for each in message.versions]


def pictures(message: Message) -> int:
    """Count the pictures that a message shows."""
    return str(message.now.blocks).count("'slack_file'")


def clean(scene: Whole) -> bool:
    """Whether Slack had to refuse nothing, and no file was left behind."""
    assert [(each.name, each.error, each.messages) for each in scene.slack.record.refused] == []
    assert scene.slack.orphans() == []
    return True


@asynccontextmanager
async def whole(
    folder: Path,
    *,
    way: Way = "socket",
    limits: Limits = UNHURRIED,
    gpus: int = 1,
    many: bool = False,
    start: bool = True,
    tenure: Tenure | None = None,
    is_spared: bool = True,
    **settings: Any,
) -> AsyncIterator[Whole]:
    """Open the workspace and, unless told not to, a service in it; `many`: workspaces install the app themselves.

    What is left of it at the end is stopped; no call was made too often if Slack `is_spared`, and every one is sound.
    """
    async with AsyncExitStack() as stack:
        slack = await stack.enter_async_context(FakeSlack(limits))
        hurry(stack.enter_context(pytest.MonkeyPatch.context()))
        url = await stack.enter_async_context(open_engine(folder / "engine"))
        options = SimulatorOptions(step_ms=10, draw=False)
        machines = [await stack.enter_async_context(Simulator(options)) for _ in range(gpus)]
        team = slack.team("Acme")
        team.member("ada"), team.member("ben")
        scene = Whole(
            slack=slack,
            gpus=machines,
            folder=folder,
            redis_url=url,
            store=await stack.enter_async_context(open_redis(url)),
            way=way,
            settings={**secrets_of(slack, way, many=many), **settings},
            tenure=tenure or Tenure(),
            tasks=await stack.enter_async_context(asyncio.TaskGroup()),
            team=team,
            general=team.channel("general"),
        )
        if start:
            await scene.start()
            await scene.opened()
            if many:
                await scene.install(team)
        try:
            yield scene
        finally:
            for each in scene.processes:
                each.task.cancel()
    assert not (is_spared and slack.record.too_many)
    held_against_the_description(slack)


def secrets_of(slack: FakeSlack, way: Way, *, many: bool) -> dict[str, str]:
    """Return what the operator of the service got from the fake, as settings."""
    app, [team] = slack.app, slack.world.teams.values()
    listening = {"slack_app_token": app.token} if way == "socket" else {"slack_signing_secret": app.signing_secret}
    if not many:
        return {"slack_token": team.tokens[-1].text, **listening}
    ours = {"slack_client_id": app.client_id, "slack_client_secret": app.client_secret, "public_url": PUBLIC}
    return {**ours, **listening}


def held_against_the_description(slack: FakeSlack) -> None:
    """Every call has to be sound by Slack's own description, where that is at hand."""
    if schema.is_at_hand():
        assert [said for each in slack.calls for said in schema.complaints(each)] == []


def hurry(patch: pytest.MonkeyPatch) -> None:
    """Let nobody wait as long as between machines that are far away, nor for Slack's minutes."""
    patch.setattr("bot.pool.ROSTER_S", 0.1)
    patch.setattr("bot.health.FIRST_PAUSE_S", 0.05)
    patch.setattr("bot.health.LONGEST_PAUSE_S", 0.2)
    patch.setattr("bot.supervising._FIRST_S", 0.1)
    patch.setattr(pacing, "MINUTE_S", 60 / FASTER)
    patch.setattr(pacing, "POSTS_S", POSTS_S / FASTER)
    patch.setattr(standing, "POSTS_S", POSTS_S / FASTER)
    patch.setattr(standing, "EDITS_S", EDITS_S / FASTER)
