"""What stands in a channel. A message of this platform is nothing but its card, so the cards have to last."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

from pydantic import TypeAdapter, ValidationError

from bot.jobs import JobId, Place
from bot.status import StatusCard

KEPT = 200
"""Messages of a channel that are kept: several screens, and a bound on what a page gets when it connects."""

COMPACT_AT_LINES = 4000
"""Lines of the file after which it is written anew: 200 messages are edited about twenty times each."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A message; without a card it was deleted, and stays so whoever edits it later."""

    place: Place
    job_id: JobId
    posted_ms: int  #: wall clock, for people
    card: StatusCard | None


class ChannelLog(Protocol):
    """Keeps the messages of channels, the newest few of each."""

    async def load(self) -> Sequence[Entry]:
        """Return everything that is kept, in the order in which it was posted."""
        ...

    async def put(self, entry: Entry) -> None:
        """Add a message, or replace what it shows; its order stays."""
        ...


class MemoryLog:
    """A log that is gone with its process."""

    def __init__(self) -> None:
        self._entries: dict[tuple[Place, JobId], Entry] = {}

    async def load(self) -> Sequence[Entry]:
        """Return everything that is kept."""
        return tuple(self._entries.values())

    async def put(self, entry: Entry) -> None:
        """Add or replace a message."""
        keep(self._entries, entry)


def keep(entries: dict[tuple[Place, JobId], Entry], entry: Entry) -> None:
    """Add or replace in place, and forget the oldest messages beyond what a channel keeps."""
    known = entries.get((entry.place, entry.job_id))
    entries[entry.place, entry.job_id] = replace(entry, posted_ms=known.posted_ms) if known else entry
    if not known:
        same = [key for key in entries if key[0] == entry.place]
        for key in same[:-KEPT]:
            del entries[key]


_ENTRY = TypeAdapter(Entry)


def written(entry: Entry) -> bytes:
    """Write a message as one line."""
    return _ENTRY.dump_json(entry) + b"\n"


def read(line: bytes) -> Entry | None:
    """Read a line; None when it was cut short by a crash, or written by a later version."""
    try:
        return _ENTRY.validate_json(line)
    except ValidationError:
        return None


class FileLog:
    """A log in one file of JSON lines: appended to, and written anew when it has grown. One process at a time.

    A kill cuts at most the last line, which is then no message yet: the noticeboard makes it again.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._entries: dict[tuple[Place, JobId], Entry] = {}
        self._lines = 0
        self._writing = asyncio.Lock()

    async def load(self) -> Sequence[Entry]:
        """Read the file, skip what cannot be read, and write it anew."""
        async with self._writing:
            await asyncio.to_thread(self._read)
            return tuple(self._entries.values())

    async def put(self, entry: Entry) -> None:
        """Append one line."""
        async with self._writing:
            keep(self._entries, entry)
            await asyncio.to_thread(self._append, written(entry))

    def _read(self) -> None:
        self._entries.clear()
        if self._path.exists():
            for line in self._path.read_bytes().splitlines():
                if entry := read(line):
                    keep(self._entries, entry)
        self._compact()

    def _append(self, line: bytes) -> None:
        with self._path.open("ab") as file:
            file.write(line)
        self._lines += 1
        if self._lines > COMPACT_AT_LINES:
            self._compact()

    def _compact(self) -> None:
        # A new file beside the old one, then one rename: a crash leaves either, never half of one.
        fresh = self._path.with_suffix(".new")
        fresh.touch(mode=0o600)
        fresh.write_bytes(b"".join(map(written, self._entries.values())))
        fresh.replace(self._path)
        self._lines = len(self._entries)
