"""A card says what is true, in few words, and nothing that only the operator may know."""

from dataclasses import replace

import pytest

from bot import errors
from bot.awaiting import Awaited
from bot.events import MediaKind, Stage
from bot.jobs import JobRecord, JobState, StoredFile
from bot.shares import ANY_LANE, Position
from bot.status import Button, Described, Live, StatusCard, card_of
from tests.unit.bot.noticeboard_scene import job_of
from workflows.values import Values

PICTURE = StoredFile(key="k1", name="a.png", kind=MediaKind.IMAGE, media_type="image/png", bytes=5)
PLAIN = Described(title="Text to image")


def record(state: JobState, **given: object) -> JobRecord:
    return JobRecord(**({"job": job_of(7), "state": state, "revision": 1} | given))  # type: ignore[arg-type]


def card(
    state: JobState,
    *,
    live: Live | None = None,
    ahead: int | None = None,
    eta_s: float | None = None,
    described: Described = PLAIN,
    **given: object,
) -> StatusCard:
    position = None if ahead is None else Position(jobs=ahead, gpu_ms=1000 * ahead, lane=ANY_LANE)
    return card_of(record(state, **given), live=live, position=position, eta_s=eta_s, described=described)


@pytest.mark.parametrize(
    ("of_workflow", "of_job", "covered"), [(False, False, False), (True, False, True), (False, True, True)]
)
def test_a_card_is_for_adults_by_its_workflow_or_by_its_job(of_workflow, of_job, covered):
    job = replace(job_of(7), for_adults=of_job)
    described = Described(title="T", nsfw=of_workflow)

    assert card(JobState.SUCCEEDED, job=job, described=described).nsfw is covered


BRIEF = replace(job_of(7), within_s=780)


def test_a_job_that_may_take_so_long_only_says_so_while_it_is_under_way():
    limit = ("time limit", "13 min from when it was asked")

    assert limit in card(JobState.QUEUED, job=BRIEF).facts
    assert limit in card(JobState.RUNNING, job=BRIEF).facts
    assert limit not in card(JobState.SUCCEEDED, job=BRIEF).facts
    assert limit not in card(JobState.QUEUED).facts


@pytest.mark.parametrize(
    ("ended_ms", "headline"),
    [
        (779_500, "Stopped: not done within 13 min, and later nothing could be shown here"),
        (900_000, "Stopped: not done within 13 min, and later nothing could be shown here"),
        (600_000, "Cancelled"),
    ],
)
def test_whether_somebody_or_the_clock_stopped_a_job_is_told_apart(ended_ms, headline):
    assert card(JobState.CANCELLED, job=BRIEF, ended_ms=ended_ms).headline == headline
    assert card(JobState.CANCELLED, ended_ms=ended_ms).headline == "Cancelled"


@pytest.mark.parametrize(
    ("ahead", "eta_s", "headline"),
    [
        (None, None, "Waiting"),
        (0, 8, "Waiting, next in line, about 8 s"),
        (3, 40, "Waiting, 3 ahead, about 40 s"),
        (3, None, "Waiting, 3 ahead"),
        (23, 200, "Waiting, 25 ahead, about 4 min"),
        (143, 3000, "Waiting, 150 ahead, about 50 min"),
    ],
)
def test_whoever_waits_reads_how_long(ahead, eta_s, headline):
    assert card(JobState.QUEUED, ahead=ahead, eta_s=eta_s).headline == headline


@pytest.mark.parametrize(
    ("capped", "headline"),
    [
        ("user", "Waiting for one of yours to end"),
        ("person", "Waiting for one of yours to end"),
        ("tenant", "Waiting for one of this community's to end"),
        (None, "Waiting for a GPU that has what it needs"),
    ],
)
def test_whoever_waits_for_something_else_than_their_turn_reads_for_what(capped, headline):
    position = Position(jobs=3, gpu_ms=9000, lane=None, capped=capped)

    shown = card_of(record(JobState.QUEUED), live=None, position=position, eta_s=None, described=PLAIN)

    assert shown.headline == headline


