"""The promises about lanes: a job is claimed where a server can serve it, and the table is everybody's."""

from dataclasses import replace

from bot.ports import LaneTable
from tests.integration.redis import claimed, job

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


async def test_the_meaning_of_a_requirement_is_everybodys(truth):
    await truth.lanes.require("sd.1", b"\x00 a model")
    await truth.lanes.require("sd.1", b"\x00 a model")

    assert await truth.lanes.requirements() == {"sd.1": b"\x00 a model"}
