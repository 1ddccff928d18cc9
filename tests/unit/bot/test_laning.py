"""Lanes kept true by every process: who serves what, told by all servers' offers and all that is asked for."""

import asyncio
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from itertools import pairwise

import pytest

from bot import laning
from bot.awaiting import Presence
from bot.errors import StoreLost, SubmissionError
from bot.jobs import JobRecord, JobState
from bot.laning import Laning
from bot.ports import LaneTable
from bot.servers import ServerState, ServerStatus
from bot.shares import ANY_LANE, Position
from tests.fakes.memory_store import MemoryStore
from tests.fakes.virtual_time import run_virtually, virtual_now
from tests.unit.bot.bench import CATALOG, PATIENCE_S, TXT2IMG, VOCABULARY, job
from workflows.vocabulary import Vocabulary

WORKFLOWS = [TXT2IMG]


def offer(*checkpoints: str) -> Vocabulary:
    return Vocabulary(choices={**VOCABULARY.choices, "CheckpointLoaderSimple.ckpt_name": checkpoints})


def painting(model: str) -> dict[str, object]:
    return {**job().values, "model": model}


class Store(MemoryStore):
    """Says when all were tended after lanes were laid."""

    def __init__(self) -> None:
        super().__init__()
        self.tended = asyncio.Event()

    async def lay(self, table: LaneTable) -> bool:
        self.tended.clear()
        return await super().lay(table)

    async def tend(self) -> bool:
        more = await super().tend()
        if not more:
            self.tended.set()
        return more


@asynccontextmanager
async def running(lanes: Laning):
    async with asyncio.TaskGroup() as tasks:
        task = tasks.create_task(lanes.run())
        yield
        task.cancel()


async def waiting(store: Store, lanes: Laning, event: str, model: str) -> None:
    key = await lanes.admit(TXT2IMG, painting(model))
    await store.enqueue(replace(job(event), requirement=key))


async def claims(store: Store, server: str) -> str | None:
    held = await store.claim(server, f"{server} {len(store._nonces)}")
    return held.record.job.requirement if held else None


async def settled(store: "Store") -> None:
    """Wait until everybody sits where they belong."""
    async with asyncio.timeout(PATIENCE_S):
        await store.tended.wait()


async def test_a_job_enters_the_lane_of_the_servers_that_have_its_model():
    store = Store()
    lanes = Laning(store=store)
    await lanes.refresh({"one": offer("a"), "two": offer("a", "b"), "three": offer("b")}, WORKFLOWS)

    await waiting(store, lanes, "1", "b")
    await waiting(store, lanes, "2", "a")

    b, a = await claims(store, "three"), await claims(store, "one")
    assert None not in (a, b)
    assert a != b
    assert await claims(store, "two") is None


async def test_what_no_gpu_has_is_refused_with_its_name_and_leaves_nothing():
    store = Store()
    lanes = Laning(store=store)
    await lanes.refresh({"one": offer("a")}, WORKFLOWS)
    before = await store.table(), await store.requirements()

    with pytest.raises(SubmissionError, match=r"No GPU here has the checkpoint “b”"):
        await lanes.admit(TXT2IMG, painting("b"))

    assert (await store.table(), await store.requirements()) == before


async def test_before_anybody_told_anything_nothing_is_refused_and_nothing_is_laid():
    store = Store()
    lanes = Laning(store=store)

    assert await lanes.admit(TXT2IMG, painting("a"))
    await lanes.refresh({}, WORKFLOWS)

    assert (await store.table()).version == 0


async def test_what_installed_workflows_need_is_routed_before_anybody_asks():
    store = Store()
    await Laning(store=store).refresh({"one": VOCABULARY}, [CATALOG.workflows["txt2img"], CATALOG.workflows["upscale"]])

    table = await store.table()
    assert set(table.servers) == {"one"}
    assert sorted(map(tuple, table.routes.values())) == [("1",)] * 3  # and what says nothing


