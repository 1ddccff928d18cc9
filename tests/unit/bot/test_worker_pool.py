"""All servers at once: one that is down stops no other, and what an earlier process left comes first."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace

import pytest

from bot import health, keeping, session
from bot.errors import ConfigError, ServerLost, StoreLost
from bot.events import Interrupted
from bot.jobs import JobState, run_id_of
from bot.laning import Laning
from bot.owning import Owning
from bot.pool import Pool, Tell
from bot.runs import prepare
from bot.servers import Listed, ServerSpec
from tests.fakes.memory_servers import MemoryServers
from tests.fakes.memory_store import MemoryStore
from tests.unit.bot.bench import PATIENCE_S, QUICK, TXT2IMG, Kitchen, bench_of, enqueued, job, until_final
from workflows.vocabulary import Vocabulary


@pytest.fixture(autouse=True)
def _eager(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "FIRST_PAUSE_S", 0.001)
    monkeypatch.setattr(health, "LONGEST_PAUSE_S", 0.01)
    monkeypatch.setattr(health, "MISCONFIGURED_PAUSE_S", 0.001)
    monkeypatch.setattr(keeping, "_LEAST_PAUSE_S", 0.001)


class Door:
    """How a server is opened: refuses with the errors of `faults` first."""

    def __init__(self, server: Kitchen, *faults: Exception) -> None:
        self.server, self.faults, self.opened = server, list(faults), 0
        self.came, self.left = asyncio.Event(), asyncio.Event()

    @asynccontextmanager
    async def __call__(self) -> AsyncIterator[Kitchen]:
        if self.faults:
            raise self.faults.pop(0)
        self.opened += 1
        self.came.set()
        try:
            yield self.server
        finally:
            self.left.set()


@dataclass
class Vocabularied(Kitchen):
    """A server that offers what the test says."""

    offer: Vocabulary = field(default_factory=Vocabulary)

    async def vocabulary(self) -> Vocabulary:
        return self.offer


@asynccontextmanager
async def at_work(
    store: MemoryStore, owner: str = "only", tell: Tell | None = None, slots: int = 1, **doors: Door
) -> AsyncIterator[Pool]:

    async def roster() -> Mapping[str, Listed]:
        return {name: Listed(spec=ServerSpec(name=name, url=f"http://{name}", slots=slots)) for name in doors}

    workers, stopping = (
        Pool(
            roster=roster,
            connect=lambda listed: doors[listed.spec.name](),
            bench=bench_of(store),
            owning=Owning(notices=store, owner=owner, term_s=0.03),
            store=MemoryServers(),
            limits=QUICK,
            tell=tell,
        ),
        asyncio.Event(),
    )
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(workers.run(stopping))
        yield workers
        stopping.set()


async def test_every_server_works_and_one_that_never_opens_stops_no_other():
    store = MemoryStore()
    first, second = Kitchen(name="first"), Kitchen(name="second")
    events = [str(number) for number in range(8)]
    for event in events:
        await enqueued(store, event)

    down = Door(Kitchen(name="down"), *[ServerLost()] * 10_000)
    async with at_work(store, first=Door(first), second=Door(second), down=down):
        states = await until_final(store, *events)

    assert set(states) == {JobState.SUCCEEDED}
    assert first.submitted
    assert second.submitted


async def test_two_slots_of_a_server_claim_by_names_of_their_own_over_one_connection():
    store, door, events = MemoryStore(), Door(Kitchen(looks=20)), "12345678"
    for event in events:
        await enqueued(store, event)

    async with at_work(store, slots=2, kitchen=door):
        assert set(await until_final(store, *events)) == {JobState.SUCCEEDED}

    assert door.opened == 1
    assert sorted(door.server.submitted) == sorted(run_id_of(job(event).id, 1) for event in events)
    records = [await store.read(job(event).id) for event in events]
    assert {record.server for record in records} == {"kitchen", "kitchen/2"}


async def test_what_both_slots_of_a_killed_process_had_is_adopted_and_nothing_else_is_left_on_the_server():
    store, server = MemoryStore(), Kitchen(looks=None)
    for number, slot in enumerate(("kitchen", "kitchen/2"), start=1):
        record = await enqueued(store, str(number))
        held = await store.claim(slot, "nonce")
        run_id = run_id_of(record.job.id, 1)
        await store.record(held.lease, run_id=run_id)
        await server.submit(prepare(TXT2IMG, record.job.values, record.job.id, 1, {}))

    async with at_work(store, slots=2, kitchen=Door(server)):
        server.looks = 1
        for run_id in list(server.submitted):
            server.finish(run_id)
        assert set(await until_final(store, "1", "2")) == {JobState.SUCCEEDED}

    assert len(server.submitted) == 2
    assert not server.interrupted
    assert server.kept == [frozenset(server.submitted)]


async def test_no_slot_begins_anything_before_superseded_runs_are_stopped_so_that_no_new_one_is_stopped_for_them():
    @dataclass
    class Slow(Kitchen):
        """It stops what is not to be kept only when it was told to, as a node that cannot be interrupted does."""

        asked: asyncio.Event = field(default_factory=asyncio.Event)
        stopped: asyncio.Event = field(default_factory=asyncio.Event)

        async def clear(self, keep):
            self.asked.set()
            await self.stopped.wait()
            return await super().clear(keep)

    store, server = MemoryStore(), Slow(looks=None)
    old = await enqueued(store, "old")
    await server.submit(prepare(TXT2IMG, old.job.values, old.job.id, 7, {}))
    await store.cancel(old.job.id)
    [superseded] = server.submitted
    async with at_work(store, slots=2, kitchen=Door(server)):
        await server.asked.wait()
        for event in "123":
            await enqueued(store, event)
        for _ in range(100):
            await asyncio.sleep(0)
        assert server.submitted == [superseded]
        server.looks = 1
        server.stopped.set()
        assert set(await until_final(store, "1", "2", "3")) == {JobState.SUCCEEDED}

    ended = {run_id for run_id, (_, end, _) in server.runs.items() if isinstance(end, Interrupted)}
    assert ended == {superseded}
    assert server.kept == [frozenset()]


async def test_a_store_that_is_away_when_a_server_is_cleared_is_asked_again_and_costs_the_server_nothing():
    class Away(MemoryStore):
        lost = 3

        async def held_by(self, server):
            if self.lost:
                self.lost -= 1
                raise StoreLost
            return await super().held_by(server)

    store, door = Away(), Door(Kitchen())
    await enqueued(store)
    async with at_work(store, kitchen=door):
        assert await until_final(store) == [JobState.SUCCEEDED]

    assert (door.opened, len(door.server.kept)) == (1, 1)


async def test_a_job_runs_only_where_its_model_is():
    store = MemoryStore()
    await store.keep_workflow(TXT2IMG.digest, TXT2IMG.manifest_file, TXT2IMG.graph_file)
    lanes, servers = Laning(store=store), {name: Kitchen(name=name) for name in ("ab", "b", "c")}
    await lanes.refresh({name: having(*name) for name in servers}, [TXT2IMG])
    models = dict(zip("0123456789", "abcbcabbac", strict=True))
    for event, model in models.items():
        values = {**job().values, "model": model}
        requirement = await lanes.admit(TXT2IMG, values)
        await store.enqueue(replace(job(event), values=values, requirement=requirement))

    async with at_work(store, **{name: Door(server) for name, server in servers.items()}):
        assert set(await until_final(store, *models)) == {JobState.SUCCEEDED}

    for name, server in servers.items():
        graphs = [run.graph for run, _, _ in server.runs.values()]
        assert {graph.of_class("CheckpointLoaderSimple")[0].literal("ckpt_name") for graph in graphs} <= set(name)


async def test_a_server_that_comes_back_with_less_takes_nothing_that_it_has_no_more():
    store = MemoryStore()
    await store.keep_workflow(TXT2IMG.digest, TXT2IMG.manifest_file, TXT2IMG.graph_file)
    lanes = Laning(store=store)
    await lanes.refresh({"poorer": having("a", "b"), "other": having("a", "b")}, [TXT2IMG])
    for number in range(6):
        values = {**job().values, "model": "b"}
        requirement = await lanes.admit(TXT2IMG, values)
        await store.enqueue(replace(job(str(number)), values=values, requirement=requirement))
    other = Vocabularied(name="other", offer=having("a", "b"))
    poorer = Vocabularied(name="poorer", offer=having("a"))

    async def tell(offers):
        await lanes.refresh({"other": other.offer, **offers}, [TXT2IMG])

    async with at_work(store, tell=tell, poorer=Door(poorer), other=Door(other)):
        assert set(await until_final(store, *"012345")) == {JobState.SUCCEEDED}
    assert not poorer.submitted


async def test_while_offers_cannot_be_told_a_server_takes_nothing_and_then_it_does():
    store, heard = MemoryStore(), []

    async def tell(offers):
        heard.append(offers)
        if len(heard) < 3:
            raise StoreLost

    await enqueued(store)
    async with at_work(store, tell=tell, kitchen=Door(Kitchen())):
        assert await until_final(store) == [JobState.SUCCEEDED]
    assert len(heard) == 3


async def test_a_server_that_cannot_be_opened_is_away_and_one_that_works_is_not():
    store = MemoryStore()
    await enqueued(store)
    down = Door(Kitchen(name="down"), *[ServerLost()] * 10_000)
    async with at_work(store, kitchen=Door(Kitchen()), down=down) as workers:
        assert await until_final(store) == [JobState.SUCCEEDED]
        assert workers.away() == {"down"}


def having(*checkpoints: str) -> Vocabulary:
    return Vocabulary(choices={"CheckpointLoaderSimple.ckpt_name": checkpoints})


@pytest.mark.parametrize("fault", [ServerLost(), ConfigError(["too old"]), ZeroDivisionError()])
async def test_a_server_that_could_not_be_opened_is_tried_again_whatever_was_wrong(fault):
    store = MemoryStore()
    await enqueued(store)

    async with at_work(store, kitchen=Door(Kitchen(), fault, fault)):
        assert await until_final(store) == [JobState.SUCCEEDED]


async def test_a_server_that_was_lost_is_opened_anew():
    store, door = MemoryStore(), Door(Kitchen(refusal=ServerLost(), refusals=2))
    await enqueued(store)

    async with at_work(store, kitchen=door):
        assert await until_final(store) == [JobState.SUCCEEDED]

    assert door.opened == 3


async def test_a_run_whose_lease_ran_out_overnight_is_adopted_and_not_rescued_from_its_own_server():
    now = [0]
    store, server = MemoryStore(clock=lambda: now[0]), Kitchen()
    record = await enqueued(store)
    lease = (await store.claim("kitchen", "nonce")).lease
    run_id = run_id_of(record.job.id, 1)
    await store.record(lease, run_id=run_id)
    await server.submit(prepare(TXT2IMG, record.job.values, record.job.id, 1, {}))
    now[0] += 10**8

    async with at_work(store, kitchen=Door(server, ServerLost())):
        await until_final(store)

    assert server.submitted == [run_id]
    assert (await store.read(job().id)).attempt == 1


async def test_a_job_whose_server_never_comes_back_is_rescued():
    now = [0]
    store, server = MemoryStore(clock=lambda: now[0]), Kitchen()
    await enqueued(store)
    await store.claim("a server of long ago", "nonce")
    now[0] += 10**8

    async with at_work(store, kitchen=Door(server)):
        assert await until_final(store) == [JobState.SUCCEEDED]


async def test_what_each_server_offers_is_known_once_it_has_answered():
    class Offering(Kitchen):
        async def vocabulary(self):
            return Vocabulary(families={self.name: "sdxl"})

    async with at_work(
        MemoryStore(), x=Door(Offering(name="x")), down=Door(Kitchen(), *[ServerLost()] * 999)
    ) as workers:
        assert workers.vocabularies() == {}
        async with asyncio.timeout(PATIENCE_S):
            await workers.opened()

        assert workers.vocabularies() == {"x": Vocabulary(families={"x": "sdxl"})}


async def test_what_is_installed_on_a_running_server_is_offered_soon(monkeypatch):
    class Growing(Kitchen):
        asked = 0

        async def vocabulary(self):
            self.asked += 1
            if self.asked == 2:
                raise ServerLost
            if self.asked == 4:
                self.moved.set()
            return Vocabulary(families={f"model{self.asked}": "sdxl"})

    monkeypatch.setattr(session, "ASK_AGAIN_S", 0.001)
    server = Growing()
    async with at_work(MemoryStore(), kitchen=Door(server)) as workers:
        async with asyncio.timeout(PATIENCE_S):
            await server.moved.wait()
        assert "model1" not in workers.vocabularies()["kitchen"].families


async def test_two_processes_never_work_on_one_server_and_the_second_goes_on_when_the_first_ends():
    store, first, second = MemoryStore(), Door(Kitchen()), Door(Kitchen())
    await enqueued(store, "1")

    async with at_work(store, "second", kitchen=second):
        async with asyncio.timeout(PATIENCE_S):
            await second.came.wait()
        async with at_work(store, "first", kitchen=first):
            assert await until_final(store, "1") == [JobState.SUCCEEDED]
            assert first.opened == 0
    async with at_work(store, "first", kitchen=first):
        await enqueued(store, "2")
        assert await until_final(store, "2") == [JobState.SUCCEEDED]

    assert second.server.submitted == [run_id_of(job("1").id, 1)]
    assert first.server.submitted == [run_id_of(job("2").id, 1)]


async def test_a_server_that_another_process_took_is_let_go_of_without_touching_its_run():
    store, door = MemoryStore(), Door(Kitchen(looks=None))
    await enqueued(store)

    async with at_work(store, "first", kitchen=door):
        await door.server.until(lambda: bool(door.server.submitted))
        taken = store._owners.pop("server/kitchen")
        assert taken[0] == "first"
        assert await store.own("server/kitchen", "second", term_s=600)
        async with asyncio.timeout(PATIENCE_S):
            await door.left.wait()

    assert door.server.interrupted == []
    assert (await store.read(job().id)).state is JobState.RUNNING
