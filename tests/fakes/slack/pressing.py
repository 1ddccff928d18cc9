"""What can be pressed and filled in in blocks, and what Slack's own client lets members do with it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from .shapes import Json

_TEXTS = {"plain_text_input", "email_text_input", "url_text_input", "number_input", "rich_text_input"}
_ONE = {"static_select", "radio_buttons", "overflow", "external_select"}
_MANY = {"multi_static_select", "checkboxes", "multi_external_select"}
_CHOSEN = {
    "users_select": "selected_user",
    "conversations_select": "selected_conversation",
    "channels_select": "selected_channel",
    "datepicker": "selected_date",
    "timepicker": "selected_time",
    "datetimepicker": "selected_date_time",
    "multi_users_select": "selected_users",
    "multi_conversations_select": "selected_conversations",
    "multi_channels_select": "selected_channels",
}


class CannotAsk(Exception):
    """Slack's client would not let the member do this."""


@dataclass(frozen=True, slots=True)
class Control:
    """An element with the block that it stands in."""

    block: Json
    element: Json

    @property
    def action_id(self) -> str:
        """What the application calls it."""
        return str(self.element["action_id"])

    @property
    def label(self) -> str:
        """What is written on it, or over it."""
        shown = self.block.get("label") or self.element.get("text") or self.element.get("placeholder") or {}
        return str(shown.get("text", ""))

    @property
    def names(self) -> set[str]:
        """How a test may call it."""
        label = self.label
        return {self.action_id, str(self.block["block_id"]), label, label.replace(" ", "_").lower()}

    @property
    def is_input(self) -> bool:
        """Whether it is a field of a form."""
        return bool(self.block["type"] == "input")


def controls(blocks: Iterable[Json]) -> Iterator[Control]:
    """Yield everything that can be pressed, chosen from or filled in."""
    for block in blocks:
        inside = [block.get("accessory"), block.get("element"), *block.get("elements", ())]
        for each in inside:
            if isinstance(each, dict) and "action_id" in each:
                yield Control(block, each)


def find(blocks: Iterable[Json], name: str) -> Control:
    """Return the control that somebody means by its label, action_id or block_id; raises CannotAsk."""
    known = [*controls(blocks)]
    for each in known:
        if name in {each.action_id, each.label}:
            return each
    found = next((each for each in known if name in each.names), None)
    if found is None:
        raise CannotAsk(f"there is no {name} among {[each.label or each.action_id for each in known]}")
    return found


def given(control: Control, values: tuple[Any, ...]) -> Any:
    """Return what was chosen: several things where several can be, otherwise one."""
    if control.element["type"] in _MANY or control.element["type"].startswith("multi_"):
        return [*values]
    if len(values) > 1:
        raise CannotAsk(f"{control.label} takes one choice")
    return values[0] if values else None


def pressed(control: Control, values: tuple[Any, ...], ts: str) -> Json:
    """Return the action of a click or choice."""
    element = control.element
    action: Json = {"type": element["type"], "action_id": control.action_id, "block_id": control.block["block_id"]}
    if element["type"] == "button":
        action |= {key: element[key] for key in ("text", "value", "style", "url") if key in element}
    else:
        action |= filled(control, given(control, values))
    return {**action, "action_ts": ts}


def filled(control: Control, value: Any) -> Json:
    """Return what the state of a view holds of one element; None leaves it as the application set it."""
    kind = control.element["type"]
    if kind in _TEXTS:
        return {"type": kind, "value": _text(control, value)}
    if kind in _ONE:
        return {"type": kind, "selected_option": _one(control, value)}
    if kind in _MANY:
        return {"type": kind, "selected_options": _many(control, value)}
    if kind == "file_input":
        return {"type": kind, "files": value or []}
    if kind in _CHOSEN:
        return {"type": kind, _CHOSEN[kind]: value if value is not None else _initial(control)}
    raise CannotAsk(f"nothing can be done with {kind}")


def _initial(control: Control) -> Any:
    found = [value for key, value in control.element.items() if key.startswith("initial_")]
    return found[0] if found else None


def _text(control: Control, value: Any) -> str | None:
    element, text = control.element, control.element.get("initial_value") if value is None else str(value)
    if not text:
        return None
    if element["type"] == "number_input":
        _check_number(control, text)
    elif not element.get("min_length", 0) <= len(text) <= element.get("max_length", 3000):
        raise CannotAsk(f"{control.label} is too long or too short")
    return text


def _check_number(control: Control, text: str) -> None:
    element = control.element
    try:
        number = Decimal(text)
    except InvalidOperation:
        raise CannotAsk(f"{control.label} takes numbers only") from None
    least, most = element.get("min_value"), element.get("max_value")
    if not element["is_decimal_allowed"] and number != number.to_integral_value():
        raise CannotAsk(f"{control.label} takes whole numbers only")
    if (least is not None and number < Decimal(least)) or (most is not None and number > Decimal(most)):
        raise CannotAsk(f"{control.label} has to be within {least} and {most}")


def _offered(element: Json) -> list[Json]:
    groups = element.get("option_groups") or ()
    return [*element.get("options", ()), *(each for group in groups for each in group["options"])]


def _one(control: Control, value: Any) -> Json | None:
    if value is None:
        return control.element.get("initial_option")
    if isinstance(value, dict):  # one that was suggested
        return value
    for each in _offered(control.element):
        if value in {each.get("value"), each["text"]["text"]}:
            return each
    raise CannotAsk(f"{control.label} offers no {value!r}")


def _many(control: Control, values: Any) -> list[Json]:
    if values is None:
        return [*control.element.get("initial_options", ())]
    chosen = [_one(control, each) for each in ([values] if isinstance(values, str) else values)]
    most = control.element.get("max_selected_items")
    if most is not None and len(chosen) > most:
        raise CannotAsk(f"{control.label} takes {most} at most")
    return [each for each in chosen if each is not None]


def is_empty(state: Json) -> bool:
    """Whether nothing was filled in or chosen."""
    return not any(value for key, value in state.items() if key != "type")


def state_of(blocks: Iterable[Json], given: dict[str, Any], *, is_checked: bool) -> Json:
    """Return the `state.values` of blocks that were filled in; checked is what a form's button to submit checks."""
    left = dict(given)
    values: dict[str, Json] = {}
    for each in controls(blocks):
        if each.element["type"] in {"button", "overflow"}:
            continue
        name = next((one for one in left if one in each.names), None)
        held = filled(each, left.pop(name) if name is not None else None)
        if is_checked and each.is_input and not each.block.get("optional") and is_empty(held):
            raise CannotAsk(f"{each.label} has to be filled in")
        values.setdefault(str(each.block["block_id"]), {})[each.action_id] = held
    if left:
        raise CannotAsk(f"the form has no {', '.join(left)}")
    return values
