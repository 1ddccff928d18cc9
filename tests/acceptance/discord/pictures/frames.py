"""What stands around components: a message, a form, and what is typed into the channel."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from pathlib import Path

from tests.acceptance.discord.pictures.components import Drawing, Json
from tests.acceptance.discord.pictures.markdown import Markdown

EPHEMERAL = 1 << 6

STYLE = (Path(__file__).parent / "discord.css").read_text(encoding="utf-8")
_EYE = (
    '<svg viewBox="0 0 24 24" width="16" height="16" fill="currentColor"><path d="M12 5C6.5 5 2.7 9.3 1.5 12c1.2 2.7 '
    '5 7 10.5 7s9.3-4.3 10.5-7C21.3 9.3 17.5 5 12 5zm0 11a4 4 0 1 1 0-8 4 4 0 0 1 0 8z"/></svg>'
)
_BOT = (
    '<svg viewBox="0 0 40 40" width="40" height="40"><rect width="40" height="40" rx="20" fill="#5865f2"/>'
    '<g fill="none" stroke="#fff" stroke-width="3" stroke-linecap="round"><path d="M12 28 26 14"/>'
    '<path d="M22 10l8 8"/></g>'
    '<circle cx="12" cy="28" r="4" fill="#fff"/></svg>'
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoken:
    """One message of the bot, as it was sent, and how it came about."""

    body: Json
    asked: str = ""  #: "Ada used /imagine", above an answer to a command
    reply: str = ""  #: what is quoted above a reply
    names: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)
    at: str = "Today at 17:04"

    def draw(self) -> str:
        """Return its HTML."""
        drawing = Drawing(markdown=Markdown(self.names), files=self.files)
        alone = bool(self.body.get("flags", 0) & EPHEMERAL)
        above = self.asked or self.reply
        note = f'<div class="alone">{_EYE} Only you can see this · <a href="#">Dismiss message</a></div>'
        return (
            f'<article class="message{" ephemeral" if alone else ""}">{_above(above)}'
            f'<div class="avatar">{_BOT}</div><div class="body"><header><b>Fairbrush</b><span class="tag">APP</span>'
            f"<time>{self.at}</time></header>{self._content(drawing)}{note if alone else ''}</div></article>"
        )

    def _content(self, drawing: Drawing) -> str:
        text = self.body.get("content")
        return (f'<div class="text">{drawing.markdown.draw(text)}</div>' if text else "") + drawing.all(
            self.body.get("components", ())
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """A form that was opened."""

    body: Json

    def draw(self) -> str:
        """Return its HTML."""
        drawing = Drawing(markdown=Markdown({}), files={})
        return (
            f'<div class="dialog"><header>{escape(self.body["title"])}<span class="close">✕</span></header>'
            f'<div class="fields">{drawing.all(self.body["components"])}</div>'
            '<footer><span class="button plain">Cancel</span><span class="button primary">Submit</span></footer></div>'
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Typing:
    """A command that is being typed: what Discord offers above the line."""

    command: Json
    filled: Sequence[tuple[str, str]] = ()  #: options that have a value already
    focused: str = ""  #: the option that is typed into
    typed: str = ""
    offered: Sequence[str] = ()  #: what is suggested for it

    def draw(self) -> str:
        """Return its HTML."""
        pills = "".join(
            f'<span class="pill"><b>{escape(name)}</b>{escape(value)}</span>' for name, value in self.filled
        )
        if self.focused:
            pills += f'<span class="pill focused"><b>{escape(self.focused)}</b>{escape(self.typed)}<u></u></span>'
        offers = self._offers()
        popup = f'<div class="popup">{offers}</div>' if offers else ""
        return f'{popup}<div class="line-of-typing"><b class="slash">/{escape(self.command["name"])}</b>{pills}</div>'

    def _offers(self) -> str:
        if self.offered:
            rows = "".join(
                f'<div class="offer{" first" if not n else ""}">{escape(each)}</div>'
                for n, each in enumerate(self.offered)
            )
            return f"<h6>{escape(self.focused)}</h6>{rows}"
        known = {name for name, _ in self.filled} | {self.focused}
        options = [each for each in self.command.get("options", ()) if each["name"] not in known]
        if not options:
            return ""
        return f"<h6>Options</h6>{''.join(map(_option, options[:_SHOWN]))}{_more(len(options) - _SHOWN)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Menu:
    """What a slash offers: every command of the bot."""

    commands: Sequence[Json]

    def draw(self) -> str:
        """Return its HTML."""
        slashes = [each for each in self.commands if each.get("type", 1) == 1]
        rows = "".join(
            f'<div class="offer{" first" if not n else ""}"><b>/{escape(each["name"])}</b>'
            f"<small>{escape(each['description'])}</small><em>Fairbrush</em></div>"
            for n, each in enumerate(slashes)
        )
        line = '<div class="line-of-typing"><b class="slash">/</b><u></u></div>'
        return f'<div class="popup"><h6>Fairbrush</h6>{rows}</div>{line}'


_SHOWN = 9


def _above(words: str) -> str:
    if not words:
        return ""
    who, _, rest = words.partition(" ")
    return (
        f'<div class="above"><i></i><span class="face">{escape(who[0])}</span><b>{escape(who)}</b> {escape(rest)}</div>'
    )


def _option(each: Json) -> str:
    needed = "" if each.get("required") else '<i class="optional">optional</i>'
    return f'<div class="offer"><b>{escape(each["name"])}</b><small>{escape(each["description"])}</small>{needed}</div>'


def _more(count: int) -> str:
    return f'<div class="offer"><small>and {count} more</small></div>' if count > 0 else ""
