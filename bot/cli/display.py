"""Progress in a terminal: a bar where there is one, a line now and then where output goes to a file."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from bot.cli.terminal import note
from bot.events import RunEvent
from bot.progress import Progress, advance
from bot.runs import Report

LINE_INTERVAL = 0.5  # seconds between two lines of a log: enough to see it move, few enough to read

Show = Callable[[Progress], None]


@contextmanager
def progress_reports() -> Iterator[Report]:
    """Yield what `follow` reports to."""
    if sys.stderr.isatty():
        with _bar() as show:
            yield _folding(show)
    else:
        yield _folding(_Lines().show)


def phrase(progress: Progress) -> str:
    """Say in words where a run stands."""
    if progress.ahead:
        return f"waiting behind {progress.ahead} other{'s' if progress.ahead > 1 else ''} on this GPU"
    return progress.stage.value if progress.stage else "starting"


def counted(progress: Progress) -> str:
    """Say how far it is, and how long it takes; empty when neither is known."""
    if not progress.total:
        return ""
    eta = f", about {_duration(progress.eta_s)} left" if progress.eta_s else ""
    return f"step {progress.done}/{progress.total}{eta}"


def _duration(seconds: float) -> str:
    whole = max(1, round(seconds))
    return f"{whole} s" if whole < 90 else f"{round(whole / 60)} min"


def _folding(show: Show) -> Report:
    state = Progress()

    async def report(event: RunEvent) -> None:
        nonlocal state
        state = advance(state, event, time.monotonic())
        show(state)

    return report


class _Lines:
    """One line when the stage changes or the last step is done, and one every LINE_INTERVAL at most in between."""

    def __init__(self) -> None:
        self._said = ""
        self._stage: object = None
        self._at = float("-inf")

    def show(self, progress: Progress) -> None:
        """Print the state if it is news."""
        line = ": ".join(filter(None, (phrase(progress), counted(progress))))
        complete = bool(progress.total) and progress.done == progress.total
        due = progress.stage != self._stage or complete or time.monotonic() - self._at >= LINE_INTERVAL
        if line != self._said and due:
            note(line)
            self._said, self._stage, self._at = line, progress.stage, time.monotonic()


@contextmanager
def _bar() -> Iterator[Show]:
    from rich.console import Console
    from rich.progress import BarColumn, TextColumn
    from rich.progress import Progress as Bar

    # Words are filled in as plain text: what a server says is no markup.
    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TextColumn("{task.fields[far]}", markup=False),
    )
    with Bar(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("starting", total=None, far="")

        def show(progress: Progress) -> None:
            total = progress.total or None
            bar.update(task, description=phrase(progress), completed=progress.done, total=total, far=counted(progress))

        yield show
