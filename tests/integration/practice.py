"""What a chat platform's tests stand on: the real desk and intake over a store in memory, and the verbs that move jobs.

No noticeboard runs: what a message shows beyond its first answer, a test says itself.
"""

import asyncio
from dataclasses import dataclass, field, replace
from io import BytesIO
from pathlib import Path

from PIL import Image

from adapters.files import LocalFiles
from bot.desk import Desk
from bot.errors import SubmissionError
from bot.estimates import Estimates
from bot.intake import Intake, Knowledge, Receipt
from bot.jobs import Job, JobRecord, JobState, run_id_of
from bot.limits import Limits
from bot.noticeboard import Sources
from bot.policy.places import PlaceRule
from bot.status import Button, Described
from bot.submissions import Submission
from tests.fakes.contents import chunks
from tests.fakes.memory_reports import MemoryReports
from tests.fakes.memory_store import MemoryStore
from tests.fakes.waiting import PATIENCE_S
from tests.integration.web.desk import VOCABULARY, local_files
from workflows.catalog import LIBRARY, Catalog, load_catalog
from workflows.faults import InvalidValues
from workflows.vocabulary import Vocabulary


def png(color: str = "teal", size: tuple[int, int] = (96, 64)) -> bytes:
    """Return a picture of one colour."""
    buffer = BytesIO()
    Image.new("RGB", size, color).save(buffer, "PNG")
    return buffer.getvalue()


@dataclass(frozen=True, slots=True, kw_only=True)
class PracticeDesk(Desk):
    """The real one, that a test can hold up.

    `trouble` is raised by the next submit, `gate` is what it waits for, `books` what checking waits for. What is
    refused is no submission.
    """

    checked: list[Submission] = field(default_factory=list)
    submissions: list[Submission] = field(default_factory=list)
    trouble: list[Exception] = field(default_factory=list)
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    books: asyncio.Event = field(default_factory=asyncio.Event)
    entered: asyncio.Event = field(default_factory=asyncio.Event)

    async def check(self, submission: Submission) -> None:
        self.checked.append(submission)
        await self.books.wait()
        await Desk.check(self, submission)

    async def submit(self, submission: Submission) -> Receipt:
        self.submissions.append(submission)
        self.entered.set()
        await self.gate.wait()
        if self.trouble:
            raise self.trouble.pop()
        try:
            return await Desk.submit(self, submission)
        except (SubmissionError, InvalidValues):
            self.submissions.remove(submission)
            raise


@dataclass(kw_only=True)
class Practice:
    """The desk, what stands behind it, and what a test may change of it."""

    desk: PracticeDesk
    store: MemoryStore
    files: LocalFiles
    sources: Sources
    reports: MemoryReports
    shelf: list[Catalog]
    vocabulary: list[Vocabulary]
    rules: list[PlaceRule]

    async def job(self, number: int = -1, state: JobState | None = None) -> JobRecord:
        """Return what became of a submission, the latest unless told otherwise, as soon as it is there, and is so."""
        async with asyncio.timeout(PATIENCE_S):
            while True:
                record = await self.store.read(self.desk.submissions[number].job_id)
                if record is not None and state in (None, record.state):
                    return record
                await asyncio.sleep(0)

    def mark_for_adults(self, name: str) -> None:
        """Let the operator say of a workflow that what it makes is for adults only."""
        [known] = self.shelf
        marked = replace(
            known.workflows[name], manifest=known.workflows[name].manifest.model_copy(update={"nsfw": True})
        )
        self.shelf[0] = replace(known, workflows={**known.workflows, name: marked})

    async def paint(self, record: JobRecord, *pictures: bytes) -> None:
        """Let a GPU paint these; nothing shows them yet."""
        held = await self.store.claim("gpu-1", f"nonce-{record.job.id}")
        assert held is not None
        assert held.lease.job_id == record.job.id, "another job is before it"
        await self.store.record(held.lease, run_id=run_id_of(record.job.id, held.lease.attempt))
        kept = [await self.files.put(chunks(each), name="picture.png", media_type="image/png") for each in pictures]
        await self.store.succeed(held.lease, files=kept, gpu_ms=4000)


def practice(folder: Path, limits: Limits | None = None) -> Practice:
    """Return it with our own library of workflows, and no rules."""
    limits = limits or Limits()
    store, reports, files = MemoryStore(), MemoryReports(), local_files(folder / "files")
    shelf, vocabulary, rules = [load_catalog(LIBRARY)], [VOCABULARY], list[PlaceRule]()
    knowledge = Knowledge(
        catalog=lambda: shelf[0], vocabulary=lambda: vocabulary[0], usual=lambda: "txt2img", rules=lambda: rules
    )
    desk = PracticeDesk(
        intake=Intake(queue=store, store=store, files=files, estimates=Estimates(), knowledge=knowledge, limits=limits),
        job_queue=store,
        store=store,
        live=store,
        notices=store,
        reports=reports,
        knowledge=knowledge,
        limits=limits,
        gpus=lambda lane, lanes: 1,
    )
    desk.gate.set()
    desk.books.set()

    async def described(job: Job) -> Described:
        manifest = shelf[0].workflows[job.workflow].manifest
        actions = frozenset(Button(name) for name in manifest.actions)
        return Described(title=manifest.title, nsfw=manifest.nsfw, actions=actions)

    return Practice(
        desk=desk,
        store=store,
        files=files,
        sources=Sources(jobs=store, queue=store, live=store, notices=store, describe=described, quote=desk.quote_s),
        reports=reports,
        shelf=shelf,
        vocabulary=vocabulary,
        rules=rules,
    )
