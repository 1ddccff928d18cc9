"""A folder for a while, made and removed beside the event loop: a busy disk takes a second, and others measure."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory


@asynccontextmanager
async def folder() -> AsyncIterator[Path]:
    """Make a folder, and remove it with all that is in it."""
    made = await asyncio.to_thread(TemporaryDirectory)
    try:
        yield Path(made.name)
    finally:
        await asyncio.to_thread(made.cleanup)
