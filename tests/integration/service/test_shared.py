"""What processes of a pool know alike: the servers of all are offered, and one that was removed is not."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from adapters.redis.opening import RedisPool
from adapters.redis.vocabulary import TOLD_S
from bot.laning import Laning
from bot.servers import Change, ServerSpec, ServerState, ServerStatus, Wish
from bot.service.roster import Roster
from bot.service.shared import Shared
from tests.integration.redis import movable_pool
from workflows.catalog import LIBRARY, load_catalog
from workflows.vocabulary import Vocabulary

NAME = "CheckpointLoaderSimple.ckpt_name"


def offering(*models: str) -> Vocabulary:
    return Vocabulary(choices={NAME: models})


@pytest.fixture
async def movable(engine_url) -> AsyncIterator:
    async with movable_pool(engine_url) as (pool, advance):
        yield pool, advance


@pytest.fixture
def pool(movable) -> RedisPool:
    return movable[0]


async def process(pool: RedisPool, **slots: int) -> Shared:
    """What a process sees whose file names these servers."""
    seeds = {name: ServerSpec(name=name, url="http://127.0.0.1:1", slots=count) for name, count in slots.items()}
    shared = Shared(
        pool=pool,
        folder=LIBRARY,
        default="txt2img",
        catalog=load_catalog(LIBRARY),
        roster=Roster(seeds=seeds, store=pool.servers),
        lanes=Laning(store=pool.lanes),
    )
    await shared.roster.look()
    return shared


async def offered(pool: RedisPool) -> set[str]:
    return set(await pool.vocabulary.by_server())


async def test_each_process_knows_what_the_servers_of_all_offer_by_slot(pool):
    here, there = await process(pool, gpu1=2), await process(pool, gpu2=1)

    await here.refresh({"gpu1": offering("a"), "gpu1/2": offering("a")})
    await there.refresh({"gpu2": offering("b")})
    await here.refresh({})

    assert await offered(pool) == {"gpu1", "gpu1/2", "gpu2"}
    assert set(here.vocabulary.choices[NAME]) == set(there.vocabulary.choices[NAME]) == {"a", "b"}


async def test_a_server_that_was_removed_is_forgotten_by_whoever_sees_it_though_it_still_finishes_a_run(pool):
    here, there = await process(pool, gpu1=2), await process(pool, gpu2=1)
    own = {"gpu1": offering("a"), "gpu1/2": offering("a")}
    await here.refresh(own)
    await there.refresh({"gpu2": offering("b")})

    await pool.servers.change("gpu1", Change(wish=Wish.REMOVE))
    await there.refresh({"gpu2": offering("b")})
    assert await offered(pool) == {"gpu2"}
    await here.refresh(own)
    assert await offered(pool) == {"gpu2"}
    assert here.vocabulary.choices[NAME] == ("b",)

    await pool.servers.change("gpu1", None)
    await here.refresh(own)
    assert await offered(pool) == {"gpu1", "gpu1/2", "gpu2"}


async def test_slots_that_were_taken_from_a_server_are_forgotten_at_once_though_they_still_finish_a_run(pool):
    here, there = await process(pool, gpu1=2), await process(pool, gpu1=2, gpu2=1)
    own = {"gpu1": offering("a"), "gpu1/2": offering("a")}
    await here.refresh(own)
    await there.refresh({"gpu2": offering("b")})

    # By its file, which the other process does not read; then at run time.
    here = await process(pool, gpu1=1)
    await here.refresh(own)
    await there.refresh({"gpu2": offering("b")})
    assert await offered(pool) == {"gpu1", "gpu2"}
    await pool.servers.change("gpu1", Change(spec=ServerSpec(name="gpu1", url="http://127.0.0.1:1", slots=2)))
    await here.refresh(own)
    assert await offered(pool) == {"gpu1", "gpu1/2", "gpu2"}


async def test_what_nobody_tells_of_any_more_is_no_offer(movable):
    pool, advance = movable
    here, there = await process(pool, gpu1=1), await process(pool, gpu2=1)
    await here.refresh({"gpu1": offering("a")})
    await there.refresh({"gpu2": offering("b")})

    await advance(round(TOLD_S * 1000) + 1)
    here = await process(pool, gpu1=1)  # its server is down, and stays in the pool with what it offered last
    await here.refresh({})
    assert await offered(pool) == {"gpu1"}


async def test_an_engine_of_our_own_begins_without_the_servers_of_an_earlier_start(pool):
    await (await process(pool, gpu1=2)).refresh({"gpu1": offering("a"), "gpu1/2": offering("a")})

    shared = await process(pool, gpu1=1)
    await shared.forget_others()
    assert await offered(pool) == {"gpu1"}


async def test_servers_that_open_together_all_stand_in_a_lane(pool):
    names = [f"gpu{number}" for number in range(8)]
    shared = await process(pool, **dict.fromkeys(names, 1))

    await asyncio.gather(*(shared.offer({name: offering(name)}) for name in names))

    assert set((await pool.lanes.table()).servers) == set(names)
    assert set(shared.vocabulary.choices[NAME]) == set(names)


async def test_a_server_of_another_process_that_is_down_promises_no_time(pool):
    here = await process(pool)
    await (await process(pool, gpu2=1)).refresh({"gpu2": offering("b")})
    now = await pool.servers.now_ms()

    await pool.servers.tell("gpu2", ServerStatus(state=ServerState.READY, seen_ms=now))
    await here.refresh({})
    assert here.lanes.presence.works("gpu2")
    await pool.servers.tell("gpu2", ServerStatus(state=ServerState.DOWN, seen_ms=now))
    await here.refresh({})
    assert not here.lanes.presence.works("gpu2")


async def test_a_page_that_works_on_nothing_itself_knows_of_an_emptied_pool_as_soon_as_it_heeds_the_roster(pool):
    page, there = await process(pool), await process(pool, gpu1=1)
    await there.refresh({"gpu1": offering("a")})
    await page.refresh({})
    assert page.lanes.presence.listed == {"gpu1"}

    await pool.servers.change("gpu1", Change(wish=Wish.REMOVE))
    await page.heed({})

    assert page.lanes.presence.listed == frozenset()
