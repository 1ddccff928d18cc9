"""One run at a terminal: shown while it lasts, bounded, and stopped with the command."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from bot.cli.display import progress_reports
from bot.cli.terminal import note
from bot.errors import JobTimedOut
from bot.events import Succeeded
from bot.jobs import Run
from bot.ports import Handle, Server, Stopping
from bot.runs import follow, stop, submit

_STOPPED = {
    Stopping.STOPPED: "Stopped: the GPU no longer works on it.",
    Stopping.TOO_LATE: "Too late to stop: the GPU had already finished.",
    Stopping.UNCONFIRMED: "Asked the GPU to stop, but it has not confirmed it.",
}


async def paint(server: Server, run: Run, *, deadline_s: float) -> Succeeded:
    """Show a run until it succeeds; when the command is stopped, stop it and say whether that was confirmed.

    Handing the run over and the run itself have the deadline each. Raises what `submit` and `follow` raise.
    """
    try:
        with progress_reports() as report:
            handle = await _hand_over(server, run, deadline_s=deadline_s)
            return await follow(server, handle, report, deadline_s=deadline_s)
    except (asyncio.CancelledError, OSError):
        # OSError: whoever read what we say has left (a closed window, a `| head`): nobody waits for the picture.
        with suppress(OSError):
            note("Stopping …")
        stopped = _STOPPED[await stop(server, run)]
        with suppress(OSError):
            note(stopped)
        raise


async def _hand_over(server: Server, run: Run, *, deadline_s: float) -> Handle:
    try:
        async with within(deadline_s, "The GPU took too long to take the job."):
            return await submit(server, run)
    except JobTimedOut:
        await stop(server, run)  # It may have been taken after all.
        raise


@asynccontextmanager
async def within(deadline_s: float, otherwise: str) -> AsyncIterator[None]:
    """Raise JobTimedOut with this sentence when the block does not end in time."""
    try:
        async with asyncio.timeout(deadline_s) as deadline:
            yield
    except TimeoutError as error:
        if not deadline.expired():
            raise
        raise JobTimedOut(otherwise) from error
