"""Elements: what can be pressed, chosen or filled in. https://docs.slack.dev/reference/block-kit/block-elements."""

from collections.abc import Iterator

from .shapes import (
    Check,
    Fault,
    Json,
    Path,
    anything,
    by_type,
    exactly_one,
    fields,
    flag,
    integer,
    listing,
    one_of,
    text,
)
from .shapes_objects import CONFIRM, DISPATCH, FILTER, GROUPS, IMAGE, URL, options, plain

_ACTION: dict[str, Check] = {"action_id": text(1, 255)}
_USED: dict[str, Check] = {**_ACTION, "confirm": CONFIRM}
_FOCUSED: dict[str, Check] = {"focus_on_load": flag}
_SELECT: dict[str, Check] = {**_USED, **_FOCUSED, "placeholder": plain(150)}
_MULTI: dict[str, Check] = {**_SELECT, "max_selected_items": integer(1, 100)}
_TYPED: dict[str, Check] = {**_ACTION, **_FOCUSED, "placeholder": plain(150), "dispatch_action_config": DISPATCH}
_DATE, _TIME = text(like=r"\d{4}-\d\d-\d\d"), text(like=r"[0-2]\d:[0-5]\d")
_DECIMAL = text(1, 64, like=r"-?\d+(\.\d+)?")


def _offered(value: Json) -> list[Json]:
    grouped = [each for group in value.get("option_groups", ()) for each in group["options"]]
    return [*value.get("options", ()), *grouped]


def _initial_is_offered(value: Json, path: Path) -> Iterator[Fault]:
    """What is chosen at first has to be the very same object as one of the options."""
    chosen = value.get("initial_options", [value["initial_option"]] if "initial_option" in value else [])
    for each in chosen:
        if each not in _offered(value):
            yield Fault(path=path, message="the initial option does not match any of the options")


def _no_value_twice(value: Json, path: Path) -> Iterator[Fault]:
    values = [each["value"] for each in _offered(value)]
    for each in sorted({one for one in values if values.count(one) > 1}):
        yield Fault(path=path, message=f"duplicate option value: {each}")


def _bounds(value: Json, path: Path) -> Iterator[Fault]:
    low, high = value.get("min_length", value.get("min_value")), value.get("max_length", value.get("max_value"))
    if low is not None and high is not None and float(low) > float(high):
        yield Fault(path=path, message="the minimum is greater than the maximum")
    first = value.get("initial_value")
    if first is None:
        return
    measured = float(first) if "min_value" in value or "max_value" in value else float(len(first))
    if (low is not None and measured < float(low)) or (high is not None and measured > float(high)):
        yield Fault(path=path, message="the initial value is out of bounds")


def _whole(value: Json, path: Path) -> Iterator[Fault]:
    for name in ("min_value", "max_value", "initial_value"):
        if not value["is_decimal_allowed"] and "." in value.get(name, ""):
            yield Fault(path=(*path, name), message="must not be a decimal")


_STATIC = (exactly_one("options", "option_groups"), _initial_is_offered, _no_value_twice)
_LISTED: dict[str, Check] = {"options": options(), "option_groups": GROUPS}
_IDS = listing(text(1, 64), 0, 100)
_BUTTON = fields(
    {"text": plain(75)},
    {
        **_USED,
        "url": URL,
        "value": text(0, 2000),
        "style": one_of("primary", "danger"),
        "accessibility_label": text(0, 75),
    },
)

PRESSED: dict[str, Check] = {
    "button": _BUTTON,
    "overflow": fields({"options": options(5)}, _USED, _no_value_twice),
    "workflow_button": fields(
        {"text": plain(75), "workflow": anything},
        {**_ACTION, "style": one_of("primary", "danger"), "accessibility_label": text(0, 75)},
    ),
}
"""Those that only act."""

