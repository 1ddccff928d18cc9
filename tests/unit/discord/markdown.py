"""How Discord reads a text display: what is markup, and what is shown. Small, and stricter than Discord where in doubt.

Its rules are those of the "simple-markdown" that Discord's clients are built on: at each place the first rule that
matches wins, a backslash before anything but letters, figures and space first of all.
"""

import re
from collections.abc import Iterator

_BLOCKS = re.compile(r"(>>>|>|-#|#{1,3}|[-*+]|\d+[.)])(?:\s|$)")
_CODE = re.compile(r"(`+)([\s\S]*?[^`])\1(?!`)")
_MARKUP = re.compile(
    r"<@[!&]?\d+>|<#\d+>|<a?:\w+:\d+>|<t:-?\d+(?::\w)?>|</[^>]+:\d+>|<id:\w+>|@everyone|@here"
    r"|https?://\S+|<[a-z+]+://[^>]+>|<mailto:[^>]+>|:\w+:|\[[^\]]*\]\([^)]*\)|\*\*|__|~~|\|\||\*|_|`"
)

Token = tuple[str, str]
"""What it is ("text", "code", "block" or "markup"), and its words."""


def tokens(content: str) -> Iterator[Token]:
    """Take a text apart."""
    for line in content.split("\n"):
        rest = line
        while block := _BLOCKS.match(rest.lstrip()):
            yield "block", block[1]
            rest = rest.lstrip()[block.end() :]
        yield from _inline(rest)
        yield "text", "\n"


def shown(content: str) -> str:
    """Return what somebody reads, markup left out."""
    return "".join(words for kind, words in tokens(content) if kind in ("text", "code")).removesuffix("\n")


def markup(content: str) -> list[Token]:
    """Return what is no text."""
    return [token for token in tokens(content) if token[0] != "text"]


def _inline(line: str) -> Iterator[Token]:
    at = 0
    while at < len(line):
        if re.match(r"\\[^0-9A-Za-z\s]", line[at:]):
            yield "text", line[at + 1]
            at += 2
        elif code := _CODE.match(line, at):
            yield "code", code[2]
            at = code.end()
        elif found := _MARKUP.match(line, at):
            yield "markup", found[0]
            at = found.end()
        else:
            yield "text", line[at]
            at += 1
