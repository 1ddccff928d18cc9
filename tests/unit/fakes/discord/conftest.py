"""The fake that every test here starts with."""

from collections.abc import AsyncIterator

import pytest

from tests.fakes.discord import schema
from tests.fakes.discord.server import FakeDiscord


@pytest.fixture
async def fake() -> AsyncIterator[FakeDiscord]:
    """A fresh one; what it carried out has to be sound by Discord's own description, too, where that is at hand."""
    async with FakeDiscord() as discord:
        yield discord
    if schema.is_at_hand():
        taken = [each for each in discord.calls if 200 <= each.status < 300]
        assert [said for each in taken for said in schema.complaints(each)] == []
