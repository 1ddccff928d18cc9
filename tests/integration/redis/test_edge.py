"""What Redis may say instead of an answer: what passes is waited for, and what the operator has to mend is told so."""

import asyncio
from contextlib import asynccontextmanager

import pytest
from hiredis import pack_command
from redis.exceptions import ConnectionError as Broken

from adapters.redis.durability import durability_warnings
from adapters.redis.edge import connection_of, open_edge
from adapters.redis.opening import open_redis
from adapters.redis.owned import beside
from adapters.redis.wire import Wire
from bot.errors import ConfigError, StoreLost
from bot.shares import FairPolicy
from tests.fakes.carrying import serving
from tests.integration.redis import job

PASSING = ("LOADING", "CLUSTERDOWN", "MASTERDOWN", "TRYAGAIN", "READONLY")
MOVED = "MOVED 1 10.0.0.7:6379"
HURRY_S = 1.0
"""How long somebody tries in vain, for whom the other side answers a few times, also on a machine that is busy."""

FOR_GOOD = {
    MOVED: "name the node that has them in FAIRBRUSH_REDIS_URL",
    "ASK 1 10.0.0.7:6379": "name the node that has them in FAIRBRUSH_REDIS_URL",
    "NOAUTH Authentication required.": "refused the user or the password",
    "WRONGPASS invalid username-password pair": "refused the user or the password",
    "NOPERM User fred has no permissions to run the 'evalsha' command": "may not do in Redis",
}


class Speaker:
    """Answers every command with a line, which may change; counts who connected."""

    def __init__(self, line: str) -> None:
        self.line = line
        self.asked = asyncio.Event()
        self.connections = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer until the other side leaves: a greeting with OK, anything else with the line."""
        self.connections += 1
        while chunk := await reader.read(65536):
            for word in chunk.split(b"*")[1:]:
                greeting = b"CLIENT" in word
                writer.write(b"+OK\r\n" if greeting else self.line.encode() + b"\r\n")
                if not greeting:
                    self.asked.set()
        writer.close()


@asynccontextmanager
async def speaking(folder, line):
    """Run something that says this line; yields its URL and the one who speaks."""
    speaker = Speaker(line)
    async with serving(speaker.serve, folder / "s") as url:
        yield url, speaker


@pytest.fixture
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("p")  # a socket's path is short


@pytest.mark.parametrize("said", PASSING)
async def test_what_passes_is_waited_for(folder, said):
    async with speaking(folder, f"-{said} for now") as (url, speaker), open_edge(url, "edge") as edge:
        asked = [asyncio.create_task(edge.run("told", "gpu-1")), asyncio.create_task(edge.ask("GET", "x"))]
        await speaker.asked.wait()
        speaker.line = ":1"

        assert await asyncio.gather(*asked) == [1, 1]


async def test_whoever_waited_in_vain_is_told_what_redis_said_last(folder):
    async with (
        speaking(folder, "-CLUSTERDOWN The cluster is down") as (url, _),
        open_edge(url, "edge", deadline_s=HURRY_S) as edge,
    ):
        with pytest.raises(StoreLost) as lost:
            await edge.run("told", "gpu-1")

    assert lost.value.detail == "no answer within the deadline, last ClusterDownError"


async def test_a_master_that_became_a_replica_is_connected_anew(folder):
    async with (
        speaking(folder, "-READONLY You can't write against a read only replica.") as (url, speaker),
        open_edge(url, "edge", deadline_s=HURRY_S) as edge,
    ):
        with pytest.raises(StoreLost, match="at the moment"):
            await edge.run("told", "gpu-1")

        assert speaker.connections > 1


@pytest.mark.parametrize("said", FOR_GOOD)
async def test_a_pool_that_will_never_be_served_is_not_opened(folder, said):
    async with speaking(folder, f"-{said}") as (url, _):
        with pytest.raises(ConfigError) as wrong:
            async with open_redis(url, deadline_s=1):
                raise AssertionError("it is open")

    assert FOR_GOOD[said] in str(wrong.value)
    assert not {"10.0.0.7", "fred", str(folder)} & set(str(wrong.value).split())


@pytest.mark.parametrize("said", FOR_GOOD)
async def test_what_is_refused_later_is_a_store_that_is_lost_at_once(folder, said):
    """A service that runs goes on trying: a slot may come back, and so may a password."""
    async with speaking(folder, f"-{said}") as (url, _), open_edge(url, "edge", deadline_s=600) as edge:
        with pytest.raises(StoreLost) as lost:
            await edge.run("told", "gpu-1")

    assert "Error" in lost.value.detail
    assert str(lost.value) == StoreLost.sentence


async def test_a_wrong_password_is_told_by_a_real_engine(engine_url):
    with pytest.raises(ConfigError, match="refused the user or the password"):
        async with open_redis(f"{engine_url}?username=nobody&password=hunter2"):
            raise AssertionError("it is open")


async def test_a_user_with_the_rights_that_the_documents_name_has_enough(engine_url):
    rights = "on >x ~{fairbrush:acl}:* resetchannels &{fairbrush:acl}:* +@all -@admin -@dangerous +info"
    async with open_redis(engine_url, pool="acl") as pool:
        await pool.edge.ask("ACL SETUSER", "fred", *rights.split())
        try:
            async with open_redis(f"{engine_url}?username=fred&password=x", pool="acl") as theirs:
                await theirs.queue.enqueue(job())
                assert await theirs.queue.claim("gpu-1", "n")
                await theirs.lanes.tend()
                await durability_warnings(theirs.edge)
                await pool.edge.ask("ACL SETUSER", "fred", "-info")
                [warning] = await durability_warnings(theirs.edge)
        finally:
            await pool.edge.ask("ACL DELUSER", "fred")

    assert "ask it for INFO" in warning


async def test_who_shares_by_another_policy_than_the_last_one_is_told(engine_url, caplog):
    async def opened(policy):
        caplog.clear()
        async with open_redis(engine_url, pool="policies", policy=policy):
            return [record.message for record in caplog.records]

    assert [bool(await opened(FairPolicy(slack_ms=slack))) for slack in (1, 1, 2, 2, 1)] == [
        False,
        False,
        True,
        False,
        True,
    ]
    assert not await opened(None)  # whoever only looks


async def test_a_redis_that_is_loading_when_the_service_starts_is_waited_for(folder):
    async with (
        speaking(folder, "-LOADING Redis is loading the dataset in memory") as (url, _),
        open_redis(url, deadline_s=HURRY_S) as pool,
    ):
        with pytest.raises(StoreLost) as lost:
            await pool.queue.enqueue(job())

    assert lost.value.detail.endswith("BusyLoadingError")


async def test_an_error_that_everybody_gets_is_each_ones_own(folder):
    wire = Wire(connection_of(f"unix://{folder / 'none'}"), answer_s=3)
    async with beside(wire.serve()):
        calls = [wire.ask(pack_command(("PING",))) for _ in range(3)]
        errors = await asyncio.gather(*calls, return_exceptions=True)

    assert [type(each) for each in errors] == [Broken] * 3
    assert len({id(each) for each in errors}) == 3
    assert len({str(each) for each in errors}) == 1
