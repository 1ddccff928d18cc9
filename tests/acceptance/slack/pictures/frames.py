"""What stands around blocks: a message, a form, App Home, and what is typed into the channel."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path

from tests.acceptance.slack.pictures.blocks import Drawing, Json, plain

STYLE = (Path(__file__).parent / "slack.css").read_text(encoding="utf-8")

_EYE = (
    '<svg viewBox="0 0 24 24" width="14" height="14" fill="currentColor"><path d="M12 5C6.5 5 2.7 9.3 1.5 12c1.2 2.7 '
    '5 7 10.5 7s9.3-4.3 10.5-7C21.3 9.3 17.5 5 12 5zm0 11a4 4 0 1 1 0-8 4 4 0 0 1 0 8z"/></svg>'
)
_APP = (
    '<svg viewBox="0 0 40 40" width="36" height="36"><rect width="40" height="40" rx="9" fill="#1f6f78"/>'
    '<g fill="none" stroke="#fff" stroke-width="3" stroke-linecap="round"><path d="M12 28 26 14"/>'
    '<path d="M22 10l8 8"/></g><circle cx="12" cy="28" r="4" fill="#fff"/></svg>'
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Posted:
    """One message of the app, as it was sent."""

    body: Json
    drawing: Drawing
    alone: bool = False  #: only one person sees it
    at: str = "5:04 PM"

    def draw(self) -> str:
        """Return its HTML."""
        note = f'<div class="alone">{_EYE} Only visible to you</div>' if self.alone else ""
        words = self.drawing.all(self.body["blocks"])
        return _message(_APP, f'<b>Fairbrush</b><span class="tag">APP</span><time>{self.at}</time>', words, note)


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One message of a member."""

    who: str
    words: str  #: HTML
    at: str = "5:03 PM"

    def draw(self) -> str:
        """Return its HTML."""
        face = f'<span class="face">{escape(self.who[0])}</span>'
        return _message(face, f"<b>{escape(self.who)}</b><time>{self.at}</time>", f"<p>{self.words}</p>", "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Thread:
    """A thread: what it began with, and what stands in it."""

    channel: str
    begins: Said
    replies: Sequence[Said | Posted]

    def draw(self) -> str:
        """Return its HTML."""
        count = len(self.replies)
        line = f'<div class="count">{count} {"reply" if count == 1 else "replies"}</div>'
        title = f"<header><b>Thread</b><span>#{escape(self.channel)}</span></header>"
        replies = "".join(each.draw() for each in self.replies)
        return f'<div class="thread">{title}{self.begins.draw()}{line}{replies}</div>'


@dataclass(frozen=True, slots=True, kw_only=True)
class Modal:
    """A form that was opened, with what was filled in and what it was answered with."""

    body: Json
    drawing: Drawing

    def draw(self) -> str:
        """Return its HTML."""
        submit = f'<span class="button primary">{plain(self.body["submit"])}</span>'
        return (
            f'<div class="dialog"><header>{_APP}<b>{plain(self.body["title"])}</b><span class="close">✕</span></header>'
            f'<div class="fields">{self.drawing.all(self.body["blocks"])}</div>'
            f'<footer><span class="button">{plain(self.body["close"])}</span>{submit}</footer></div>'
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Home:
    """App Home."""

    body: Json
    drawing: Drawing

    def draw(self) -> str:
        """Return its HTML."""
        tabs = "<nav><b>Home</b><span>Messages</span><span>About</span></nav>"
        name = f"<header>{_APP}<b>Fairbrush</b></header>"
        return f'<div class="home">{name}{tabs}<div class="blocks">{self.drawing.all(self.body["blocks"])}</div></div>'


@dataclass(frozen=True, slots=True, kw_only=True)
class Typing:
    """A command that is being typed: those that Slack offers above the line."""

    commands: Sequence[Json]
    typed: str

    def draw(self) -> str:
        """Return its HTML."""
        rows = "".join(
            f'<div class="offer{" first" if not number else ""}">{_APP}<div><b>{escape(each["command"])}</b>'
            f"<small>{escape(each['usage_hint'])}</small><p>{escape(each['description'])}</p></div></div>"
            for number, each in enumerate(self.commands)
        )
        popup = f'<div class="popup"><h6>Fairbrush</h6>{rows}</div>' if rows else ""
        return f'{popup}<div class="composer">{escape(self.typed)}<u></u></div>'


def _message(face: str, header: str, words: str, note: str) -> str:
    kind = "message ephemeral" if note else "message"
    return (
        f'<article class="{kind}">{note}<div class="avatar">{face}</div>'
        f'<div class="body"><header>{header}</header>{words}</div></article>'
    )
