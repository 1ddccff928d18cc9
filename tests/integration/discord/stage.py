"""The whole bot in a town of the fake: real desk and intake over a store in memory, real discord.py over sockets.

No noticeboard runs: what a message shows beyond its first answer, a test says by `Stage.show`.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from adapters.discord.front import DiscordFront
from adapters.discord.given import DiscordOptions
from adapters.discord.opening import Backing, front_of
from adapters.files import LinkSigner, LocalFiles
from bot.desk import Desk
from bot.estimates import Estimates
from bot.intake import Intake, Knowledge, Receipt
from bot.jobs import Job, JobRecord, MessageRef, nonce_of, run_id_of
from bot.limits import Limits as Caps
from bot.noticeboard import Sources
from bot.policy.places import PlaceRule
from bot.status import Button, Described
from bot.submissions import Submission
from tests.fakes.discord.limits import Limits
from tests.fakes.discord.members import Member
from tests.fakes.discord.state import Channel, Message
from tests.fakes.memory_reports import MemoryReports
from tests.fakes.memory_store import MemoryStore
from tests.fakes.waiting import PATIENCE_S
from tests.integration.discord.chat_scene import Town, town
from tests.integration.web.desk import KEY, VOCABULARY
from workflows.catalog import LIBRARY, Catalog, load_catalog
from workflows.vocabulary import Vocabulary


def png(color: str = "teal", size: tuple[int, int] = (96, 64)) -> bytes:
    """Return a picture of one colour."""
    buffer = BytesIO()
    Image.new("RGB", size, color).save(buffer, "PNG")
    return buffer.getvalue()


@dataclass(kw_only=True)
class Scroll:
    """What is remembered of commands."""

    kept: dict[str, str] = field(default_factory=dict)

    async def get(self, name: str) -> str | None:
        return self.kept.get(name)

    async def put(self, name: str, value: str) -> None:
        self.kept[name] = value


@dataclass(frozen=True, slots=True, kw_only=True)
class PracticeDesk(Desk):
    """The real one, that a test can hold up: `trouble` is raised by the next submit, `gate` is what it waits for."""

    submissions: list[Submission] = field(default_factory=list)
    trouble: list[Exception] = field(default_factory=list)
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    entered: asyncio.Event = field(default_factory=asyncio.Event)

    async def submit(self, submission: Submission) -> Receipt:
        self.submissions.append(submission)
        self.entered.set()
        await self.gate.wait()
        if self.trouble:
            raise self.trouble.pop()
        return await Desk.submit(self, submission)


@dataclass(kw_only=True)
class Stage:
    """The town, the bot in it, and the verbs by which a test moves jobs on."""

    town: Town
    options: DiscordOptions
    backing: Backing
    front: DiscordFront
    desk: PracticeDesk
    store: MemoryStore
    files: LocalFiles
    sources: Sources
    reports: MemoryReports
    scroll: Scroll
    shelf: list[Catalog]
    vocabulary: list[Vocabulary]
    rules: list[PlaceRule]

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

    async def job(self, number: int = -1) -> JobRecord:
        """Return what became of a submission, the latest unless told otherwise."""
        record = await self.store.read(self.desk.submissions[number].job_id)
        assert record is not None, "there is no such job"
        return record

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
        asked = await self.ada.slash(self.general, "imagine", prompt="a lighthouse at dusk")
        await self.town.discord.until(lambda: bool(asked.messages))
        return await self.painted(await self.job(), *(pictures or (png(),)))


async def _whole(content: bytes) -> AsyncIterator[bytes]:
    yield content


async def _described(shelf: list[Catalog], job: Job) -> Described:
    manifest = shelf[0].workflows[job.workflow].manifest
    return Described(title=manifest.title, actions=frozenset(Button(name) for name in manifest.actions))


@asynccontextmanager
async def staged(folder: Path, limits: Limits | None = None) -> AsyncIterator[Stage]:
    """Open the town and let the bot in, which is not there yet."""
    async with town(limits) as here:
        store, reports, files = MemoryStore(), MemoryReports(), LocalFiles(folder / "files", LinkSigner(KEY))
        shelf, vocabulary, rules = [load_catalog(LIBRARY)], [VOCABULARY], list[PlaceRule]()

        knowledge = Knowledge(
            catalog=lambda: shelf[0],
            vocabulary=lambda: vocabulary[0],
            usual=lambda: "txt2img",
            rules=lambda: rules,
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
        sources = Sources(
            jobs=store,
            queue=store,
            live=store,
            notices=store,
            describe=lambda job: _described(shelf, job),
            quote=desk.quote_s,
        )
        scroll = Scroll()
        options = DiscordOptions(token=here.discord.token, origins={here.discord.world.host})
        backing = Backing(desk=desk, files=files, live=store, secrets=here.drawer, remembered=scroll, card=sources.card)
        yield Stage(
            town=here,
            options=options,
            backing=backing,
            front=front_of(options, backing),
            desk=desk,
            store=store,
            files=files,
            sources=sources,
            reports=reports,
            scroll=scroll,
            shelf=shelf,
            vocabulary=vocabulary,
            rules=rules,
        )


@asynccontextmanager
async def running(stage: Stage) -> AsyncIterator[Stage]:
    """Let a bot run while the block does."""
    stage.front = front_of(stage.options, stage.backing)
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
