"""The embedded engine: it starts, survives, is alone, and leaves nothing behind."""

import asyncio
import os
import signal
import stat
import sys
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from adapters.redis import engine as engine_module
from adapters.redis import places
from adapters.redis.allocator import JEMALLOC, TUNABLES, jemalloc
from adapters.redis.durability import durability_warnings
from adapters.redis.engine import open_engine
from adapters.redis.opening import open_redis
from adapters.redis.places import MAX_SOCKET_BYTES
from bot.errors import ConfigError
from tests.integration.redis import claimed, job, truth_of

SERVICE = """
import asyncio, sys
from pathlib import Path
from adapters.redis.engine import open_engine
from adapters.redis.opening import open_redis

async def main():
    async with open_engine(Path(sys.argv[1])) as url, open_redis(url) as pool:
        print((await pool.edge.ask("INFO", "server"))["process_id"], flush=True)
        await asyncio.Event().wait()

asyncio.run(main())
"""


async def pid_of(pool):
    return int((await pool.edge.ask("INFO", "server"))["process_id"])


def lives(pid):
    """Tell whether a process runs; one that nobody has waited for yet does not."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    state = Path(f"/proc/{pid}/stat")
    return not state.exists() or state.read_text(encoding="utf-8").rpartition(")")[2].split()[0] != "Z"


def parent_of(pid):
    return int(Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[1])


def mapped_by(pid):
    return Path(f"/proc/{pid}/maps").read_text(encoding="utf-8")


def told_to(pid):
    return Path(f"/proc/{pid}/environ").read_text(encoding="utf-8").split("\0")


async def gone(pid):
    """Wait for the end of a process that is not ours to wait for."""
    async with asyncio.timeout(60):
        while lives(pid):  # noqa: ASYNC110 — nothing tells of its end
            await asyncio.sleep(0.01)


@asynccontextmanager
async def service(state):
    """Run a service in a process of its own; yields it and its engine's process id."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", SERVICE, state, stdout=asyncio.subprocess.PIPE, cwd=Path(__file__).parents[3]
    )
    try:
        async with asyncio.timeout(60):
            yield process, int(await process.stdout.readline())
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def test_only_its_owner_enters_and_no_port_listens(tmp_path):
    state = tmp_path / "state"
    async with open_engine(state) as url, open_redis(url) as pool:
        assert stat.S_IMODE(state.stat().st_mode) == 0o700
        assert stat.S_IMODE((state / "engine.sock").stat().st_mode) == 0o700
        assert (await pool.edge.ask("INFO", "server"))["tcp_port"] == 0
        assert await durability_warnings(pool.edge) == []


async def test_what_was_kept_is_there_after_a_restart(tmp_path):
    asked = job()
    async with open_engine(tmp_path) as url, open_redis(url) as pool:
        kept = await pool.queue.enqueue(asked)
        pid = await pid_of(pool)

    assert not lives(pid)
    async with open_engine(tmp_path) as url, open_redis(url) as pool:
        assert await pool.store.read(asked.id) == kept


@pytest.mark.skipif(sys.platform != "linux", reason="reads in /proc which allocator the engine has")
async def test_the_engine_has_its_memory_of_jemalloc_where_the_machine_has_it(tmp_path, monkeypatch):
    monkeypatch.delenv("LD_PRELOAD", raising=False)
    async with open_engine(tmp_path) as url, open_redis(url) as pool:
        mapped = mapped_by(await pid_of(pool))

    assert (JEMALLOC in mapped) == (jemalloc() is not None)


@pytest.mark.skipif(sys.platform != "linux", reason="reads what the engine was told in /proc")
async def test_an_engine_that_is_told_to_leave_jemalloc_out_does_without(tmp_path, monkeypatch):
    monkeypatch.setenv("LD_PRELOAD", "")
    async with open_engine(tmp_path) as url, open_redis(url) as pool:
        pid = await pid_of(pool)

        assert JEMALLOC not in mapped_by(pid)
        assert f"GLIBC_TUNABLES={TUNABLES}" in told_to(pid)


@pytest.mark.skipif(not Path("/proc").exists(), reason="finds the supervisor by /proc")
async def test_an_engine_without_its_supervisor_dies_and_both_come_back(tmp_path):
    asked = job()
    async with open_engine(tmp_path) as url, open_redis(url) as pool:
        await pool.queue.enqueue(asked)
        pid = await pid_of(pool)
        supervisor = parent_of(pid)

        os.kill(supervisor, signal.SIGKILL)
        await gone(pid)

        assert await pool.store.read(asked.id) is not None
        again = await pid_of(pool)
    assert again != pid
    assert not lives(again)


async def test_a_killed_service_leaves_no_engine_and_its_successor_finds_the_jobs(tmp_path):
    asked = job()
    async with service(tmp_path) as (process, pid):
        async with open_redis(f"unix://{tmp_path / 'engine.sock'}") as pool:
            await pool.queue.enqueue(asked)
        process.kill()
        async with open_engine(tmp_path) as url, open_redis(url) as pool:
            assert not lives(pid)
            assert await claimed(truth_of(pool, None))


async def test_a_second_service_on_the_same_state_ends_with_a_sentence(tmp_path, monkeypatch):
    monkeypatch.setattr(places, "TAKING_OVER_S", 0.1)
    async with service(tmp_path) as (_, pid):
        with pytest.raises(ConfigError, match="Another Fairbrush"):
            async with open_engine(tmp_path):
                pass
        assert lives(pid)


async def test_a_half_written_last_command_is_cut_off(tmp_path):
    first, last = job(), job()
    async with open_engine(tmp_path) as url, open_redis(url) as pool:
        await pool.queue.enqueue(first)
        await pool.queue.enqueue(last)
    [log] = (tmp_path / "appendonlydir").glob("*.incr.aof")
    whole = log.read_bytes()
    log.write_bytes(whole[:-9])

    async with open_engine(tmp_path) as url, open_redis(url) as pool:
        assert await pool.store.read(first.id) is not None
        assert await pool.store.read(last.id) is None  # what one script wrote is there as a whole, or not at all


async def test_a_state_that_cannot_be_read_ends_with_a_sentence(tmp_path, monkeypatch):
    async with open_engine(tmp_path) as url, open_redis(url) as pool:
        await pool.queue.enqueue(job())
    [log] = (tmp_path / "appendonlydir").glob("*.incr.aof")
    log.write_bytes(b"*1\r\n$9\r\nnonsense" + log.read_bytes())
    monkeypatch.setattr(engine_module, "STARTING_S", 0.5)

    with pytest.raises(ConfigError, match=r"engine\.log"):
        async with open_engine(tmp_path):
            pass


async def test_a_state_directory_with_a_long_name_has_its_socket_in_a_short_place(tmp_path):
    state = tmp_path / ("long" * 30)
    async with open_engine(state) as url, open_redis(url) as pool:
        socket = Path(url.removeprefix("unix://"))
        assert len(os.fsencode(socket)) <= MAX_SOCKET_BYTES
        assert stat.S_IMODE(socket.parent.stat().st_mode) == 0o700
        await pool.queue.enqueue(job())
    socket.parent.rmdir()


async def test_an_error_of_the_service_leaves_the_engine_as_it_is(tmp_path):
    with pytest.raises(ZeroDivisionError):
        async with open_engine(tmp_path):
            raise ZeroDivisionError
