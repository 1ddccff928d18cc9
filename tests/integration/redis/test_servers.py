"""What the store keeps of servers: nothing in it can be large, and what cannot be read harms nobody else."""

import json
import logging
from dataclasses import asdict

import pytest

from adapters.redis.opening import open_redis
from adapters.redis.serial import SCHEMA
from bot.errors import ConfigError
from bot.servers import MAX_CHANGES, Change, ServerSpec, ServerState, ServerStatus, Wish
from tests.integration.redis import new_pool

SPEC = ServerSpec(name="good", url="http://127.0.0.1:8188")


@pytest.fixture
async def pool(engine_url):
    async with open_redis(engine_url, pool=await new_pool(engine_url)) as pool:
        yield pool


def as_written(schema: int = SCHEMA, **said: object) -> str:
    return json.dumps({"schema": schema, "wish": "serve", "spec": None, **said})


@pytest.mark.parametrize(
    "text",
    [
        "no json",
        "[]",
        "{}",
        as_written(SCHEMA + 1),
        as_written(wish="dance"),
        as_written(spec="http://127.0.0.1"),
        as_written(spec={"name": "bad", "url": "http://x", "slots": 1000}),
        as_written(spec={"name": "bad", "url": "http://x", "labels": "big"}),
        as_written(spec={"url": 7}),
        as_written(spec={"url": "http://x", "credential_env": "FAIRBRUSH_KEY"}),
    ],
)
async def test_a_change_that_cannot_be_read_is_passed_over_and_logged_once(pool, caplog, text):
    caplog.set_level(logging.WARNING)
    await pool.servers.change("good", Change(spec=SPEC))
    await pool.edge.ask("HSET", pool.edge.keys.key("servers"), "bad", text)

    for _ in range(3):
        assert await pool.servers.changes() == {"good": Change(spec=SPEC)}
    assert len([record for record in caplog.records if "passed over" in record.getMessage()]) == 1


async def test_a_status_that_cannot_be_read_is_passed_over(pool):
    status = ServerStatus(state=ServerState.READY, seen_ms=await pool.servers.now_ms())
    await pool.servers.tell("good", status)
    for name, said in (("a", {"state": "asleep"}), ("b", {"jobs": "many"}), ("c", {"labels": 1})):
        text = json.dumps({"schema": SCHEMA, **asdict(status), **said})
        await pool.edge.ask("HSET", pool.edge.keys.key("statuses"), name, text)

    assert await pool.servers.statuses() == {"good": status}


async def test_a_server_of_which_a_newer_version_tells_again_and_again_is_logged_once(pool, caplog):
    caplog.set_level(logging.WARNING)
    for seen_ms in range(3):
        status = asdict(ServerStatus(state=ServerState.READY, seen_ms=seen_ms))
        text = json.dumps({"schema": SCHEMA, **status, "state": "asleep"})
        await pool.edge.ask("HSET", pool.edge.keys.key("statuses"), "new", text)
        assert await pool.servers.statuses() == {}

    assert len([record for record in caplog.records if "passed over" in record.getMessage()]) == 1


async def test_a_status_of_an_older_version_tells_neither_models_nor_errors(pool):
    status = ServerStatus(state=ServerState.READY, seen_ms=await pool.servers.now_ms())
    old = {name: told for name, told in asdict(status).items() if name not in {"models", "errors"}}
    text = json.dumps({"schema": SCHEMA, **old})
    await pool.edge.ask("HSET", pool.edge.keys.key("statuses"), "old", text)

    assert await pool.servers.statuses() == {"old": status}


async def test_what_a_newer_version_adds_to_a_server_is_no_reason_to_lose_it(pool):
    text = as_written(spec={**asdict(SPEC), "colour": "red"})
    await pool.edge.ask("HSET", pool.edge.keys.key("servers"), "good", text)

    assert await pool.servers.changes() == {"good": Change(spec=SPEC)}


async def test_there_is_room_for_many_changes_and_not_for_any_number(pool):
    key = pool.edge.keys.key("servers")
    await pool.edge.ask("HSET", key, *(word for n in range(MAX_CHANGES) for word in (f"gpu{n}", as_written())))

    with pytest.raises(ConfigError, match="room"):
        await pool.servers.change("one-more", Change(wish=Wish.DRAIN))
    await pool.servers.change("gpu0", Change(wish=Wish.DRAIN))
    with pytest.raises(ConfigError, match="too long"):
        await pool.servers.tell("gpu0", ServerStatus(state=ServerState.READY, reason="x" * 10_000))


async def test_a_pool_has_one_identity_whoever_asks_first(engine_url):
    name = await new_pool(engine_url)
    async with open_redis(engine_url, pool=name) as first, open_redis(engine_url, pool=name) as second:
        identity = await first.identity()
        assert len(identity) == 32
        assert await second.identity() == identity == await first.identity()
    async with open_redis(engine_url, pool=await new_pool(engine_url)) as other:
        assert await other.identity() != identity
