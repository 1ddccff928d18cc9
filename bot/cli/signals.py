"""A command that is terminated cleans up as one that Ctrl-C ended."""

import asyncio
import signal
from collections.abc import Coroutine
from contextlib import suppress
from typing import TypeVar

import typer

from bot.cli.loops import run

TERMINATED = 128 + signal.SIGTERM
"""The exit code that a shell expects of a terminated command."""

_Result = TypeVar("_Result")


def run_until_terminated(work: Coroutine[object, object, _Result]) -> _Result:
    """Run a command's work; SIGTERM cancels it as Ctrl-C does, and ends the command with its own exit code."""
    try:
        return run(_cancelled_by_signal(work))
    except asyncio.CancelledError as terminated:
        raise typer.Exit(TERMINATED) from terminated


async def _cancelled_by_signal(work: Coroutine[object, object, _Result]) -> _Result:
    task = asyncio.current_task()
    if task:
        with suppress(
            NotImplementedError, AttributeError
        ):  # Windows: its event loop has no signals, and nobody sends these.
            for ending in (signal.SIGTERM, signal.SIGHUP):  # SIGHUP: the terminal's window was closed
                asyncio.get_running_loop().add_signal_handler(ending, task.cancel)
    return await work
