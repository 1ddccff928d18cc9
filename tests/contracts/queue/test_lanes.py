"""The promises about lanes: a job is claimed where a server can serve it, and the table is everybody's."""

from dataclasses import replace

from bot.jobs import JobState
from bot.ports import LaneTable
from tests.integration.redis import claimed, job, running

TABLE = LaneTable(servers={"small": "1", "large": "2"}, routes={"": ("1", "2"), "sd": ("1", "2"), "flux": ("2",)})


async def test_a_table_is_laid_by_whoever_saw_the_last_one(truth):
    assert await truth.lanes.table() == LaneTable()

    assert await truth.lanes.lay(TABLE)

    laid = await truth.lanes.table()
    assert laid == replace(TABLE, version=1)
    assert not await truth.lanes.lay(replace(TABLE, servers={}))
    assert await truth.lanes.lay(replace(laid, servers={}))


async def test_only_what_a_server_can_serve_is_claimed(truth):
    await truth.lanes.lay(TABLE)
    flux, plain, late = (replace(job(), requirement=needs) for needs in ("flux", "sd", "flux"))
    for each in (flux, plain, late):
        await truth.queue.enqueue(each)

    assert (await claimed(truth, server="small")).job_id == plain.id
    assert await truth.queue.claim("small", "nothing else") is None
    assert [(await claimed(truth, server="large")).job_id for _ in range(2)] == [flux.id, late.id]


async def test_what_no_server_can_serve_waits_until_one_can(truth):
    await truth.lanes.lay(replace(TABLE, routes={**TABLE.routes, "video": ()}))
    asked = replace(job(), requirement="video")
    await truth.queue.enqueue(asked)

    assert await truth.queue.claim("large", "n") is None
    position = await truth.queue.position(asked.id)
    assert (position.lane, position.capped) == (None, None)

    laid = await truth.lanes.table()
    await truth.lanes.lay(replace(laid, routes={**laid.routes, "video": ("2",)}))
    while await truth.lanes.tend():
        pass
    assert (await claimed(truth, server="large")).job_id == asked.id


async def test_a_job_that_is_handed_back_for_another_server_waits_where_that_one_stands(truth):
    await truth.lanes.lay(TABLE)
    first, second = (replace(job(), requirement="sd") for _ in range(2))
    for each in (first, second):
        await truth.queue.enqueue(each)
    lease = await running(truth, server="small")

    for _ in range(2):  # the answer to the first is lost
        assert await truth.queue.requeue(lease, costs_attempt=False, requirement="flux")

    record = await truth.store.read(first.id)
    assert (record.state, record.moved_to, record.requirement) == (JobState.QUEUED, "flux", "flux")
    assert (record.job.requirement, record.attempt) == ("sd", 1)
    assert (await truth.queue.position(first.id)).lane == "2"
    assert (await claimed(truth, server="small")).job_id == second.id
    assert await truth.queue.claim("small", "nothing else") is None
    again = await running(truth, server="large")
    assert (again.job_id, again.attempt) == (first.id, 2)
    assert await truth.queue.succeed(again, files=())


async def test_what_was_moved_stays_moved_when_it_is_handed_back_once_more(truth):
    await truth.lanes.lay(TABLE)
    await truth.queue.enqueue(replace(job(), requirement="sd"))
    await truth.queue.requeue(await running(truth, server="small"), costs_attempt=False, requirement="flux")

    await truth.queue.requeue(await running(truth, server="large"), costs_attempt=True)

    assert await truth.queue.claim("small", "n") is None
    held = await truth.queue.claim("large", "n")
    assert (held.record.moved_to, held.record.job.requirement) == ("flux", "sd")


async def test_a_job_whose_requirement_said_nothing_is_moved_too(truth):
    await truth.lanes.lay(TABLE)
    asked = job()
    await truth.queue.enqueue(asked)

    await truth.queue.requeue(await running(truth, server="small"), costs_attempt=False, requirement="flux")

    record = await truth.store.read(asked.id)
    assert (record.job.requirement, record.moved_to) == ("", "flux")
    assert await truth.queue.claim("small", "n") is None


async def test_the_meaning_of_a_requirement_is_everybodys(truth):
    await truth.lanes.require("sd.1", b"\x00 a model")
    await truth.lanes.require("sd.1", b"\x00 a model")

    assert await truth.lanes.requirements() == {"sd.1": b"\x00 a model"}


async def test_a_job_that_ends_instead_of_being_handed_back_is_not_moved(truth):
    asked = replace(job(), requirement="sd")
    await truth.queue.enqueue(asked)
    lease = await running(truth)
    await truth.queue.cancel(asked.id)

    assert await truth.queue.requeue(lease, costs_attempt=False, requirement="flux")

    record = await truth.store.read(asked.id)
    assert (record.state, record.moved_to, record.requirement) == (JobState.CANCELLED, None, "sd")
