"""The port of one GPU endpoint."""

from collections.abc import AsyncGenerator, Collection
from dataclasses import dataclass
from enum import Enum, auto
from typing import NewType, Protocol, Self

from bot.events import OutputFile, RunEnd, RunEvent
from bot.jobs import Run
from workflows.vocabulary import Vocabulary

Handle = NewType("Handle", str)
"""How a server calls a run: our run id where the platform lets us choose, its own id otherwise. Survives a restart.

A run id is always a legal handle: after a lost answer it is all we have. A platform that never takes our ids answers
`find` with UNKNOWN for it.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """The server knows the run. `end` is None while it waits or executes."""

    end: RunEnd | None


class NotFound(Enum):
    """Why a run was not found: the difference between "submit again" and "ask again"."""

    ABSENT = auto()  #: the server answered and does not know the run
    UNKNOWN = auto()  #: the server did not answer, or cannot tell


Finding = Found | NotFound


class Stopping(Enum):
    """What became of an interrupt."""

    STOPPED = auto()  #: confirmed: the run does not execute any more and made no result
    TOO_LATE = auto()  #: the run had already ended, or its success won the race
    UNCONFIRMED = auto()  #: asked, but the server could not confirm it in time, or knows no interrupt


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerFacts:
    """What a server says of itself."""

    version: str = ""  #: empty: a platform that does not tell
    memory: int = 0  #: bytes of its largest device; 0: not told
    devices: tuple[str, ...] = ()
    waiting: int = 0  #: runs in its queue, the executing one included
    others: int = 0  #: of these, a stranger's
    previews: bool | None = None  #: whether it sends any; None: nobody can tell before a run


class Server(Protocol):
    """One GPU endpoint. Entered as an async context manager before anything else is called."""

    async def __aenter__(self) -> Self:
        """Begin to listen; raises ServerLost when nothing answers, ConfigError when it cannot be used at all."""
        ...

    async def __aexit__(self, *_: object) -> None:
        """Let go of every connection; runs go on on the server."""
        ...

    @property
    def name(self) -> str:
        """Return the operator's name for it; safe to show."""
        ...

    async def vocabulary(self) -> Vocabulary | None:
        """Ask which choices the server offers; None on a platform that cannot tell. Raises ServerLost."""
        ...

    async def submit(self, run: Run) -> Handle:
        """Hand over a run: uploads first, then the graph. From here on its events are kept for `follow`.

        Raises GraphRejected or ModelMissing (refused: it does not run), ServerUnreached (no connection was made),
        ServerLost (never accepted) or SubmitUncertain (it may run: `find` tells). Never submits twice by itself.
        """
        ...

    def follow(self, handle: Handle) -> AsyncGenerator[RunEvent]:
        """Report what the run does until its end; exactly one RunEnd, as the last item. Whoever asks closes it.

        A platform without live progress reports the end only. Works for a run that an earlier process submitted.
        Raises ServerLost when the server can no longer tell.
        """
        ...

    async def find(self, handle: Handle) -> Finding:
        """Ask for the truth about a run, whatever was heard of it. Never raises for an unreachable server."""
        ...

    async def interrupt(self, handle: Handle) -> Stopping:
        """Stop this run and no other, wherever it is, and confirm it. Never raises for an unreachable server.

        A run whose submit may still be on its way is UNCONFIRMED for as long as the server does not know it.
        """
        ...

    @property
    def others(self) -> int:
        """Return how many runs of strangers its queue had when it was last heard of; 0 where nobody can tell."""
        ...

    async def facts(self) -> ServerFacts:
        """Ask the server about itself. Raises ServerLost."""
        ...

    async def clear(self, keep: Collection[Handle]) -> int:
        """Stop and forget every run of this pool that the server still has, except these; return how many there were.

        For runs that were superseded while nobody was connected. A platform that does not list its runs, or not whose
        they are, has none. Raises ServerLost.
        """
        ...

    async def forget(self, handle: Handle) -> None:
        """Take a settled run out of the server's memory, if it can do that. Never raises for an unreachable server."""
        ...

    def fetch(self, file: OutputFile) -> AsyncGenerator[bytes]:
        """Read a result in chunks; whoever asks closes it.

        Raises ResultLost when it is gone or over the limit, ServerLost on a broken read.
        """
        ...
