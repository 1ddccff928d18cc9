"""What a node sees of the server while it runs."""

import asyncio
import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import ParamSpec, Protocol, TypeVar

from adapters.simulator.files import Folders
from adapters.simulator.options import SimulatorOptions

P = ParamSpec("P")
R = TypeVar("R")


class RunInterrupted(Exception):
    """POST /interrupt was noticed."""


class NodeFailure(Exception):
    """A node fails under the name of somebody else's exception, torch's for one."""

    def __init__(self, message: str, exception_type: str) -> None:
        super().__init__(message)
        self.exception_type = exception_type


@dataclass(frozen=True, slots=True)
class Preview:
    """An encoded picture that goes over the WebSocket beside the progress."""

    data: bytes
    mime: str = "image/jpeg"


class RunControl(Protocol):
    """What the executor lends to a node."""

    async def pause(self, seconds: float, *, spent: float = 0.0) -> None:
        """Let simulated time pass, of which some was spent already; a frozen server does not come back from it."""

    def check_interrupt(self) -> None:
        """Raise RunInterrupted once somebody interrupted the run."""

    def progress(self, node_id: str, value: int, maximum: int, preview: Preview | None) -> None:
        """Report progress of this node."""

    def out_of_memory(self) -> bool:
        """True once when a test asked for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeContext:
    """One node of one run."""

    node_id: str
    options: SimulatorOptions
    folders: Folders
    control: RunControl
    prompt: Mapping[str, object]
    """The whole graph, which goes into the picture's metadata."""
    extra_pnginfo: Mapping[str, object]
    run_number: int
    """Counts runs, for names that must be new every time."""

    async def thread(self, work: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Do CPU work beside the event loop."""
        return await asyncio.to_thread(functools.partial(work, *args, **kwargs))


@dataclass(frozen=True, slots=True)
class NodeResult:
    """What a node hands on, and what it reports to people."""

    outputs: tuple[object, ...] = ()
    shown: Mapping[str, object] | None = None
