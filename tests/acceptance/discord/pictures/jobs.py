"""The jobs in the pictures: cards as the noticeboard makes them, from records."""

from dataclasses import replace
from uuid import UUID

from bot.events import MediaKind, Stage
from bot.jobs import Job, JobId, JobRecord, JobState, Place, Requester, StoredFile, Tenant
from bot.shares import Position
from bot.status import Button, Described, Live, StatusCard, card_of

ADA = "193847261904437251"
TOWN = Tenant(platform="discord", id="183746152837465102")
PLACE = Place(tenant=TOWN, channel="283746152837465103")

_DESCRIBED = Described(title="Text to image", actions=frozenset({Button.VARY, Button.UPSCALE}))
AHEAD = Position(jobs=3, gpu_ms=0, lane="1")
_DIGEST = "d" * 64


def job(prompt: str, seed: int, number: int = 1, **values: object) -> Job:
    """Return Ada's order."""
    return Job(
        id=JobId(UUID(int=number)),
        workflow="txt2img",
        digest=_DIGEST,
        values={"prompt": prompt, "seed": seed, "steps": 30, "width": 512, "height": 512, "model": "sdxl", **values},  # type: ignore[dict-item]
        requester=Requester(tenant=TOWN, id=ADA, name="Ada"),
        place=PLACE,
        estimate_ms=12_000,
        created_ms=0,
    )


def record(order: Job, state: JobState = JobState.QUEUED) -> JobRecord:
    """Return what is known of it."""
    return JobRecord(job=order, state=state, revision=1, started_ms=0, ended_ms=11_700)


def queued(order: Job, eta_s: float) -> StatusCard:
    """Return the card of a job that waits behind those `AHEAD`."""
    return card_of(record(order), live=None, position=AHEAD, eta_s=eta_s, described=_DESCRIBED)


def at(order: Job, live: Live) -> StatusCard:
    """Return the card of a job that runs."""
    return card_of(record(order, JobState.RUNNING), live=live, position=None, eta_s=None, described=_DESCRIBED)


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
    return card_of(ended, live=None, position=None, eta_s=None, described=replace(_DESCRIBED, nsfw=nsfw))


def failed(order: Job, code: str, sentence: str) -> StatusCard:
    """Return the card of a job that failed."""
    ended = replace(record(order, JobState.FAILED), error_code=code, error_sentence=sentence)
    return card_of(ended, live=None, position=None, eta_s=None, described=_DESCRIBED)


def cancelled(order: Job) -> StatusCard:
    """Return the card of a job that was cancelled."""
    ended = record(order, JobState.CANCELLED)
    return card_of(ended, live=None, position=None, eta_s=None, described=_DESCRIBED)
