"""What components may hold, in messages of either kind and in modals (docs: components/reference)."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from .shapes import (
    Check,
    Fault,
    Json,
    Path,
    anything,
    by_type,
    fields,
    flag,
    integer,
    listing,
    nullable,
    one_of,
    snowflake,
    text,
)

ROW, BUTTON, SELECT, INPUT, SECTION, TEXT, THUMBNAIL = 1, 2, 3, 4, 9, 10, 11
GALLERY, FILE, SEPARATOR, CONTAINER, LABEL, UPLOAD = 12, 13, 14, 17, 18, 19
RADIO, CHECKBOXES, CHECKBOX = 21, 22, 23
SELECTS = (3, 5, 6, 7, 8)
LINK, PREMIUM = 5, 6

_MOST = 40  #: components of a message, nested ones counted
_TEXT = 4000  #: characters of all text displays of a message
_CUSTOM_ID = text(1, 100)
_KNOWN = {"type": anything, "id": integer(0, 2**31)}
_EMOJI = fields({}, {"id": nullable(snowflake), "name": nullable(text(1, 32)), "animated": flag})


def _shape(required: dict[str, Check], optional: dict[str, Check] | None = None, *also: Check) -> Check:
    return fields(required, {**_KNOWN, **{name: nullable(each) for name, each in (optional or {}).items()}}, *also)


def _button_says_something(button: Json, path: Path) -> Iterator[Fault]:
    kind = button["style"]
    wanted = {LINK: "url", PREMIUM: "sku_id"}.get(kind, "custom_id")
    for name in ("custom_id", "url", "sku_id"):
        if (name in button) != (name == wanted):
            yield Fault(path=path, code="BUTTON_COMPONENT_CUSTOM_ID_REQUIRED", message=f"A button needs {wanted} only")
    if kind != PREMIUM and not button.get("label") and not button.get("emoji"):
        yield Fault(path=path, code="BUTTON_COMPONENT_LABEL_REQUIRED", message="A label or an emoji is required")


_BUTTON = _shape(
    {"style": one_of(1, 2, 3, 4, 5, 6)},
    {
        "label": text(0, 80),
        "emoji": _EMOJI,
        "custom_id": _CUSTOM_ID,
        "url": text(1, 512, like=r"(https?|discord)://.+"),
        "sku_id": snowflake,
        "disabled": flag,
    },
    _button_says_something,
)
_OPTION = fields(
    {"label": text(1, 100), "value": text(1, 100)},
    {"description": nullable(text(0, 100)), "emoji": nullable(_EMOJI), "default": flag},
)


def _choices_differ(each: Json, path: Path) -> Iterator[Fault]:
    options = each.get("options") or []
    for value, times in Counter(option["value"] for option in options).items():
        if times > 1:
            yield Fault(
                path=(*path, "options"),
                code="SELECT_COMPONENT_OPTION_VALUE_DUPLICATED",
                message=f"The specified option value is already used: {value}",
            )
    if (each.get("max_values") or 1) > max(len(options), 1) and options:
        yield Fault(path=(*path, "max_values"), code="BASE_TYPE_BAD_VALUE", message="More than there are options")
    if (each.get("min_values") or 0) > (each.get("max_values") or 25):
        yield Fault(path=(*path, "min_values"), code="BASE_TYPE_BAD_VALUE", message="More than max_values")


_ANY_SELECT: dict[str, Check] = {
    "placeholder": text(0, 150),
    "min_values": integer(0, 25),
    "max_values": integer(1, 25),
    "disabled": flag,
    "required": flag,
}
_STRING_SELECT = _shape({"custom_id": _CUSTOM_ID, "options": listing(_OPTION, 1, 25)}, _ANY_SELECT, _choices_differ)
_OTHER_SELECT = _shape(
    {"custom_id": _CUSTOM_ID},
    {**_ANY_SELECT, "default_values": listing(anything, 0, 25), "channel_types": listing(integer(), 0, 25)},
)
_SELECTS: dict[int, Check] = {SELECT: _STRING_SELECT, **dict.fromkeys(SELECTS[1:], _OTHER_SELECT)}


def _row_is_one_kind(row: Json, path: Path) -> Iterator[Fault]:
    kinds = [each["type"] for each in row["components"]]
    if len(kinds) > 1 and any(kind != BUTTON for kind in kinds):
        yield Fault(
            path=(*path, "components"),
            code="COMPONENT_LAYOUT_WIDTH_EXCEEDED",
            message="The specified component exceeds the maximum width",
        )


_ROW = _shape({"components": listing(by_type({BUTTON: _BUTTON, **_SELECTS}), 1, 5)}, {}, _row_is_one_kind)
_MEDIA = fields(
    {"url": text(1, 2048, like=r"(https?|attachment)://.+")},
    dict.fromkeys(("proxy_url", "height", "width", "content_type", "attachment_id", "flags", "placeholder"), anything),
)
_SAID: dict[str, Check] = {"description": nullable(text(0, 1024)), "spoiler": flag}
_DISPLAY = _shape({"content": text(1, _TEXT)})
_THUMBNAIL = _shape({"media": _MEDIA}, _SAID)
_SECTION = _shape(
    {
        "components": listing(by_type({TEXT: _DISPLAY}), 1, 3),
        "accessory": by_type({BUTTON: _BUTTON, THUMBNAIL: _THUMBNAIL}),
    }
)
_GALLERY = _shape({"items": listing(fields({"media": _MEDIA}, _SAID), 1, 10)})
_FILE = _shape(
    {"file": fields({"url": text(1, 2048, like=r"(https?|attachment)://.+")}, dict.fromkeys(("proxy_url",), anything))},
    {"spoiler": flag, "name": anything, "size": anything},
)
_SEPARATOR = _shape({}, {"divider": flag, "spacing": one_of(1, 2)})
_LEAVES: dict[int, Check] = {
    ROW: _ROW,
    SECTION: _SECTION,
    TEXT: _DISPLAY,
    GALLERY: _GALLERY,
    FILE: _FILE,
    SEPARATOR: _SEPARATOR,
}
_CONTAINER = _shape(
    {"components": listing(by_type(_LEAVES), 1, _MOST)},
    {"accent_color": integer(0, 0xFFFFFF), "spoiler": flag},
)


def walk(components: Any) -> Iterator[Json]:
    """Yield every component, nested ones after what holds them."""
    for each in components:
        yield each
        yield from walk(each.get("components", ()))
        yield from walk([each[name] for name in ("accessory", "component") if each.get(name)])


def _unique(components: Any, path: Path) -> Iterator[Fault]:
    for name, code in (("custom_id", "COMPONENT_CUSTOM_ID_DUPLICATED"), ("id", "COMPONENT_ID_DUPLICATED")):
        counted = Counter(each[name] for each in walk(components) if each.get(name))
        for value, times in counted.items():
            if times > 1:
                yield Fault(path=path, code=code, message=f"Component {name} cannot be duplicated: {value}")


def classic(value: Any, path: Path) -> Iterator[Fault]:
    """Accept at most five rows of buttons or selects."""
    found = [*listing(by_type({ROW: _ROW}), 0, 5)(value, path)]
    yield from found or _unique(value, path)


def layout(value: Any, path: Path) -> Iterator[Fault]:
    """Accept components V2: at most forty in all, of 4000 characters together."""
    found = [*listing(by_type({**_LEAVES, CONTAINER: _CONTAINER}), 1, _MOST)(value, path)]
    yield from found
    if found:
        return
    yield from _unique(value, path)
    if len([*walk(value)]) > _MOST:
        yield Fault(path=path, code="COMPONENT_MAX_TOTAL_COMPONENTS_EXCEEDED", message=f"Must be {_MOST} or fewer")
    if sum(len(each["content"]) for each in walk(value) if each["type"] == TEXT) > _TEXT:
        yield Fault(
            path=path,
            code="COMPONENT_DISPLAYABLE_TEXT_SIZE_EXCEEDED",
            message=f"Total displayable text exceeds maximum size of {_TEXT}",
        )


def _input(labelled: bool) -> Check:
    more: dict[str, Check] = {
        "min_length": integer(0, 4000),
        "max_length": integer(1, 4000),
        "required": flag,
        "value": text(0, 4000),
        "placeholder": text(0, 100),
    }
    required: dict[str, Check] = {"custom_id": _CUSTOM_ID, "style": one_of(1, 2)}
    if labelled:
        return _shape(required, {**more, "label": text(0, 45)}, _input_agrees)
    return _shape({**required, "label": text(1, 45)}, more, _input_agrees)


def _input_agrees(each: Json, path: Path) -> Iterator[Fault]:
    if each.get("value") and len(each["value"]) > (each.get("max_length") or 4000):
        yield Fault(path=(*path, "value"), code="BASE_TYPE_MAX_LENGTH", message="Longer than max_length")
    if (each.get("min_length") or 0) > (each.get("max_length") or 4000):
        yield Fault(path=(*path, "min_length"), code="BASE_TYPE_BAD_VALUE", message="More than max_length")


def _group(most: int) -> Check:
    return _shape(
        {"custom_id": _CUSTOM_ID, "options": listing(_OPTION, 1, most)},
        {"min_values": integer(0, most), "max_values": integer(1, most), "required": flag},
    )


_ASKED: dict[int, Check] = {
    INPUT: _input(labelled=True),
    **_SELECTS,
    UPLOAD: _shape(
        {"custom_id": _CUSTOM_ID},
        {"min_values": integer(0, 10), "max_values": integer(1, 10), "required": flag},
    ),
    RADIO: _group(10),
    CHECKBOXES: _group(10),
    CHECKBOX: _shape({"custom_id": _CUSTOM_ID}, {"default": flag}),
}
_IN_MODAL: dict[int, Check] = {
    LABEL: _shape({"label": text(1, 45), "component": by_type(_ASKED)}, {"description": text(0, 100)}),
    TEXT: _DISPLAY,
    ROW: _shape({"components": listing(by_type({INPUT: _input(labelled=False)}), 1, 1)}),
}


def _modal_components(value: Any, path: Path) -> Iterator[Fault]:
    found = [*listing(by_type(_IN_MODAL), 1, 5)(value, path)]
    yield from found or _unique(value, path)


MODAL = fields({"custom_id": _CUSTOM_ID, "title": text(1, 45), "components": _modal_components})
