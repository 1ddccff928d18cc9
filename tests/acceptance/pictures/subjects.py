"""What is in the pictures: Ada's jobs, with cards as the noticeboard makes them from records, and what GPUs offer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from bot.events import MediaKind, Stage
from bot.jobs import Job, JobId, JobRecord, JobState, Place, Requester, StoredFile
from bot.shares import Position
from bot.status import Button, Described, Live, StatusCard, card_of
from workflows.catalog import LIBRARY, load_catalog
from workflows.cost import lower_what
from workflows.faults import Fault, InvalidValues
from workflows.vocabulary import Vocabulary

NOW_S = 1_790_000_000
"""When the pictures are taken, for what says how long ago something was."""

CATALOG = load_catalog(LIBRARY)
DEFAULT = "txt2img"
OFFERED = Vocabulary(
    choices={
        "CheckpointLoaderSimple.ckpt_name": (
            "dreamshaper_8.safetensors",
            "sdxl.safetensors",
            "juggernautXL_v9.safetensors",
        ),
        "KSampler.sampler_name": (
            "euler",
            "euler_ancestral",
            "heun",
            "dpmpp_2m",
            "dpmpp_2m_sde",
            "dpmpp_3m_sde",
            "ddim",
        ),
        "KSampler.scheduler": ("normal", "karras"),
    }
)

LIGHTHOUSE = "a lighthouse at dusk, oil on canvas"
FOREST = "a forest in the morning mist"
BOATS = "paper boats on a canal"
WRONG: Mapping[str, str] = {"prompt": "a fox", "steps": "900", "sampler": "oiler", "width": "33"}
"""An order with three faults."""

AHEAD = Position(jobs=3, gpu_ms=0, lane="1")
DESCRIBED = Described(title="Text to image", actions=frozenset({Button.VARY, Button.UPSCALE}))
_DIGEST = "d" * 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Ada:
    """Who asks, somewhere."""

    requester: Requester
    place: Place

    def job(self, prompt: str, seed: int, number: int = 1, **values: object) -> Job:
        """Return an order of hers."""
        usual = {"seed": seed, "steps": 30, "width": 512, "height": 512, "model": "sdxl"}
        return Job(
            id=JobId(UUID(int=number)),
            workflow=DEFAULT,
            digest=_DIGEST,
            values={"prompt": prompt, **usual, **values},  # type: ignore[dict-item]
            requester=self.requester,
            place=self.place,
            estimate_ms=12_000,
            created_ms=0,
        )

    def history(self) -> list[JobRecord]:
        """Return a job that waits, and one that was painted four minutes ago."""
        asked = ((LIGHTHOUSE, 1, JobState.QUEUED, 0), (FOREST, 4, JobState.SUCCEEDED, 4))
        return [
            replace(record(self._ago(prompt, minutes), state), files=files(count))
            for prompt, minutes, state, count in asked
        ]

    def too_large(self) -> StatusCard:
        """Return the card of a job that no GPU here has the memory for."""
        order = self.job(BOATS, 5, width=2048, height=2048)
        return failed(order, "out_of_memory", lower_what(CATALOG.workflows[DEFAULT].manifest, order.values))

    def _ago(self, prompt: str, minutes: int) -> Job:
        return replace(self.job(prompt, 7, minutes * 60), created_ms=(NOW_S - minutes * 60) * 1000)


def record(order: Job, state: JobState = JobState.QUEUED) -> JobRecord:
    """Return what is known of a job."""
    return JobRecord(job=order, state=state, revision=1, started_ms=0, ended_ms=11_700)


def faults_of(raw: Mapping[str, str]) -> Sequence[Fault]:
    """Return what is wrong with an order."""
    try:
        CATALOG.workflows[DEFAULT].validate(raw, OFFERED)
    except InvalidValues as invalid:
        return invalid.faults
    raise AssertionError("nothing is wrong with it")


# ---- Cards -------------------------------------------------------------------------------------------------------


def queued(order: Job, eta_s: float) -> StatusCard:
    """Return the card of a job that waits behind those `AHEAD`."""
    return card_of(record(order), live=None, position=AHEAD, eta_s=eta_s, described=DESCRIBED)


def at(order: Job, live: Live) -> StatusCard:
    """Return the card of a job that runs."""
    return card_of(record(order, JobState.RUNNING), live=live, position=None, eta_s=None, described=DESCRIBED)


def loading(order: Job) -> StatusCard:
    """Return the card of a job whose model is being loaded."""
    return at(order, Live(stage=Stage.LOADING))


def painting(order: Job, done: int, total: int = 30) -> StatusCard:
    """Return the card of a job that is being painted."""
    live = Live(stage=Stage.PAINTING, done=done, total=total, eta_s=8.0, preview="p")
    return at(order, live)


def files(count: int) -> tuple[StoredFile, ...]:
    """Return results."""
    return tuple(
        StoredFile(
            key=f"k{number}",
            name=f"fairbrush-{number}.png",
            kind=MediaKind.IMAGE,
            media_type="image/png",
            bytes=400_000,
            width=512,
            height=512,
        )
        for number in range(1, count + 1)
    )


def painted(order: Job, count: int = 1, *, nsfw: bool = False) -> StatusCard:
    """Return the card of a job with its pictures."""
    ended = replace(record(order, JobState.SUCCEEDED), files=files(count))
    return card_of(ended, live=None, position=None, eta_s=None, described=replace(DESCRIBED, nsfw=nsfw))


def failed(order: Job, code: str, sentence: str) -> StatusCard:
    """Return the card of a job that failed."""
    ended = replace(record(order, JobState.FAILED), error_code=code, error_sentence=sentence)
    return card_of(ended, live=None, position=None, eta_s=None, described=DESCRIBED)


def cancelled(order: Job) -> StatusCard:
    """Return the card of a job that was cancelled."""
    ended = record(order, JobState.CANCELLED)
    return card_of(ended, live=None, position=None, eta_s=None, described=DESCRIBED)
