"""In cluster mode: a key of another slot is refused, and one node of several serves a whole pool."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from itertools import pairwise
from pathlib import Path

import pytest

from adapters.redis.edge import open_edge
from adapters.redis.opening import open_redis
from bot.errors import ConfigError, StoreLost
from tests.engines.names import CLUSTER
from tests.engines.running import EngineMissing, binary_of, cluster_settings, cluster_works, free_port, node, slot_of
from tests.integration.redis import claimed, job, new_pool, running, state_of, truth_of

SLOTS = 16384


class Stray:
    """A script that touches a key which it did not declare: of its own pool, or not."""

    def text(self, name: str) -> str:
        """Return the script."""
        key = "KEYS[1] .. ':other'" if name == "own" else "'{elsewhere}:other'"
        return f"return redis.call('INCR', {key})"

    def sha(self, _: str) -> str:
        """Return a digest that no script has."""
        return "0" * 40


@asynccontextmanager
async def three_nodes(folder: Path) -> AsyncIterator[list[str]]:
    """Run a cluster that has its slots in three parts; yields a URL for each."""
    binary, urls, buses = binary_of(CLUSTER), [], []
    async with AsyncExitStack() as stack:
        for number in range(3):
            port, bus = free_port(), free_port()
            home = folder / str(number)
            home.mkdir()
            # Its port is what a MOVED names.
            settings = {**cluster_settings(bus), "port": str(port)}
            urls.append(await stack.enter_async_context(node(binary, home, settings)))
            buses.append((port, bus))
        for url, (first, after) in zip(urls, pairwise([0, 5461, 10922, SLOTS]), strict=True):
            async with open_edge(url, "") as edge:
                await edge.ask("CLUSTER ADDSLOTSRANGE", first, after - 1)
                for port, bus in buses:
                    await edge.ask("CLUSTER MEET", "127.0.0.1", port, bus)
        for url in urls:
            await cluster_works(url, nodes=3)
        yield urls


@pytest.fixture
def cluster_there():
    try:
        binary_of(CLUSTER)
    except EngineMissing as missing:
        pytest.skip(str(missing))


@pytest.fixture
def cluster_url(cluster_there, request):
    return request.getfixturevalue(f"engine_{CLUSTER}")


async def test_a_key_of_another_slot_is_refused_and_an_undeclared_one_of_the_pools_is_not(cluster_url):
    """Else no test on this engine would tell anything about our scripts."""
    async with open_edge(cluster_url, await new_pool(cluster_url), scripts=Stray()) as edge:
        assert await edge.run("own") == 1
        with pytest.raises(StoreLost) as refused:
            await edge.run("elsewhere")

    assert "non local key" in refused.value.detail


async def test_the_node_that_has_a_pool_serves_it_and_any_other_says_that_it_cannot(cluster_there, tmp_path):
    async with three_nodes(tmp_path) as urls:
        slot = await slot_of(urls[0], "main")
        owner = min(slot * 3 // SLOTS, 2)
        async with open_redis(urls[owner]) as pool:
            truth = truth_of(pool, None)
            await truth.queue.enqueue(job())
            lease = await running(truth)
            assert await truth.queue.succeed(lease, files=())
            assert await state_of(truth, lease.job_id) == "succeeded"
            await truth.queue.enqueue(job())
            assert await claimed(truth)

        with pytest.raises(ConfigError) as wrong:
            async with open_redis(urls[owner - 1]):
                pass
        async with open_edge(urls[owner - 1], "main") as edge:
            with pytest.raises(StoreLost) as moved:
                await edge.ask("HGET", edge.keys.key("pool"), "order")

    # What a person reads holds no address; the log has the one to connect to.
    assert "name the node that has them" in str(wrong.value)
    assert "127.0.0.1" not in str(wrong.value)
    assert str(moved.value) == StoreLost.sentence
    assert moved.value.detail.startswith("MovedError")
