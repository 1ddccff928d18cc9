"""Cards as the noticeboard makes them: one of every kind."""

from dataclasses import replace
from uuid import uuid4

from bot.events import MediaKind, Stage
from bot.jobs import Job, JobId, JobRecord, JobState, Place, Requester, StoredFile
from bot.shares import ANY_LANE, Position
from bot.status import Button, Described, Live, StatusCard, card_of

HOSTILE = "<script>x</script> @everyone **bold** `code` [a](javascript:b) \u202e " + "long " * 1000
"""A prompt as somebody may type it; what it does to a platform's markup is that adapter's own test."""

PICTURE = StoredFile(
    key="0" * 32, name="a.png", kind=MediaKind.IMAGE, media_type="image/png", bytes=70, width=64, height=64
)


def job_at(
    place: Place, requester: Requester, *, job_id: JobId | None = None, created_ms: int = 0, prompt: str = "cat"
) -> Job:
    """Return an order as intake makes it."""
    return Job(
        id=job_id or JobId(uuid4()),
        workflow="txt2img",
        digest="d1",
        values={"prompt": prompt, "seed": 42, "steps": 20},
        requester=requester,
        place=place,
        estimate_ms=1000,
        created_ms=created_ms,
    )


def card_in(job: Job, state: JobState, *, done: int = 3) -> StatusCard:
    """Render a job in a state as the noticeboard would."""
    files = (PICTURE,) if state is JobState.SUCCEEDED else ()
    record = JobRecord(job=job, state=state, revision=1, files=files, started_ms=0, ended_ms=9000)
    if state is JobState.FAILED:
        record = replace(record, error_code="timed_out", error_sentence="The GPU took too long.")
    live = Live(stage=Stage.PAINTING, done=done, total=20) if state is JobState.RUNNING else None
    described = Described(title="Text to image", actions=frozenset({Button.VARY, Button.UPSCALE}))
    position = Position(jobs=2, gpu_ms=25_000, lane=ANY_LANE)
    return card_of(record, live=live, position=position, eta_s=30.0, described=described)


def card_at(
    place: Place,
    requester: Requester,
    state: JobState,
    *,
    job_id: JobId | None = None,
    done: int = 3,
    prompt: str = "cat",
) -> StatusCard:
    """Render a job of its own in a state as the noticeboard would."""
    return card_in(job_at(place, requester, job_id=job_id, prompt=prompt), state, done=done)
