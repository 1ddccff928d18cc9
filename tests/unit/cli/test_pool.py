"""`fairbrush servers`: what the operator reads, and what becomes of what they say."""

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from bot.cli.pool import Registry, added, changed, list_servers, look_at, show
from bot.cli.pool_rows import as_data
from bot.cli.terminal import WRONG, tell
from bot.errors import ConfigError
from bot.servers import MAX_CHANGES, STALE_MS, Change, ServerSpec, ServerState, ServerStatus, Wish
from tests.fakes.memory_books import MemoryAudit
from tests.fakes.memory_servers import MemoryServers

NOW_MS = 1_800_000_000_000
GPU1 = ServerSpec(name="gpu1", url="http://127.0.0.1:8188")
GPU2 = ServerSpec(name="gpu2", url="http://127.0.0.1:8189", slots=2, labels=("big", "fast"), memory_gb=24)
SAID = {"name": "gpu9", "url": "http://127.0.0.1:8190", "slots": 1, "labels": ["fast"], "memory_gb": 0.0}
READY = ServerStatus(state=ServerState.READY, since_ms=NOW_MS - 240_000, seen_ms=NOW_MS - 2000, jobs=1)
OF_GPU2 = replace(READY, slots=GPU2.slots, labels=GPU2.labels)


@pytest.fixture
def registry() -> Registry:
    return Registry(store=MemoryServers(clock=lambda: NOW_MS), audit=MemoryAudit(), seeds={"gpu1": GPU1, "gpu2": GPU2})


async def lines(registry: Registry, capsys: pytest.CaptureFixture[str]) -> list[list[str]]:
    capsys.readouterr()
    show(await look_at(registry), as_json=False)
    return [line.split() for line in capsys.readouterr().out.splitlines()]


async def states(registry: Registry) -> Mapping[str, str]:
    return {each.name: each.state for each in (await look_at(registry)).seen()}


async def test_each_gpu_is_shown_with_its_state_since_when_and_why(
    registry: Registry, capsys: pytest.CaptureFixture[str]
) -> None:
    await registry.store.tell("gpu1", READY)
    down = replace(OF_GPU2, state=ServerState.DOWN, reason="It cannot be reached.", jobs=0, since_ms=NOW_MS - 5000)
    await registry.store.tell("gpu2", down)

    shown = await lines(registry, capsys)
    assert shown[1] == ["gpu1", "ready", "4", "min", "1", "1", "file"]
    assert shown[2][:8] == ["gpu2", "down", "5", "s", "0", "2", "big,", "fast"]
    assert " ".join(shown[2][8:]) == "file It cannot be reached."


async def test_a_gpu_that_nobody_works_on_says_so(registry: Registry) -> None:
    await registry.store.tell("gpu1", replace(READY, seen_ms=NOW_MS - STALE_MS - 1))
    assert await states(registry) == {"gpu1": "unattended", "gpu2": "unattended"}

    await registry.store.tell("gpu1", READY)
    assert (await states(registry))["gpu1"] == "ready"
    assert (await states(replace(registry, served=False)))["gpu1"] == "unattended"


async def test_what_is_changed_from_a_terminal_is_in_the_audit(registry: Registry) -> None:
    await added(registry, SAID)
    for wish in (Wish.DRAIN, Wish.DRAIN, Wish.SERVE, Wish.REMOVE):
        await changed(registry, "gpu9", wish)
    with pytest.raises(ConfigError):
        await changed(registry, "nosuch", Wish.DRAIN)

    entries = await registry.audit.newest(None, limit=9)
    told = [(each.measure, each.author.platform, each.details["name"]) for each in entries]
    names = ("server-remove", "server-resume", "server-drain", "server-add")
    assert told == [(name, "local", "gpu9") for name in names]


async def test_an_empty_pool_says_what_to_do(capsys: pytest.CaptureFixture[str]) -> None:
    [line] = await lines(Registry(store=MemoryServers(), audit=MemoryAudit(), seeds={}), capsys)

    assert "fairbrush servers add NAME URL" in " ".join(line)


async def test_what_another_processs_settings_have_is_shown_as_long_as_it_is_told(registry: Registry) -> None:
    await registry.store.tell("far", READY)
    assert [each.source for each in (await look_at(registry)).seen()] == ["service", "file", "file"]

    await registry.store.tell("far", replace(READY, seen_ms=0))
    assert "far" not in await states(registry)


