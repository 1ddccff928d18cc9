"""Every promise is tried on every chat platform that is at hand."""

from collections.abc import AsyncIterator

import pytest

from tests.contracts.chat.scenes import SCENES, ChatScene


@pytest.fixture(params=SCENES)
async def scene(request: pytest.FixtureRequest) -> AsyncIterator[ChatScene]:
    async with SCENES[request.param]() as scene:
        yield scene
