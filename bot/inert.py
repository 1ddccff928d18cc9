"""What people wrote, made visible and of bounded length, before a platform escapes what it gives a meaning.

The same on every platform: nothing that cannot be seen, no marks piled up on other words, no line that is not theirs.
"""

from collections.abc import Iterable, Iterator
from unicodedata import bidirectional, category

from workflows.text import BLANK, clean

MARKS = 4
"""Marks on one letter that are shown: no script piles up more, and thousands paint over the messages around."""

MORE = "…"
"""What says that something was cut."""

NAME = 60
"""Characters that are shown of somebody's name, wherever it stands in a line or a sentence."""

_LOOKED_AT = 16_000
"""Characters that are looked at: what is shown is never longer than a quarter of it."""

_JOINERS = frozenset("\u200c\u200d")
_TO_LEFT = frozenset({"R", "AL", "AN"})
_ISOLATED = "\u2068{}\u2069"


def length(text: str) -> int:
    """Count as clients do, in UTF-16 units; servers count characters, which are never more."""
    return len(text) + sum(char > "\uffff" for char in text)


def clip(text: str, limit: int) -> str:
    """Shorten to a length, at a word where one ends near, and say so by an ellipsis."""
    return pieced(text, limit)


def pieced(pieces: Iterable[str], limit: int) -> str:
    """Put pieces together, shortened as `clip` does, and none of them cut in two."""
    made = [*pieces]
    if sum(map(length, made)) <= limit:
        return "".join(made)
    kept = beginning(made, limit - len(MORE))
    at_word = kept.rsplit(" ", 1)[0]
    return (at_word if length(at_word) > limit * 3 // 4 else kept).rstrip() + MORE


def beginning(pieces: Iterable[str], limit: int) -> str:
    """Return as many whole pieces as fit."""
    return "".join(_fitting(pieces, limit))


def visible(text: str) -> str:
    """Return one line in which everything can be seen."""
    return " ".join("".join(_seen(clean(text[:_LOOKED_AT]))).split())


def label(text: str, limit: int) -> str:
    """Return a visible line of bounded length."""
    return clip(visible(text), limit)


def lines(text: str, most: int) -> list[str]:
    """Return the lines of a text in which anything can be seen, at most so many."""
    said = [line for line in map(visible, clean(text[:_LOOKED_AT]).split("\n")) if line]
    # What does not fit goes into the last line, so that nothing is cut for its line breaks alone.
    return said if len(said) <= most else [*said[: most - 1], " ".join(said[most - 1 :])]


def turns(line: str) -> bool:
    """Tell whether words from right to left would take the signs beside them along."""
    return any(bidirectional(char) in _TO_LEFT for char in line)


def isolated(line: str) -> str:
    """Return a line whose direction keeps to itself; two characters longer."""
    return _ISOLATED.format(line)


def _fitting(pieces: Iterable[str], limit: int) -> Iterator[str]:
    used = 0
    for piece in pieces:
        used += length(piece)
        if used > limit:
            return
        yield piece


def _seen(text: str) -> Iterator[str]:
    """Yield what has a shape; marks and joiners only where they have something to stand on, and few of them."""
    piled = MARKS  # nothing to stand on yet: a mark would go onto our own words before it
    for char in text:
        kind = category(char)
        if char in _JOINERS or kind in ("Mn", "Me"):
            piled += 1
            if piled <= MARKS and char not in BLANK:
                yield char
        elif char.isspace():
            piled = MARKS
            yield " "
        elif kind not in ("Cf", "Cc", "Cs", "Co") and char not in BLANK:
            piled = 0
            yield char
