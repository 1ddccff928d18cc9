"""What a click comes to, for whoever clicked: the same on every platform, whatever that does about it."""

import pytest

from bot.clicking import Click, effect_of
from bot.desk import Desk
from bot.effects import AskWhich, Effect, GiveWords, GoOn, Heed, OpenEdit, OpenReport, Paint, Remove, Say, ShowJob
from bot.errors import SubmissionError
from bot.jobs import JobId, JobState, Place, Requester, StoredFile, Tenant, job_id_of
from bot.meanings import EditAgain, EditForm, HistoryPage, Meaning, Pick, PickOf, Press, ReportForm, Show
from bot.policy.tiers import GUEST
from bot.status import Button
from bot.submissions import ResultOf, Submission
from tests.fakes.memory_store import MemoryStore
from tests.unit.bot.bench import ALICE, BOB, PLACE, TENANT, occasion
from tests.unit.bot.test_desk import desk, store

__all__ = ["desk", "store"]

JOB = job_id_of("web", "none")
_STRANGER = Requester(tenant=Tenant(platform="web", id="other"), id="eve", name="Eve")


async def _comes_to(
    desk: Desk,
    meaning: Meaning | None,
    by: Requester = ALICE,
    *,
    moderates: bool = False,
    chosen: object = None,
    is_copy: bool = False,
    answers: str | None = None,
) -> Effect:
    place = PLACE if by.tenant == TENANT else Place(tenant=by.tenant, channel="elsewhere")
    click = Click(
        meaning=meaning,
        occasion=occasion("click", by, place),
        moderates=moderates,
        chosen=chosen,
        is_copy=is_copy,
        answers=answers,
    )
    return await effect_of(desk, click)


async def _asked(desk: Desk) -> JobId:
    receipt = await desk.submit(Submission(occasion=occasion("1", ALICE, PLACE), text="a cat"))
    return receipt.record.job.id


async def painted(desk: Desk, store: MemoryStore, *kinds: str) -> JobId:
    job_id = await _asked(desk)
    held = await store.claim("gpu1", "1")
    assert held is not None
    await store.record(held.lease, run_id="run")
    types = {"image": "image/png", "text": "text/plain"}
    files = [
        StoredFile(key=f"{number:064x}", name=f"{number}", kind=kind, media_type=types[kind], bytes=9)
        for number, kind in enumerate(kinds or ("image",))
    ]
    await store.succeed(held.lease, files=files, gpu_ms=2500)
    return job_id


def _press(button: Button, job_id: JobId, number: int | None = None) -> Press:
    return Press(button=button, job_id=job_id, number=number)


async def test_a_guest_who_may_not_ask_is_told_before_a_form_opens(desk: Desk) -> None:
    job_id = await _asked(desk)
    here = occasion("click", BOB, PLACE, roles=(GUEST,))

    with pytest.raises(SubmissionError, match="for members"):
        await effect_of(desk, Click(meaning=_press(Button.EDIT, job_id), occasion=here))
    assert isinstance(await effect_of(desk, Click(meaning=_press(Button.REPORT, job_id), occasion=here)), OpenReport)


async def test_a_cancel_is_seen_on_the_card_and_said_where_there_is_none(desk: Desk, store: MemoryStore) -> None:
    job_id = await _asked(desk)

    with pytest.raises(SubmissionError, match="somebody else's"):
        await _comes_to(desk, _press(Button.CANCEL, job_id), BOB)
    assert await _comes_to(desk, _press(Button.CANCEL, job_id)) == Heed()
    record = await store.read(job_id)
    assert record is not None
    assert record.state is JobState.CANCELLED


async def test_a_cancel_that_comes_too_late_is_said(desk: Desk, store: MemoryStore) -> None:
    told = await _comes_to(desk, _press(Button.CANCEL, await painted(desk, store)))

    assert isinstance(told, Say)
    assert "ended already" in str(told.answer)


async def test_a_cancel_under_a_copy_is_said_for_nothing_else_shows_it(desk: Desk) -> None:
    told = await _comes_to(desk, _press(Button.CANCEL, await _asked(desk)), is_copy=True)

    assert isinstance(told, Say)
    assert "Cancelled" in str(told.answer)


