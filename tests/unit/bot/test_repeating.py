"""From a click under a job to what is asked: as whoever clicked, from the old job's values."""

from dataclasses import replace

import pytest

from bot.errors import SubmissionError, UnknownWorkflow
from bot.jobs import JobRecord, JobState
from bot.repeating import command_of, submission_of_click, submission_of_form, workflow_of
from bot.status import Button
from bot.submissions import InputOf, ResultOf
from tests.unit.bot.bench import BOB, CATALOG, ELSEWHERE, TXT2IMG, VOCABULARY, job, occasion
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

    edited = submission_of_form(CLICK, img2img, old, {"prompt": "a dog"}, text="steps:9")

    assert (edited.occasion, edited.workflow, edited.parent) == (CLICK, "img2img", old.job.id)
    assert (edited.raw, edited.text) == ({"prompt": "a dog"}, "steps:9")
    assert edited.pictures == {"image": InputOf(job_id=old.job.id, parameter="image")}
    other = ResultOf(job_id=DONE.job.id)
    assert submission_of_form(CLICK, img2img, old, {}, attached={"image": other}).pictures == {"image": other}
    assert submission_of_form(CLICK, img2img, None, {}).pictures == {}
    assert submission_of_form(CLICK, CATALOG.workflows["txt2img"], old, {}).pictures == {}


def test_the_words_of_a_job_paint_the_same_again():
    named = replace(DONE, job=replace(DONE.job, values={**DONE.job.values, "gone since": 3}))

    workflow, words = command_of(named, TXT2IMG, VOCABULARY)

    assert workflow == "txt2img"
    assert words.startswith("a cat")
    assert "seed:7" in words
    assert "gone since" not in words
