"""Results on their way from a server to the FileStore, without the metadata that nobody should get."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing
from pathlib import PurePosixPath

from bot.errors import ResultLost, ServerLost
from bot.events import OutputFile
from bot.jobs import JobId, StoredFile
from bot.media import HEAD_BYTES, recognise
from bot.metadata import MAX_REWRITTEN_BYTES, Policy, is_rewritten, rewritten
from bot.ports import FileStore, Server

_TRIES = 3
_AGAIN_S = 0.5


async def keep_results(
    server: Server, files: FileStore, outputs: tuple[OutputFile, ...], job_id: JobId, *, policy: Policy, text: str
) -> tuple[StoredFile, ...]:
    """Fetch and keep every result; raises ResultLost, or ServerLost when a file cannot be read to its end."""
    return tuple(
        [
            await _keep(server, files, output, f"fairbrush-{str(job_id)[:8]}-{number}", policy, text)
            for number, output in enumerate(outputs, start=1)
        ]
    )


async def _keep(
    server: Server, files: FileStore, output: OutputFile, stem: str, policy: Policy, text: str
) -> StoredFile:
    for _ in range(_TRIES - 1):
        try:
            return await _keep_once(server, files, output, stem, policy, text)
        except ServerLost:
            await asyncio.sleep(_AGAIN_S)
    return await _keep_once(server, files, output, stem, policy, text)


async def _keep_once(
    server: Server, files: FileStore, output: OutputFile, stem: str, policy: Policy, text: str
) -> StoredFile:
    async with aclosing(server.fetch(output)) as chunks:
        head = b""
        async for chunk in chunks:
            head += chunk
            if len(head) >= HEAD_BYTES:
                break
        media = recognise(head)
        # The name on the server tells a stranger nothing about it; only its ending is of use.
        name = stem + PurePosixPath(output.name).suffix.lower()[:8]
        content = _scrubbed(head, chunks, policy, text) if is_rewritten(media.type) else _joined(head, chunks)
        return await files.put(content, name=name, media_type=media.type)


async def _scrubbed(head: bytes, rest: AsyncIterator[bytes], policy: Policy, text: str) -> AsyncIterator[bytes]:
    picture = bytearray(head)
    async for chunk in rest:
        picture += chunk
        if len(picture) > MAX_REWRITTEN_BYTES:
            raise ResultLost(f"The result is larger than {MAX_REWRITTEN_BYTES // 1024**2} MB.")
    clean = await asyncio.to_thread(rewritten, bytes(picture), policy, text)
    if clean is None:
        raise ResultLost("The GPU's result is no file that can be read.")
    yield clean


async def _joined(head: bytes, rest: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    yield head
    async for chunk in rest:
        yield chunk