async def test_nothing_is_laid_or_kept_twice_when_nothing_changed():
    class Counting(Store):
        laid = kept = 0

        async def lay(self, table):
            type(self).laid += 1
            return await super().lay(table)

        async def require(self, requirement, meaning):
            type(self).kept += 1
            await super().require(requirement, meaning)

    store = Counting()
    lanes = Laning(store=store)
    for _ in range(3):
        await lanes.refresh({"one": offer("a", "b")}, WORKFLOWS)
        await lanes.admit(TXT2IMG, painting("a"))
        await lanes.admit(TXT2IMG, painting("b"))

    assert (Counting.laid, Counting.kept) == (2, 2)


async def test_a_model_that_is_installed_lets_its_server_take_what_waits():
    store = Store()
    lanes = Laning(store=store)
    await lanes.refresh({"one": offer("a", "b"), "two": offer("a")}, WORKFLOWS)
    await waiting(store, lanes, "1", "b")
    assert await claims(store, "two") is None

    async with running(lanes):
        await lanes.refresh({"one": offer("a", "b"), "two": offer("a", "b")}, WORKFLOWS)
        await settled(store)

    assert await claims(store, "two")


async def test_a_model_that_is_removed_takes_its_server_out_and_the_job_waits_for_another():
    store = Store()
    lanes = Laning(store=store)
    await lanes.refresh({"one": offer("a", "b"), "two": offer("a", "b")}, WORKFLOWS)
    await waiting(store, lanes, "1", "b")

    async with running(lanes):
        await lanes.refresh({"one": offer("a"), "two": offer("a")}, WORKFLOWS)
        await settled(store)
        assert await claims(store, "one") is None
        assert (await store.position(job("1").id)).lane is None
        await lanes.refresh({"one": offer("a"), "two": offer("b")}, WORKFLOWS)
        await settled(store)

    assert await claims(store, "two")


async def test_a_lane_that_one_job_splits_goes_on_with_what_waited_in_it():
    store = Store()
    lanes = Laning(store=store)
    await lanes.refresh({"one": offer("a", "b"), "two": offer("a")}, WORKFLOWS)
    for event in ("1", "2"):
        await waiting(store, lanes, event, "a")

    async with running(lanes):
        await waiting(store, lanes, "3", "b")
        await settled(store)

    a = await lanes.admit(TXT2IMG, painting("a"))
    assert {await claims(store, "two"), await claims(store, "one")} == {a}
    assert await claims(store, "two") is None
    assert await claims(store, "one") not in {a, None}


async def test_two_processes_come_to_one_table_and_leave_it_alone():
    store = Store()
    offers = {"one": offer("a", "b"), "two": offer("b")}
    first, second = Laning(store=store), Laning(store=store)
    await first.refresh(offers, WORKFLOWS)
    await asyncio.gather(first.admit(TXT2IMG, painting("b")), second.refresh(offers, [CATALOG.workflows["upscale"]]))
    for lanes in (first, second, first, second):
        await lanes.refresh(offers, WORKFLOWS)
    version = (await store.table()).version

    for lanes in (first, second):
        await lanes.refresh(offers, WORKFLOWS)
        assert lanes.gpus("1", ["1"]) == 1.5, "the other one helps with what both can do"
    assert (await store.table()).version == version


async def test_who_loses_the_race_for_the_table_lays_it_anew_with_what_the_other_knew():
    class Racing(Store):
        other: Laning | None = None

        async def requirements(self):
            found = await super().requirements()
            other, self.other = self.other, None
            if other:
                await other.admit(TXT2IMG, painting("b"))
            return found

    store = Racing()
    lanes, other = Laning(store=store), Laning(store=store)
    offers = {"one": offer("a", "b", "c")}
    await other.refresh(offers, WORKFLOWS)
    await lanes.refresh(offers, WORKFLOWS)

    store.other = other
    keys = await lanes.admit(TXT2IMG, painting("c")), await other.admit(TXT2IMG, painting("b"))

    assert {*keys} <= (await store.table()).routes.keys()


