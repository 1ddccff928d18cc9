"""Which test runs on which engines, and the fixtures that start them; tests/conftest.py hands them on.

Without `--engine`: everything on the embedded engine; the contracts, and what is marked `cluster_too`, once more in
cluster mode where there is a redis-server.
"""

from collections.abc import AsyncIterator, Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from tests.engines.names import CLUSTER, EMBEDDED, ENGINES, MEMORY, REDIS7, REDIS62, VALKEY8

_CLUSTER_TOO = "cluster_too: runs in cluster mode too; its pools are named by new_pool"


def add_option(parser: pytest.Parser) -> None:
    """Let engines be named, several by commas or by naming the option again."""
    text = f"run what needs a store on this engine instead: {', '.join(ENGINES)}"
    parser.addoption("--engine", metavar="NAME", action="append", default=[], help=text)


def pytest_configure(config: pytest.Config) -> None:
    """See to it, before any test, that the engines that were asked for are there."""
    config.addinivalue_line("markers", _CLUSTER_TOO)
    for name in _asked(config):
        if missing := _missing(name):
            raise pytest.UsageError(missing)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Give a test its engines."""
    if "supervised" in metafunc.fixturenames:
        # The product's supervisor runs an engine of its own, never one of a cluster.
        engines = [name for name in _asked(metafunc.config) or [EMBEDDED] if name != CLUSTER]
        metafunc.parametrize("supervised", engines, indirect=True)
    if "engine_url" not in metafunc.fixturenames:
        return
    contract = "truth" in metafunc.fixturenames
    marked = metafunc.definition.get_closest_marker("cluster_too") is not None
    engines = _asked(metafunc.config) or [EMBEDDED, *(_cluster() if contract or marked else [])]
    metafunc.parametrize("engine_url", [*([MEMORY] if contract else []), *engines], indirect=True)


def _asked(config: pytest.Config) -> list[str]:
    words = ",".join(config.getoption("--engine")).split(",")
    return list(dict.fromkeys(word for word in words if word))


def _cluster() -> list[Any]:
    missing = _missing(CLUSTER)
    return [pytest.param(CLUSTER, marks=pytest.mark.skip(reason=missing))] if missing else [CLUSTER]


@cache
def _missing(name: str) -> str:
    """Say why an engine cannot be had; empty: it can."""
    # Only what needs a store imports ours.
    from tests.engines.running import EngineMissing, binary_of

    try:
        binary_of(name)
    except EngineMissing as missing:
        return str(missing)
    return ""


def _engine(name: str) -> Callable[..., AsyncIterator[str]]:
    async def run(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[str]:
        from tests.engines.running import started

        async with started(name, Path(tmp_path_factory.mktemp("engine"))) as url:
            yield url

    return pytest_asyncio.fixture(run, scope="session", loop_scope="session", name=f"engine_{name}")


# Each starts when it is first asked for, once.
embedded, redis7, cluster, redis62, valkey8 = map(_engine, (EMBEDDED, REDIS7, CLUSTER, REDIS62, VALKEY8))


@pytest.fixture
def engine_url(request: pytest.FixtureRequest) -> str:
    """The engines of this run by turns; a new pool on one is had by `new_pool`, `on_redis` or `movable_pool`."""
    return "" if request.param == MEMORY else str(request.getfixturevalue(f"engine_{request.param}"))


@pytest.fixture
async def truth(engine_url: str) -> AsyncIterator[Any]:
    """The fake and Redis, by turns."""
    from tests.integration.redis import in_memory, on_redis

    if not engine_url:
        yield in_memory()
        return
    async with on_redis(engine_url) as fresh:
        yield fresh
