"""What is kept of somebody: they may take it along and have it deleted, and are told what stays."""

import json
from dataclasses import replace
from threading import current_thread

from bot.belongings import Belongings, written
from bot.jobs import JobState, MessageRef, Place
from bot.limits import Limits
from bot.policy.rulebook import Ban
from bot.policy.tiers import Tier
from bot.reports import Report
from tests.fakes.memory_usage import MemoryUsage
from tests.unit.bot.moderated import ANN, BEN, GUILD, House
from tests.unit.bot.test_moderation import bench

PLACE = Place(tenant=GUILD, channel="art")


def own(house: House) -> Belongings:
    return Belongings(removing=bench(house).removing, hours=MemoryUsage(store=house.store))


async def reported(house: House, job_id, *, requester=ANN, reporter=BEN) -> None:
    await house.reports.add(
        Report(job_id=job_id, workflow="w", requester=requester, reporter=reporter, place=PLACE, reason="no")
    )


async def test_an_export_has_ones_own_jobs_and_reports_and_nobody_elses():
    house = House()
    mine = await house.painted("a cat")
    bens = await house.painted("a dog", event="2", requester=BEN)
    await reported(house, bens, requester=BEN, reporter=ANN)
    await reported(house, mine)

    told = json.loads(json.dumps(await own(house).export(ANN)))

    assert told["person"] == {"platform": "web", "community": "1001", "id": "ann", "name": "Ann"}
    [job] = told["jobs"]
    assert (job["id"], job["values"]["prompt"], job["state"]) == (str(mine), "a cat", "succeeded")
    assert job["files"] == [{"name": "a.png", "media_type": "image/png", "bytes": 9}]
    assert [each["job"] for each in told["reports"]] == [str(bens)]
    assert [each["gpu_ms"] for each in told["hours"]] == [2500]


class Watched(dict):
    """Remembers in which thread it was read."""

    def items(self):
        self.read_in = current_thread()
        return super().items()


async def test_however_much_somebody_has_their_export_is_made_and_written_beside_the_loop():
    house = House()
    job_id = await house.painted("a cat")
    record = await house.store.read(job_id)
    values, told = Watched(record.job.values), Watched(jobs=["a cat"])
    own_here = own(house)

    class Store:
        async def of_requester(self, requester, *, limit):
            return [replace(record, job=replace(record.job, values=values))]

    exported = await replace(own_here, removing=replace(own_here.removing, store=Store())).export(ANN)

    assert exported["jobs"][0]["values"]["prompt"] == "a cat"
    assert json.loads(await written(told)) == {"jobs": ["a cat"]}
    assert current_thread() not in {values.read_in, told.read_in}


async def test_of_what_is_withheld_an_export_tells_the_number_alone():
    house = House(limits=Limits(tiers=(Tier(name="new", users=frozenset({"ann"}), review=True),)))
    job_id = await house.painted("a cat")

    [job] = (await own(house).export(ANN))["jobs"]

    assert (job["id"], job["files"], job["withheld"]) == (str(job_id), [], 1)


async def test_whoever_wants_to_be_forgotten_loses_jobs_and_messages_and_is_told_what_stays():
    house = House()
    painted = await house.painted(event="1")
    waiting = (await house.asked(event="2")).record.job.id
    bens = await house.painted(event="4", requester=BEN)
    await house.say(Ban(user="ann", reason="spam"))

    answer = await own(house).forget_me(ANN)

    said = " ".join(map(str, (answer.sections[0].headline, *answer.sections[0].sentence)))
    assert "Deleted: 2 jobs" in said
    assert "bans and quotas" in said
    assert [await house.store.read(each) for each in (painted, waiting)] == [None, None]
    assert await house.store.read(bens)
    assert [each.ref for each in await house.doomed.doomed("web", limit=9)] == [MessageRef(place=PLACE, id="m1")]
    assert (await house.books.book(GUILD)).ban("ann")
    assert await own(house).removing.store.of_requester(ANN) == []


async def test_what_was_reported_is_evidence_and_what_runs_is_being_stopped():
    house = House()
    evidence = await house.painted(event="1")
    await reported(house, evidence)
    running = (await house.asked(event="2")).record.job.id
    held = await house.store.claim("gpu", "2")
    await house.store.record(held.lease, run_id="run")

    answer = await own(house).forget_me(ANN)

    said = answer.sections[0].sentence[0]
    assert "1 stay, since they were reported" in said
    assert "ask again in a minute" in said
    assert await house.store.read(evidence)
    record = await house.store.read(running)
    assert record.cancel_requested
    assert record.state is JobState.RUNNING
