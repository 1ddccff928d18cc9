"""A whole service with Slack, in one event loop: the product's own composition between simulated GPUs and the fake.

Nothing is put in between: members ask the fake, slack-bolt carries it over real sockets or signed HTTP, the rest is
`bot.app` on an engine of its own. At the end every call that was made is held against Slack's own description.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import pytest
from slack_sdk.oauth.installation_store.models.installation import Installation

from adapters.redis.engine import open_engine
from adapters.redis.opening import open_redis
from adapters.simulator.options import SimulatorOptions
from adapters.simulator.server import Simulator
from adapters.slack import pacing, standing
from adapters.slack.installs import Installs
from adapters.slack.manifest import EVENTS_PATH, SCOPES
from adapters.slack.standing import EDITS_S, POSTS_S
from bot.holding import Tenure
from bot.jobs import JobRecord, Requester, Tenant
from bot.service.roles import Role
from tests.fakes.headlines import PAINTED, PAINTING
from tests.fakes.slack import schema
from tests.fakes.slack.application import App
from tests.fakes.slack.asks import Asked
from tests.fakes.slack.limits import Limits
from tests.fakes.slack.members import Member
from tests.fakes.slack.pointing import near
from tests.fakes.slack.server import FakeSlack
from tests.fakes.slack.state import Channel, Message
from tests.fakes.slack.workspaces import Workspace
from tests.fakes.waiting import PATIENCE_S
from tests.integration.processes import Process, Processes, hurry_pool
from tests.integration.service.slack_scene import secrets_of

Way = Literal["socket", "http"]
"""How Slack delivers."""

WAYS: Sequence[Way] = ("socket", "http")

FASTER = 5.0
"""A minute of Slack's has so many seconds less here, for it and for us: nobody waits for a tier to fill up again."""

UNHURRIED = Limits(ack_s=30.0, trigger_s=30.0, tier_s=60 / FASTER, posts_s=1 / FASTER)
"""For whatever is not about the three seconds: other tests run beside this one."""


@dataclass(kw_only=True)
class Whole(Processes):
    """The workspace, its people, the service that they ask, and its GPUs."""

    platform = "slack"

    slack: FakeSlack
    way: Way
    tenure: Tenure
    team: Workspace
    general: Channel

    # the service

    async def start(self, *, redis_url: str | None = None) -> Process:
        """Start a process of the service; returns before it is of use to anybody."""
        roles = {Role.SLACK, Role.WORKER, *([Role.WEB] if self.way == "http" else [])}
        return self.begin(
            frozenset(roles),
            self._served,
            redis_url=redis_url or self.redis_url,
            tenure=self.tenure,
            in_slack=lambda options: near(self.slack, options),
        )

    def _served(self, url: str, note: str | None) -> None:
        self.slack.delivery.url = f"{url}{EVENTS_PATH}"

    async def opened(self, sessions: int = 1) -> None:
        """Wait until so many processes hear, and every one knows what the GPUs offer."""
        if self.way == "socket":
            await self.slack.until(lambda: len(self.slack.socket.connections) >= sessions, PATIENCE_S)
        else:
            await self.slack.until(lambda: self.slack.delivery.url is not None, PATIENCE_S)
        await self.known()

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
        people = where.state.users.values()
        return await self.jobs_of([Requester(tenant=tenant, id=user.id, name=user.name) for user in people])

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
        slack = await stack.enter_async_context(FakeSlack(limits, app=App(scopes=frozenset(SCOPES))))
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
            settings={**secrets_of(slack, by_socket=way == "socket", many=many), **settings},
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
            scene.end()
    assert not (is_spared and slack.record.too_many)
    held_against_the_description(slack)


def held_against_the_description(slack: FakeSlack) -> None:
    """Every call has to be sound by Slack's own description, where that is at hand."""
    if schema.is_at_hand():
        assert [said for each in slack.calls for said in schema.complaints(each)] == []


def hurry(patch: pytest.MonkeyPatch) -> None:
    """Let nobody wait as long as between machines that are far away, nor for Slack's minutes."""
    hurry_pool(patch)
    patch.setattr("bot.supervising._FIRST_S", 0.1)
    patch.setattr(pacing, "MINUTE_S", 60 / FASTER)
    patch.setattr(pacing, "POSTS_S", POSTS_S / FASTER)
    patch.setattr(standing, "POSTS_S", POSTS_S / FASTER)
    patch.setattr(standing, "EDITS_S", EDITS_S / FASTER)