async def test_a_store_that_was_lost_while_tending_is_tended_later(monkeypatch):
    class Losing(Store):
        losses = 2

        async def tend(self):
            if self.losses:
                self.losses -= 1
                raise StoreLost
            return await super().tend()

    monkeypatch.setattr(laning, "_PAUSE_S", 0.001)
    store = Losing()
    lanes = Laning(store=store)
    await lanes.refresh({"one": offer("a", "b")}, WORKFLOWS)
    await waiting(store, lanes, "1", "b")
    async with running(lanes):
        await lanes.refresh({"one": offer("a"), "two": offer("b")}, WORKFLOWS)
        await settled(store)

    assert store.losses == 0
    assert await claims(store, "two")


async def test_work_of_a_lane_is_shared_by_its_servers():
    store = Store()
    lanes = Laning(store=store)
    await lanes.refresh({"one": offer("a"), "two": offer("a"), "three": offer("b")}, WORKFLOWS)
    await lanes.admit(TXT2IMG, painting("b"))

    assert sorted(lanes.gpus(lane, [lane]) for lane in ("1", "2")) == [1, 2]


async def test_a_gpu_that_is_away_keeps_its_lane_and_works_on_nothing():
    store = MemoryStore()
    lanes = Laning(store=store)
    await lanes.refresh({"near": Vocabulary(), "far": Vocabulary()}, [])
    [lane] = set((await store.table()).servers.values())

    down = ServerStatus(state=ServerState.DOWN)
    lanes.presence = Presence(statuses={"far": down})
    assert lanes.gpus(lane, [lane]) == 1
    lanes.presence = Presence(statuses={"near": down, "far": down})
    assert lanes.gpus(lane, [lane]) == 0


async def test_only_gpus_that_no_lane_was_laid_for_work_in_the_lane_of_all():
    store = Store()
    lanes = Laning(store=store)
    assert lanes.gpus("any", ["any"]) == 0
    await lanes.refresh({"one": offer("a"), "two": offer("a")}, WORKFLOWS)

    assert lanes.gpus("any", ["any"]) == 0
    assert lanes.gpus("a lane of old", ["a lane of old"]) == 0


async def test_a_gpu_that_its_owner_tells_to_be_down_works_on_nothing_with_all_its_slots():
    lanes = Laning(store=MemoryStore())
    await lanes.refresh({"near": Vocabulary(), "far": Vocabulary(), "far/2": Vocabulary()}, [])
    lane = "1"
    assert lanes.gpus(lane, [lane]) == 3

    lanes.presence = Presence(statuses={"far": ServerStatus(state=ServerState.DOWN)})

    assert lanes.gpus(lane, [lane]) == 1
    assert lanes.awaited(Position(jobs=0, gpu_ms=0, lane=lane)) is None


# ---- More memory ----


def sized(memory_gb: float | None, *checkpoints: str) -> Vocabulary:
    memory = None if memory_gb is None else round(memory_gb * 1024**3)
    return replace(offer(*checkpoints or ("a",)), memory=memory)


async def held(lanes: Laning, **more: object) -> JobRecord:
    key = await lanes.admit(TXT2IMG, painting("a"))
    fields = {"job": replace(job(), requirement=key), "state": JobState.RUNNING, "revision": 1, **more}
    return JobRecord(**fields)  # type: ignore[arg-type]


async def test_what_ran_out_of_memory_is_led_to_a_gpu_with_more():
    store = Store()
    lanes = Laning(store=store)
    await lanes.refresh({"small": sized(8), "alike": sized(8.1), "large": sized(24), "silent": sized(None)}, WORKFLOWS)
    record = await held(lanes)

    key = await lanes.larger(record, "small")

    table = await store.table()
    assert [server for server, lane in table.servers.items() if lane in table.routes[key]] == ["large"]
    assert key.partition(".")[0] == record.requirement.partition(".")[0], "it has the same to load"


