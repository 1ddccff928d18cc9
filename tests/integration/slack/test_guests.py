"""Guests, where they may ask: by a tier of their own, over the real slack-bolt."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.jobs import JobState
from bot.limits import Limits
from bot.policy.tiers import GUEST, GUESTS
from tests.fakes.slack.members import Member
from tests.integration.slack.stage import Stage, running, staged

READS = f"You have {GUESTS.waiting} jobs waiting in this community, as many as your tier, {GUESTS.name}, may have."


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    async with staged(tmp_path, house=Limits(welcome=frozenset({"slack"}))) as here, running(here):
        yield here
    assert here.office.slack.record.refused == []


@pytest.fixture
def gus(stage: Stage) -> Member:
    guest = stage.office.team.member("gus")
    guest.user.is_guest = True
    return guest


async def asked(stage: Stage, who: Member, jobs: int) -> None:
    """Let somebody have so many jobs more in the queue."""
    for _ in range(jobs):
        before = len(stage.desk.submissions)
        await who.slash(stage.general, "/imagine", "a cat")
        await stage.until_asked(before + 1)
        await stage.job()


async def test_a_guest_has_as_many_jobs_waiting_as_guests_may_and_a_member_more(stage: Stage, gus: Member) -> None:
    await asked(stage, gus, 2)
    third = await gus.slash(stage.general, "/imagine", "a third cat")
    told = await third.shows(READS)
    await asked(stage, stage.ada, 3)

    assert told.is_ephemeral
    assert [each.occasion.roles for each in stage.desk.submissions] == [(GUEST,)] * 3 + [()] * 3


async def test_whoever_is_judged_is_whoever_asks(stage: Stage, gus: Member) -> None:
    await asked(stage, gus, 1)
    message = await stage.show((await stage.job()).job)
    await gus.click(message, "Cancel")
    await stage.job(state=JobState.CANCELLED)  # or it would be painted before ada's
    await stage.ada.click(await stage.picture(), "🎲 Reroll")
    await stage.until_asked(3)

    assert [each.occasion.requester.name for each in stage.desk.submissions] == ["gus", "ada", "ada"]


async def test_a_member_of_another_organisation_is_a_guest_too(stage: Stage) -> None:
    shared = stage.office.team.channel("shared", is_shared=True)
    eve = stage.office.team.stranger("eve", "T0ELSEWHERE")
    shared.members.add(eve.id)
    for number in (1, 2):
        await eve.tell(shared, "imagine a cat")
        await stage.until_asked(number)
        await stage.job()

    await (await eve.tell(shared, "imagine a third cat")).shows(READS)


async def test_guests_are_told_their_own_cap(stage: Stage, gus: Member) -> None:
    await asked(stage, gus, 1)

    await (await gus.slash(stage.general, "/fairbrush", "usage")).shows("1 of 2 jobs")
    assert "1 of 2 jobs" in str((await gus.home("Waiting")).shape)
    await (await stage.ada.slash(stage.general, "/fairbrush", "usage")).shows("0 of 10 jobs")
