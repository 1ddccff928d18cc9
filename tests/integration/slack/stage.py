"""The whole app in an office of the fake: real desk and intake over a store in memory, real slack-bolt over sockets.

No noticeboard runs: what a message shows of a job, a test says by `Stage.show`.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Any

from aiohttp import web
from PIL import Image

from adapters.files import LinkSigner, LocalFiles
from adapters.slack.front import SlackFront
from adapters.slack.given import SlackOptions
from adapters.slack.manifest import EVENTS_PATH
from adapters.slack.opening import Backing, front_of
from bot.desk import Desk
from bot.estimates import Estimates
from bot.intake import Intake, Knowledge, Receipt
from bot.jobs import Job, JobRecord, MessageRef, nonce_of, run_id_of
from bot.limits import Limits as Caps
from bot.noticeboard import Sources
from bot.policy.places import PlaceRule
from bot.status import Button, Described
from bot.submissions import Submission
from tests.fakes.memory_reports import MemoryReports
from tests.fakes.memory_store import MemoryStore
from tests.fakes.slack.limits import Limits
from tests.fakes.slack.members import Member
from tests.fakes.slack.state import Channel, Message
from tests.integration.slack.chat_scene import Office, office
from tests.integration.web.desk import VOCABULARY
from workflows.catalog import LIBRARY, load_catalog
from workflows.vocabulary import Vocabulary

KEY = b"a key that only tests sign with."
PING_S = 0.3


def png(color: str = "teal", size: tuple[int, int] = (96, 64)) -> bytes:
    """Return a picture of one colour."""
    buffer = BytesIO()
    Image.new("RGB", size, color).save(buffer, "PNG")
    return buffer.getvalue()


@dataclass(frozen=True, slots=True, kw_only=True)
class PracticeDesk(Desk):
    """The real one, that a test can hold up: `trouble` is raised by the next submit, `gate` is what it waits for."""

    submissions: list[Submission] = field(default_factory=list)
    trouble: list[Exception] = field(default_factory=list)
    gate: asyncio.Event = field(default_factory=asyncio.Event)

    async def submit(self, submission: Submission) -> Receipt:
        self.submissions.append(submission)
        await self.gate.wait()
        if self.trouble:
            raise self.trouble.pop()
        return await self.intake.submit(submission)


@dataclass(kw_only=True)
class Stage:
    """The office, the app in it, and the verbs by which a test moves jobs on."""

    office: Office
    options: SlackOptions
    backing: Backing
    front: SlackFront
    desk: PracticeDesk
    store: MemoryStore
    files: LocalFiles
    sources: Sources
    reports: MemoryReports
    rules: list[PlaceRule]
    vocabulary: list[Vocabulary]

    @property
    def ada(self) -> Member:
        return self.office.ada

    @property
    def general(self) -> Channel:
        return self.office.general

    async def until_asked(self, number: int = 1) -> None:
        """Wait until so many jobs were asked for."""
        await self.office.slack.until(lambda: len(self.desk.submissions) >= number)

    async def job(self, number: int = -1) -> JobRecord:
        """Return what became of a submission, the latest unless told otherwise."""
        found: list[JobRecord] = []
        async with asyncio.timeout(20):
            while not found:
                record = await self.store.read(self.desk.submissions[number].job_id)
                found = [record] if record else []
                await asyncio.sleep(0)
        return found[0]

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

    async def paint(self, record: JobRecord, *pictures: bytes) -> None:
        """Let a GPU paint these; nothing shows them yet."""
        held = await self.store.claim("gpu-1", f"nonce-{record.job.id}")
        assert held is not None
        assert held.lease.job_id == record.job.id, "another job is before it"
        await self.store.record(held.lease, run_id=run_id_of(record.job.id, held.lease.attempt))
        kept = [await self.files.put(_whole(each), name="picture.png", media_type="image/png") for each in pictures]
        await self.store.succeed(held.lease, files=kept, gpu_ms=4000)

    async def picture(self, *pictures: bytes) -> Message:
        """Let Ada have asked for something that is painted by now; returns its message."""
        before = len(self.desk.submissions)
        await self.ada.slash(self.general, "/imagine", "a lighthouse at dusk")
        await self.until_asked(before + 1)
        record = await self.job()
        await self.paint(record, *(pictures or (png(),)))
        return await self.show(record.job)


async def _whole(content: bytes) -> AsyncIterator[bytes]:
    yield content


@asynccontextmanager
async def staged(folder: Path, limits: Limits | None = None, **options: Any) -> AsyncIterator[Stage]:
    """Open the office and let the app in, which does not run yet."""
    async with office(limits or Limits(posts_burst=100)) as here:
        store, reports, files = MemoryStore(), MemoryReports(), LocalFiles(folder / "files", LinkSigner(KEY))
        catalog, rules, vocabulary = load_catalog(LIBRARY), list[PlaceRule](), [VOCABULARY]
        knowledge = Knowledge(
            catalog=lambda: catalog, vocabulary=lambda: vocabulary[0], usual=lambda: "txt2img", rules=lambda: rules
        )
        desk = PracticeDesk(
            intake=Intake(queue=store, store=store, files=files, estimates=Estimates(), knowledge=knowledge),
            job_queue=store,
            store=store,
            live=store,
            notices=store,
            reports=reports,
            knowledge=knowledge,
            limits=Caps(),
            gpus=lambda lane, lanes: 1,
        )
        desk.gate.set()

        async def described(job: Job) -> Described:
            manifest = catalog.workflows[job.workflow].manifest
            return Described(title=manifest.title, actions=frozenset(Button(name) for name in manifest.actions))

        sources = Sources(jobs=store, queue=store, live=store, notices=store, describe=described, quote=desk.quote_s)
        host = here.slack.world.host
        opened = SlackOptions(
            **{
                "token": here.team.token,
                "app_token": here.slack.app.token,
                "signing_secret": here.slack.app.signing_secret,
                "base_url": here.slack.url,
                "hooks": {host},
                "files": {host},
                "ping_s": PING_S,
                "now": here.slack.clock.now,
                **options,
            }
        )
        backing = Backing(desk=desk, files=files, secrets=here.drawer, card=sources.card)
        yield Stage(
            office=here,
            options=opened,
            backing=backing,
            front=front_of(opened, backing),
            desk=desk,
            store=store,
            files=files,
            sources=sources,
            reports=reports,
            rules=rules,
            vocabulary=vocabulary,
        )


@asynccontextmanager
async def running(stage: Stage) -> AsyncIterator[Stage]:
    """Let the app run while the block does: by socket, or behind a server where it has no token for one."""
    stage.front = front_of(stage.options, stage.backing)
    slack = stage.office.slack
    async with asyncio.TaskGroup() as tasks:
        app = tasks.create_task(stage.front.run())
        try:
            if stage.options.app_token is None:
                async with _served(stage):
                    await slack.until(lambda: bool(slack.record.of("auth.test")) or stage.options.token is None)
                    yield stage
            else:
                await slack.until(lambda: bool(slack.socket.connections))
                yield stage
        finally:
            app.cancel()


@asynccontextmanager
async def _served(stage: Stage) -> AsyncIterator[None]:
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