@pytest.mark.parametrize(
    ("offers", "slot"),
    [
        ({"small": sized(8), "alike": sized(8.1)}, "small"),
        ({"small": sized(8), "large": sized(24, "b")}, "small"),
        ({"small": sized(8), "silent": sized(None)}, "small"),
        ({"silent": sized(None), "large": sized(24)}, "silent"),
        ({"small": sized(8), "large": sized(24)}, "a stranger"),
    ],
    ids=["no larger one", "it lacks the model", "it does not tell", "the small one does not tell", "nobody knows it"],
)
async def test_where_no_gpu_is_known_to_have_more_nothing_is_led_anywhere(offers, slot):
    lanes = Laning(store=Store())
    await lanes.refresh(offers, WORKFLOWS)

    assert await lanes.larger(await held(lanes), slot) is None


async def test_a_job_is_moved_to_more_memory_once():
    lanes = Laning(store=Store())
    await lanes.refresh({"small": sized(8), "large": sized(24), "huge": sized(80)}, WORKFLOWS)
    record = await held(lanes)
    key = await lanes.larger(record, "small")

    moved = replace(record, moved_to=key)

    assert moved.requirement == key
    assert await lanes.larger(moved, "large") is None


async def test_another_process_knows_what_a_job_needs_by_its_key():
    store = Store()
    first, second = Laning(store=store), Laning(store=store)
    offers = {"small": sized(8), "large": sized(24)}
    for lanes in (first, second):
        await lanes.refresh(offers, WORKFLOWS)
    record = await held(first)

    assert await second.larger(record, "small") == await first.larger(record, "small") is not None


async def test_whether_a_server_still_serves_a_job_is_told_by_what_it_offered_last():
    lanes = Laning(store=Store())
    await lanes.refresh({"one": offer("a")}, WORKFLOWS)
    record = await held(lanes)
    assert await lanes.still_serves(record, "one")

    await lanes.refresh({"one": offer("b")}, WORKFLOWS)

    assert not await lanes.still_serves(record, "one")
    assert await lanes.still_serves(record, "a stranger")
    assert await lanes.still_serves(replace(record, job=replace(record.job, requirement="unknown")), "one")


# ---- What the store lost ----


class Losing(Store):
    """A store that can lose what it has, but for the jobs: the newest of them came after a failover."""

    def lose(self, kept: "Earlier | None" = None) -> None:
        """Fall back to what was kept, or to nothing."""
        self._table, self._meanings = (kept.table, dict(kept.meanings)) if kept else (LaneTable(), {})
        self.fair.lay({name: tuple(lanes) for name, lanes in self._table.routes.items()}, self._table.servers)

    def now(self) -> "Earlier":
        """Return what would be left if what comes were lost."""
        return Earlier(self._table, dict(self._meanings))


@dataclass(frozen=True, slots=True)
class Earlier:
    """What a store had some time ago."""

    table: LaneTable
    meanings: dict[str, bytes]


OFFERS = {"one": offer("a", "b", "c"), "two": offer("a", "c")}


async def test_what_a_store_lost_is_kept_and_laid_anew_for_whoever_asks_next():
    store = Losing()
    lanes = Laning(store=store)
    await lanes.refresh(OFFERS, WORKFLOWS)
    key = await lanes.admit(TXT2IMG, painting("b"))

    store.lose()
    await lanes.refresh(OFFERS, WORKFLOWS)

    assert await lanes.admit(TXT2IMG, painting("b")) == key
    assert key in await store.requirements()
    assert len((await store.table()).routes[key]) == 1


async def test_who_comes_between_a_loss_and_the_next_look_is_seated_where_they_belong_by_it():
    store = Losing()
    lanes = Laning(store=store)
    await lanes.refresh(OFFERS, WORKFLOWS)
    await lanes.admit(TXT2IMG, painting("b"))

    async with running(lanes):
        store.lose()
        await waiting(store, lanes, "1", "b")
        assert (await store.position(job("1").id)).lane == ANY_LANE
        await lanes.refresh(OFFERS, WORKFLOWS)
        await settled(store)

    assert await claims(store, "two") is None
    assert await claims(store, "one")


