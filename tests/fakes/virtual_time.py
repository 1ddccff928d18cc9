"""An event loop without waiting: when nothing can be done now, its clock jumps to the next timer."""

import asyncio
import selectors
from collections.abc import Coroutine
from typing import TypeVar

T = TypeVar("T")


class _Jumping(selectors.SelectSelector):
    def __init__(self) -> None:
        super().__init__()
        self.now = 1_000.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        ready = super().select(0)
        if ready or timeout == 0:
            return ready
        if timeout is None:
            raise AssertionError("everything waits for something that never comes")
        self.now += max(timeout, 0)
        return []


class _VirtualLoop(asyncio.SelectorEventLoop):
    def __init__(self) -> None:
        self._jumping = _Jumping()
        super().__init__(self._jumping)

    def time(self) -> float:
        return self._jumping.now


def run_virtually(story: Coroutine[None, None, T]) -> T:
    """Run a story; hours of it take moments, and the same story always takes the same course."""
    with asyncio.Runner(loop_factory=_VirtualLoop) as runner:
        return runner.run(story)


def virtual_now() -> float:
    """Return the seconds of the running loop's clock."""
    return asyncio.get_running_loop().time()


def virtual_ms() -> int:
    """Return the same in milliseconds, as stores count."""
    return round(virtual_now() * 1000)
