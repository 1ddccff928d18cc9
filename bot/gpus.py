"""Every server of the pool as it is to be shown to whoever runs it: how it is, and why. Pure."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from bot.servers import WORKING, Change, ServerSpec, ServerState, ServerStatus, Wish, is_told, pool_of

UNATTENDED = "unattended"
"""What is said of a server that no process works on."""
REMOVED = "removed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """One server, as it is to be shown."""

    name: str
    state: str  #: a ServerState, or one of the words above
    reason: str
    since_ms: int | None  #: how long it is in this state
    source: str  #: who put it into the pool: this file, an operator, or a service that was started with it
    spec: ServerSpec | None  #: None: another process's settings have it
    status: ServerStatus | None  #: None: nobody told of it lately

    @property
    def slots(self) -> int | None:
        """How many jobs it takes at once, as whoever works on it says, else as it is described here."""
        said = self.status or self.spec
        return said.slots if said else None

    @property
    def labels(self) -> tuple[str, ...] | None:
        """What a workflow may ask of it; by whom as above."""
        said = self.status or self.spec
        return said.labels if said else None

    @property
    def removed(self) -> bool:
        """Whether it is none of the pool any more."""
        return self.state == REMOVED


def seen(
    seeds: Mapping[str, ServerSpec],
    changes: Mapping[str, Change],
    statuses: Mapping[str, ServerStatus],
    now_ms: int,
) -> Iterator[Seen]:
    """Return how each server is, by name; a number counts as such, so that gpu10 comes after gpu9."""
    pool = pool_of(seeds, changes)
    for name in sorted({*seeds, *changes, *statuses}, key=_natural):
        change, told = changes.get(name, Change()), statuses.get(name)
        fresh = told if told is not None and is_told(told, now_ms) else None
        spec = pool[name].spec if name in pool else change.spec or seeds.get(name)
        if fresh is None and name not in {*seeds, *changes}:
            continue  # Of another process, which is gone.
        state, reason = _state(change.wish, fresh)
        yield Seen(
            name=name,
            state=state,
            reason=reason,
            since_ms=now_ms - fresh.since_ms if fresh and state == fresh.state else None,
            source="added" if change.spec else "file" if name in seeds else "service",
            spec=spec,
            status=fresh,
        )


def _state(wish: Wish, status: ServerStatus | None) -> tuple[str, str]:
    """Return in which state a server is shown, and why it is in it."""
    if wish is Wish.REMOVE:
        # Its owner forgets what it told of it, as the last thing it does with it.
        return (ServerState.DRAINING, "It is removed when what it has is finished.") if status else (REMOVED, "")
    if status is None:
        return UNATTENDED, "No process works on it: none runs, or the one that did has gone."
    if wish is Wish.DRAIN and status.state in WORKING:
        return status.state, "It is drained in a moment, and may still take a job until then."
    return status.state, status.reason


def _natural(name: str) -> list[tuple[int, str]]:
    return [(int(part), "") if part.isdigit() else (-1, part) for part in re.split(r"(\d+)", name) if part]
