"""The blocks that messages and App Home are made of, as plain JSON. What they say is inert already, or made so here.

Limits are those of https://docs.slack.dev/reference/block-kit (2026-08).
"""

from collections.abc import Iterable, Sequence

from adapters.slack.shapes import Json
from adapters.slack.text import copied, plain, quoted, rich
from bot.buttons import FACES
from bot.meanings import Meaning, Press, encode

IN_A_ROW = 25
IN_A_SELECT = 100
"""What Slack takes: elements in a row, options in a select."""

MOST_TEXT = 11_000
"""Characters of all texts of a message: from 13,200 on Slack refuses it, as slackapi/bolt-js#2509 found."""

ALT_TEXT = 400
"""Characters of a picture's description: Slack takes 2,000, but ten of those may count among a message's texts."""

LONGEST_ADDRESS = 3000
LONGEST_OPTION = 75
LONGEST_VALUE = 150

_LONGEST_BUTTON = 75
_LONGEST_SPOKEN = 75


# ---- Texts -------------------------------------------------------------------------------------------------------


def plain_text(text: str, limit: int) -> Json:
    """Return a text without any markup; Slack takes none that is empty.

    Its three signs are entities here as they are in mrkdwn: Slack's page on escaping speaks of all text objects, and a
    button's "&" comes back from Slack as "&amp;" (slackapi/bolt-python#513). What people type into is no text object:
    an `initial_value` stays as it is.
    """
    return {"type": "plain_text", "text": plain(text, limit) or "?", "emoji": True}


def said(text: str, *, bold: bool = False) -> Json:
    """Return words of a rich text, as they stand; none may be empty."""
    return {"type": "text", "text": text, **({"style": {"bold": True}} if bold else {})}


def bar(text: str) -> Json:
    """Return words of a rich text whose letters are all of one width."""
    return {"type": "text", "text": text, "style": {"code": True}}


def ago(at_s: int) -> Json:
    """Return how long ago a moment was, which Slack keeps true."""
    return {"type": "date", "timestamp": at_s, "format": "{ago}", "fallback": "earlier"}


def link(text: str, address: str) -> Json:
    """Return a link, whose address must not be longer than LONGEST_ADDRESS."""
    return {"type": "link", "url": address, "text": rich(text, 100) or "link"}


def paragraph(parts: Iterable[Json]) -> Json:
    """Return words that stand together, for a rich text."""
    return {"type": "rich_text_section", "elements": [*parts]}


def quote(text: str, limit: int, *, lines: int = 1) -> list[Json]:
    """Return what somebody wrote as a quote, for a rich text; nothing for no words."""
    words = quoted(text, limit, lines=lines)
    return [{"type": "rich_text_quote", "elements": [said(words)]}] if words else []


def code(text: str, limit: int) -> list[Json]:
    """Return words for copying, for a rich text; nothing in them ends the block."""
    words = copied(text, limit)
    return [{"type": "rich_text_preformatted", "elements": [said(words)]}] if words.strip() else []


# ---- Blocks ------------------------------------------------------------------------------------------------------


def rich_text(parts: Iterable[Json]) -> Json:
    """Return paragraphs, quotes and code below each other."""
    return {"type": "rich_text", "elements": [*parts]}


def header(text: str) -> Json:
    """Return a heading."""
    return {"type": "header", "text": plain_text(text, 150)}


def small(inert: str) -> Json:
    """Return words in small print, which went through adapters.slack.text.plain."""
    return {"type": "context", "elements": [{"type": "plain_text", "text": inert, "emoji": True}]}


def gap() -> Json:
    """Return a thin line between two things."""
    return {"type": "divider"}


def picture(file: str, alt: str) -> Json:
    """Return a picture that was uploaded, by the id of its file, which has to be ready.

    What it is called is no text object: nothing in it is markup, an entity or an emoji.
    """
    return {"type": "image", "slack_file": {"id": file}, "alt_text": rich(alt, ALT_TEXT) or "A picture"}


def actions(elements: Sequence[Json]) -> Json:
    """Return a row of buttons and selects; Slack breaks it where it has to."""
    return {"type": "actions", "elements": [*elements[:IN_A_ROW]]}


def button(text: str, meaning: Meaning, *, is_danger: bool = False, spoken: str = "") -> Json:
    """Return a button; `spoken` is what a screen reader says, where the words alone do not tell which one it is."""
    look: Json = {"style": "danger"} if is_danger else {}
    label: Json = {"accessibility_label": rich(spoken, _LONGEST_SPOKEN)} if rich(spoken, _LONGEST_SPOKEN) else {}
    words = plain_text(text, _LONGEST_BUTTON)
    return {"type": "button", "text": words, "action_id": encode(meaning), **look, **label}


def press(meaning: Press, *, spoken: str = "") -> Json:
    """Return a button under a job."""
    face = FACES[meaning.button]
    words = f"{face.emoji} {face.words}".strip()
    return button(words, meaning, is_danger=face.is_danger, spoken=spoken)


def option(text: str, value: str) -> Json:
    """Return one choice of a select."""
    return {"text": plain_text(text, LONGEST_OPTION), "value": value}
