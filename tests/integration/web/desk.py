"""The page's surroundings for tests: real intake over a store in memory, and jobs that move when the test says so."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from io import BytesIO
from itertools import count
from pathlib import Path

from PIL import Image

from adapters.files import LinkSigner, LocalFiles
from adapters.web.chat import WebChat
from adapters.web.guests import Guest
from bot.desk import Desk
from bot.estimates import Estimates
from bot.events import Stage
from bot.intake import Intake, Knowledge, Receipt
from bot.jobs import JobId, Left, MessageRef, Place, Requester, StoredFile, Tenant, run_id_of
from bot.limits import Limits
from bot.policy.places import PlaceRule
from bot.ports import Cancelling, Lease
from bot.status import Button, Described, Live, card_of
from bot.submissions import Submission
from tests.fakes.contents import chunks
from tests.fakes.memory_reports import MemoryReports
from tests.fakes.memory_store import MemoryStore
from workflows.catalog import LIBRARY, Catalog, load_catalog
from workflows.vocabulary import Vocabulary

KEY = b"a key that only tests sign with."
LOCAL = Tenant(platform="web", id="local")
STUDIO = Place(tenant=LOCAL, channel="studio")
ADA, BEN, CLEO = (Requester(tenant=LOCAL, id=name.lower(), name=name) for name in ("Ada", "Ben", "Cleo"))
DEMO = Guest(id="demo", place=STUDIO, people=(ADA, BEN, CLEO))

VOCABULARY = Vocabulary(
    choices={
        "CheckpointLoaderSimple.ckpt_name": ("sd15/dreamlike.safetensors", "sdxl/juggernaut-xl.safetensors"),
        "KSampler.sampler_name": ("euler", "euler_ancestral", "dpmpp_2m", "dpmpp_sde", "ddim"),
        "KSampler.scheduler": ("normal", "karras", "simple"),
        "KSamplerSelect.sampler_name": ("euler", "dpmpp_2m"),
        "BasicScheduler.scheduler": ("simple", "normal"),
        "UNETLoader.unet_name": ("flux1-dev.safetensors",),
        "UpscaleModelLoader.model_name": ("4x-sharp.pth",),
    }
)


Facts = Sequence[tuple[str, str]]
"""Names and values."""


def png(color: str, size: tuple[int, int] = (96, 64)) -> bytes:
    """Return a picture of one colour."""
    buffer = BytesIO()
    Image.new("RGB", size, color).save(buffer, "PNG")
    return buffer.getvalue()


@dataclass
class PracticeDesk:
    """`Desk`, whose rules are the real one's, and the verbs by which a test moves a job on."""

    chat: WebChat
    files: LocalFiles
    store: MemoryStore = field(default_factory=MemoryStore)
    shelf: Catalog = field(default_factory=lambda: load_catalog(LIBRARY))
    trouble: Exception | None = None  #: raised by the next submit
    submissions: list[Submission] = field(default_factory=list)
    leases: dict[JobId, Lease] = field(default_factory=dict)
    previews: "count[int]" = field(default_factory=count)
    deleted: set[JobId] = field(default_factory=set)
    reports: MemoryReports = field(default_factory=MemoryReports)
    rules: list[PlaceRule] = field(default_factory=list)

    def __post_init__(self) -> None:
        knowledge = Knowledge(
            catalog=lambda: self.shelf,
            vocabulary=lambda: VOCABULARY,
            usual=lambda: "txt2img",
            rules=lambda: self.rules,
        )
        estimates = Estimates()
        self.intake = Intake(
            queue=self.store, store=self.store, files=self.files, estimates=estimates, knowledge=knowledge
        )
        self.desk = Desk(
            intake=self.intake,
            job_queue=self.store,
            store=self.store,
            live=self.store,
            notices=self.store,
            reports=self.reports,
            knowledge=knowledge,
            limits=Limits(),
            gpus=lambda lane, lanes: 1,
        )

    def __getattr__(self, name: str) -> object:
        """Whatever a test does not change is the real desk's."""
        return getattr(self.__dict__["desk"], name)

    async def submit(self, submission: Submission) -> Receipt:
        self.submissions.append(submission)
        if self.trouble:
            trouble, self.trouble = self.trouble, None
            raise trouble
        receipt = await self.intake.submit(submission)
        await self.post(receipt.record.job.id, eta_s=12)
        return receipt

    async def cancel(self, job_id: JobId, requester: Requester, *, moderates: bool = False) -> Cancelling:
        found = await self.desk.cancel(job_id, requester, moderates=moderates)
        await self.post(job_id)
        return found

    async def delete(
        self, job_id: JobId, requester: Requester, *, moderates: bool = False, answers: str | None = None
    ) -> Left | None:
        left = await self.desk.delete(job_id, requester, moderates=moderates, answers=answers)
        self.deleted.add(job_id)
        return left

    async def queue(self, requester: Requester) -> Facts:
        return (("Waiting", "3 jobs, about 40 s"), ("Yours", f"{requester.name} has 1, next in line"))

    async def usage(self, requester: Requester, roles: Collection[str] = ()) -> Facts:
        return (("GPU time today", "1 min 12 s of 20 min"), ("Pictures today", f"14, by {requester.name}"))

    # ---- what the test says happens ----

    async def start(self, job_id: JobId) -> None:
        """A server takes the job, whichever else waits."""
        while job_id not in self.leases:
            held = await self.store.claim("gpu-1", f"nonce-{len(self.leases)}")
            assert held is not None
            self.leases[held.lease.job_id] = held.lease
        lease = self.leases[job_id]
        await self.store.record(lease, run_id=run_id_of(job_id, lease.attempt))
        await self.post(job_id, Live(stage=Stage.LOADING))

    async def step(self, job_id: JobId, done: int, total: int, preview: bytes | None = None) -> None:
        """The run comes to a step, with or without a preview."""
        name = f"p{next(self.previews)}" if preview else None
        live = Live(stage=Stage.PAINTING, done=done, total=total, eta_s=max(2, total - done), preview=name)
        await self.store.show(job_id, live, preview)
        await self.post(job_id, live)

    async def finish(self, job_id: JobId, *pictures: bytes) -> list[StoredFile]:
        """The run ends with pictures."""
        kept = [await self.files.put(chunks(each), name="picture.png", media_type="image/png") for each in pictures]
        await self.store.succeed(self.leases[job_id], files=kept, gpu_ms=4000)
        await self.post(job_id)
        return kept

    async def fail(self, job_id: JobId, code: str, sentence: str) -> None:
        """The run ends badly."""
        await self.store.fail(self.leases[job_id], code=code, sentence=sentence)
        await self.post(job_id)

    async def post(self, job_id: JobId, live: Live | None = None, eta_s: float | None = None) -> None:
        """Make the message true, as the noticeboard does."""
        record = await self.store.read(job_id)
        assert record is not None
        position, workflow = await self.store.position(job_id), self.shelf.workflows[record.job.workflow]
        actions = frozenset(Button(name) for name in workflow.manifest.actions)
        described = Described(title=workflow.manifest.title, actions=actions)
        card = card_of(record, live=live, position=position, eta_s=eta_s, described=described)
        place = record.job.place
        await self.chat.create(record.job, card, nonce=str(job_id))
        await self.chat.edit(record.job, MessageRef(place=place, id=str(job_id)), card)


def local_files(folder: Path) -> LocalFiles:
    """Return files in a folder, with links that this key signs."""
    return LocalFiles(folder, LinkSigner(KEY))
