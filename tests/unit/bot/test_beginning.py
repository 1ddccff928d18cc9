"""A picture of a message to begin with: which one is meant, whose it is, and for how long a choice is kept."""

from dataclasses import replace
from uuid import UUID

import pytest

from bot.asides import KEPT_S, Asides
from bot.beginning import Beginning, OpenReimagine, PaintFrom
from bot.desk import Desk
from bot.effects import AskWhich, GoOn
from bot.errors import SubmissionError
from bot.jobs import JobId, Requester, Tenant
from bot.meanings import PickOf
from bot.reimagining import REIMAGINE, UPSCALE
from bot.status import Button
from bot.submissions import ResultOf
from tests.fakes.memory_store import MemoryStore
from tests.integration.discord.chat_scene import Drawer
from tests.unit.bot.bench import ALICE, BOB, ELSEWHERE, PLACE, occasion
from tests.unit.bot.test_clicking import painted
from tests.unit.bot.test_desk import desk, store

__all__ = ["desk", "store"]

HERE = occasion("menu", BOB, PLACE)


@pytest.fixture
def clock() -> list[float]:
    return [0.0]


@pytest.fixture
def beginning(desk: Desk, clock: list[float]) -> Beginning[str]:
    drawer = Drawer(now=lambda: clock[0])
    return Beginning(desk=desk, asides=Asides(secrets=drawer), write=str, read=str)


async def test_the_only_picture_is_begun_with_as_the_entry_says(beginning: Beginning[str]) -> None:
    form = await beginning.pick(HERE, REIMAGINE, None, ["cat"])
    done = await beginning.pick(HERE, UPSCALE, None, ["cat"])

    assert isinstance(form, OpenReimagine)
    assert (form.source, form.workflow.name) == ("cat", "img2img")
    assert isinstance(done, PaintFrom)
    assert (done.submission.workflow, done.attached) == ("upscale", {"image": "cat"})


async def test_of_a_message_of_ours_its_results_are_meant(
    desk: Desk, store: MemoryStore, beginning: Beginning[str]
) -> None:
    job_id = await painted(desk, store, "text", "image")
    done = await beginning.pick(HERE, UPSCALE, job_id, ["cat"])

    assert isinstance(done, PaintFrom)
    assert done.attached == {}
    assert (done.submission.parent, done.submission.occasion) == (job_id, HERE)
    assert ResultOf(job_id=job_id, index=1) in done.submission.pictures.values()


async def test_a_job_that_somebody_may_not_see_is_no_job(
    desk: Desk, store: MemoryStore, beginning: Beginning[str]
) -> None:
    job_id = await painted(desk, store)
    there = occasion("menu", BOB, ELSEWHERE)

    with pytest.raises(SubmissionError, match="no picture in that message"):
        await beginning.pick(there, UPSCALE, job_id, [])


async def test_of_several_pictures_the_one_is_taken_that_is_chosen(beginning: Beginning[str]) -> None:
    asked = await beginning.pick(HERE, REIMAGINE, None, ["cat", "dog"])
    assert isinstance(asked, AskWhich)
    assert isinstance(asked.meaning, PickOf)
    assert [*asked.pictures] == [0, 1]
    later = occasion("choice", BOB, PLACE)
    form = await beginning.go_on(later, _chosen(asked.meaning.source, 1))

    assert isinstance(form, OpenReimagine)
    assert form.source == "dog"


@pytest.mark.parametrize(
    ("number", "button"), [(None, Button.VARY), (2, Button.VARY), (0, Button.DELETE)], ids=["none", "beyond", "other"]
)
async def test_a_choice_that_nobody_was_given_is_refused(
    beginning: Beginning[str], number: int | None, button: Button
) -> None:
    source = await beginning.keep(HERE, ["cat", "dog"])

    with pytest.raises(SubmissionError, match="open for too long"):
        await beginning.go_on(HERE, GoOn(button=button, source=source, number=number))


@pytest.mark.parametrize("who", [ALICE, replace(BOB, tenant=Tenant(platform="web", id="other"))])
async def test_what_is_kept_is_kept_for_nobody_else(beginning: Beginning[str], who: Requester) -> None:
    source = await beginning.keep(HERE, ["cat"])

    with pytest.raises(SubmissionError, match="open for too long"):
        await beginning.kept(occasion("choice", who, PLACE), source)


async def test_what_is_kept_goes_with_its_time(beginning: Beginning[str], clock: list[float]) -> None:
    source = await beginning.keep(HERE, ["cat", "dog"])
    clock[0] = KEPT_S - 1
    await beginning.go_on(HERE, _chosen(source, 0))
    clock[0] = KEPT_S + 1

    with pytest.raises(SubmissionError, match="open for too long"):
        await beginning.go_on(HERE, _chosen(source, 0))


def _chosen(source: str, number: int) -> GoOn:
    return GoOn(button=Button.VARY, source=source, number=number)


def test_a_result_that_was_kept_is_the_same_one_on_every_platform(beginning: Beginning[str]) -> None:
    result = ResultOf(job_id=JobId(UUID(int=7)), index=3)

    assert beginning.source(beginning.written(result)) == result
    assert beginning.source(beginning.written("cat")) == "cat"
