"""The fake that every test here starts with."""

from collections.abc import AsyncIterator

import pytest

from tests.fakes.discord.server import FakeDiscord


@pytest.fixture
async def fake() -> AsyncIterator[FakeDiscord]:
    async with FakeDiscord() as discord:
        yield discord
