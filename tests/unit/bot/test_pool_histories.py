"""Whatever befalls a pool, it works again when all is well: seeded histories in virtual time."""

import random
from collections.abc import Callable

import pytest

from bot.errors import ConfigError, ServerLost, ServerStuck, ServerUnreached, StoreLost
from bot.health import LONGEST_BACKOFF_S
from bot.servers import ServerState, Wish, slots_of
from tests.fakes.virtual_time import run_virtually
from tests.unit.bot.town import Machine, ScriptedSlot, Town, soon, town

HEED_S = 2.5


@pytest.fixture(autouse=True)
def _scripted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.session.Worker", ScriptedSlot)


@pytest.mark.parametrize("seed", range(10))
def test_a_pool_works_again_when_all_is_well(seed):
    run_virtually(history(random.Random(seed)))


async def history(chance: random.Random) -> None:
    place = town("gpu1", "gpu2", "gpu3")
    async with place.at_work() as pool:
        for _ in range(60):
            befall(chance, place, chance.choice(list(place.machines)))
            await soon(chance.choice([0.01, 1, HEED_S, 40]))
            assert all(machine.connected <= 1 for machine in place.machines.values())
        place.roster_lost = None
        for name, machine in place.machines.items():
            heal(machine)
            place.lists(name, Wish.DRAIN)
        await soon(LONGEST_BACKOFF_S + 10)
        assert {slot.may for machine in place.machines.values() for slot in machine.slots.values()} == {"nothing"}
        for name, machine in place.machines.items():
            place.lists(name)
            machine.slots[name].proved()
        await soon(LONGEST_BACKOFF_S)
        assert not pool.away()
        for name, machine in place.machines.items():
            slots = slots_of(place.roster[name].spec)
            assert machine.connected == 1
            assert [machine.slots[slot].may for slot in slots] == ["two at once"] * len(slots)
            assert (await place.status(name)).state is ServerState.READY
    assert not place.store._owners


def befall(chance: random.Random, place: Town, name: str) -> None:
    """Let something happen to a machine, to its slots, to its operator's mind, or to the store."""
    machine = place.machines[name]
    deeds: list[Callable[[], object]] = [
        lambda: place.lists(name, Wish.DRAIN),
        lambda: place.lists(name),
        lambda: place.lists(name, slots=chance.randint(1, 3)),
        lambda: place.roster.pop(name, None),
        lambda: setattr(place, "roster_lost", chance.choice([None, StoreLost()])),
        lambda: setattr(machine, "shut", chance.choice([ServerUnreached(), ConfigError(["Too old."]), KeyError()])),
        lambda: setattr(machine, "silent", chance.choice([ServerLost(), ServerUnreached()])),
        lambda: heal(machine),
    ]
    if slot := machine.slots.get(name):
        fault = chance.choice([ServerLost(), ServerStuck(), ServerUnreached(), KeyError()])
        deeds += [slot.faulted, slot.proved, slot.idle.clear, slot.idle.set, lambda: slot.lose(fault)]
    chance.choice(deeds)()


def heal(machine: Machine) -> None:
    machine.shut = machine.silent = None
    for slot in machine.slots.values():
        slot.idle.set()
