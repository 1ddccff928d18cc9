"""Moderators let pass or reject what is for review: once, in their own community, and nobody sees it before."""

import asyncio

import pytest

from bot.errors import FileGone, NotAllowed, SubmissionError
from bot.jobs import Decision, Place
from bot.limits import Limits
from bot.policy.measures import CancelJob, PassJob, RejectJob, ShowRecent, ShowReviews
from bot.policy.tiers import Tier
from bot.repeating import submission_of_click
from bot.reports import Report
from bot.status import Button
from bot.submissions import ResultOf
from tests.unit.bot.bench import CATALOG, occasion
from tests.unit.bot.moderated import ANN, BEN, GUILD, OTHERS, House
from tests.unit.bot.test_moderation import FOREIGN, MEMBER, OPERATOR, bench, desk_of, did

PLACE = Place(tenant=GUILD, channel="art")


def house(**more) -> House:
    """Return a house where what Ann asks for is seen by a moderator first."""
    return House(limits=Limits(tiers=(Tier(name="new", users=frozenset({"ann"}), review=True),)), **more)


async def test_what_waits_is_listed_with_its_words_of_this_community_alone():
    scene = house()
    job_id = await scene.painted("a shy cat")
    await scene.painted("a dog", event="2", requester=BEN)

    told = await did(scene, ShowReviews())
    assert "a shy cat" in told
    assert "Ann (ann)" in told
    assert f"{job_id}" in told
    assert "dog" not in told
    assert "a shy cat: waits for a moderator" in await did(scene, ShowRecent())
    assert "Nothing waits" in await did(scene, ShowReviews(), FOREIGN, OTHERS)
    assert "a shy cat" in await did(scene, ShowReviews(), OPERATOR, None)


async def test_what_passes_is_shown_and_waits_no_longer():
    scene = house()
    job_id = await scene.painted()
    assert (await scene.store.read(job_id)).files == ()

    assert "Passed" in await did(scene, PassJob(job_id=job_id))

    assert len((await scene.store.read(job_id)).files) == 1
    assert job_id in await scene.store.open_jobs("web")
    assert "Nothing waits" in await did(scene, ShowReviews())
    assert await scene.told() == [("pass", "done"), ("reviews", "done")]


async def test_what_is_rejected_goes_and_whoever_asked_reads_why():
    scene = house()
    job_id = await scene.painted()

    assert "Rejected" in await did(scene, RejectJob(job_id=job_id, reason=" too\nmuch "))

    record = await scene.store.read(job_id)
    assert (record.made, record.review.reason, record.review.by) == ((), "too much", "Moe")


async def test_what_was_reported_is_kept_for_moderators_when_it_is_rejected():
    scene = house()
    job_id = await scene.painted()
    await scene.reports.add(
        Report(job_id=job_id, workflow="w", requester=ANN, reporter=BEN, place=PLACE, reason="words")
    )
    await did(scene, RejectJob(job_id=job_id, reason="no"))

    record = await scene.store.read(job_id)
    assert record.files == ()
    assert len(record.withheld) == 1


async def test_of_two_moderators_at_once_the_first_one_s_word_holds():
    scene = house()
    job_id = await scene.painted()
    said = await asyncio.gather(
        did(scene, RejectJob(job_id=job_id, reason="no")), did(scene, PassJob(job_id=job_id)), return_exceptions=True
    )

    assert [type(each) for each in said].count(SubmissionError) == 1
    is_passed = (await scene.store.read(job_id)).review.decision is Decision.PASSED
    assert sorted(await scene.told()) == sorted(
        [("pass", "done" if is_passed else "tried"), ("reject", "tried" if is_passed else "done")]
    )
    with pytest.raises(SubmissionError, match="already"):
        await did(scene, PassJob(job_id=job_id))


@pytest.mark.parametrize(("actor", "tenant"), [(FOREIGN, OTHERS), (FOREIGN, GUILD), (MEMBER, GUILD)])
async def test_nobody_else_decides(actor, tenant):
    scene = house()
    job_id = await scene.painted()
    for measure in (PassJob(job_id=job_id), RejectJob(job_id=job_id, reason="no")):
        with pytest.raises((NotAllowed, SubmissionError)):
            await did(scene, measure, actor, tenant)
    assert (await scene.store.read(job_id)).awaits_review


async def test_nothing_is_decided_about_what_does_not_wait_and_a_reason_is_needed():
    scene = house()
    plain = await scene.painted(requester=BEN)
    waiting = (await scene.asked(event="2")).record.job.id
    for job_id in (plain, waiting):
        with pytest.raises(SubmissionError, match="does not wait"):
            await did(scene, PassJob(job_id=job_id))
    await scene.store.cancel(waiting)
    held = await scene.painted(event="3")
    with pytest.raises(SubmissionError, match="Say why"):
        await did(scene, RejectJob(job_id=held, reason=" \u200b "))


async def test_what_waits_for_a_moderator_is_not_cancelled_and_they_are_told_how_to_reject_it():
    scene = house()
    job_id = await scene.painted()

    with pytest.raises(SubmissionError, match=r"it waits for a moderator\. Say reject, with its id and why"):
        await did(scene, CancelJob(job_id=job_id))

    assert (await scene.store.read(job_id)).awaits_review
    assert await scene.told() == [("cancel", "tried")]
    await did(scene, RejectJob(job_id=job_id, reason="no"))
    with pytest.raises(SubmissionError, match="already ended: it was not let through"):
        await did(scene, CancelJob(job_id=job_id))


@pytest.mark.parametrize("button", [Button.REROLL, Button.VARY, Button.UPSCALE])
async def test_no_button_makes_anything_of_it(button):
    scene = house()
    record = await scene.store.read(await scene.painted())
    with pytest.raises(SubmissionError, match="looks at that picture first"):
        submission_of_click(occasion("9", ANN, PLACE), button, record, CATALOG)


async def test_it_is_no_picture_to_begin_with_before_it_passed():
    scene = house()
    job_id = await scene.painted()

    async def begun(event: str):
        return await scene.asked("a cat", event=event, workflow="img2img", pictures={"image": ResultOf(job_id=job_id)})

    with pytest.raises(SubmissionError, match="looks at that picture first"):
        await begun("8")
    await did(scene, RejectJob(job_id=job_id, reason="no"))
    with pytest.raises((SubmissionError, FileGone), match="let that picture through"):
        await begun("9")


async def test_whoever_asked_deletes_it_meanwhile():
    scene = house()
    job_id = await scene.painted()
    assert await scene.store.forget(job_id)
    assert "Nothing waits" in await did(scene, ShowReviews())
    with pytest.raises(SubmissionError, match="not kept"):
        await did(scene, PassJob(job_id=job_id))


async def test_what_was_reported_and_deleted_before_anybody_decided_is_not_put_up_again():
    scene = house()
    job_id = await scene.painted()
    report = Report(job_id=job_id, workflow="w", requester=ANN, reporter=BEN, place=PLACE, reason="words")
    await scene.reports.add(report)
    await desk_of(scene, bench(scene)).delete(job_id, ANN)

    assert "Nothing waits" in await did(scene, ShowReviews())
    with pytest.raises(SubmissionError, match="does not wait"):
        await did(scene, PassJob(job_id=job_id))
    record = await scene.store.read(job_id)
    assert (record.files, record.review) == ((), None)
    assert len(record.withheld) == 1
