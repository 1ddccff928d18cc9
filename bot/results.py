"""Results on their way from a server to the FileStore, without the metadata that nobody should get."""

import asyncio
import logging
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import aclosing
from pathlib import PurePosixPath

from bot.errors import NothingProduced, ResultLost, ServerLost
from bot.events import OutputFile, Succeeded
from bot.jobs import JobId, StoredFile
from bot.media import HEAD_BYTES, recognise
from bot.metadata import MAX_REWRITTEN_BYTES, Policy, is_rewritten, rewritten
from bot.outcomes import Painted
from bot.ports import FileStore, Server
from workflows.text import is_visible

_log = logging.getLogger(__name__)

_TRIES = 3
_AGAIN_S = 0.5


async def keep_results(
    server: Server, files: FileStore, end: Succeeded, job_id: JobId, *, policy: Policy, text: str
) -> Painted:
    """Fetch and keep every result that can be had; a text says which cannot.

    Raises ResultLost when none can, NothingProduced when there is nothing to be seen, and ServerLost when a file cannot
    be read to its end.
    """
    kept: list[StoredFile] = []
    lost: list[ResultLost] = []
    for number, output in enumerate(end.files, start=1):
        try:
            kept.append(await _keep(server, files, output, f"fairbrush-{str(job_id)[:8]}-{number}", policy, text))
        except ResultLost as error:
            _log.warning("a result of job %s is lost: %s", job_id, error.brief)
            lost.append(error)
    texts = tuple(filter(is_visible, end.texts))
    if not kept and not texts:
        raise lost[0] if lost else NothingProduced
    # First: of many texts a message leaves out the last.
    return Painted(files=tuple(kept), texts=(*_missing(lost, len(end.files)), *texts))


def _missing(lost: Sequence[ResultLost], count: int) -> Iterator[str]:
    if lost:
        yield f"{len(lost)} of {count} results {'is' if len(lost) == 1 else 'are'} missing. {lost[0]}"


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
