"""Blocks, on the three surfaces that show them. https://docs.slack.dev/reference/block-kit/blocks."""

from collections.abc import Iterator
from typing import Literal

from .shapes import (
    Check,
    Fault,
    Json,
    Path,
    anything,
    at_least_one,
    by_type,
    exactly_one,
    fields,
    flag,
    listing,
    one_of,
    text,
)
from .shapes_elements import ACCESSORY, BUTTONS, CONTEXT_ACTIONS, IN_ACTIONS, INPUT, INPUT_IN_MODAL
from .shapes_objects import IMAGE, PICTURE_URL, SLACK_FILE, URL, any_text, plain

Surface = Literal["message", "modal", "home"]

_ID: dict[str, Check] = {"block_id": text(1, 255)}
_PICTURE = {"image_url": PICTURE_URL, "slack_file": SLACK_FILE}
_IN_CONTEXT = by_type(
    {
        "image": IMAGE,
        "plain_text": fields({"text": text(1, 3000)}, {"emoji": flag}),
        "mrkdwn": fields({"text": text(1, 3000)}, {"verbatim": flag}),
    },
    " in a context",
)
_RICH_PARTS = by_type(
    {
        "rich_text_section": fields({"elements": listing(anything, 0, 3000)}),
        "rich_text_list": fields(
            {"elements": listing(anything, 0, 3000), "style": one_of("bullet", "ordered")},
            {"indent": anything, "offset": anything, "border": anything},
        ),
        "rich_text_preformatted": fields(
            {"elements": listing(anything, 0, 3000)}, {"border": anything, "language": text(1, 64)}
        ),
        "rich_text_quote": fields({"elements": listing(anything, 0, 3000)}, {"border": anything}),
    }
)
_RICH_TEXT = fields({"elements": listing(_RICH_PARTS)}, _ID)
_OF_TYPE_RICH_TEXT = by_type({"rich_text": _RICH_TEXT})
_STATUS = one_of("pending", "in_progress", "complete", "error")
_SOURCE = by_type({"url": fields({"url": URL, "text": text(1, 3000)}, {"icon_url": PICTURE_URL})})
_TASK = fields(
    {"task_id": text(1, 255), "title": text(1, 3000)},
    {
        **_ID,
        "details": _OF_TYPE_RICH_TEXT,
        "output": _OF_TYPE_RICH_TEXT,
        "sources": listing(_SOURCE),
        "status": _STATUS,
    },
)
_CARD = fields(
    {},
    {
        **_ID,
        "hero_image": by_type({"image": IMAGE}),
        "icon": by_type({"image": IMAGE}),
        "title": any_text(150),
        "subtitle": any_text(150),
        "body": any_text(200),
        "actions": listing(BUTTONS, 1, 3),
    },
    at_least_one("hero_image", "title", "actions", "body"),
)


_EVERYWHERE: dict[str, Check] = {
    "section": fields(
        {},
        {
            **_ID,
            "text": any_text(3000),
            "fields": listing(any_text(2000), 1, 10),
            "accessory": ACCESSORY,
            "expand": flag,
        },
        at_least_one("text", "fields"),
    ),
    "header": fields({"text": plain(150)}, {**_ID, "level": anything}),
    "divider": fields({}, _ID),
    "image": fields(
        {"alt_text": text(1, 2000)},
        {**_ID, **_PICTURE, "title": plain(2000)},
        exactly_one("image_url", "slack_file"),
    ),
    "context": fields({"elements": listing(_IN_CONTEXT, 1, 10)}, _ID),
    "actions": fields({"elements": listing(IN_ACTIONS, 1, 25)}, _ID),
    "rich_text": _RICH_TEXT,
    "video": fields(
        {
            "alt_text": text(1, 2000),
            "title": plain(199),
            "thumbnail_url": PICTURE_URL,
            "video_url": text(1, 3000, like=r"https://\S+"),
        },
        {
            **_ID,
            "author_name": text(1, 49),
            "description": plain(200),
            "provider_icon_url": PICTURE_URL,
            "provider_name": text(1, 255),
            "title_url": text(1, 3000, like=r"https://\S+"),
        },
    ),
}


def _input(element: Check) -> Check:
    def check(value: Json, path: Path) -> Iterator[Fault]:
        if value.get("dispatch_action") and value["element"]["type"] == "file_input":
            yield Fault(path=path, message="a file_input cannot dispatch actions")

    return fields(
        {"label": plain(2000), "element": element},
        {**_ID, "hint": plain(2000), "optional": flag, "dispatch_action": flag},
        check,
    )


_MESSAGE: dict[str, Check] = {
    **_EVERYWHERE,
    "input": _input(INPUT),
    "markdown": fields({"text": text(1, 12_000)}, _ID),
    "context_actions": fields({"elements": listing(CONTEXT_ACTIONS, 1, 5)}, _ID),
    "table": fields(
        {"rows": listing(listing(anything, 1, 20), 1, 100)}, {**_ID, "column_settings": listing(anything, 0, 20)}
    ),
    "task_card": _TASK,
    "plan": fields({"title": text(1, 3000)}, {**_ID, "tasks": listing(by_type({"task_card": _TASK}), 1, 50)}),
    "card": _CARD,
    "carousel": fields({"elements": listing(by_type({"card": _CARD}), 1, 10)}, _ID),
    "file": fields({"external_id": text(1, 255), "source": one_of("remote")}, _ID),
}
_MODAL: dict[str, Check] = {
    **_EVERYWHERE,
    "input": _input(INPUT_IN_MODAL),
    "alert": fields(
        {"text": any_text(3000)}, {**_ID, "level": one_of("default", "info", "warning", "error", "success")}
    ),
}
_HOME: dict[str, Check] = {**_EVERYWHERE, "input": _input(INPUT)}

BLOCK: dict[Surface, Check] = {
    "message": by_type(_MESSAGE),
    "modal": by_type(_MODAL, " in a modal"),
    "home": by_type(_HOME, " in a home"),
}
"""One block, by where it is shown."""


_VIEW: dict[str, Check] = {
    "private_metadata": text(0, 3000),
    "callback_id": text(0, 255),
    "external_id": text(0, 255),
}
VIEW_FIELDS: dict[str, tuple[dict[str, Check], dict[str, Check]]] = {
    "modal": (
        {"title": plain(24), "blocks": anything},
        {
            **_VIEW,
            "submit": plain(24),
            "close": plain(24),
            "clear_on_close": flag,
            "notify_on_close": flag,
            "submit_disabled": flag,
        },
    ),
    "home": ({"blocks": anything}, _VIEW),
}
"""What a view holds beside its blocks: needed, and allowed."""
