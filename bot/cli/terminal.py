"""What people read in a terminal. Results go to standard output, all else to standard error; text is inert."""

import json
import sys
from collections.abc import Collection, Iterable, Sequence
from secrets import token_hex

import typer

from bot.cli.log import log_failure
from bot.errors import ConfigError, FairbrushError, SubmissionError
from workflows.faults import InvalidValues
from workflows.text import clean

DONE, FAILED, WRONG = 0, 1, 2
"""Exit codes: done; the job or a check failed; wrong input or settings."""


def say(text: str) -> None:
    """Print a result."""
    typer.echo(clean(text))


def say_json(value: object) -> None:
    """Print a result for a script."""
    typer.echo(json.dumps(value, ensure_ascii=False, indent=2))


def note(text: str) -> None:
    """Print a remark, which no script reads."""
    typer.echo(clean(text), err=True)


def say_table(rows: Iterable[Sequence[str]], *, head: Sequence[str] = (), right: Collection[int] = ()) -> None:
    """Print rows in columns, those of `right` flush right; the last one wraps under itself."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, show_header=bool(head), header_style="", pad_edge=False, padding=(0, 2, 0, 0))
    for place, name in enumerate(head):
        table.add_column(name, justify="right" if place in right else "left")
    for row in rows:
        # Text objects, not strings: what stands in square brackets is no markup.
        table.add_row(*(Text(clean(cell)) for cell in row))
    if not table.row_count:
        return  # rich would print an empty line.
    # A file or a pipe has no width to fit into: nothing is cut there.
    console = Console(width=None if sys.stdout.isatty() else 200, highlight=False, emoji=False)
    with console.capture() as captured:
        console.print(table)
    for line in captured.get().splitlines():
        typer.echo(line.rstrip())


def tell(error: Exception, *, as_json: bool) -> int:
    """Say what went wrong, as a sentence or as JSON; the exit code."""
    match error:
        case InvalidValues():
            return _tell_faults(error, as_json=as_json)
        case FairbrushError():
            log_failure(error, code=error.code)
            exit_code = WRONG if isinstance(error, ConfigError | SubmissionError) else FAILED
            return _tell_sentence(error.code, str(error), exit_code, as_json=as_json)
        case ExceptionGroup() if len(error.exceptions) == 1:
            return tell(error.exceptions[0], as_json=as_json)
    return _tell_unknown(error, as_json=as_json)


def _tell_faults(invalid: InvalidValues, *, as_json: bool) -> int:
    if as_json:
        say_json({"faults": [{"parameter": fault.parameter, "reason": fault.reason} for fault in invalid.faults]})
    else:
        for fault in invalid.faults:
            note(str(fault))
    return WRONG


def _tell_sentence(code: str, sentence: str, exit_code: int, *, as_json: bool) -> int:
    if as_json:
        say_json({"error": {"code": code, "sentence": sentence}})
    else:
        note(sentence)
    return exit_code


def _tell_unknown(error: Exception, *, as_json: bool) -> int:
    reference = token_hex(4)
    log_failure(error, code=FairbrushError.code, reference=reference, trace=True)
    hint = "Run it again with FAIRBRUSH_DEBUG=1 to see the details, and tell us."
    sentence = f"Something went wrong in Fairbrush ({reference}). {hint}"
    return _tell_sentence(FairbrushError.code, sentence, FAILED, as_json=as_json)