async def test_a_moderator_ends_what_others_asked_for(desk: Desk) -> None:
    assert await _comes_to(desk, _press(Button.CANCEL, await _asked(desk)), BOB, moderates=True) == Heed()


async def test_of_several_pictures_it_is_asked_which_and_a_choice_names_it(desk: Desk, store: MemoryStore) -> None:
    job_id = await painted(desk, store, "image", "text", "image")
    asked = await _comes_to(desk, _press(Button.UPSCALE, job_id), BOB)
    assert asked == AskWhich(meaning=Pick(button=Button.UPSCALE, job_id=job_id), pictures=(0, 2))

    by_choice = await _comes_to(desk, Pick(button=Button.UPSCALE, job_id=job_id), BOB, chosen=["2"])
    by_number = await _comes_to(desk, _press(Button.UPSCALE, job_id, 2), BOB)
    assert by_choice == by_number
    assert isinstance(by_choice, Paint)
    assert ResultOf(job_id=job_id, index=2) in by_choice.submission.pictures.values()
    assert by_choice.submission.occasion.requester == BOB


async def test_of_one_picture_nothing_is_asked(desk: Desk, store: MemoryStore) -> None:
    done = await _comes_to(desk, _press(Button.VARY, await painted(desk, store, "text", "image")))

    assert isinstance(done, Paint)
    assert [each.index for each in done.submission.pictures.values() if isinstance(each, ResultOf)] == [1]


async def test_what_is_about_a_job_brings_it_along(desk: Desk, store: MemoryStore) -> None:
    job_id = await painted(desk, store)

    edit = await _comes_to(desk, _press(Button.EDIT, job_id), BOB)
    words = await _comes_to(desk, _press(Button.PARAMETERS, job_id), BOB)
    shown = await _comes_to(desk, Show(job_id=job_id), BOB)
    again = await _comes_to(desk, _press(Button.REROLL, job_id), BOB)

    assert isinstance(edit, OpenEdit)
    assert (edit.record.job.id, edit.workflow.name) == (job_id, "txt2img")
    assert isinstance(words, GiveWords)
    assert words.words.startswith("a cat")
    assert isinstance(shown, ShowJob)
    assert isinstance(again, Paint)
    assert again.submission.parent == job_id
    assert await _comes_to(desk, _press(Button.REPORT, job_id), BOB) == OpenReport(job_id=job_id)


@pytest.mark.parametrize("button", [each for each in Button if each not in (Button.CANCEL, Button.DELETE)])
async def test_nobody_reaches_a_job_of_another_place_by_its_id(desk: Desk, store: MemoryStore, button: Button) -> None:
    job_id = await painted(desk, store)

    with pytest.raises(SubmissionError, match="not kept any more"):
        await _comes_to(desk, _press(button, job_id), _STRANGER)


async def test_a_deleted_job_leaves_its_message_to_be_taken_away(desk: Desk, store: MemoryStore) -> None:
    job_id = await painted(desk, store)

    with pytest.raises(SubmissionError, match="somebody else's"):
        await _comes_to(desk, _press(Button.DELETE, job_id), BOB)
    assert await _comes_to(desk, _press(Button.DELETE, job_id)) == Remove(left=None)
    assert await store.read(job_id) is None
    with pytest.raises(SubmissionError, match="Only whoever asked"):
        await _comes_to(desk, _press(Button.DELETE, job_id), BOB, answers=ALICE.id)
    assert await _comes_to(desk, _press(Button.DELETE, job_id), answers=ALICE.id) == Remove(left=None)


async def test_what_was_begun_goes_on(desk: Desk) -> None:
    page, again = HistoryPage(skip=5), EditAgain(source="s")

    assert await _comes_to(desk, page) == page
    assert await _comes_to(desk, again) == again
    chosen = await _comes_to(desk, PickOf(button=Button.VARY, source="s"), chosen=["3"])
    assert chosen == GoOn(button=Button.VARY, source="s", number=3)


@pytest.mark.parametrize("meaning", [None, EditForm(job_id=JOB), ReportForm(job_id=JOB)])
async def test_what_no_button_says_is_refused(desk: Desk, meaning: Meaning | None) -> None:
    with pytest.raises(SubmissionError, match="older version"):
        await _comes_to(desk, meaning)
