from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.integration.web.console.scene import ConsoleScene, console_of


@pytest.fixture
async def scene(tmp_path: Path) -> AsyncIterator[ConsoleScene]:
    async with console_of(tmp_path) as scene:
        yield scene
