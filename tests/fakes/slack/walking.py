"""Blocks, walked through: what is read in them, whom they ping, what can be pressed in them, which files they show."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from . import texts
from .shapes import Json
from .texts import Seen

_HIDDEN = {"options", "option_groups", "confirm", "private_metadata", "initial_option", "initial_options"}
"""Texts that are read only once something was pressed."""


def walk(value: Any, *, hidden: bool = True) -> Iterator[Json]:
    """Yield every object inside, outer ones first; without those that show only later, if asked."""
    if isinstance(value, dict):
        yield value
        for key, each in value.items():
            if hidden or key not in _HIDDEN:
                yield from walk(each, hidden=hidden)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from walk(each, hidden=hidden)


def controls(blocks: Sequence[Json]) -> list[Json]:
    """Return the elements that can be used."""
    return [each for each in walk(blocks, hidden=False) if "action_id" in each]


def written(control: Json) -> str:
    """Return what stands on a button or select."""
    text = control.get("text") or control.get("placeholder") or {}
    return texts.unescaped(text.get("text", "")) if isinstance(text, dict) else ""


def slack_files(blocks: Sequence[Json]) -> list[Json]:
    """Return what names the files that are shown."""
    return [each["slack_file"] for each in walk(blocks) if isinstance(each.get("slack_file"), dict)]


def characters(blocks: Sequence[Json]) -> int:
    """Return how much text the blocks hold."""
    return sum(len(each["text"]) for each in walk(blocks) if isinstance(each.get("text"), str))


def looks(text: str, blocks: Sequence[Json], names: Mapping[str, str]) -> Seen:
    """Return what is seen of a message: its blocks, or its text where it has none."""
    if not blocks:
        return texts.mrkdwn(text, names)
    seen = Seen()
    for each in walk(blocks, hidden=False):
        seen = seen + _one(each, names)
    return seen


def _one(value: Json, names: Mapping[str, str]) -> Seen:
    text = value.get("text")
    match value.get("type"):
        case "mrkdwn":
            return texts.mrkdwn(text or "", names, is_verbatim=bool(value.get("verbatim")))
        case "plain_text":
            return texts.plain(text or "")
        case "markdown" | "markdown_text":
            return texts.mrkdwn(text or "", names)
        case "image":
            return Seen(str(value.get("alt_text", "")))
        case "task_card" | "plan" if isinstance(value.get("title"), str):
            return Seen(value["title"])
        case "raw_text":
            return Seen(text or "")
        case _:
            return _rich(value, names)


def _rich(value: Json, names: Mapping[str, str]) -> Seen:
    """Return what an element of rich text shows: nothing in it is parsed, everything is said outright."""
    match value:
        case {"type": "text", "text": str(text)}:
            styles = [(name, text) for name, is_so in value.get("style", {}).items() if is_so]
            return Seen(text, marks=styles)
        case {"type": "link", "url": str(url)}:
            return Seen(value.get("text", url), links=[url])
        case {"type": "user", "user_id": str(number)} | {"type": "usergroup", "usergroup_id": str(number)}:
            return Seen(names.get(number, number), pings={number} & names.keys())
        case {"type": "channel", "channel_id": str(number)}:
            return Seen(names.get(number, number))
        case {"type": "broadcast", "range": str(whom)}:
            return Seen(f"@{whom}", pings={whom})
        case {"type": "emoji", "name": str(name)}:
            return Seen(f":{name}:", marks=[("emoji", name)])
        case _:
            return Seen()