CHOSEN: dict[str, Check] = {
    "static_select": fields({}, {**_SELECT, **_LISTED, "initial_option": anything}, *_STATIC),
    "external_select": fields({}, {**_SELECT, "initial_option": anything, "min_query_length": integer(0, 255)}),
    "users_select": fields({}, {**_SELECT, "initial_user": text(1, 64)}),
    "conversations_select": fields(
        {},
        {
            **_SELECT,
            "initial_conversation": text(1, 64),
            "default_to_current_conversation": flag,
            "response_url_enabled": flag,
            "filter": FILTER,
        },
    ),
    "channels_select": fields({}, {**_SELECT, "initial_channel": text(1, 64), "response_url_enabled": flag}),
    "multi_static_select": fields({}, {**_MULTI, **_LISTED, "initial_options": listing(anything, 1)}, *_STATIC),
    "multi_external_select": fields(
        {}, {**_MULTI, "initial_options": listing(anything, 1), "min_query_length": integer(0, 255)}
    ),
    "multi_users_select": fields({}, {**_MULTI, "initial_users": _IDS}),
    "multi_conversations_select": fields(
        {},
        {**_MULTI, "initial_conversations": _IDS, "default_to_current_conversation": flag, "filter": FILTER},
    ),
    "multi_channels_select": fields({}, {**_MULTI, "initial_channels": _IDS}),
    "datepicker": fields({}, {**_SELECT, "initial_date": _DATE}),
    "timepicker": fields({}, {**_SELECT, "initial_time": _TIME, "timezone": text(1, 64)}),
    "datetimepicker": fields({}, {**_USED, **_FOCUSED, "initial_date_time": integer(10**9, 10**10 - 1)}),
    "checkboxes": fields(
        {"options": options(10, marked=True)},
        {**_USED, **_FOCUSED, "initial_options": listing(anything, 1, 10)},
        _initial_is_offered,
        _no_value_twice,
    ),
    "radio_buttons": fields(
        {"options": options(10, marked=True)},
        {**_USED, **_FOCUSED, "initial_option": anything},
        _initial_is_offered,
        _no_value_twice,
    ),
}
"""Those that act, and that a form can hold as well."""

TYPED: dict[str, Check] = {
    "plain_text_input": fields(
        {},
        {
            **_TYPED,
            "initial_value": text(0, 3000),
            "multiline": flag,
            "min_length": integer(0, 3000),
            "max_length": integer(1, 3000),
        },
        _bounds,
    ),
    "number_input": fields(
        {"is_decimal_allowed": flag},
        {**_TYPED, "initial_value": _DECIMAL, "min_value": _DECIMAL, "max_value": _DECIMAL},
        _whole,
        _bounds,
    ),
    "email_text_input": fields({}, {**_TYPED, "initial_value": text(0, 3000)}),
    "url_text_input": fields({}, {**_TYPED, "initial_value": text(0, 3000)}),
    "rich_text_input": fields({}, {**_TYPED, "initial_value": anything}),
}
"""Those that are typed into."""

FILE_INPUT: dict[str, Check] = {
    "file_input": fields({}, {**_ACTION, "filetypes": listing(text(1, 16)), "max_files": integer(1, 10)})
}
"""In modals only."""

_FEEDBACK = fields({"text": plain(75), "value": text(1, 2000)}, {"accessibility_label": text(0, 75)})
CONTEXT_ACTIONS = by_type(
    {
        "feedback_buttons": fields({"positive_button": _FEEDBACK, "negative_button": _FEEDBACK}, _ACTION),
        "icon_button": fields(
            {"icon": one_of("trash"), "text": plain(75)},
            {**_USED, "value": text(0, 2000), "accessibility_label": text(0, 75), "visible_to_user_ids": _IDS},
        ),
    }
)

ACCESSORY = by_type({**PRESSED, **CHOSEN, "image": IMAGE}, " as an accessory")
IN_ACTIONS = by_type({**PRESSED, **CHOSEN, "rich_text_input": TYPED["rich_text_input"]}, " in actions")
INPUT = by_type({**CHOSEN, **TYPED}, " in an input here")
INPUT_IN_MODAL = by_type({**CHOSEN, **TYPED, **FILE_INPUT}, " in an input")
BUTTONS = by_type({"button": _BUTTON}, " here")