async def test_a_store_that_lost_its_last_second_and_counts_on_is_looked_at_although_its_version_is_the_one_known():
    store = Losing()
    lanes, other = Laning(store=store), Laning(store=store)
    for each in (lanes, other):
        await each.refresh(OFFERS, WORKFLOWS)
    before = store.now()
    key = await lanes.admit(TXT2IMG, painting("b"))
    version = (await store.table()).version

    store.lose(before)
    theirs = await other.admit(TXT2IMG, painting("c"))
    assert (await store.table()).version == version
    await lanes.refresh(OFFERS, WORKFLOWS)

    assert {key, theirs} <= (await store.table()).routes.keys()


async def test_whoever_cannot_be_given_a_route_is_asked_to_try_again():
    class Busy(Store):
        busy = False

        async def lay(self, table):
            return not self.busy and await super().lay(table)

    store = Busy()
    lanes = Laning(store=store)
    await lanes.refresh(OFFERS, WORKFLOWS)

    store.busy = True
    with pytest.raises(StoreLost, match="Try again"):
        await lanes.admit(TXT2IMG, painting("b"))
    store.busy = False
    assert await lanes.admit(TXT2IMG, painting("b")) in (await store.table()).routes


async def test_who_laid_the_lanes_need_not_look_at_them_again():
    class Counting(Store):
        looks = 0

        async def requirements(self):
            self.looks += 1
            return await super().requirements()

    store = Counting()
    lanes = Laning(store=store)
    for _ in range(3):
        await lanes.refresh(OFFERS, WORKFLOWS)

    assert store.looks == 1


async def test_of_many_servers_that_are_asked_at_one_moment_one_looks_for_all():
    class Counting(Store):
        looks = 0

        async def requirements(self):
            self.looks += 1
            return await super().requirements()

    store = Counting()
    lanes = Laning(store=store)
    await asyncio.gather(*(lanes.refresh(OFFERS, WORKFLOWS) for _ in range(16)))

    assert store.looks == 1


async def test_what_is_offered_while_lanes_are_laid_for_what_was_is_laid_too():
    class Pausing(Store):
        def __init__(self) -> None:
            super().__init__()
            self.looked, self.go = asyncio.Event(), asyncio.Event()

        async def requirements(self):
            found = await super().requirements()
            self.looked.set()
            await self.go.wait()
            return found

    store = Pausing()
    lanes = Laning(store=store)
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(lanes.refresh({"one": offer("a")}, WORKFLOWS))
        await store.looked.wait()
        tasks.create_task(lanes.refresh({"one": offer("a"), "two": offer("b")}, WORKFLOWS))
        await asyncio.sleep(0)
        store.go.set()

    assert set((await store.table()).servers) == {"one", "two"}


async def test_nobody_is_said_to_have_told_what_is_offered_before_it_can_be_chosen_from():
    told: list[bool] = []

    class Watched(Store):
        async def lay(self, table):
            told.append(lanes.is_told)
            return await super().lay(table)

    lanes = Laning(store=Watched())
    await lanes.refresh(OFFERS, WORKFLOWS)

    assert told == [False]
    assert lanes.is_told


def test_the_store_is_left_in_peace_between_two_batches_for_as_long_as_one_took():
    batches: list[tuple[float, float]] = []

    class Slow(Store):
        async def tend(self):
            began = virtual_now()
            await asyncio.sleep(0.002)
            batches.append((began, virtual_now()))
            if len(batches) == 4:
                self.tended.set()
            return len(batches) < 4

    async def story():
        store = Slow()
        async with running(Laning(store=store)):
            await store.tended.wait()

    run_virtually(story())

    pauses = [began - ended for (_, ended), (began, _) in pairwise(batches)]
    assert pauses == [pytest.approx(0.002)] * 3
