"""What people wrote, as Discord may show it: inert, visible, of bounded length. Whatever they type stays their words.

Discord's markdown takes a backslash before any sign that is no letter, figure or space as "the sign itself"; so what
begins any markup is written that way. In code nothing can be escaped, and only a fence ends it.
"""

import re
from collections.abc import Iterable, Iterator
from unicodedata import bidirectional, category

from workflows.text import clean

MOST_TEXT = 4000
"""Characters of all texts of a message with components, and of a field of a form."""

MARKS = 4
"""Marks on one letter that are shown: no script piles up more, and thousands paint over the messages around."""

_MORE = "…"
_LOOKED_AT = 16_000
"""Characters that are looked at: what is shown is never longer than a quarter of it."""

# Emphasis, code, spoilers, quotes, headers and subtext, mentions, channels, timestamps, emoji, commands, guild
# navigation, masked and bare links (no address without its colon), and the backslash itself.
_SPECIAL = frozenset("\\`*_~|<>@#:[]")
_LEADING = re.compile(r"(\d*)([-+.)])")
"""What makes a list of a line, or subtext, when the line begins with it."""

# Of no width, or blank though they count as letters: the braille blank and the Hangul fillers.
_BLANK = frozenset("\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180e\u2800\u3164\uffa0")
_JOINERS = frozenset("\u200c\u200d")
_TO_LEFT = frozenset({"R", "AL", "AN"})
_ISOLATED = "\u2068{}\u2069"
_UNPINGABLE = "@\u200b"

# Dropped again when somebody pastes the text (workflows.text.clean), so that what was copied means the same.
_UNFENCED = "`\u200e"
_FENCE = "```"


def length(text: str) -> int:
    """Count as Discord's clients do, in UTF-16 units; its servers count characters, which are never more."""
    return len(text) + sum(char > "\uffff" for char in text)


def clip(text: str, limit: int) -> str:
    """Shorten to a length, at a word where one ends near, and say so by an ellipsis."""
    if length(text) <= limit:
        return text
    return _cut(text, limit)


def visible(text: str) -> str:
    """Return one line in which everything can be seen: for labels, which know no markdown."""
    return " ".join("".join(_seen(clean(text[:_LOOKED_AT]))).split())


def label(text: str, limit: int) -> str:
    """Return a visible line of bounded length."""
    return clip(visible(text), limit)


def plain(text: str, limit: int) -> str:
    """Return a line that Discord shows as it was typed; its length is that of the escaped text."""
    line = visible(text)
    turned = any(bidirectional(char) in _TO_LEFT for char in line)
    # Words from right to left would take the signs beside them along; isolated they keep to themselves.
    kept = _escaped(line, limit - 2 if turned else limit)
    return _ISOLATED.format(kept) if turned else kept


def quoted(text: str, limit: int, *, lines: int = 1) -> str:
    """Return a quote of at most so many lines, each marked as quoted, however the text begins; empty for no words."""
    said = [line for line in clean(text[:_LOOKED_AT]).split("\n") if visible(line)]
    if len(said) > lines:
        # What does not fit goes into the last line, so that nothing is cut for its line breaks alone.
        said = [*said[: lines - 1], " ".join(said[lines - 1 :])]
    written: list[str] = []
    left = limit
    for line in said:
        if left < 2 * len("> x"):
            break
        written.append(f"> {plain(line, left - len('> '))}")
        left -= length(written[-1]) + 1
    return "\n".join(written)


def code_block(text: str, limit: int) -> str:
    """Return a block for copying that nothing in the text ends, cut where it is too long."""
    safe = clean(text).replace("`", _UNFENCED)
    fences = 2 * len(_FENCE) + 2
    fits = safe if length(safe) + fences <= limit else _begin(safe, limit - fences - 1) + _MORE
    return f"{_FENCE}\n{fits}\n{_FENCE}"


def _escaped(line: str, limit: int) -> str:
    leading = _LEADING.match(line)
    special = {leading.start(2)} if leading else set()
    begun = line[: limit + 1]
    # A colon before a space is nobody's markup; it stands in many of our own sentences.
    special |= {at for at, char in enumerate(begun) if char in _SPECIAL and line[at : at + 2] != ": "}
    pieces = [_piece(char, at in special) for at, char in enumerate(begun)]
    if sum(map(length, pieces)) <= limit:
        return "".join(pieces)
    return _cut(pieces, limit)


def _piece(char: str, is_special: bool) -> str:
    if not is_special:
        return char
    return "\\" + (_UNPINGABLE if char == "@" else char)


def _cut(pieces: Iterable[str], limit: int) -> str:
    kept = _begin(pieces, limit - len(_MORE))
    at_word = kept.rsplit(" ", 1)[0]
    return (at_word if length(at_word) > limit * 3 // 4 else kept).rstrip() + _MORE


def _begin(pieces: Iterable[str], limit: int) -> str:
    return "".join(_fitting(pieces, limit))


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
            if piled <= MARKS and char not in _BLANK:
                yield char
        elif char.isspace():
            piled = MARKS
            yield " "
        elif kind not in ("Cf", "Cc", "Cs", "Co") and char not in _BLANK:
            piled = 0
            yield char
