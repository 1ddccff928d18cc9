"""What people wrote, as Discord may show it: inert, visible, of bounded length. Whatever they type stays their words.

Discord's markdown takes a backslash before any sign that is no letter, figure or space as "the sign itself"; so what
begins any markup is written that way. In code nothing can be escaped, and only a fence ends it.
"""

import re

from bot.inert import MORE, beginning, isolated, length, pieced, turns, visible
from bot.inert import lines as said_lines
from workflows.text import clean

MOST_TEXT = 4000
"""Characters of all texts of a message with components, and of a field of a form."""

# Emphasis, code, spoilers, quotes, headers and subtext, mentions, channels, timestamps, emoji, commands, guild
# navigation, masked and bare links (no address without its colon), and the backslash itself.
_SPECIAL = frozenset("\\`*_~|<>@#:[]")
_LEADING = re.compile(r"(\d*)([-+.)])")
"""What makes a list of a line, or subtext, when the line begins with it."""

_UNPINGABLE = "@\u200b"

# Dropped again when somebody pastes the text (workflows.text.clean), so that what was copied means the same.
_UNFENCED = "`\u200e"
_FENCE = "```"


def plain(text: str, limit: int) -> str:
    """Return a line that Discord shows as it was typed; its length is that of the escaped text."""
    line = visible(text)
    return isolated(_escaped(line, limit - 2)) if turns(line) else _escaped(line, limit)


def quoted(text: str, limit: int, *, lines: int = 1) -> str:
    """Return a quote of at most so many lines, each marked as quoted, however the text begins; empty for no words."""
    written: list[str] = []
    left = limit
    for line in said_lines(text, lines):
        if left < 2 * len("> x"):
            break
        written.append(f"> {plain(line, left - len('> '))}")
        left -= length(written[-1]) + 1
    return "\n".join(written)


def code_block(text: str, limit: int) -> str:
    """Return a block for copying that nothing in the text ends, cut where it is too long."""
    safe = clean(text).replace("`", _UNFENCED)
    fences = 2 * len(_FENCE) + 2
    fits = safe if length(safe) + fences <= limit else beginning(safe, limit - fences - 1) + MORE
    return f"{_FENCE}\n{fits}\n{_FENCE}"


def _escaped(line: str, limit: int) -> str:
    leading = _LEADING.match(line)
    special = {leading.start(2)} if leading else set()
    begun = line[: limit + 1]
    # A colon before a space is nobody's markup; it stands in many of our own sentences.
    special |= {at for at, char in enumerate(begun) if char in _SPECIAL and line[at : at + 2] != ": "}
    return pieced((_piece(char, at in special) for at, char in enumerate(begun)), limit)


def _piece(char: str, is_special: bool) -> str:
    if not is_special:
        return char
    return "\\" + (_UNPINGABLE if char == "@" else char)
