"""Components as HTML: those that the adapter sends, and no other; one that is not known here is an error, not a gap."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from tests.acceptance.discord.pictures.markdown import Markdown

Json = Mapping[str, Any]

_STYLES = {1: "primary", 2: "secondary", 3: "success", 4: "danger", 5: "link"}
_LINK_SIGN = (
    '<svg viewBox="0 0 24 24" width="14" height="14" fill="none" stroke="currentColor" stroke-width="2.4">'
    '<path d="M14 4h6v6M20 4 10 14M18 14v6H4V6h6"/></svg>'
)
_FILE_SIGN = (
    '<svg viewBox="0 0 30 40" width="30" height="40"><path fill="#d3d6fd" d="M0 5a5 5 0 0 1 5-5h16l9 9v26a5 5 0 0 1-5 '
    '5H5a5 5 0 0 1-5-5z"/><path fill="#939bf9" d="M21 0l9 9h-6a3 3 0 0 1-3-3z"/></svg>'
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """What the components of one message are drawn with."""

    markdown: Markdown
    files: Mapping[str, str]  #: name of an attachment -> address of its picture, or its size in words

    def all(self, components: Sequence[Json]) -> str:
        """Return the HTML of components, one below the other."""
        return "".join(self.one(each) for each in components)

    def one(self, component: Json) -> str:
        """Return the HTML of one component."""
        return _KINDS[component["type"]](self, component)

    # ---- Layout ----

    def container(self, each: Json) -> str:
        """Draw a box with its accent."""
        accent = each.get("accent_color")
        bar = f' style="--accent:#{accent:06x}"' if accent is not None else ""
        return f'<div class="container{" accented" if bar else ""}"{bar}>{self.all(each["components"])}</div>'

    def row(self, each: Json) -> str:
        """Draw buttons or a select."""
        return f'<div class="row">{self.all(each["components"])}</div>'

    def section(self, each: Json) -> str:
        """Draw texts with something beside them."""
        return f'<div class="section"><div>{self.all(each["components"])}</div>{self.one(each["accessory"])}</div>'

    def separator(self, each: Json) -> str:
        """Draw a line, or only the room for one."""
        kind = "" if each.get("divider", True) else " bare"
        return f'<div class="separator space{each.get("spacing", 1)}{kind}"></div>'

    def label(self, each: Json) -> str:
        """Draw a field of a form with its name."""
        needed = '<b class="needed">*</b>' if each["component"].get("required", True) else ""
        more = f'<div class="about">{escape(each["description"])}</div>' if each.get("description") else ""
        name = f"<label>{escape(each['label'])}{needed}</label>"
        return f'<div class="field">{name}{more}{self.one(each["component"])}</div>'

    # ---- Content ----

    def text(self, each: Json) -> str:
        """Draw a text."""
        return f'<div class="text">{self.markdown.draw(each["content"])}</div>'

    def gallery(self, each: Json) -> str:
        """Draw up to ten pictures."""
        items = each["items"]
        return f'<div class="gallery of{len(items)}">{"".join(self.picture(item) for item in items)}</div>'

    def picture(self, item: Json) -> str:
        """Draw one picture; a spoiler is blurred."""
        source = self.files[item["media"]["url"].removeprefix("attachment://")]
        hidden = '<span class="spoiler">SPOILER</span>' if item.get("spoiler") else ""
        return f'<figure class="{"hidden" if hidden else ""}"><img src="{source}" alt="">{hidden}</figure>'

    def file(self, each: Json) -> str:
        """Draw a file to be saved."""
        name = each["file"]["url"].removeprefix("attachment://")
        about = f'<a href="#">{escape(name)}</a><small>{escape(self.files[name])}</small>'
        return f'<div class="file">{_FILE_SIGN}<span>{about}</span></div>'

    # ---- Controls ----

    def button(self, each: Json) -> str:
        """Draw a button."""
        words = f"{_emoji(each)}{escape(each.get('label') or '')}"
        sign = _LINK_SIGN if each["style"] == 5 else ""
        state = " disabled" if each.get("disabled") else ""
        return f'<span class="button {_STYLES[each["style"]]}{state}">{words}{sign}</span>'

    def select(self, each: Json) -> str:
        """Draw a select with what is chosen, or with its placeholder."""
        chosen = [option["label"] for option in each.get("options", ()) if option.get("default")]
        words = ", ".join(chosen) or each.get("placeholder") or "Make a selection"
        return f'<div class="select{" chosen" if chosen else ""}"><span>{escape(words)}</span><i></i></div>'

    def input(self, each: Json) -> str:
        """Draw a text field."""
        value = each.get("value")
        kind, words = ("value", value) if value else ("placeholder", each.get("placeholder") or "")
        size = "long" if each["style"] == 2 else "short"
        return f'<div class="input {size}"><span class="{kind}">{escape(words)}</span></div>'

    def upload(self, each: Json) -> str:
        """Draw a field that takes files."""
        return '<div class="upload">Drop a file here or <a href="#">browse</a></div>'

    def radio(self, each: Json) -> str:
        """Draw choices of which one is taken."""
        return "".join(self._choice(option, "dot") for option in each["options"])

    def checkboxes(self, each: Json) -> str:
        """Draw choices of which several are taken."""
        return "".join(self._choice(option, "box") for option in each["options"])

    def _choice(self, option: Json, kind: str) -> str:
        more = f"<small>{escape(option['description'])}</small>" if option.get("description") else ""
        state = " on" if option.get("default") else ""
        return f'<div class="choice"><i class="{kind}{state}"></i><span>{escape(option["label"])}{more}</span></div>'


def _emoji(each: Json) -> str:
    name = (each.get("emoji") or {}).get("name")
    return f'<span class="emoji">{escape(name)}</span>' if name else ""


_KINDS: Mapping[int, Callable[[Drawing, Json], str]] = {
    1: Drawing.row,
    2: Drawing.button,
    3: Drawing.select,
    4: Drawing.input,
    9: Drawing.section,
    10: Drawing.text,
    12: Drawing.gallery,
    13: Drawing.file,
    14: Drawing.separator,
    17: Drawing.container,
    18: Drawing.label,
    19: Drawing.upload,
    21: Drawing.radio,
    22: Drawing.checkboxes,
}
