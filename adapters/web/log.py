"""What stands in a channel. A message of this platform is nothing but its card, so the cards have to last."""

import asyncio
import os
from collections.abc import Callable, Sequence
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

    async def expire(self, before_ms: int) -> None:
        """Forget every message that was posted before, unless its job is still under way."""
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

    async def expire(self, before_ms: int) -> None:
        """Forget what is old."""
        expire(self._entries, before_ms)


Entries = dict[tuple[Place, JobId], Entry]


def keep(entries: Entries, entry: Entry) -> None:
    """Add or replace in place, and forget the oldest beyond what a channel keeps: so many cards, so many removals."""
    known = entries.get((entry.place, entry.job_id))
    entries[entry.place, entry.job_id] = replace(entry, posted_ms=known.posted_ms) if known else entry
    if _is_news(entry, known):
        removed = entry.card is None
        same = [key for key, each in entries.items() if key[0] == entry.place and (each.card is None) == removed]
        for key in same[:-KEPT]:
            del entries[key]


def expire(entries: Entries, before_ms: int) -> list[Entry]:
    """Forget what was posted before, unless its job is still under way; returns what was forgotten."""
    old = [each for each in entries.values() if each.posted_ms < before_ms and (not each.card or each.card.is_final)]
    for entry in old:
        del entries[entry.place, entry.job_id]
    return old


def _is_news(entry: Entry, known: Entry | None) -> bool:
    """Tell whether this is a first message or a removal."""
    return known is None or (known.card is None) != (entry.card is None)


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

    A kill cuts at most the last line, which is then no message yet: the noticeboard makes it again. A power cut takes
    at most progress: first messages, ends and removals are on the disk before anybody is told of them.
    """

    def __init__(self, path: Path, *, sync: Callable[[int], None] = os.fsync) -> None:
        self._path = path
        self._sync = sync
        self._entries: Entries = {}
        self._lines = 0
        self._torn = False  #: whether the file ends in a piece of a line
        self._writing = asyncio.Lock()

    async def load(self) -> Sequence[Entry]:
        """Read the file, skip what cannot be read, and write it anew."""
        async with self._writing:
            await asyncio.to_thread(self._read)
            return tuple(self._entries.values())

    async def put(self, entry: Entry) -> None:
        """Append one line; a removal writes the file anew, so that nothing of the message stays. Raises OSError."""
        async with self._writing:
            await asyncio.to_thread(self._put, entry)

    async def expire(self, before_ms: int) -> None:
        """Forget what is old, in the file too; raises OSError."""
        async with self._writing:
            known = dict(self._entries)
            if expire(self._entries, before_ms):
                try:
                    await asyncio.to_thread(self._compact)
                except OSError:
                    self._entries = known  # It is still in the file, so the next tidying has to find it.
                    raise

    def _read(self) -> None:
        self._entries.clear()
        if self._path.exists():
            for line in self._path.read_bytes().splitlines():
                if entry := read(line):
                    keep(self._entries, entry)
        self._compact()

    def _put(self, entry: Entry) -> None:
        known = self._entries.get((entry.place, entry.job_id))
        lasting = _is_news(entry, known) or (entry.card is not None and entry.card.is_final)
        self._append(written(entry), lasting)
        keep(self._entries, entry)
        if entry.card is None or self._lines > COMPACT_AT_LINES:
            self._compact()

    def _append(self, line: bytes, lasting: bool) -> None:
        try:
            with self._path.open("ab") as file:
                # A full disk may have taken a piece of the line before: it must not swallow this one.
                file.write(b"\n" + line if self._torn else line)
                file.flush()
                if lasting:
                    self._sync(file.fileno())
        except OSError:
            self._torn = True
            raise
        self._torn = False
        self._lines += 1

    def _compact(self) -> None:
        # A new file beside the old one, then one rename: a crash leaves either, never half of one.
        fresh = self._path.with_suffix(".new")
        fresh.touch(mode=0o600)
        with fresh.open("wb") as file:
            file.writelines(map(written, self._entries.values()))
            file.flush()
            self._sync(file.fileno())
        fresh.replace(self._path)
        # The rename itself lasts only once the folder is written.
        folder = os.open(self._path.parent, os.O_RDONLY)
        try:
            self._sync(folder)
        finally:
            os.close(folder)
        self._lines, self._torn = len(self._entries), False
