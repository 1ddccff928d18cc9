"""The components that messages and forms are made of, as plain JSON. What they say is inert already."""

from collections.abc import Iterable, Sequence

from adapters.discord.shapes import Json
from bot.inert import clip, label
from bot.meanings import Meaning, encode

EPHEMERAL = 1 << 6
"""Only whoever asked sees the message."""

COMPONENTS = 1 << 15
"""The message is made of components alone ("components V2"); nothing takes this back."""

PRIMARY, SECONDARY, DANGER = 1, 2, 4
"""Styles of buttons."""

SHORT, PARAGRAPH = 1, 2
"""Styles of text inputs."""

IN_A_ROW = 5
IN_A_GALLERY = 10
IN_A_SELECT = 25
LONGEST_ADDRESS = 512
"""What Discord takes: buttons in a row, items in a gallery, options in a select, characters of a link's address."""

_LINK = 5
_LONGEST_LABEL = 80
_LONGEST_OPTION = 100
_LONGEST_TITLE = 45


def message(components: Sequence[Json], *, flags: int = 0) -> Json:
    """Return the body of a message that notifies nobody."""
    return {
        "flags": COMPONENTS | flags,
        "components": list(components),
        "allowed_mentions": {"parse": [], "users": []},
    }


def container(parts: Iterable[Json], accent: int) -> Json:
    """Return a box with a coloured edge."""
    return {"type": 17, "accent_color": accent, "components": list(parts)}


def words(content: str) -> Json:
    """Return a text: markdown, so whatever people wrote in it went through adapters.discord.text."""
    return {"type": 10, "content": content}


def gap() -> Json:
    """Return a thin line between two things."""
    return {"type": 14, "divider": True, "spacing": 1}


def button(text: str, meaning: Meaning, *, style: int = SECONDARY, emoji: str = "") -> Json:
    """Return a button."""
    face: Json = {"emoji": {"name": emoji}} if emoji else {}
    return {"type": 2, "style": style, "label": label(text, _LONGEST_LABEL), "custom_id": encode(meaning), **face}


def link(text: str, address: str) -> Json:
    """Return a button that opens an address, which must not be longer than LONGEST_ADDRESS."""
    return {"type": 2, "style": _LINK, "label": label(text, _LONGEST_LABEL), "url": address}


def rows(buttons: Sequence[Json]) -> list[Json]:
    """Put buttons into as many rows as they need."""
    return [
        {"type": 1, "components": list(buttons[start : start + IN_A_ROW])} for start in range(0, len(buttons), IN_A_ROW)
    ]


def select(custom_id: str, options: Sequence[Json], *, placeholder: str, required: bool | None = None) -> Json:
    """Return a select of which one thing is chosen. `required` is a word of forms, which messages do not know."""
    asked: Json = {} if required is None else {"required": required, "min_values": int(required)}
    hint = label(placeholder, _LONGEST_OPTION)
    return {"type": 3, "custom_id": custom_id, "options": list(options), "placeholder": hint, **asked}


def option(text: str, value: str, *, is_chosen: bool = False) -> Json:
    """Return one choice of a select."""
    chosen: Json = {"default": True} if is_chosen else {}
    return {"label": label(text, _LONGEST_OPTION) or "?", "value": value, **chosen}


def form(meaning: Meaning, title: str, fields: Sequence[Json]) -> Json:
    """Return a modal."""
    return {"custom_id": encode(meaning), "title": label(title, _LONGEST_TITLE), "components": list(fields)}


def field(name: str, help_text: str, component: Json) -> Json:
    """Return a field of a form, under its label."""
    said: Json = {"description": clip(help_text, 100)} if help_text else {}
    return {"type": 18, "label": label(name, _LONGEST_TITLE) or "?", "component": component, **said}
