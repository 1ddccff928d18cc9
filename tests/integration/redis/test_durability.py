"""What is left after the engine, or the whole machine, went down under load: nothing half done, and what was promised.

`kill -9` of the engine takes less than a power cut does: what it has written is the kernel's, and reaches the disk
without it. With `everysec` it has written almost everything that it acknowledged: it holds back only while the kernel
is busy with the second's fsync, and for two seconds at most. So these tests do the worse thing too: they take the file
as it stands, cut off what was written in the last second at any byte, and start an engine on the rest, as after a power
cut. With `always` an answer is given after its fsync, so only bytes after the last answer may be cut.

That an engine really does its fsync when it says so is not tested here, nor what a disk keeps that lies about it.
"""

import os
import shutil
import signal
import time
from math import inf
from pathlib import Path
from random import Random

import pytest

from adapters.redis import engine as engine_module
from adapters.redis.engine import open_engine
from adapters.redis.opening import open_redis
from tests.engines.running import binary_of
from tests.integration.redis import job
from tests.integration.redis.invariants import faults, jobs_of
from tests.integration.redis.load import Load

SECOND, MARGIN_S = 1.0, 1.0
"""The engine may hold back a write for two seconds while an fsync takes long; before, it has been written for sure."""
CUTS = 3


@pytest.fixture
def supervised(request, monkeypatch):
    """The engines by turns, each under the product's own supervisor."""
    binary = binary_of(request.param)
    monkeypatch.setattr(engine_module, "engine_binary", lambda: binary)


async def pid_of(pool):
    return int((await pool.edge.ask("INFO", "server"))["process_id"])


async def states_of(pool):
    return {name: record["state"] for name, record in (await jobs_of(pool)).items()}


def log_of(state):
    """Find the file that commands are appended to; Redis 6.2 has but one."""
    [log] = [*state.glob("appendonlydir/*.incr.aof"), *state.glob("appendonly.aof")]
    return log


@pytest.mark.parametrize("fsync", ["everysec", "always"])
async def test_a_killed_engine_comes_back_with_what_it_acknowledged(supervised, tmp_path, fsync, seed, engine_kills):
    chance = Random(seed)
    async with open_engine(tmp_path, fsync=fsync) as url, open_redis(url) as pool:
        load, started = Load(pool=pool, chance=chance), time.monotonic()
        for number in range(engine_kills):
            async with load.running():
                pid, moment = await pid_of(pool), load.count + chance.randrange(200, 1200)
                lasts_s = SECOND + MARGIN_S + 0.3 if fsync == "everysec" and number == 0 else 0.3
                await load.until(lambda: load.count > moment and time.monotonic() > started + lasts_s)  # noqa: B023
                killed, count = time.monotonic(), load.count
                os.kill(pid, signal.SIGKILL)
                await load.until(lambda: load.count > count + 100)  # noqa: B023

            assert await pid_of(pool) != pid
            before = killed - SECOND - MARGIN_S if fsync == "everysec" else inf
            assert load.lost(await states_of(pool), before=before) == []
            assert await faults(pool) == []


@pytest.mark.parametrize("fsync", ["everysec", "always"])
async def test_after_a_power_cut_everything_is_there_that_had_its_fsync(supervised, tmp_path, fsync, seed):
    state, chance, sizes = tmp_path / "state", Random(seed), []
    lasts_s = SECOND + MARGIN_S + 0.5 if fsync == "everysec" else 0.5
    async with open_engine(state, fsync=fsync) as url, open_redis(url) as pool:
        log = log_of(state)
        load = Load(pool=pool, chance=chance, after_each=lambda: sizes.append((time.monotonic(), log.stat().st_size)))
        async with load.running():
            await load.until(lambda: bool(sizes) and time.monotonic() > sizes[0][0] + lasts_s)
            cut, written = time.monotonic(), log.stat().st_size
            shutil.copytree(state, tmp_path / "disk", ignore=shutil.ignore_patterns("engine.*"))

    unsafe_s, margin_s = (SECOND, MARGIN_S) if fsync == "everysec" else (0.0, 0.0)
    safe = max(size for at, size in sizes if at < cut - unsafe_s)
    before = cut - unsafe_s - margin_s
    assert any(at < before for at, _ in sizes)
    for number, at in enumerate([safe, *(chance.randint(safe, written) for _ in range(CUTS - 1))]):
        await holds_after(tmp_path / "disk", tmp_path / f"cut-{number}", at, load, before)


async def holds_after(disk: Path, state: Path, at: int, load: Load, before: float):
    """Start an engine on what is left when the log is cut at a byte."""
    shutil.copytree(disk, state)
    os.truncate(log_of(state), at)
    async with open_engine(state) as url, open_redis(url) as pool:
        assert load.lost(await states_of(pool), before=before) == []
        assert await faults(pool) == []
        assert await pool.queue.enqueue(job())
