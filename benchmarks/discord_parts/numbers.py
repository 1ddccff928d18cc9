"""How a message tells which job it is of."""

import re

_NUMBER = re.compile(r"lighthouse number (\d+) at dusk")


def prompt_of(number: int) -> str:
    """Return the words of a job."""
    return f"a lighthouse number {number} at dusk"


def number_in(text: str) -> int | None:
    """Return which job a text is about."""
    found = _NUMBER.search(text)
    return int(found[1]) if found else None
