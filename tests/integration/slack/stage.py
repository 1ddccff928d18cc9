"""The whole app in an office of the fake: real desk and intake over a store in memory, real slack-bolt over sockets.

No noticeboard runs: what a message shows of a job, a test says by `Stage.show`.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from aiohttp import web

from adapters.slack.front import SlackFront
from adapters.slack.given import SlackOptions
from adapters.slack.manifest import EVENTS_PATH
from adapters.slack.opening import front_of
from bot.backing import Backing
from bot.jobs import Job, MessageRef, nonce_of
from bot.limits import Limits as HouseLimits
from tests.fakes.slack.limits import Limits
from tests.fakes.slack.members import Member
from tests.fakes.slack.pointing import near
from tests.fakes.slack.state import Channel, Message
from tests.integration.practice import Practice, png, practice
from tests.integration.slack.chat_scene import Office, office


@dataclass(kw_only=True)
class Stage(Practice):
    """The office, the app in it, and the verbs by which a test moves jobs on."""

    office: Office
    options: SlackOptions
    backing: Backing
    front: SlackFront

    @property
    def ada(self) -> Member:
        return self.office.ada

    @property
    def general(self) -> Channel:
        return self.office.general

    async def until_asked(self, number: int = 1) -> None:
        """Wait until so many jobs were asked for."""
        await self.office.slack.until(lambda: len(self.desk.submissions) >= number)

    async def show(self, job: Job, ref: MessageRef | None = None) -> Message:
        """Make the job's message true, as the noticeboard does; returns it."""
        record = await self.store.read(job.id)
        assert record is not None
        card, chat = await self.sources.card(record), self.front.platform
        made = ref or await chat.create(job, card, nonce=nonce_of(job.id))
        if ref:
            made = await chat.edit(job, ref, card)
        await self.store.shown(job.id, made, "", final=card.is_final)
        return self.office.message(made)

    async def picture(self, *pictures: bytes) -> Message:
        """Let Ada have asked for something that is painted by now; returns its message."""
        before = len(self.desk.submissions)
        await self.ada.slash(self.general, "/imagine", "a lighthouse at dusk")
        await self.until_asked(before + 1)
        record = await self.job()
        await self.paint(record, *(pictures or (png(),)))
        return await self.show(record.job)


@asynccontextmanager
async def staged(
    folder: Path, limits: Limits | None = None, house: HouseLimits | None = None, **options: Any
) -> AsyncIterator[Stage]:
    """Open the office and let the app in, which does not run yet; `limits` are Slack's, those of the `house` ours."""
    async with office(limits or Limits(posts_burst=100)) as here:
        behind = practice(folder, house)
        app = here.slack.app
        given = SlackOptions(token=here.team.token, app_token=app.token, signing_secret=app.signing_secret)
        opened = replace(near(here.slack, given), **options)
        backing = Backing(
            desk=behind.desk,
            files=behind.files,
            live=behind.store,
            secrets=here.drawer,
            turns=here.turns,
            card=behind.sources.card,
        )
        yield Stage(office=here, options=opened, backing=backing, front=front_of(opened, backing), **vars(behind))


@asynccontextmanager
async def running(stage: Stage) -> AsyncIterator[Stage]:
    """Let the app run while the block does: by socket, or behind a server where it has no token for one."""
    stage.front = front_of(stage.options, stage.backing)
    slack = stage.office.slack
    async with asyncio.TaskGroup() as tasks:
        app = tasks.create_task(stage.front.run())
        try:
            if stage.options.app_token is None:
                async with served(stage):
                    await slack.until(lambda: bool(slack.record.of("auth.test")) or stage.options.token is None)
                    yield stage
            else:
                await slack.until(lambda: bool(slack.socket.connections))
                yield stage
        finally:
            app.cancel()


@asynccontextmanager
async def served(stage: Stage) -> AsyncIterator[None]:
    """Serve what Slack delivers by HTTP, whether the app runs or not."""
    site = web.Application()
    site.add_routes(stage.front.routes())
    runner = web.AppRunner(site, shutdown_timeout=0.1, access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        host, port = runner.addresses[0][:2]
        stage.office.slack.delivery.url = f"http://{host}:{port}{EVENTS_PATH}"
        yield
    finally:
        stage.office.slack.delivery.url = None
        await runner.cleanup()