async def test_what_whoever_works_on_a_gpu_says_of_it_is_shown_before_what_this_file_says(
    registry: Registry, capsys: pytest.CaptureFixture[str]
) -> None:
    await registry.store.tell("far", replace(READY, slots=3, labels=("video",)))
    await registry.store.tell("gpu2", replace(READY, slots=4, labels=()))

    shown = {line[0]: " ".join(line[5:]) for line in (await lines(registry, capsys))[1:]}
    assert (shown["far"], shown["gpu2"]) == ("3 video service", "4 file")
    far, *_ = [as_data(each) for each in (await look_at(registry)).seen()]
    assert (far["slots"], far["labels"]) == (3, ["video"])


async def test_a_gpu_whose_service_was_stopped_is_worked_on_by_nobody_at_once(registry: Registry) -> None:
    await registry.store.tell("gpu1", replace(READY, attended=False))
    await registry.store.tell("far", replace(READY, attended=False))

    assert await states(registry) == {"gpu1": "unattended", "gpu2": "unattended"}
    assert not (await look_at(registry)).heard


async def test_gpus_are_in_the_order_of_their_numbers(registry: Registry) -> None:
    for name in ("gpu10", "gpu9", "a-gpu"):
        await added(registry, {**SAID, "name": name, "url": f"http://{name}.example"})

    assert list(await states(registry)) == ["a-gpu", "gpu1", "gpu2", "gpu9", "gpu10"]


async def test_one_that_is_drained_or_removed_is_shown_so_when_whoever_works_on_it_has_heeded_it(
    registry: Registry, capsys: pytest.CaptureFixture[str]
) -> None:
    await registry.store.tell("gpu1", READY)
    await registry.store.tell("gpu2", replace(READY, jobs=0))
    await changed(registry, "gpu1", Wish.DRAIN)
    await changed(registry, "gpu2", Wish.REMOVE)
    # Until then a job may still land there, and whoever switches the machine off must not be told otherwise.
    assert await states(registry) == {"gpu1": "ready", "gpu2": "draining"}
    assert "drained in a moment" in " ".join((await lines(registry, capsys))[1])

    await registry.store.tell("gpu1", replace(READY, state=ServerState.DRAINING))
    await registry.store.forget("gpu2")
    assert await states(registry) == {"gpu1": "draining", "gpu2": "removed"}
    shown = await lines(registry, capsys)
    assert [line[0] for line in shown[1:-1]] == ["gpu1"]
    assert shown[-1][:2] == ["Removed:", "gpu2."]


async def test_what_was_added_is_in_the_pool_and_heard_only_where_a_process_works(registry: Registry) -> None:
    sentence, heard = await added(registry, SAID)

    assert ("gpu9" in sentence, heard) == (True, False)
    spec = ServerSpec(name="gpu9", url="http://127.0.0.1:8190", labels=("fast",))
    assert await registry.store.changes() == {"gpu9": Change(spec=spec)}

    await registry.store.tell("gpu9", READY)
    assert (await changed(registry, "gpu9", Wish.DRAIN))[1]
    assert await registry.store.changes() == {"gpu9": Change(wish=Wish.DRAIN, spec=spec)}


@pytest.mark.parametrize(
    ("said", "problem"),
    [
        ({"name": "gpu1"}, "There is a GPU called gpu1 already"),
        ({"name": "GPU"}, "name: takes a word"),
        ({"labels": ["two words"]}, "labels.0: takes a word"),
        ({"slots": 33}, "slots"),
        ({"memory_gb": -1.0}, "memory_gb"),
        ({"url": "http://ada:s3cret@gpu.example"}, "holds no password"),
        ({"url": "ftp://gpu.example"}, "looks like"),
        ({"url": "http://[::1"}, "cannot be read"),
        ({"url": "http://127.0.0.1:8188/"}, "in the pool already, as gpu1"),
        ({"url": "http://LOCALHOST:8188"}, "in the pool already, as gpu1"),
        ({"url": "http://[::1]:8188"}, "in the pool already, as gpu1"),
        ({"credential_env": "Bearer s3cret"}, "never the credential itself"),
        ({"credential_env": "FAIRBRUSH_KEY"}, "begins with GPU"),
        ({"credential_header": "X: 1\r\nY"}, "credential_header"),
    ],
)
async def test_what_cannot_be_added_is_a_sentence_that_repeats_no_secret(
    registry: Registry, said: dict[str, object], problem: str
) -> None:
    with pytest.raises(ConfigError) as raised:
        await added(registry, {**SAID, **said})

    assert problem in str(raised.value)
    assert "s3cret" not in str(raised.value)
    assert tell(raised.value, as_json=False) == WRONG
    assert await registry.store.changes() == {}


