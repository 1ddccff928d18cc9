"""The event loop of the commands that carry much traffic: uvloop where there is one, else the standard library's."""

import asyncio
import sys
from collections.abc import Callable, Coroutine
from typing import TypeVar

_Result = TypeVar("_Result")


def run(work: Coroutine[object, object, _Result]) -> _Result:
    """Run a command's work to its end, as asyncio.run does."""
    with asyncio.Runner(loop_factory=_faster()) as runner:
        return runner.run(work)


def _faster() -> Callable[[], asyncio.AbstractEventLoop] | None:
    if sys.platform == "win32":
        return None  # there is none for it
    import uvloop

    return uvloop.new_event_loop
