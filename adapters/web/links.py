"""Addresses of stored files: each good for a while, and the same for half of that, so that browsers load them once."""

from collections import OrderedDict
from collections.abc import AsyncGenerator, Callable
from time import monotonic
from typing import Protocol

from bot.jobs import JobId, StoredFile
from bot.ports import FileStore

_KEPT = 4096


class LinkedFiles(FileStore, Protocol):
    """A file store that can also judge its own links, and whose readers can be closed half-way."""

    def read(self, key: str) -> AsyncGenerator[bytes]:
        """Read a file in chunks; raises FileGone."""
        ...

    def opens(self, key: str, query: str) -> bool:
        """Tell whether this is the query of a link to this file that has not expired."""
        ...


class Links:
    """Makes links and remembers them."""

    def __init__(self, files: LinkedFiles, for_s: float, *, now_s: Callable[[], float] = monotonic) -> None:
        self._files = files
        self._for_s = for_s
        self._now_s = now_s
        self._made: OrderedDict[str, tuple[float, str]] = OrderedDict()

    def address(self, job_id: JobId, number: int, file: StoredFile) -> str:
        """Return where a page finds a file of a job."""
        return f"/jobs/{job_id}/files/{number}?{self._query(file.key)}"

    def _query(self, key: str) -> str:
        now = self._now_s()
        made = self._made.get(key)
        if made is None or made[0] + self._for_s / 2 < now:
            made = (now, self._files.link(key, for_s=self._for_s))
            self._made[key] = made
            self._made.move_to_end(key)
            if len(self._made) > _KEPT:
                self._made.popitem(last=False)
        return made[1]