def test_whoever_waits_for_a_gpu_that_is_down_reads_for_which():
    position = Position(jobs=3, gpu_ms=9000, lane="2")
    awaited = Awaited(down=["gpu2"])

    shown = card_of(record(JobState.QUEUED), live=None, position=position, eta_s=None, described=PLAIN, awaited=awaited)

    assert shown.headline == "Waiting for gpu2, which is down"


@pytest.mark.parametrize(
    ("live", "headline"),
    [
        (None, "Starting"),
        (Live(), "Starting"),
        (Live(stage=Stage.LOADING), "Loading the model"),
        (Live(stage=Stage.PAINTING, done=12, total=30, eta_s=7.6), "Painting, step 12 of 30, about 8 s left"),
        (Live(stage=Stage.PAINTING, done=12, total=30), "Painting, step 12 of 30"),
        (Live(stage=Stage.SAVING, eta_s=0.0), "Saving, about 2 s left"),
    ],
)
def test_a_run_says_what_it_does(live, headline):
    assert card(JobState.RUNNING, live=live).headline == headline


@pytest.mark.parametrize(
    ("state", "given", "headline"),
    [
        (JobState.STARTING, {}, "Starting"),
        (JobState.STARTING, {"cancel_requested": True}, "Stopping …"),
        (JobState.RUNNING, {"cancel_requested": True}, "Stopping …"),
        (JobState.CANCELLED, {"cancel_requested": True}, "Cancelled"),
        (JobState.SUCCEEDED, {"started_ms": 1000, "ended_ms": 15_200}, "Painted in 14 s"),
        (JobState.SUCCEEDED, {"started_ms": 1000, "ended_ms": 1500}, "Painted in under a second"),
        (JobState.SUCCEEDED, {"started_ms": 0, "ended_ms": 125_000}, "Painted in 2 min 5 s"),
        (JobState.SUCCEEDED, {}, "Painted"),
        (JobState.SUCCEEDED, {"started_ms": 0, "ended_ms": 3000, "texts": ("A fox.",)}, "Done in 3 s"),
        (JobState.SUCCEEDED, {"cancel_requested": True, "texts": ("A fox.",)}, "Cancelled too late: it was finished"),
        (JobState.SUCCEEDED, {"files": (PICTURE,), "texts": ("A fox.",)}, "Painted"),
        (JobState.SUCCEEDED, {"cancel_requested": True}, "Cancelled too late: the picture was finished"),
        (
            JobState.FAILED,
            {"error_code": "server_lost", "error_sentence": "The GPU cannot be reached."},
            "The GPU cannot be reached. Reroll tries again.",
        ),
        (JobState.FAILED, {}, "Something went wrong. Reroll tries again."),
    ],
)
def test_every_state_has_its_words(state, given, headline):
    assert card(state, **given).headline == headline


def test_an_estimate_that_moves_a_little_edits_nothing():
    assert len({card(JobState.QUEUED, ahead=3, eta_s=eta).digest() for eta in (31, 34.5, 38, 40)}) == 1
    assert len({card(JobState.QUEUED, ahead=ahead, eta_s=900).digest() for ahead in range(21, 26)}) == 1


def test_an_earlier_attempt_s_progress_says_nothing_about_a_job_that_waits_again():
    stale = Live(stage=Stage.PAINTING, done=9, total=10, preview="p")

    assert card(JobState.QUEUED, live=stale).digest() == card(JobState.QUEUED).digest()


def test_bar_and_preview_come_from_progress():
    shown = card(JobState.RUNNING, live=Live(stage=Stage.PAINTING, done=3, total=10, preview="p3"))

    assert (shown.done, shown.total, shown.preview) == (3, 10, "p3")


def test_the_facts_tell_how_to_get_the_same_picture():
    values: Values = {
        "prompt": "a cat",
        "seed": 42,
        "width": 512,
        "height": 768,
        "model": "sd\\sub/dream.safetensors",
        "steps": 8,
    }
    shown = card_of(
        record(JobState.SUCCEEDED, job=replace(job_of(1), values=values), started_ms=0, ended_ms=14_000),
        live=None,
        position=None,
        eta_s=None,
        described=PLAIN,
    )

    assert dict(shown.facts) == {
        "workflow": "txt2img",
        "seed": "42",
        "size": "512x768",
        "model": "dream",
        "steps": "8",
        "time": "14 s",
    }


