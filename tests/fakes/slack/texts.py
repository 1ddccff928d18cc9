"""Slack's way of writing: what is seen of a text, whom it pings, where it links and how it is marked.

After https://docs.slack.dev/messaging/formatting-message-text: `&amp;`, `&lt;` and `&gt;` stand for signs, everything
between < and > is a mention, a link, a date or a broadcast.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

_CONTROL = re.compile(r"<([^<>\n]*)>")
_URL = re.compile(r"(?:https?://|mailto:|tel:|slack://)[^\s<>|]+")
_MARKS = {
    "pre": re.compile(r"```(.+?)```", re.DOTALL),
    "code": re.compile(r"(?<!`)`([^`\n]+)`(?!`)"),
    "bold": re.compile(r"(?<![\w*])\*(?=\S)([^*\n]+?)(?<=\S)\*(?![\w*])"),
    "italic": re.compile(r"(?<![\w_])_(?=\S)([^_\n]+?)(?<=\S)_(?![\w_])"),
    "strike": re.compile(r"(?<![\w~])~(?=\S)([^~\n]+?)(?<=\S)~(?![\w~])"),
    "quote": re.compile(r"^(?:&gt;|>)(.*)$", re.MULTILINE),
    "emoji": re.compile(r"(?<!\w):([a-z0-9_+\-]+):(?!\w)"),
}
BROADCASTS = ("here", "channel", "everyone")


@dataclass(slots=True)
class Seen:
    """What comes of a text."""

    text: str = ""
    pings: set[str] = field(default_factory=set)  #: ids of users and groups, and here, channel, everyone
    links: list[str] = field(default_factory=list)
    marks: list[tuple[str, str]] = field(default_factory=list)  #: ("bold", "cat"), quotes, code, emoji …

    def __add__(self, other: "Seen") -> "Seen":
        text = "\n".join(each for each in (self.text, other.text) if each)
        return Seen(text, self.pings | other.pings, self.links + other.links, self.marks + other.marks)


def unescaped(text: str) -> str:
    """Return a text with the three signs that Slack escapes as themselves."""
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def plain(text: str) -> Seen:
    """Return what is seen of a plain_text: emoji are shown, nothing else means anything."""
    return Seen(unescaped(text), marks=[("emoji", each) for each in _MARKS["emoji"].findall(text)])


def mrkdwn(text: str, names: Mapping[str, str], *, is_verbatim: bool = False, is_marked: bool = True) -> Seen:
    """Return what is seen of a text in mrkdwn; `names` says how users, channels and groups are shown.

    A verbatim text leaves bare addresses alone, and one that is not marked has no bold or italic parts.
    """
    seen = Seen()

    def shown(found: re.Match[str]) -> str:
        return _control(found[1], names, seen, found[0])

    without = _CONTROL.sub(" ", text)
    seen.text = unescaped(_CONTROL.sub(shown, text))
    if not is_verbatim:
        seen.links += [unescaped(each) for each in _URL.findall(without)]
    if is_marked:
        said = _CONTROL.sub(lambda found: found[1].partition("|")[2], text)
        seen.marks = [(name, each) for name, like in _MARKS.items() for each in like.findall(said)]
    return seen


def _control(inside: str, names: Mapping[str, str], seen: Seen, whole: str) -> str:
    """Return what is shown for what stood between < and >; what means nothing is shown as it stood."""
    what, _, label = inside.partition("|")
    if what[:1] == "@" and what[1:] in names:
        seen.pings.add(what[1:])
        return names[what[1:]]
    if what[:1] == "#" and what[1:] in names:
        return names[what[1:]]
    if what[:1] == "!":
        return _special(what[1:], label, names, seen, whole)
    if _URL.fullmatch(what):
        seen.links.append(unescaped(what))
        return label or what
    return whole


def _special(what: str, label: str, names: Mapping[str, str], seen: Seen, whole: str) -> str:
    kind, _, rest = what.partition("^")
    if kind in BROADCASTS:
        seen.pings.add(kind)
        return f"@{kind}"
    if kind == "subteam" and rest in names:
        seen.pings.add(rest)
        return names[rest]
    if kind == "date" and label:
        return label
    return whole


def linked(text: str, names: Mapping[str, str]) -> set[str]:
    """Return whom a text pings that Slack was told to look through itself (`link_names`, `parse=full`)."""
    ids = {shown: number for number, shown in names.items() if shown[:1] == "@"}
    found = re.findall(r"(?<![\w<])@([\w.\-]+)", text)
    return {each for each in found if each in BROADCASTS} | {ids[f"@{each}"] for each in found if f"@{each}" in ids}
