"""Discord's markdown as HTML: the rules of its own clients, in their order; what is escaped stays what it is."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from html import escape

from tests.acceptance.pictures.subjects import NOW_S


@dataclass(frozen=True, slots=True)
class Markdown:
    """Draws text; `names` are those of the users that it may mention, by id."""

    names: Mapping[str, str]

    def draw(self, text: str) -> str:
        """Return the HTML of a text of several lines."""
        parts: list[str] = []
        for block in re.split(r"(```.*?```)", text, flags=re.DOTALL):
            if block.startswith("```") and block.endswith("```") and len(block) > 6:
                code = re.sub(r"^[a-z]*\n", "", block[3:-3]).strip("\n")
                parts.append(f"<pre>{escape(code)}</pre>")
            else:
                parts.append(self._lines(block.strip("\n")))
        return "".join(parts)

    def _lines(self, text: str) -> str:
        if not text:
            return ""
        return "".join(self._line(line) for line in text.split("\n"))

    def _line(self, line: str) -> str:
        for pattern, tag, kind in _BLOCKS:
            if found := pattern.match(line):
                return f'<{tag} class="{kind}">{self.inline(found[1])}</{tag}>'
        return f'<div class="line">{self.inline(line) or "&nbsp;"}</div>'

    def inline(self, text: str) -> str:
        """Return the HTML of a text of one line."""
        parts, at = [], 0
        while at < len(text):
            html, at = self._next(text, at)
            parts.append(html)
        return "".join(parts)

    def _next(self, text: str, at: int) -> tuple[str, int]:
        for pattern, draw in _INLINE:
            if found := pattern.match(text, at):
                return draw(self, found), found.end()
        return escape(text[at]), at + 1

    def mention(self, user: str) -> str:
        """Return how a user is mentioned."""
        return f'<span class="mention">@{escape(self.names.get(user, "unknown-user"))}</span>'


def _wrapped(tag: str) -> Callable[[Markdown, re.Match[str]], str]:
    return lambda own, found: f"<{tag}>{own.inline(found[1])}</{tag}>"


def _link(own: Markdown, found: re.Match[str]) -> str:
    return f'<a href="#">{own.inline(found[1])}</a>'


def _ago(own: Markdown, found: re.Match[str]) -> str:
    minutes = round((NOW_S - int(found[1])) / 60)
    return f'<span class="when">{minutes} minute{"s" * (minutes != 1)} ago</span>'


_BLOCKS = (
    (re.compile(r"-# +(.+)"), "div", "subtext"),
    (re.compile(r"# +(.+)"), "h1", ""),
    (re.compile(r"## +(.+)"), "h2", ""),
    (re.compile(r"### +(.+)"), "h3", ""),
    (re.compile(r">(?:>>)? (.*)"), "blockquote", ""),
    (re.compile(r"[-*] +(.+)"), "div", "bullet"),
)

_INLINE: tuple[tuple[re.Pattern[str], Callable[[Markdown, re.Match[str]], str]], ...] = (
    (re.compile(r"\\([^0-9A-Za-z\s])"), lambda _, found: escape(found[1])),
    (re.compile(r"(`+)(.*?[^`])\1(?!`)"), lambda _, found: f"<code>{escape(found[2].strip())}</code>"),
    (re.compile(r"<t:(\d+):R>"), _ago),
    (re.compile(r"<@!?(\d+)>"), lambda own, found: own.mention(found[1])),
    (re.compile(r"</([^:>]+):\d+>"), lambda _, found: f'<span class="mention">/{escape(found[1])}</span>'),
    (re.compile(r"\[((?:\\.|[^\[\]\\])+)\]\(<?https?://[^\s)>]+>?\)"), _link),
    (re.compile(r"<?(https?://[^\s<>]+)>?"), lambda _, found: f'<a href="#">{escape(found[1])}</a>'),
    (re.compile(r"\*\*((?:\\.|[^\\])+?)\*\*(?!\*)"), _wrapped("strong")),
    (re.compile(r"__((?:\\.|[^\\])+?)__(?!_)"), _wrapped("u")),
    (re.compile(r"~~((?:\\.|[^\\])+?)~~"), _wrapped("s")),
    (re.compile(r"\|\|((?:\\.|[^\\])+?)\|\|"), _wrapped("mark")),
    (re.compile(r"\*(?=\S)((?:\\.|[^*\\])+?)(?<!\s)\*(?!\*)"), _wrapped("em")),
    (re.compile(r"(?<!\w)_((?:\\.|[^_\\])+?)_(?!\w)"), _wrapped("em")),
)
