"""The fixtures; a conftest imports them."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from adapters.redis.engine import open_engine
from tests.integration.redis import Truth, in_memory, on_redis


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def engine_url(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[str]:
    """The product's own engine, once per session."""
    async with open_engine(Path(tmp_path_factory.mktemp("engine"))) as url:
        yield url


@pytest.fixture(params=["memory", "redis"])
async def truth(request: pytest.FixtureRequest, engine_url: str) -> AsyncIterator[Truth]:
    """The fake and Redis, by turns."""
    if request.param == "memory":
        yield in_memory()
        return
    async with on_redis(engine_url) as fresh:
        yield fresh
