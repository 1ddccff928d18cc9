"""`FileStore` in a folder of this machine. A file is there whole or not at all, whenever the process dies.

A key is the content's SHA-256, so the same picture is kept once; it opens nothing by itself, for that takes a signed
link. Files lie in 256 folders: some file systems slow down where a hundred thousand lie in one.
"""

import asyncio
import logging
import os
import re
import tempfile
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import IO, BinaryIO, TypeVar

from adapters.files.links import LinkSigner
from bot.errors import FileGone, ResultLost
from bot.jobs import StoredFile
from bot.media import HEAD_BYTES, recognise

_log = logging.getLogger(__name__)

F = TypeVar("F")

MAX_FILE_BYTES = 512 * 1024 * 1024
_CHUNK = 256 * 1024
_KEY = re.compile(r"[0-9a-f]{64}", re.ASCII)
_PARTIAL = ".part-"
_MAX_NAME = 120
_UNSAFE = re.compile(r"[^\w .()+-]|^[. ]+|[. ]+$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """One stored file, for retention: by age, oldest first, or by the bytes of all."""

    key: str
    bytes: int
    stored_s: float  #: seconds since 1970 when it was last put


class LocalFiles:
    """Files under one folder. Every disk access happens off the event loop."""

    def __init__(self, folder: Path, signer: LinkSigner, *, max_bytes: int = MAX_FILE_BYTES) -> None:
        self._folder = folder
        self._signer = signer
        self._max_bytes = max_bytes

    async def put(self, content: AsyncIterator[bytes], *, name: str, media_type: str) -> StoredFile:
        """Keep a file; its type is told by its content. Raises ResultLost over the limit or when the disk refuses."""
        try:
            partial = await _opened(lambda: _Partial.begin(self._folder), _Partial.discard)
            try:
                async for chunk in content:
                    if partial.size + len(chunk) > self._max_bytes:
                        raise ResultLost(f"The file is larger than {self._max_bytes // 1024**2} MB.")
                    await asyncio.to_thread(partial.write, chunk)
                key = await asyncio.to_thread(self._keep, partial)
            finally:
                # In this thread: a cancelled task awaits nothing more, and closing is quick.
                partial.discard()
        except OSError as error:
            raise ResultLost("The file could not be kept.", detail=str(error)) from error
        media = recognise(bytes(partial.head))
        return StoredFile(
            key=key,
            name=_shown_name(name),
            kind=media.kind,
            media_type=media.type,
            bytes=partial.size,
            width=media.width,
            height=media.height,
        )

    async def read(self, key: str) -> AsyncGenerator[bytes]:
        """Read a file in chunks; raises FileGone."""
        try:
            file = await _opened(lambda: self._path(key).open("rb"), IO.close)
        except OSError as error:
            raise FileGone(detail=f"{key}: {error}") from error
        with file:
            while chunk := await asyncio.to_thread(file.read, _CHUNK):
                yield chunk

    async def expire(self, key: str, *, spare_s: float) -> bool:
        """Forget a file that nobody refers to, unless it was put within `spare_s`: then a job may be about to.

        Returns whether it is gone; one that the disk does not let go is logged, and no reason to keep the others.
        """
        return await asyncio.to_thread(self._expire, key, spare_s) if _KEY.fullmatch(key) else True

    def link(self, key: str, *, for_s: float) -> str:
        """Return the query of a link that is good for so long, and for this file only."""
        return self._signer.link(key, for_s=for_s)

    def opens(self, key: str, query: str) -> bool:
        """Tell whether a link's query opens this file now."""
        return self._signer.opens(key, query)

    async def kept(self, *, older_than_s: float = -1.0) -> list[Kept]:
        """List every file that was last put so long ago, the oldest first."""
        before = self._signer.clock() - older_than_s
        return await asyncio.to_thread(self._kept, before)

    async def sweep(self, *, older_than_s: float) -> None:
        """Remove what a killed process left half written; `older_than_s` spares what is being written now."""
        await asyncio.to_thread(self._sweep, older_than_s)

    def _path(self, key: str) -> Path:
        # Whatever is asked for, only a key of ours becomes a path.
        if not _KEY.fullmatch(key):
            raise FileGone(detail="no key of ours")
        return self._folder / key[:2] / key

    def _keep(self, partial: "_Partial") -> str:
        key = partial.close()
        path = self._path(key)
        path.parent.mkdir(mode=0o700, exist_ok=True)
        # Over an equal file too: that makes it young again, so retention does not take it from its new job.
        partial.path.replace(path)
        _sync_folder(path.parent)
        return key

    def _expire(self, key: str, spare_s: float) -> bool:
        path = self._path(key)
        try:
            if self._signer.clock() - path.stat().st_mtime < spare_s:
                return False
            path.unlink()
        except FileNotFoundError:
            return True
        except OSError as error:
            _log.warning("a file cannot be removed key=%s error=%s", key, error.strerror)
            return False
        return True

    def _kept(self, before_s: float) -> list[Kept]:
        return sorted((kept for kept in self._files() if kept.stored_s < before_s), key=lambda kept: kept.stored_s)

    def _files(self) -> Iterator[Kept]:
        for path in self._folder.glob("[0-9a-f][0-9a-f]/*"):
            with suppress(OSError):  # Deleted meanwhile, or nothing that can be looked at: not ours to judge.
                status = path.stat()
                if _KEY.fullmatch(path.name):
                    yield Kept(key=path.name, bytes=status.st_size, stored_s=status.st_mtime)

    def _sweep(self, older_than_s: float) -> None:
        now = self._signer.clock()
        for path in self._folder.glob(f"{_PARTIAL}*"):
            try:
                if now - path.stat().st_mtime > older_than_s:
                    path.unlink(missing_ok=True)
            except FileNotFoundError:
                continue  # It was kept meanwhile.
            except OSError as error:
                _log.warning("a half-written file cannot be removed error=%s", error.strerror)


class _Partial:
    """A file on its way in."""

    def __init__(self, path: Path, file: BinaryIO) -> None:
        self.path = path
        self.size = 0
        self.head = bytearray()
        self._file = file
        self._digest = sha256()

    @classmethod
    def begin(cls, folder: Path) -> "_Partial":
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor, path = tempfile.mkstemp(prefix=_PARTIAL, dir=folder)
        return cls(Path(path), os.fdopen(descriptor, "wb"))

    def write(self, chunk: bytes) -> None:
        self._file.write(chunk)
        self._digest.update(chunk)
        self.size += len(chunk)
        self.head += chunk[: HEAD_BYTES - len(self.head)]

    def close(self) -> str:
        """Make sure that it is on the disk; returns its key."""
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()
        return self._digest.hexdigest()

    def discard(self) -> None:
        """Remove it if it was not kept."""
        self._file.close()
        self.path.unlink(missing_ok=True)


async def _opened(opening: Callable[[], F], leave: Callable[[F], None]) -> F:
    """Open a file in a thread, which opens it all the same when its task is cancelled meanwhile: then it is left."""
    file = asyncio.get_running_loop().run_in_executor(None, opening)
    try:
        return await asyncio.shield(file)
    except asyncio.CancelledError:
        file.add_done_callback(lambda done: leave(done.result()) if done.exception() is None else None)
        raise


def _sync_folder(folder: Path) -> None:
    # The rename itself lasts only once the folder is written.
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _shown_name(name: str) -> str:
    plain = _UNSAFE.sub("_", name.replace("\\", "/").rpartition("/")[2])
    return plain[-_MAX_NAME:] or "file"