def test_who_waits_reads_what_it_will_cost():
    job = replace(job_of(7), estimate_ms=7_400)

    assert ("cost", "about 8 s of a GPU") in card(JobState.QUEUED, job=job).facts
    assert ("cost", "about 8 s of a GPU") in card(JobState.STARTING, job=job).facts
    assert "cost" not in dict(card(JobState.RUNNING, job=job).facts)


def test_a_failure_names_its_code():
    assert ("error", "timed_out") in card(JobState.FAILED, error_code="timed_out").facts
    assert ("error", "internal") in card(JobState.FAILED).facts


GONE = Described(title="poster", gone=True)
FILM = replace(PICTURE, name="a.mp4", kind=MediaKind.VIDEO, media_type="video/mp4")
GIF = replace(PICTURE, name="a.gif", kind=MediaKind.ANIMATION, media_type="image/gif")
BOTH = Described(title="T", actions=frozenset({Button.VARY, Button.UPSCALE}))


@pytest.mark.parametrize(
    ("state", "given", "buttons"),
    [
        (JobState.QUEUED, {}, "cancel"),
        (JobState.STARTING, {}, "cancel"),
        (JobState.RUNNING, {}, "cancel"),
        (JobState.RUNNING, {"cancel_requested": True}, ""),
        (JobState.SUCCEEDED, {"files": (PICTURE,)}, "reroll edit parameters delete report"),
        (
            JobState.SUCCEEDED,
            {"files": (PICTURE,), "described": BOTH},
            "reroll vary upscale edit parameters delete report",
        ),
        (
            JobState.SUCCEEDED,
            {"files": (FILM, PICTURE), "described": BOTH},
            "reroll vary upscale edit parameters delete report",
        ),
        (JobState.SUCCEEDED, {"files": (FILM, GIF), "described": BOTH}, "reroll edit parameters delete report"),
        (JobState.SUCCEEDED, {"described": BOTH}, "reroll edit parameters delete report"),
        (JobState.FAILED, {}, "reroll edit parameters"),
        (JobState.CANCELLED, {}, "reroll edit parameters"),
        (JobState.RUNNING, {"described": GONE}, "cancel"),
        (JobState.SUCCEEDED, {"files": (PICTURE,), "described": GONE}, "parameters delete report"),
        (JobState.FAILED, {"described": GONE}, "parameters"),
    ],
)
def test_buttons_offer_what_can_be_done_now(state, given, buttons):
    assert list(card(state, **given).buttons) == buttons.split()


def test_nobody_is_told_to_reroll_what_is_not_there_any_more():
    assert card(JobState.FAILED, error_code="timed_out", described=GONE).headline == "Something went wrong."


@pytest.mark.parametrize("state", JobState)
def test_a_card_knows_neither_server_nor_run(state):
    shown = card(state, server="rack7", run_id="0c0ffee0", error_sentence="It failed.")

    assert "rack7" not in repr(shown)
    assert "0c0ffee0" not in repr(shown)


@pytest.mark.parametrize("error", [kind for kind in vars(errors).values() if isinstance(kind, type)], ids=repr)
def test_advice_names_codes_that_exist_and_every_job_error_says_what_to_do(error):
    if not issubclass(error, errors.JobError) or error is errors.JobCancelled:
        return
    shown = card(JobState.FAILED, error_code=error.code, error_sentence=error.sentence).headline

    assert shown.count(".") >= 2, f"{error.__name__}: what happened, and what to do: {shown}"


def test_cards_that_look_alike_have_one_digest_and_others_another():
    one = card(JobState.RUNNING, live=Live(stage=Stage.PAINTING, done=3, total=10))

    assert one.digest() == card(JobState.RUNNING, live=Live(stage=Stage.PAINTING, done=3, total=10)).digest()
    assert one.digest() != replace(one, preview="p4").digest()
    assert one.digest() != replace(one, facts=()).digest()


def test_final_is_what_its_state_says():
    assert [state for state in JobState if card(state).is_final] == [
        JobState.SUCCEEDED,
        JobState.FAILED,
        JobState.CANCELLED,
    ]
