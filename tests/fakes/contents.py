"""What is put into a store of files, as it comes: bit by bit."""

from collections.abc import AsyncIterator


async def chunks(*parts: bytes) -> AsyncIterator[bytes]:
    """Yield these, one after the other."""
    for part in parts:
        yield part
