"""What was reported stays when it is deleted: for moderators alone, and nobody else can tell."""

from dataclasses import replace

import pytest

from bot.desk import Desk
from bot.errors import SubmissionError
from bot.jobs import Place
from bot.reports import KEPT_S, Report
from bot.submissions import may_see
from tests.unit.bot.moderated import ANN, BEN, GUILD, MOE, START_MS, House
from tests.unit.bot.test_moderation import bench, desk_of

PLACE = Place(tenant=GUILD, channel="art")


async def reported(house: House):
    job_id = await house.painted()
    report = Report(job_id=job_id, workflow="w", requester=ANN, reporter=BEN, place=PLACE, reason="rude")
    await house.reports.add(report)
    return job_id


def at_desk(house: House) -> Desk:
    return desk_of(house, bench(house))


async def test_whoever_deletes_what_was_reported_reads_that_it_is_deleted_and_its_files_stay():
    house = House()
    job_id = await reported(house)

    left = await at_desk(house).delete(job_id, ANN)

    assert left is not None  # the message goes
    kept = await house.store.read(job_id)
    assert kept.is_evidence
    assert len(kept.files) == 1


async def test_it_is_gone_for_everybody_who_could_see_it():
    house = House()
    desk, job_id = at_desk(house), await reported(house)
    await desk.delete(job_id, ANN)

    assert await desk.history(ANN) == []
    assert await desk.job(job_id) is None
    assert not may_see(await house.store.read(job_id), ANN, PLACE)
    for who in (ANN, BEN):
        with pytest.raises(SubmissionError):
            await desk.seen(job_id, who, PLACE)
        with pytest.raises(SubmissionError):
            await desk.reportable(job_id, who, PLACE)
    assert await desk.delete(job_id, ANN, answers=ANN.id) is None  # as of one that is forgotten


async def test_what_nobody_reported_is_forgotten():
    house = House()
    job_id = await house.painted()

    await at_desk(house).delete(job_id, ANN)

    assert await house.store.read(job_id) is None


async def test_evidence_lasts_as_long_as_the_latest_report():
    house, until = House(), {}
    job_id = await reported(house)

    class Store:
        async def withdraw(self, job_id, *, until_ms):
            until[job_id] = until_ms

    house.now += 5
    report = Report(job_id=job_id, workflow="w", requester=ANN, reporter=MOE, place=PLACE, reason="rude")
    await house.reports.add(report)
    await replace(bench(house).removing, store=Store()).delete(await house.store.read(job_id))

    assert until == {job_id: START_MS + 5 + KEPT_S * 1000}
