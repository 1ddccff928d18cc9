"""A town, and one process that is logged in there."""

from collections.abc import AsyncIterator

import pytest

from adapters.discord.rest import Rest
from tests.integration.discord.chat_scene import Town, town


@pytest.fixture
async def here() -> AsyncIterator[Town]:
    async with town() as opened:
        yield opened


@pytest.fixture
async def rest(here: Town) -> AsyncIterator[Rest]:
    async with Rest(here.discord.token) as opened:
        await opened.login()
        yield opened
