"""All blocks of a message or a view together: how many, each of them, their ids, their text, their pictures."""

import json
import secrets
from collections.abc import Callable, Iterator
from typing import Any

from .limits import Limits
from .shapes import Fault, Json, Path, by_type, fields, listing
from .shapes_blocks import BLOCK, VIEW_FIELDS, Surface
from .walking import walk

IsShown = Callable[[Json], bool]
"""Whether a `slack_file` can be shown: there, a picture, and processed."""

_INTERACTIVE = frozenset(
    {
        "button", "overflow", "workflow_button", "static_select", "external_select", "users_select",
        "conversations_select", "channels_select", "multi_static_select", "multi_external_select", "multi_users_select",
        "multi_conversations_select", "multi_channels_select", "datepicker", "timepicker", "datetimepicker",
        "checkboxes", "radio_buttons", "plain_text_input", "number_input", "email_text_input", "url_text_input",
        "rich_text_input", "file_input", "feedback_buttons", "icon_button",
    }
)  # fmt: skip


def faults(blocks: Any, surface: Surface, limits: Limits, is_shown: IsShown, path: Path = ("blocks",)) -> list[Fault]:
    """Return what is wrong with blocks."""
    most = limits.blocks if surface == "message" else limits.modal_blocks
    found = [*listing(BLOCK[surface], 0, most)(blocks, path)]
    if found:
        return found
    return [
        *_unique(blocks, path),
        *_one_focus(blocks, path),
        *_markdown(blocks, limits, path),
        *_files(blocks, path, is_shown),
    ]


def view_faults(view: Any, limits: Limits, is_shown: IsShown) -> list[Fault]:
    """Return what is wrong with a view; raises nothing, whatever it is."""
    shapes = {kind: fields(needed, allowed) for kind, (needed, allowed) in VIEW_FIELDS.items()}
    found = [*by_type(shapes)(view, ("view",))]
    if found:
        return found
    inside = faults(view["blocks"], view["type"], limits, is_shown, ("view", "blocks"))
    if not inside and view["type"] == "modal" and "submit" not in view and _has_input(view["blocks"]):
        return [Fault(path=("view",), message="missing required field: submit")]
    return inside


def size(view: Json) -> int:
    """Return how many bytes a view has."""
    return len(json.dumps(view).encode())


def identified(blocks: list[Json]) -> tuple[Json, ...]:
    """Return the blocks with the ids that Slack gives to those that have none."""
    copied: list[Json] = json.loads(json.dumps(blocks))
    for each in copied:
        each.setdefault("block_id", secrets.token_urlsafe(4)[:5])
    for each in walk(copied):
        if each.get("type") in _INTERACTIVE:
            each.setdefault("action_id", secrets.token_urlsafe(4)[:5])
    return tuple(copied)


def _has_input(blocks: list[Json]) -> bool:
    return any(each["type"] == "input" for each in blocks)


def _unique(blocks: list[Json], path: Path) -> Iterator[Fault]:
    names: set[str] = set()
    for index, block in enumerate(blocks):
        name = block.get("block_id")
        if name in names:
            yield Fault(path=(*path, index), message=f"block_id already exists: {name}")
        names |= {name} if name else set()
        inside: set[str] = set()
        for each in walk(block):
            action = each.get("action_id")
            if action in inside:
                yield Fault(path=(*path, index), message=f'`action_id` "{action}" already exists')
            inside |= {action} if action else set()


def _one_focus(blocks: list[Json], path: Path) -> Iterator[Fault]:
    if sum(bool(each.get("focus_on_load")) for each in walk(blocks)) > 1:
        yield Fault(path=path, message="only one element can have focus_on_load")


def _markdown(blocks: list[Json], limits: Limits, path: Path) -> Iterator[Fault]:
    length = sum(len(each["text"]) for each in blocks if each["type"] == "markdown")
    if length > limits.markdown:
        yield Fault(path=path, message=f"markdown blocks must be less than {limits.markdown + 1} characters together")


def _files(blocks: list[Json], path: Path, is_shown: IsShown) -> Iterator[Fault]:
    for index, block in enumerate(blocks):
        for each in walk(block):
            if "slack_file" in each and not is_shown(each["slack_file"]):
                yield Fault(path=(*path, index, "slack_file"), message="invalid slack file")
