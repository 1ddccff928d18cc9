"""What people wrote, from Slack and for it: read as they meant it, shown as they typed it, and never markup.

Slack's mrkdwn has no escape for its marks (* _ ~ `), so what people wrote never becomes mrkdwn. It stands in rich text,
whose parts say outright what they are and are not parsed, or in plain text, where three signs are entities and a word
between colons is an emoji. https://docs.slack.dev/messaging/formatting-message-text
"""

import re

from bot.inert import MORE, beginning, clip, isolated, length, pieced, turns, visible
from bot.inert import lines as said_lines
from workflows.text import clean

_CONTROL = re.compile(r"<([^<>\n]{1,4000})>")
_MENTION = re.compile(r"<@(\w{1,32})(?:\|[^<>\n]{0,200})?>[ \t]*[,:]?\s*")
_NAMELESS = {"@": "@somebody", "#": "#channel"}
"""What stands for a member or a channel whose name Slack does not tell."""

_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
_NO_WIDTH = "\u200b"
_MARKS = str.maketrans({"*": "", "~": "", "`": "", "_": " "})


# ---- From Slack --------------------------------------------------------------------------------------------------


def read(text: str) -> str:
    """Return what somebody typed, of a text as Slack sends it: mentions and links as their words, entities as signs."""
    # The ampersand last: "&amp;lt;" was typed as "&lt;".
    said = _CONTROL.sub(lambda found: _words_of(found[1], found[0]), text)
    return said.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def after_mention(text: str, member: str) -> tuple[str, bool]:
    """Return what stands behind the first mention of a member, of a text as Slack sends it; and whether it begins so.

    Without a mention of theirs it is all of the text.
    """
    found = next((each for each in _MENTION.finditer(text) if each[1] == member), None)
    return (text[found.end() :], not text[: found.start()].strip()) if found else (text, False)


def _words_of(inside: str, whole: str) -> str:
    what, _, said = inside.partition("|")
    match what[:1]:
        case "@" | "#" as sign:
            return f"{sign}{said.removeprefix(sign)}" if said else _NAMELESS[sign]
        case "!":
            return said or f"@{what[1:].partition('^')[0]}"
    # Whatever else Slack puts between < and > is a link; its address may be longer than what was typed.
    return (said or what.removeprefix("mailto:").removeprefix("tel:")) if ":" in what else whole


# ---- For Slack ---------------------------------------------------------------------------------------------------


def plain(text: str, limit: int) -> str:
    """Return a line for a plain_text: its length is that of the text as it is sent."""
    line = visible(text)
    turned = turns(line)
    pieces = (_piece(char, line[at + 1 : at + 2]) for at, char in enumerate(line[: limit + 1]))
    kept = pieced(pieces, limit - 2 if turned else limit)
    return isolated(kept) if turned else kept


def spoken(text: str, limit: int) -> str:
    """Return a line for notifications and screen readers, which is mrkdwn: the marks of that are left out."""
    return plain(visible(text).translate(_MARKS).lstrip("> "), limit)


def rich(text: str, limit: int) -> str:
    """Return a line for a part of a rich text, where nothing has to be escaped."""
    line = clip(visible(text), limit)
    return isolated(clip(line, limit - 2)) if turns(line) else line


def quoted(text: str, limit: int, *, lines: int = 1) -> str:
    """Return at most so many lines for a quote in a rich text; empty for no words."""
    kept: list[str] = []
    left = limit
    for line in said_lines(text, lines):
        if left < len("x") + len(MORE):
            break
        kept.append(rich(line, left))
        left -= length(kept[-1]) + len("\n")
    return "\n".join(kept)


def copied(text: str, limit: int) -> str:
    """Return a text for copying, cut where it is too long; line breaks stay."""
    safe = clean(text)
    return safe if length(safe) <= limit else beginning(safe, limit - len(MORE)) + MORE


def _piece(char: str, following: str) -> str:
    if char == "@":
        return char + _NO_WIDTH
    # A colon before a space is nobody's emoji and nobody's address; it stands in many of our own sentences.
    if char == ":" and following.strip():
        return f"{_NO_WIDTH}:{_NO_WIDTH}"
    return _ENTITIES.get(char, char)
