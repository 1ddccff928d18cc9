"""Which servers a pool has, by what the settings seed and what operators changed."""

import pytest

from bot.errors import ConfigError, StoreLost
from bot.servers import Change, Listed, ServerSpec, Wish, pool_of, server_of, slots_of
from bot.service.reaching import address_of, connecting
from bot.service.roster import Roster
from bot.settings import Settings
from tests.fakes.memory_servers import MemoryServers

FILE = ServerSpec(name="gpu1", url="http://127.0.0.1:8188")
OTHER = ServerSpec(name="gpu1", url="http://127.0.0.1:9999", slots=2)
SEEDS = {"gpu1": FILE}


@pytest.mark.parametrize(
    ("change", "listed"),
    [
        (None, Listed(spec=FILE)),
        (Change(wish=Wish.DRAIN), Listed(spec=FILE, wish=Wish.DRAIN)),
        (Change(wish=Wish.REMOVE), None),
        (Change(spec=OTHER), Listed(spec=OTHER, added=True)),
        (Change(wish=Wish.DRAIN, spec=OTHER), Listed(spec=OTHER, wish=Wish.DRAIN, added=True)),
        (Change(wish=Wish.REMOVE, spec=OTHER), None),
    ],
)
def test_what_was_changed_wins_over_the_file(change: Change | None, listed: Listed | None) -> None:
    found = pool_of(SEEDS, {"gpu1": change} if change else {})

    assert found == ({"gpu1": listed} if listed else {})


def test_what_another_file_seeds_is_not_in_the_roster_whatever_is_wanted_of_it() -> None:
    assert pool_of({}, {"far": Change(wish=Wish.DRAIN)}) == {}


def test_each_slot_has_a_name_and_the_first_one_the_servers() -> None:
    assert slots_of(FILE) == ("gpu1",)
    assert slots_of(OTHER) == ("gpu1", "gpu1/2")
    assert {server_of(slot) for slot in slots_of(OTHER)} == {"gpu1"}


class Away(MemoryServers):
    """A store that can be lost."""

    lost = False

    async def changes(self):
        if self.lost:
            raise StoreLost
        return await MemoryServers.changes(self)


async def test_while_the_store_is_away_the_pool_stays_as_it_was() -> None:
    store = Away()
    roster = Roster(seeds={**SEEDS, "gpu2": FILE}, store=store)
    store.lost = True
    with pytest.raises(StoreLost):
        await roster.look()

    store.lost = False
    await store.change("gpu2", Change(wish=Wish.REMOVE))
    assert list(await roster.look()) == ["gpu1"]
    store.lost = True
    assert list(await roster.look()) == ["gpu1"]
    assert roster.removed == {"gpu2"}


async def test_whoever_starts_it_is_told_which_seeds_are_out() -> None:
    store = MemoryServers()
    roster = Roster(seeds={**SEEDS, "gpu2": FILE, "gpu3": FILE}, store=store)
    await roster.look()
    assert roster.remark == ""

    await store.change("gpu1", Change(wish=Wish.DRAIN))
    await store.change("gpu3", Change(wish=Wish.REMOVE))
    await store.change("gpu7", Change(wish=Wish.REMOVE))
    await roster.look()
    assert "gpu1 (drained), gpu3 (removed)." in roster.remark


def test_a_credential_is_looked_up_when_it_is_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    spec = ServerSpec(name="gpu1", url="http://127.0.0.1:1", credential_env="GPU1_TOKEN", credential_header="X-Token")
    monkeypatch.setenv("GPU1_TOKEN", "first")
    assert address_of(spec).headers == {"X-Token": "first"}

    monkeypatch.setenv("GPU1_TOKEN", "second\n")
    assert address_of(spec).headers == {"X-Token": "second"}
    assert "second" not in repr(address_of(spec))


def test_a_server_whose_credential_is_not_here_says_so_when_it_is_to_be_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    spec = ServerSpec(name="gpu1", url="http://127.0.0.1:1", credential_env="GPU1_TOKEN")
    connect = connecting(Settings(), "identity")
    monkeypatch.delenv("GPU1_TOKEN", raising=False)
    with pytest.raises(ConfigError, match=r"^The variable GPU1_TOKEN is not set\.$"):
        connect(Listed(spec=spec))

    monkeypatch.setenv("GPU1_TOKEN", "now")
    assert connect(Listed(spec=spec)).name == "gpu1"
