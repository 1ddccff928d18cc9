"""From a click under a job to what is asked: as whoever clicked, from the old job's values."""

from dataclasses import replace

import pytest

from bot.clicks import CANCELLED, pictures_of_form, submission_of_click, workflow_of
from bot.errors import SubmissionError, UnknownWorkflow
from bot.jobs import JobRecord, JobState
from bot.ports import Cancelling
from bot.status import Button
from bot.submissions import InputOf, ResultOf
from tests.unit.bot.bench import BOB, CATALOG, ELSEWHERE, job, occasion
from workflows.catalog import Catalog
from workflows.values import FileHandle

DONE = JobRecord(job=job(), state=JobState.SUCCEEDED, revision=1)
HANDLE = FileHandle(key="k" * 64, media_type="image/png", width=64, height=64, bytes=9)


CLICK = occasion("e", BOB, ELSEWHERE)


def test_a_reroll_asks_for_the_same_with_another_seed_as_whoever_clicked():
    wish = submission_of_click(CLICK, Button.REROLL, DONE, CATALOG)

    assert (wish.occasion, wish.workflow, wish.parent) == (CLICK, "txt2img", DONE.job.id)
    assert (wish.raw["seed"], wish.raw["prompt"]) == ("random", "a cat")


@pytest.mark.parametrize("button", [Button.VARY, Button.UPSCALE])
def test_an_action_takes_the_picture_that_was_meant(button):
    wish = submission_of_click(CLICK, button, DONE, CATALOG, number=2)

    action = CATALOG.workflows["txt2img"].manifest.actions[button.value]
    assert (wish.workflow, wish.pictures) == (
        action.workflow,
        {action.parameter: ResultOf(job_id=DONE.job.id, index=2)},
    )


def test_what_a_workflow_does_not_offer_and_what_is_not_installed_is_refused():
    without = Catalog(workflows={"txt2img": CATALOG.workflows["txt2img"]})

    with pytest.raises(SubmissionError, match="does not offer that"):
        submission_of_click(CLICK, Button.UPSCALE, DONE, without)
    with pytest.raises(UnknownWorkflow, match="no longer here"):
        workflow_of(DONE, Catalog())


def test_a_form_keeps_the_pictures_of_the_job_that_is_edited_unless_others_are_attached():
    values = {**DONE.job.values, "image": HANDLE}
    old = replace(DONE, job=replace(DONE.job, workflow="img2img", values=values))
    img2img = CATALOG.workflows["img2img"]

    assert pictures_of_form(img2img, old, {}) == {"image": InputOf(job_id=old.job.id, parameter="image")}
    assert pictures_of_form(img2img, None, {}) == {}
    assert pictures_of_form(CATALOG.workflows["txt2img"], old, {}) == {}


def test_every_answer_to_cancel_has_its_words():
    assert set(CANCELLED) == set(Cancelling)
