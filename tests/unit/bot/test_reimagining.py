"""What can be made of a picture that stands in a channel."""

from dataclasses import replace

import pytest

from bot.errors import SubmissionError
from bot.jobs import job_id_of
from bot.meanings import Press, ReimagineForm, encode
from bot.reimagining import REIMAGINE, UPSCALE, job_among, meant, menu_action, submission_of_picture
from bot.status import Button
from bot.submissions import ResultOf
from tests.unit.bot.bench import BOB, CATALOG, PLACE, TXT2IMG, occasion
from workflows.catalog import Catalog

JOB = job_id_of("web", "1")
HERE = occasion("e", BOB, PLACE)


@pytest.mark.parametrize(
    ("menu", "default", "workflow"),
    [
        (REIMAGINE, "txt2img", "img2img"),
        (UPSCALE, "txt2img", "upscale"),
        (REIMAGINE, "flux", None),  # it has no action for that
        (UPSCALE, "nothing", None),
        ("Translate", "txt2img", None),
    ],
)
def test_a_menu_stands_for_an_action_of_the_default_workflow(menu: str, default: str, workflow: str | None) -> None:
    action = menu_action(menu, CATALOG, default)

    assert (action.workflow if action else None) == workflow
    if workflow is None:
        with pytest.raises(SubmissionError, match="Nothing is set up for that here"):
            meant(menu, CATALOG, default)
    else:
        assert meant(menu, CATALOG, default) == (action, CATALOG.workflows[workflow])


def test_an_action_whose_target_is_missing_or_takes_no_picture_there_is_not_offered() -> None:
    action = TXT2IMG.manifest.actions["upscale"].model_copy(update={"workflow": "txt2img", "parameter": "steps"})
    manifest = TXT2IMG.manifest.model_copy(update={"actions": {"upscale": action}})
    no_picture = Catalog(workflows={"txt2img": replace(TXT2IMG, manifest=manifest)})

    for catalog in (Catalog(workflows={"txt2img": TXT2IMG}), no_picture):
        assert menu_action(UPSCALE, catalog, "txt2img") is None


def test_a_message_is_of_the_job_that_its_buttons_name() -> None:
    form, press = encode(ReimagineForm(source="s")), encode(Press(button=Button.REROLL, job_id=JOB))

    assert job_among(["somebody else's", None, form, press]) == JOB
    assert job_among(["somebody else's", form]) is None


def test_a_result_is_begun_with_and_a_foreign_picture_is_left_for_its_platform_to_hand_in() -> None:
    action, _ = meant(REIMAGINE, CATALOG, "txt2img")
    result = ResultOf(job_id=JOB, index=1)

    ours = submission_of_picture(HERE, action, {"prompt": "a fox"}, result=result, text="steps:9")
    foreign = submission_of_picture(HERE, action, {})

    assert (ours.occasion, ours.workflow, ours.raw, ours.text) == (HERE, "img2img", {"prompt": "a fox"}, "steps:9")
    assert (ours.pictures, ours.parent) == ({action.parameter: result}, JOB)
    assert (foreign.pictures, foreign.parent) == ({}, None)