async def test_everything_that_is_wrong_with_one_is_said_at_once(registry: Registry) -> None:
    with pytest.raises(ConfigError) as raised:
        await added(registry, {**SAID, "name": "A b", "url": "gpu", "slots": 0})

    assert len(raised.value.problems) == 3


async def test_one_of_the_file_follows_the_file_again_once_it_is_resumed(registry: Registry) -> None:
    await changed(registry, "gpu1", Wish.REMOVE)
    assert await registry.store.changes() == {"gpu1": Change(wish=Wish.REMOVE)}

    await changed(registry, "gpu1", Wish.SERVE)
    assert await registry.store.changes() == {}
    assert "neither" in (await changed(registry, "gpu1", Wish.SERVE))[0]


async def test_one_that_was_removed_comes_back_as_it_is_added_now(registry: Registry) -> None:
    await changed(registry, "gpu1", Wish.REMOVE)
    sentence, _ = await added(registry, {**SAID, "name": "gpu1"})
    assert "removed before" in sentence
    assert (await registry.store.changes())["gpu1"].spec is not None


@pytest.mark.parametrize("wish", [Wish.REMOVE, Wish.DRAIN])
async def test_what_holds_already_is_no_mistake(registry: Registry, wish: Wish) -> None:
    await changed(registry, "gpu1", Wish.REMOVE)

    sentence, _ = await changed(registry, "gpu1", wish)

    assert "removed" in sentence
    assert await registry.store.changes() == {"gpu1": Change(wish=Wish.REMOVE)}


async def test_one_that_was_removed_does_not_come_back_beside_another_at_its_place(registry: Registry) -> None:
    await changed(registry, "gpu1", Wish.REMOVE)
    await added(registry, {**SAID, "url": GPU1.url})

    with pytest.raises(ConfigError, match="as gpu9"):
        await changed(registry, "gpu1", Wish.SERVE)


async def test_whether_a_process_works_on_an_empty_pool_is_not_claimed_to_be_known(registry: Registry) -> None:
    assert (await look_at(registry)).heard is False
    for name in ("gpu1", "gpu2"):
        await changed(registry, name, Wish.REMOVE)

    assert (await look_at(registry)).heard is None
    assert (await look_at(replace(registry, served=False))).heard is False


@pytest.mark.parametrize("wish", list(Wish))
async def test_a_name_that_nobody_has_is_refused_with_the_one_that_was_meant(registry: Registry, wish: Wish) -> None:
    with pytest.raises(ConfigError, match="Did you mean gpu1") as raised:
        await changed(registry, "gpu11", wish)

    assert "gpu2" in str(raised.value)
    with pytest.raises(ConfigError, match="no GPU yet"):
        await changed(Registry(store=MemoryServers(), audit=MemoryAudit(), seeds={}), "gpu1", wish)


async def test_there_is_always_room_for_one_more_where_others_came_and_went(registry: Registry) -> None:
    gone = {f"old{number}": GPU1 for number in range(MAX_CHANGES)}
    for name, spec in gone.items():
        await registry.store.change(name, Change(wish=Wish.REMOVE, spec=spec))
    await registry.store.change("gpu2", Change(wish=Wish.REMOVE, spec=GPU2))

    await added(registry, SAID)
    assert set(await registry.store.changes()) == {"gpu2", "gpu9"}


async def test_a_script_reads_numbers_and_no_address(registry: Registry) -> None:
    await registry.store.tell("gpu2", replace(OF_GPU2, version="0.3.64", memory=24 * 1024**3, others=2))
    _, gpu2 = [as_data(each) for each in (await look_at(registry)).seen()]

    assert (gpu2["state"], gpu2["for_s"], gpu2["jobs"], gpu2["slots"]) == ("ready", 240.0, 1, 2)
    assert (gpu2["labels"], gpu2["version"], gpu2["others"]) == (["big", "fast"], "0.3.64", 2)
    assert "127.0.0.1" not in json.dumps(gpu2)


def test_the_pool_is_listed_where_no_service_was_ever_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("FAIRBRUSH_CONFIG", raising=False)
    monkeypatch.delenv("FAIRBRUSH_REDIS_URL", raising=False)
    (tmp_path / "fairbrush.toml").write_text('[[servers]]\nname = "gpu1"\nurl = "http://127.0.0.1:8188"\n')

    list_servers(state=tmp_path / "state", as_json=True)

    [gpu1] = json.loads(capsys.readouterr().out)
    assert (gpu1["name"], gpu1["state"], gpu1["from"]) == ("gpu1", "unattended", "file")
