"""What people type, made safe to keep: the one cleaning that every text from outside goes through."""

import unicodedata
from itertools import groupby

FOLDED_LENGTH = 1024
"""Characters up to which forms are made alike: normalising takes quadratic time where marks are piled up."""

# Marks that reorder what a reader sees: a moderator must read the same words as the model. Joiners stay: emoji and
# several scripts need them. Line and paragraph separators become line breaks.
_BIDI = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
_REMOVED = dict.fromkeys([*map(ord, _BIDI), 0xFEFF])
_BREAKS = {ord("\r"): "\n", 0x0B: "\n", 0x0C: "\n", 0x85: "\n", 0x2028: "\n", 0x2029: "\n"}
_CONTROLS = dict.fromkeys(
    code for code in [*range(0x20), *range(0x7F, 0xA0)] if code not in _BREAKS and code not in (9, 10)
)
_SURROGATES = dict.fromkeys(range(0xD800, 0xE000))
_CLEANING: dict[int, str | None] = {**_REMOVED, **_CONTROLS, **_SURROGATES, **_BREAKS}


# Of no width, or blank though they count as letters: the braille blank and the Hangul fillers.
BLANK = frozenset("\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180e\u2800\u3164\uffa0")
"""Characters that nobody sees, whatever Unicode calls them."""

_UNSEEN = frozenset({"Cf", "Cc", "Cs", "Co", "Mn", "Me"})
"""Formats, controls, what no font has; and marks, which need something to stand on."""


def is_visible(text: str) -> bool:
    """Tell whether anything can be seen of a text."""
    return any(not char.isspace() and char not in BLANK and unicodedata.category(char) not in _UNSEEN for char in text)


def clean(text: str) -> str:
    """Drop control characters, bidirectional marks and lone surrogates; keep line breaks, tabs and all else."""
    return text.replace("\r\n", "\n").translate(_CLEANING)


def folded(text: str) -> str:
    """Return the form in which names and numbers are compared: full-width forms are narrow, case is gone."""
    alike = _alike(text) if len(text) <= FOLDED_LENGTH else text
    return alike.replace("\N{MINUS SIGN}", "-").strip().casefold()


def _alike(text: str) -> str:
    if text.isascii():
        return text
    # Only digits become digits: `10²` is not 102 and `①` is not 1.
    runs = ((is_figure, "".join(run)) for is_figure, run in groupby(text, _is_figure))
    return "".join(run if is_figure else unicodedata.normalize("NFKC", run) for is_figure, run in runs)


def _is_figure(char: str) -> bool:
    return not char.isdecimal() and any(map(str.isdecimal, unicodedata.normalize("NFKC", char)))
