"""A server's life in a pool: drained, resumed, removed, changed, lost and found, faulty and proved; in virtual time."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from functools import wraps

import pytest

from bot.errors import ConfigError, ServerLost, ServerRefused, ServerStuck, ServerUnreached, StoreLost
from bot.health import OUR_NETWORK
from bot.ports import ServerFacts
from bot.servers import STALE_MS, ServerState, Wish, is_told
from tests.fakes.virtual_time import run_virtually, virtual_ms, virtual_now
from tests.unit.bot.bench import bench_of, enqueued
from tests.unit.bot.town import ScriptedSlot, soon, town
from workflows.vocabulary import Vocabulary

S = ServerState
HEED_S = 2.5  #: an operator's word is heeded in two seconds


@pytest.fixture(autouse=True)
def _scripted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.session.Worker", ScriptedSlot)


def virtually(story: Callable[[], Awaitable[None]]) -> Callable[[], None]:
    @wraps(story)
    def told() -> None:
        run_virtually(story())  # type: ignore[arg-type]

    return told


@virtually
async def test_a_server_that_opens_is_ready_and_every_slot_of_it_works_over_one_connection():
    place = town("gpu1")
    place.lists("gpu1", slots=2, labels=("video",))
    machine = place.machines["gpu1"]
    machine.told = ServerFacts(version="0.3.64", memory=24)
    async with place.at_work() as pool:
        assert {slot: each.may for slot, each in machine.slots.items()} == {
            "gpu1": "two at once",
            "gpu1/2": "two at once",
        }
        assert machine.connected == 1
        offer = Vocabulary(labels=frozenset({"video"}), memory=24)
        assert pool.vocabularies() == place.told[-1] == {"gpu1": offer, "gpu1/2": offer}
        status = await place.status()
        assert (status.state, status.version, status.memory, status.reason) == (S.READY, "0.3.64", 24, "")
    assert machine.connected == 0
    assert not place.store._owners


@virtually
async def test_the_memory_that_an_operator_names_counts_and_none_is_none():
    place = town("gpu1", "gpu2")
    place.lists("gpu1", memory_gb=0.5)
    place.machines["gpu1"].told = ServerFacts(memory=24)
    async with place.at_work() as pool:
        assert {slot: offer.memory for slot, offer in pool.vocabularies().items()} == {
            "gpu1": 1024**3 // 2,
            "gpu2": None,
        }


@virtually
async def test_drained_it_takes_nothing_new_and_says_what_still_runs_and_resumed_it_goes_on():
    place = town("gpu1")
    machine = place.machines["gpu1"]
    async with place.at_work() as pool:
        await enqueued(place.store)
        held = await place.store.claim("gpu1", "nonce")
        place.lists("gpu1", Wish.DRAIN)
        await soon(HEED_S)
        assert machine.slots["gpu1"].may == "nothing"
        assert pool.away() == {"gpu1"}
        await soon(6)
        status = await place.status()
        assert (status.state, status.jobs, status.reason) == (S.DRAINING, 1, "One job still runs here.")
        await place.store.requeue(held.lease, costs_attempt=False)
        await soon(6)
        assert (await place.status()).reason == "Nothing runs here any more."
        place.lists("gpu1")
        await soon(HEED_S)
        assert machine.slots["gpu1"].may == "two at once"
        assert (await place.status()).state is S.READY
    assert len(machine.entered) == 1


@virtually
async def test_one_that_is_drained_from_the_start_or_comes_back_drained_takes_nothing():
    place = town("gpu1")
    place.lists("gpu1", Wish.DRAIN)
    machine = place.machines["gpu1"]
    async with place.at_work():
        assert machine.slots["gpu1"].may == "nothing"
        machine.slots["gpu1"].lose(ServerLost())
        await soon(0.5)
        assert (await place.status()).state is S.DOWN
        await soon(1)
        assert machine.slots["gpu1"].may == "nothing"
        assert (await place.status()).state is S.DRAINING


@virtually
async def test_removed_it_finishes_what_runs_and_is_let_go_and_offers_nothing_meanwhile():
    place = town("gpu1", "gpu2")
    machine = place.machines["gpu1"]
    async with place.at_work() as pool:
        machine.slots["gpu1"].idle.clear()
        del place.roster["gpu1"]
        await soon(HEED_S)
        assert machine.slots["gpu1"].may == "nothing"
        assert machine.connected == 1
        assert pool.vocabularies().keys() == {"gpu2"}
        await soon(600)
        assert machine.connected == 1
        machine.slots["gpu1"].idle.set()
        await soon(1)
        assert machine.connected == 0
        assert place.store._owners.keys() == {"server/gpu2"}
        await soon(60)
        assert (await place.servers.statuses()).keys() == {"gpu2"}


@virtually
async def test_one_that_is_listed_again_while_it_still_finishes_begins_anew_after_that():
    place = town("gpu1")
    machine, listed = place.machines["gpu1"], place.roster["gpu1"]
    async with place.at_work():
        machine.slots["gpu1"].idle.clear()
        del place.roster["gpu1"]
        await soon(HEED_S)
        place.roster["gpu1"] = listed
        await soon(HEED_S)
        assert len(machine.entered) == 1
        machine.slots["gpu1"].idle.set()
        await soon(HEED_S)
        assert len(machine.entered) == 2
        assert machine.slots["gpu1"].may == "two at once"


@virtually
async def test_one_that_is_added_while_the_pool_works_is_opened_within_two_seconds():
    place = town("gpu1", "gpu2")
    del place.roster["gpu2"]
    async with place.at_work() as pool:
        assert pool.vocabularies().keys() == {"gpu1"}
        place.lists("gpu2")
        await soon(HEED_S)
        assert pool.vocabularies().keys() == {"gpu1", "gpu2"}
        assert (await place.status("gpu2")).state is S.READY


@virtually
async def test_a_server_whose_description_changed_is_drained_and_opened_anew():
    place = town("gpu1")
    machine = place.machines["gpu1"]
    async with place.at_work() as pool:
        machine.slots["gpu1"].idle.clear()
        place.lists("gpu1", url="http://elsewhere", slots=2)
        await soon(HEED_S)
        assert (await place.status()).state is S.DRAINING
        assert len(machine.entered) == 1
        machine.slots["gpu1"].idle.set()
        await soon(1)
        assert [listed.spec.url for listed in machine.entered] == ["http://gpu1", "http://elsewhere"]
        assert pool.vocabularies().keys() == machine.slots.keys() == {"gpu1", "gpu1/2"}
        assert (await place.status()).state is S.READY


@virtually
async def test_slots_that_are_taken_away_and_removed_servers_offer_nothing_at_once_though_they_finish_what_runs():
    place = town("gpu1", "gpu2")
    place.lists("gpu1", slots=3)
    async with place.at_work():
        machine = place.machines["gpu1"]
        machine.slots["gpu1/3"].idle.clear()
        place.lists("gpu1", slots=2)
        await soon(HEED_S)
        assert place.told[-1].keys() == {"gpu1", "gpu1/2", "gpu2"}
        assert len(machine.entered) == 1
        machine.slots["gpu1/3"].idle.set()
        await soon(HEED_S)
        assert len(machine.entered) == 2
        machine.slots["gpu1"].idle.clear()
        del place.roster["gpu1"]
        await soon(HEED_S)
        assert place.told[-1].keys() == {"gpu2"}
        assert machine.connected == 1
        machine.slots["gpu1"].idle.set()


@virtually
async def test_a_fault_makes_a_suspect_that_gets_one_job_at_a_time_until_a_run_proves_it():
    place = town("gpu1")
    place.lists("gpu1", slots=2)
    machine = place.machines["gpu1"]
    async with place.at_work():
        machine.slots["gpu1/2"].idle.clear()
        first = dict(machine.slots)
        first["gpu1"].faulted()
        assert {each.may for each in first.values()} == {"nothing"}
        first["gpu1/2"].faulted("The same fault is no second one.")
        first["gpu1/2"].proved()
        first["gpu1/2"].idle.set()
        await soon()
        assert len(machine.entered) == 2
        assert {slot: each.may for slot, each in machine.slots.items()} == {
            "gpu1": "one at a time",
            "gpu1/2": "nothing",
        }
        status = await place.status()
        assert (status.state, status.reason) == (S.SUSPECT, "The GPU took too long.")
        machine.slots["gpu1"].proved()
        assert {each.may for each in machine.slots.values()} == {"two at once"}
        await soon()
        assert (await place.status()).state is S.READY
    assert len(machine.entered) == 2


@virtually
async def test_the_breaker_opens_at_the_second_fault_and_closes_when_a_trial_proves_the_server():
    place = town("gpu1", "gpu2")
    machine = place.machines["gpu1"]
    async with place.at_work() as pool:
        machine.slots["gpu1"].faulted()
        await soon()
        machine.slots["gpu1"].lose(ServerStuck())
        await soon()
        status = await place.status()
        assert (status.state, status.reason) == (S.DOWN, ServerStuck.sentence)
        assert pool.away() == {"gpu1"}
        await soon(9)
        assert len(machine.entered) == 2
        await soon(1)
        assert len(machine.entered) == 3
        assert machine.slots["gpu1"].may == "one at a time"
        machine.slots["gpu1"].faulted()
        await soon(19)
        assert len(machine.entered) == 3
        await soon(2)
        machine.slots["gpu1"].proved()
        assert machine.slots["gpu1"].may == "two at once"
        assert place.machines["gpu2"].slots["gpu2"].may == "two at once"
    assert len(place.machines["gpu2"].entered) == 1


@virtually
async def test_a_server_that_was_gone_is_used_again_a_second_later_and_has_no_strike():
    place = town("gpu1")
    machine = place.machines["gpu1"]
    async with place.at_work():
        machine.slots["gpu1"].lose(ServerLost())
        await soon(0.5)
        status = await place.status()
        assert (status.state, status.reason) == (S.DOWN, ServerLost.sentence)
        await soon(1)
        assert machine.slots["gpu1"].may == "two at once"
        status = await place.status()
        assert (status.state, status.reason) == (S.READY, "")


@virtually
async def test_a_server_that_stays_away_is_tried_every_five_seconds_and_stays_in_its_place():
    place = town("gpu1", "gpu2")
    machine = place.machines["gpu1"]
    machine.shut = ServerUnreached()
    async with place.at_work() as pool:
        await soon(100)
        assert 15 < machine.tried < 30
        assert pool.away() == {"gpu1"}
        assert (await place.status()).since_ms < virtual_ms() - 99_000
        machine.shut = None
        await soon(6)
        assert machine.slots["gpu1"].may == "two at once"
        machine.slots["gpu1"].lose(ServerLost())
        machine.shut = ServerUnreached()
        await soon(3)
        assert pool.vocabularies().keys() == {"gpu1", "gpu2"}


@virtually
async def test_an_idle_server_that_dies_is_noticed_within_seconds_and_a_busy_one_is_left_to_whoever_follows_its_run():
    place = town("idle", "busy", "slow")
    async with place.at_work():
        await enqueued(place.store)
        await place.store.claim("busy", "nonce")
        place.machines["idle"].silent = place.machines["busy"].silent = ServerUnreached()
        place.machines["slow"].silent = ServerLost()  # It is silent once only.
        await soon(5.5)
        place.machines["slow"].silent = None
        assert (await place.status("idle")).state is S.DOWN
        await soon(30)
        assert (await place.status("busy")).state is S.READY
        assert (await place.status("slow")).state is S.READY


@virtually
async def test_a_busy_server_that_refuses_connections_is_lost_although_nobody_who_follows_its_run_has_noticed():
    place = town("gpu1")
    machine = place.machines["gpu1"]
    async with place.at_work():
        await enqueued(place.store)
        await place.store.claim("gpu1", "nonce")
        machine.shut = machine.silent = ServerRefused()
        await soon(7.5)
        status = await place.status()
        assert (status.state, status.reason) == (S.DOWN, ServerRefused.sentence)


@virtually
async def test_one_that_freezes_while_it_is_idle_is_noticed_at_the_second_silent_look():
    place = town("gpu1")
    async with place.at_work():
        place.machines["gpu1"].silent = ServerLost()
        await soon(11)
        assert (await place.status()).state is S.DOWN


@virtually
async def test_when_all_go_away_at_once_it_is_our_network_and_nobody_has_a_strike():
    place = town("gpu1", "gpu2", "gpu3")
    async with place.at_work():
        for name, machine in place.machines.items():
            machine.shut = ServerUnreached()
            machine.slots[name].lose(ServerLost())
            await soon(1)
        await soon(5)
        assert {(await place.status(name)).reason for name in place.machines} == {OUR_NETWORK}
        for machine in place.machines.values():
            machine.shut = None
        await soon(6)
        assert {each.may for machine in place.machines.values() for each in machine.slots.values()} == {"two at once"}
        assert {(await place.status(name)).state for name in place.machines} == {S.READY}


@virtually
async def test_one_that_is_wrongly_set_up_says_why_and_stops_no_other_and_is_tried_at_once_when_that_changes():
    place = town("gpu1", "gpu2")
    machine = place.machines["gpu1"]
    machine.shut = ConfigError(["gpu1 needs ComfyUI 0.3.64 or newer."])
    async with place.at_work() as pool:
        status = await place.status()
        assert (status.state, status.reason) == (S.DOWN, "gpu1 needs ComfyUI 0.3.64 or newer.")
        assert place.machines["gpu2"].slots["gpu2"].may == "two at once"
        await soon(25)
        assert machine.tried == 1
        machine.shut = None
        place.lists("gpu1", url="http://newer")
        await soon(HEED_S)
        assert machine.slots["gpu1"].may == "two at once"
        assert not pool.away()


@virtually
async def test_an_unforeseen_fault_of_ours_costs_the_server_nothing_but_a_moment():
    place = town("gpu1")
    machine = place.machines["gpu1"]
    machine.shut = ZeroDivisionError()
    async with place.at_work():
        assert (await place.status()).state is S.DOWN
        machine.shut = None
        await soon(1.5)
        assert machine.slots["gpu1"].may == "two at once"


@virtually
async def test_while_the_store_is_lost_the_last_roster_holds_and_no_server_pays():
    place = town("gpu1")

    class Away(type(place.servers)):  # type: ignore[misc]
        lost = False

        async def now_ms(self) -> int:
            if self.lost:
                raise StoreLost
            return virtual_ms()

    place.servers = servers = Away(clock=virtual_ms)
    machine = place.machines["gpu1"]
    async with place.at_work() as pool:
        place.roster_lost, servers.lost = StoreLost(), True
        seen_ms = (await place.status()).seen_ms
        await soon(100)
        assert (await place.status()).seen_ms == seen_ms
        assert machine.slots["gpu1"].may == "two at once"
        assert not pool.away()
        place.roster_lost, servers.lost = None, False
        await soon(6)
        status = await place.status()
        assert (status.state, status.seen_ms > seen_ms) == (S.READY, True)
        assert status.since_ms <= seen_ms
    assert len(machine.entered) == 1


@virtually
async def test_a_pool_that_begins_without_its_store_begins_when_that_is_there():
    place = town("gpu1")
    place.roster_lost = StoreLost()
    async with place.at_work() as pool:
        await soon(60)
        place.roster_lost = None
        await soon(HEED_S)
        await pool.opened()
        assert place.machines["gpu1"].slots["gpu1"].may == "two at once"


@virtually
async def test_a_slot_of_a_lost_server_that_does_not_notice_has_its_plug_pulled_so_that_its_run_is_adopted():
    place = town("gpu1")
    place.lists("gpu1", slots=3)
    machine = place.machines["gpu1"]
    async with place.at_work():
        slots = dict(machine.slots)
        slots["gpu1/2"].idle.clear()
        slots["gpu1"].lose(ServerLost())
        await soon()
        assert (await place.status()).state is S.DOWN
        await soon(9)
        assert [each.ended for each in slots.values()] == ["lost", "", "left"]
        await soon(3)
        assert [each.ended for each in slots.values()] == ["lost", "plug pulled", "left"]
        assert machine.slots["gpu1"].may == "two at once"


@virtually
async def test_a_server_whose_owner_was_killed_is_taken_over_and_its_status_goes_stale_until_then():
    place = town("gpu1")
    machine = place.machines["gpu1"]
    killed = asyncio.create_task(place.pool("first").run(asyncio.Event()))
    await soon()
    async with place.at_work(place.pool("second")) as second:
        await soon(60)
        assert second.vocabularies() == {}
        assert not second.away()
        killed.cancel()
        await asyncio.wait((killed,))
        # A killed process hands nothing back.
        place.store._owners["server/gpu1"] = ("first", virtual_ms() + 15_000)
        last = (await place.status()).seen_ms
        await soon(14)
        assert len(machine.entered) == 1
        assert last <= (await place.status()).seen_ms < virtual_ms() - 10_000
        await soon(5)
        assert len(machine.entered) == 2
        assert second.vocabularies().keys() == {"gpu1"}
        status = await place.status()
        assert (status.state, virtual_ms() - status.seen_ms < STALE_MS) == (S.READY, True)


@virtually
async def test_who_cannot_use_a_server_for_half_a_minute_lets_another_process_that_can_have_it():
    place = town("gpu1")
    machine = place.machines["gpu1"]

    def refused(listed):
        raise ConfigError(["the variable GPU_TOKEN is not set."])

    async with place.at_work(place.pool("without", connect=refused)) as without:
        assert (await place.status()).reason == "the variable GPU_TOKEN is not set."
        async with place.at_work(place.pool("with")):
            await soon(28)
            assert not machine.entered
            await soon(40)
            assert machine.slots["gpu1"].may == "two at once"
            await soon(600)
            assert not without.away()
            assert (await place.status()).state is S.READY
        await soon(120)
        assert (await place.status()).state is S.DOWN
    assert len(machine.entered) == 1


@virtually
async def test_between_two_openings_a_server_offers_what_it_offered_last():
    place = town("gpu1")
    machine = place.machines["gpu1"]
    machine.offer = offer = Vocabulary(families={"a": "sdxl"})
    async with place.at_work() as pool:
        machine.silent = ServerLost()
        machine.slots["gpu1"].lose(ServerLost())
        for _ in range(100):
            await soon(0.05)
            assert pool.vocabularies() == {"gpu1": offer}


@virtually
async def test_a_refused_job_makes_its_server_be_asked_at_once_and_the_lanes_be_told_before_they_are_asked():
    place = town("gpu1")
    record, asked = await enqueued(place.store), []

    async def still_serves(each, slot):
        asked.append((each, slot, place.told[-1][slot].families))
        return False

    pool = place.pool(bench=replace(bench_of(place.store), still_serves=still_serves))
    async with place.at_work(pool):
        place.machines["gpu1"].offer = Vocabulary(families={"new": "sdxl"})
        bench = place.machines["gpu1"].slots["gpu1"].bench
        assert await bench.still_serves(record, "gpu1") is False
    assert asked == [(record, "gpu1", {"new": "sdxl"})]


@virtually
async def test_a_status_is_told_every_five_seconds_with_strangers_and_jobs_and_at_once_when_it_changes():
    place = town("gpu1")
    async with place.at_work():
        place.machines["gpu1"].others = 3
        began = virtual_now()
        await soon(60)
        status = await place.status()
        assert status.others == 3
        assert virtual_ms() - status.seen_ms <= 5_000
        assert status.since_ms <= began * 1000
        assert status.models == ("sdxl",)
        place.machines["gpu1"].slots["gpu1"].faulted()
        faulted_ms = virtual_ms()
        await asyncio.sleep(0.01)
        assert (await place.status()).state is S.SUSPECT
        [(at_ms, reason)] = (await place.status()).errors
        assert reason == (await place.status()).reason
        assert abs(at_ms - faulted_ms) <= 20
    async with place.at_work():
        await soon(1)
        assert (await place.status()).errors == ((at_ms, reason),)


@virtually
async def test_a_service_that_stops_lets_every_server_go_and_hands_it_back():
    place = town("gpu1", "gpu2", "down")
    place.machines["down"].shut = ServerUnreached()
    place.lists("gpu2", Wish.DRAIN)
    async with place.at_work():
        await soon(10)
        began = virtual_now()
    assert virtual_now() - began < 1
    assert [machine.connected for machine in place.machines.values()] == [0, 0, 0]
    assert not place.store._owners
    statuses = await place.servers.statuses()
    assert {name: status.state for name, status in statuses.items()} == {
        "gpu1": S.READY,
        "gpu2": S.DRAINING,
        "down": S.DOWN,
    }
    assert not any(is_told(status, virtual_ms()) for status in statuses.values())


AWAITS = ["connecting", "vocabulary", "facts", "clear", "letting go"]


@pytest.mark.parametrize("hangs", AWAITS)
def test_a_server_that_hangs_in_whatever_is_asked_of_it_stops_neither_the_others_nor_the_end(hangs):
    async def story() -> None:
        place = town("hung", "well")
        machine = place.machines["hung"]
        machine.hangs = hangs
        async with place.at_work() as pool:
            await soon(200)
            assert place.machines["well"].slots["well"].may == "two at once"
            assert "well" in pool.vocabularies()
            began = virtual_now()
        assert virtual_now() - began < (1 if hangs != "letting go" else 11)
        assert machine.asked == {hangs}
        assert not place.store._owners

    run_virtually(story())


@pytest.mark.parametrize("hangs", AWAITS)
def test_a_server_that_hung_in_whatever_was_asked_of_it_works_again_when_it_answers(hangs):
    async def story() -> None:
        place = town("gpu1", "gpu2")
        machine = place.machines["gpu1"]
        machine.hangs = hangs
        async with place.at_work():
            await soon(200)
            if hangs in {"connecting", "vocabulary", "facts"}:
                assert (await place.status()).state is S.DOWN
            machine.hangs = ""
            await soon(90)
            if machine.slots["gpu1"].may != "two at once":
                machine.slots["gpu1"].proved()
            assert machine.slots["gpu1"].may == "two at once"
            assert machine.connected == 1

    run_virtually(story())


@pytest.mark.parametrize("hangs", AWAITS)
def test_a_server_that_hangs_is_removed_and_changed_all_the_same(hangs):
    async def story() -> None:
        place = town("gpu1")
        machine = place.machines["gpu1"]
        machine.hangs = hangs
        async with place.at_work():
            await soon(3)
            place.lists("gpu1", url="http://elsewhere")
            machine.hangs = "" if hangs != "letting go" else hangs
            await soon(40)
            assert machine.slots["gpu1"].may == "two at once"
            machine.hangs = hangs
            del place.roster["gpu1"]
            await soon(40)
            assert not place.store._owners
            assert not await place.servers.statuses()

    run_virtually(story())


@virtually
async def test_a_slot_that_ends_never_ends_with_the_service_and_what_it_holds_is_adopted():
    class Endless(ScriptedSlot):
        async def run(self, stopping: asyncio.Event, adopted: Callable[[], None]) -> None:
            await super().run(asyncio.Event(), adopted)

    place = town("gpu1")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("bot.session.Worker", Endless)
        async with place.at_work():
            began = virtual_now()
    assert virtual_now() - began == pytest.approx(50, abs=1)
    assert place.machines["gpu1"].slots["gpu1"].ended == "plug pulled"
    assert place.machines["gpu1"].connected == 0


@virtually
async def test_an_answer_that_nobody_foresaw_takes_no_run_from_a_slot():
    place = town("gpu1")
    machine = place.machines["gpu1"]
    async with place.at_work():
        machine.silent = KeyError("devices")
        await soon(60)
        assert (await place.status()).state is S.READY
        assert len(machine.entered) == 1


@virtually
async def test_who_was_killed_or_overtaken_tells_nothing_last():
    place = town("gpu1", "gpu2")
    killed = asyncio.create_task(place.pool().run(asyncio.Event()))
    await soon()
    place.store._owners["server/gpu1"] = ("another", virtual_ms() + 60_000)
    await soon(10)
    killed.cancel()
    await asyncio.wait((killed,))
    assert all(status.attended for status in (await place.servers.statuses()).values())


@virtually
async def test_a_status_tells_slots_and_labels_to_whoever_has_other_settings():
    place = town("gpu1")
    place.lists("gpu1", slots=2, labels=("video",))
    async with place.at_work():
        status = await place.status()
        assert (status.slots, status.labels, status.attended) == (2, ("video",), True)


@virtually
async def test_processes_that_hand_each_other_a_server_that_is_down_tell_of_one_outage():
    place = town("gpu1")
    machine = place.machines["gpu1"]
    async with place.at_work(place.pool("first")), place.at_work(place.pool("second")):
        machine.slots["gpu1"].lose(ServerRefused())
        machine.shut = ServerRefused()
        await soon(5)
        since_ms, owners = (await place.status()).since_ms, set()
        for _ in range(300):
            await soon(1)
            owners.update(owner for owner, _ in place.store._owners.values())
            status = await place.status()
            assert (status.state, status.reason) == (S.DOWN, ServerRefused.sentence)
            assert abs(status.since_ms - since_ms) <= 5
        assert owners == {"first", "second"}
        machine.shut = None
        await soon(10)
        assert (await place.status()).state is S.READY
        machine.slots["gpu1"].lose(ServerRefused())
        machine.shut = ServerRefused()
        await soon(100)
        assert abs((await place.status()).since_ms - (virtual_ms() - 100_000)) < 1000, "another outage"


def test_the_log_has_one_line_for_a_server_that_is_lost_and_no_word_of_what_answered_there(caplog):
    @virtually
    async def story():
        place = town("gpu1")
        machine = place.machines["gpu1"]
        machine.shut = ServerLost(detail="<html>hello secret-page</html>")
        async with place.at_work(place.pool("first")), place.at_work(place.pool("second")):
            await soon(600)
            machine.shut = None
            await soon(10)
            assert (await place.status()).state is S.READY

    caplog.set_level("INFO")
    story()
    said = [record.getMessage() for record in caplog.records if record.levelname == "WARNING"]
    assert said.count("server=gpu1: lost code=server_lost reason=The GPU cannot be reached.") == 2, "each process, once"
    assert said.count("another process works on server=gpu1, so it is left alone") <= 2
    assert len(said) <= 5
    assert "secret-page" not in caplog.text


class CutOff:
    """A store that one process cannot reach while it is lost."""

    def __init__(self, store):
        self._store = store
        self.lost = False

    def __getattr__(self, name):
        async def asked(*values, **named):
            if self.lost:
                raise StoreLost
            return await getattr(self._store, name)(*values, **named)

        return asked


@virtually
async def test_a_process_that_alone_is_cut_off_lets_go_of_its_server_before_it_stops_what_the_next_one_adopts():
    place = town("gpu1")
    machine = place.machines["gpu1"]
    line = CutOff(place.store)
    async with place.at_work(place.pool("first", notices=line)) as first:
        slot = machine.slots["gpu1"]
        async with place.at_work(place.pool("second")) as second:
            await soon(60)
            line.lost = True
            await soon(15.5)
            assert slot.ended == "plug pulled"
            await soon(5)
            assert second.vocabularies().keys() == {"gpu1"}
            assert machine.slots["gpu1"] is not slot
            line.lost = False
            await soon(60)
            assert first.vocabularies() == {}
            assert machine.connected == 1


def test_a_fault_of_ours_in_a_look_or_a_question_is_logged_once_with_its_traceback(caplog):
    @virtually
    async def story():
        place = town("gpu1")
        machine = place.machines["gpu1"]
        async with place.at_work():
            machine.silent = KeyError("devices")
            machine.mute = KeyError("choices")
            await soon(100)
            assert (await place.status()).state is S.READY

    story()
    failed = [record for record in caplog.records if record.exc_info]
    assert [str(record.exc_info[1]) for record in failed] == ["'devices'", "'choices'"]
