"""The servers of a pool: what the settings seed, what operators changed at run time, and how each of them is. Pure.

The settings' file seeds the list. What is added, drained, resumed or removed later is kept in the store as a Change and
wins, so a removed server stays removed after a restart. A seed that nobody changed follows the file.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from workflows.vocabulary import Vocabulary

WORD = re.compile(r"[a-z0-9][a-z0-9_-]{0,31}")
"""What a server may be called, and what a label may be: it stands in keys, tables and command lines as it is."""
LENDABLE = re.compile(r"GPU\w*", re.ASCII)
"""Variables whose value may be sent to a server that was added at run time: whoever writes to the store says where to,
and no other secret of the environment may be had that way."""
MAX_LABELS = 32
MAX_CHANGES = 512
"""Servers that are changed at run time, those removed among them: every process reads all of them every few seconds."""
MAX_SLOTS = 32

_GIB = 1024**3


class Wish(StrEnum):
    """What an operator wants of a server."""

    SERVE = "serve"
    DRAIN = "drain"  #: finish what runs, take nothing new
    REMOVE = "remove"  #: the same, and forget it


class ServerState(StrEnum):
    """How a server is; bot/health.py has the table."""

    STARTING = "starting"  #: it was not reached yet
    READY = "ready"
    DRAINING = "draining"
    SUSPECT = "suspect"  #: it answers, but its last run ended by its fault: one job at a time, until one succeeds
    DOWN = "down"


WORKING = frozenset({ServerState.READY, ServerState.SUSPECT})
"""The states in which a server takes new jobs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerSpec:
    """A server as somebody describes it. No secret: a credential is named by its environment variable."""

    name: str
    url: str
    credential_env: str = ""
    credential_header: str = "Authorization"
    ca_file: str = ""
    slots: int = 1  #: runs that it takes at once; a ComfyUI takes one
    labels: tuple[str, ...] = ()  #: what a workflow's `[needs]` may ask for; sorted
    memory_gb: float = 0.0  #: 0: what the server itself tells


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What was said of a server at run time."""

    wish: Wish = Wish.SERVE
    spec: ServerSpec | None = None  #: of one that was added; None: the file's


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A server of the pool."""

    spec: ServerSpec
    wish: Wish = Wish.SERVE
    added: bool = False  #: at run time, not by the file


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerStatus:
    """How a server is, as its owner process tells it; what is older than STALE_MS is no news any more.

    Slots and labels are in it for whoever reads other settings than its owner.
    """

    state: ServerState
    reason: str = ""  #: one sentence without addresses, for operators; empty when there is nothing to say
    since_ms: int = 0  #: when it came into this state
    seen_ms: int = 0  #: when its owner told this last
    version: str = ""
    memory: int = 0  #: bytes of its largest device; 0: not told
    others: int = 0  #: runs of strangers in its queue
    jobs: int = 0  #: ours that it has now
    slots: int = 1
    labels: tuple[str, ...] = ()
    attended: bool = True  #: False: its owner has ended, and nobody works on it until somebody tells again
    models: tuple[str, ...] = ()  #: that its slots have certainly loaded, as requirements call them
    errors: tuple[tuple[int, str], ...] = ()  #: its last ones with their times, the latest first


STALE_MS = 30_000
"""An owner tells every five seconds; after so much silence it was killed, and nobody works on the server."""


def pool_of(seeds: Mapping[str, ServerSpec], changes: Mapping[str, Change]) -> Mapping[str, Listed]:
    """Return the pool's servers by name: the seeds and what was added, without what was removed."""
    listed: dict[str, Listed] = {}
    for name in sorted({*seeds, *changes}):
        change = changes.get(name, Change())
        spec = change.spec or seeds.get(name)
        if spec is not None and change.wish is not Wish.REMOVE:
            listed[name] = Listed(spec=spec, wish=change.wish, added=change.spec is not None)
    return listed


def is_told(status: ServerStatus, now_ms: int) -> bool:
    """Tell whether a status still says how its server is: somebody works on it."""
    return status.attended and now_ms - status.seen_ms <= STALE_MS


def slots_of(spec: ServerSpec) -> tuple[str, ...]:
    """Name the slots of a server, each of which claims jobs by its name; a server of one slot is its slot."""
    return slots_named(spec.name, spec.slots)


def slots_named(name: str, slots: int) -> tuple[str, ...]:
    """Name so many slots of a server."""
    return (name, *(f"{name}/{number}" for number in range(2, slots + 1)))


def memory_of(spec: ServerSpec, told: int) -> int:
    """Return how many bytes a server counts as having: what its operator says, else what it tells; 0: nobody does."""
    return round(spec.memory_gb * _GIB) or told


def offer_of(spec: ServerSpec, vocabulary: Vocabulary, told: int) -> Vocabulary:
    """Return what a server offers: its choices, and what its operator says of it; `told` is the memory it tells."""
    return replace(vocabulary, labels=frozenset(spec.labels), memory=memory_of(spec, told) or None)


def server_of(slot: str) -> str:
    """Return whose slot this is."""
    return slot.partition("/")[0]
