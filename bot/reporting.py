"""Live progress of one run: latest only, a few times a second, and never worth a fault."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field

from bot.errors import FairbrushError
from bot.events import Failed, Interrupted, Previewed, RunEvent, Succeeded
from bot.jobs import JobId, RunId
from bot.ports import LiveBoard
from bot.progress import Progress, advance, executes
from bot.status import Live

SHOWN_EVERY_S = 0.25
"""More often than a message can be edited anywhere; an eye in front of the chat page is content with it."""

AGAIN_AFTER_S = 20.0
"""What is shown expires after a minute; a model may take longer to load without a word."""

MAX_PREVIEW_BYTES = 512 * 1024
"""ComfyUI's previews have at most 512 pixels a side; a JPEG of that is 60 KB."""


@dataclass(slots=True, kw_only=True)
class Reporter:
    """Takes events, shows the latest state of them."""

    board: LiveBoard
    job_id: JobId
    run_id: RunId
    clock: Callable[[], float]  #: seconds
    shows_previews: bool = True  #: of what a moderator has to see first nothing leaves the worker
    progress: Progress = field(default_factory=Progress)
    began_s: float | None = None  #: when the run began to execute
    ended_s: float | None = None
    _preview: bytes | None = field(default=None, repr=False)
    _previews: int = 0
    _shown: bool = False
    _changed: asyncio.Event = field(default_factory=asyncio.Event)

    async def report(self, event: RunEvent) -> None:
        """Take in what a run reports."""
        now = self.clock()
        self.progress = advance(self.progress, event, now)
        if self.began_s is None and executes(event):
            self.began_s = now
        match event:
            case Previewed(image=image) if self.shows_previews and len(image) <= MAX_PREVIEW_BYTES:
                self._preview = image
                self._previews += 1
            case Succeeded() | Failed() | Interrupted():
                self.ended_s = now
        self._changed.set()

    def gpu_ms(self) -> int:
        """Return for how long the run has executed."""
        until = self.clock() if self.ended_s is None else self.ended_s
        return 0 if self.began_s is None else round((until - self.began_s) * 1000)

    async def show(self) -> None:
        """Show what is new, for ever."""
        while True:
            await self._news()
            preview, self._preview = self._preview, None
            self._shown = True
            # Volatile: the next one may get through, and losing any of it harms nothing.
            with suppress(FairbrushError):
                await self.board.show(self.job_id, self._live(), preview)
            await asyncio.sleep(SHOWN_EVERY_S)

    async def _news(self) -> None:
        """Wait for the first event, then for another one or for what is shown to grow old."""
        with suppress(TimeoutError):
            async with asyncio.timeout(AGAIN_AFTER_S if self._shown else None):
                await self._changed.wait()
        self._changed.clear()

    def _live(self) -> Live:
        # The run is part of the name: the preview of a second attempt is another picture.
        name = f"{self.run_id[:8]}-{self._previews}" if self._previews else None
        progress = self.progress
        return Live(stage=progress.stage, done=progress.done, total=progress.total, eta_s=progress.eta_s, preview=name)
