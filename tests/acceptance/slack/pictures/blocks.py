"""Block Kit as HTML: the blocks that the adapter sends, and no other; one that is not known is an error, no gap."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from html import escape, unescape
from typing import Any

from tests.acceptance.pictures.subjects import NOW_S

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """What the blocks of one surface are drawn with."""

    names: Mapping[str, str] = field(default_factory=dict)  #: of users that may be mentioned, by id
    files: Mapping[str, str] = field(default_factory=dict)  #: id of a file -> address of its picture
    said: Mapping[str, str] = field(default_factory=dict)  #: what somebody filled in, by block
    errors: Mapping[str, str] = field(default_factory=dict)  #: what a form was answered with, by block

    def all(self, blocks: Sequence[Json]) -> str:
        """Return the HTML of blocks, one below the other."""
        return "".join(_BLOCKS[each["type"]](self, each) for each in blocks)

    # ---- Blocks ----

    def rich_text(self, block: Json) -> str:
        """Draw paragraphs, quotes and words for copying."""
        parts = (_PARTS[each["type"]].format(self._words(each["elements"])) for each in block["elements"])
        return f'<div class="rich">{"".join(parts)}</div>'

    def image(self, block: Json) -> str:
        """Draw a picture, as Slack does below its title's place."""
        return f'<figure><img src="{self.files[block["slack_file"]["id"]]}" alt=""></figure>'

    def actions(self, block: Json) -> str:
        """Draw a row of buttons and selects."""
        return f'<div class="row">{"".join(self._control(each) for each in block["elements"])}</div>'

    def context(self, block: Json) -> str:
        """Draw small print."""
        return f'<div class="small">{" ".join(plain(each) for each in block["elements"])}</div>'

    def header(self, block: Json) -> str:
        """Draw a heading."""
        return f"<h2>{plain(block['text'])}</h2>"

    def divider(self, block: Json) -> str:
        """Draw a line."""
        return "<hr>"

    def section(self, block: Json) -> str:
        """Draw a text."""
        return f'<div class="rich"><p>{plain(block["text"])}</p></div>'

    def input(self, block: Json) -> str:
        """Draw a field of a form, with what it was answered with."""
        optional = ' <i class="optional">(optional)</i>' if block.get("optional") else ""
        error = self.errors.get(block["block_id"])
        below = f'<div class="error">{_WARNS}{escape(error)}</div>' if error else ""
        hint = f'<div class="hint">{plain(block["hint"])}</div>' if "hint" in block else ""
        control = self._control(block["element"], self.said.get(block["block_id"], ""))
        kind = "field wrong" if error else "field"
        return f'<div class="{kind}"><label>{plain(block["label"])}{optional}</label>{control}{below}{hint}</div>'

    # ---- Rich text ----

    def _words(self, elements: Sequence[Json]) -> str:
        return "".join(_WORDS[each["type"]](self, each) for each in elements)

    def text(self, part: Json) -> str:
        """Draw words; nothing in them is markup."""
        words = escape(part["text"]).replace("\n", "<br>")
        for style, tag in _STYLES.items():
            if part.get("style", {}).get(style):
                words = f"<{tag}>{words}</{tag}>"
        return words

    def user(self, part: Json) -> str:
        """Draw a mention."""
        return f'<span class="mention">@{escape(self.names[part["user_id"]])}</span>'

    def link(self, part: Json) -> str:
        """Draw a link."""
        return f'<a href="#">{escape(part["text"])}</a>'

    def date(self, part: Json) -> str:
        """Draw how long ago something was."""
        minutes = round((NOW_S - part["timestamp"]) / 60)
        return f"{minutes} minute{'s' * (minutes != 1)} ago"

    # ---- Controls ----

    def _control(self, element: Json, said: str = "") -> str:
        return _CONTROLS[element["type"]](self, element, said)

    def button(self, element: Json, said: str) -> str:
        """Draw a button."""
        return f'<span class="button {element.get("style", "")}">{plain(element["text"])}</span>'

    def typed(self, element: Json, said: str) -> str:
        """Draw a field for words or for a number."""
        value = said or element.get("initial_value", "")
        kind, words = ("value", escape(value)) if value else ("placeholder", _placeholder(element))
        size = "long" if element.get("multiline") else "short"
        return f'<div class="input {size}"><span class="{kind}">{words}</span></div>'

    def select(self, element: Json, said: str) -> str:
        """Draw a select with what is chosen in it."""
        chosen = element.get("initial_option")
        words = escape(said) or (plain(chosen["text"]) if chosen else "")
        kind, shown = ("value", words) if words else ("placeholder", _placeholder(element) or "Select an option")
        return f'<div class="input select"><span class="{kind}">{shown}</span>{_DOWN}</div>'

    def radio(self, element: Json, said: str) -> str:
        """Draw choices of which one is taken."""
        chosen = (element.get("initial_option") or {}).get("value")
        return "".join(
            f'<div class="choice"><i class="{"on" if each["value"] == chosen else ""}"></i>{plain(each["text"])}</div>'
            for each in element["options"]
        )

    def files_field(self, element: Json, said: str) -> str:
        """Draw a field that takes a file."""
        return '<span class="button">Upload file</span>'


def plain(text: Json) -> str:
    """Return the HTML of a plain_text, in which three signs are written as entities."""
    assert text["type"] == "plain_text"
    return escape(unescape(text["text"]), quote=False)


def _placeholder(element: Json) -> str:
    return plain(element["placeholder"]) if "placeholder" in element else ""


_WARNS = (
    '<svg viewBox="0 0 20 20" width="15" height="15"><path fill="currentColor" d="M10 2 19 18H1z"/>'
    '<path stroke="#fff" stroke-width="2" d="M10 8v5m0 1.5v2"/></svg>'
)
_DOWN = (
    '<svg viewBox="0 0 20 20" width="18" height="18" fill="none" stroke="currentColor" stroke-width="1.6">'
    '<path d="m5 8 5 5 5-5"/></svg>'
)
_PARTS = {
    "rich_text_section": "<p>{}</p>",
    "rich_text_quote": "<blockquote>{}</blockquote>",
    "rich_text_preformatted": "<pre>{}</pre>",
}
_STYLES = {"code": "code", "bold": "strong"}
_BLOCKS: Mapping[str, Callable[[Drawing, Json], str]] = {
    "rich_text": Drawing.rich_text,
    "image": Drawing.image,
    "actions": Drawing.actions,
    "context": Drawing.context,
    "header": Drawing.header,
    "divider": Drawing.divider,
    "section": Drawing.section,
    "input": Drawing.input,
}
_WORDS: Mapping[str, Callable[[Drawing, Json], str]] = {
    "text": Drawing.text,
    "user": Drawing.user,
    "link": Drawing.link,
    "date": Drawing.date,
}
_CONTROLS: Mapping[str, Callable[[Drawing, Json, str], str]] = {
    "button": Drawing.button,
    "plain_text_input": Drawing.typed,
    "number_input": Drawing.typed,
    "static_select": Drawing.select,
    "external_select": Drawing.select,
    "conversations_select": Drawing.select,
    "radio_buttons": Drawing.radio,
    "file_input": Drawing.files_field,
}
