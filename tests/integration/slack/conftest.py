"""An office, and one process of ours there."""

from collections.abc import AsyncIterator

import pytest

from adapters.slack.calls import Calls
from tests.integration.slack.chat_scene import Office, office


@pytest.fixture
async def here() -> AsyncIterator[Office]:
    async with office() as opened:
        yield opened


@pytest.fixture
async def calls(here: Office) -> AsyncIterator[Calls]:
    async with here.calls() as opened:
        yield opened
