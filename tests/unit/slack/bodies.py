"""What these tests ask of a message or a view: that Slack would take it, and what somebody reads, and who is pinged."""

from collections.abc import Sequence

from adapters.slack.shapes import Json
from tests.fakes.slack import blocks as block_kit
from tests.fakes.slack.limits import Limits
from tests.fakes.slack.texts import Seen, mrkdwn
from tests.fakes.slack.walking import characters, looks, walk

LIMITS = Limits()
MEMBERS = {"U1": "@ada", "W1": "@bob", "C1": "#general", "S1": "@painters"}
"""Who could be pinged here."""


def taken_as_message(body: Json) -> Json:
    """Assert that a message may be posted and changed with a body; return it."""
    assert 0 < len(body["text"]) <= LIMITS.update_text
    assert block_kit.faults(body["blocks"], "message", LIMITS, lambda _: True) == []
    assert characters(body["blocks"]) <= LIMITS.message_text
    assert mrkdwn(body["text"], MEMBERS).pings == set()
    return body


def taken_as_view(view: Json) -> Json:
    """Assert that a view may be opened or published; return it."""
    assert block_kit.view_faults(view, LIMITS, lambda _: True) == []
    assert block_kit.size(view) <= LIMITS.view_bytes
    return view


def seen(blocks: Sequence[Json]) -> Seen:
    """Return what is read in blocks, who is pinged, and what is marked."""
    return looks("", blocks, MEMBERS)


def parts(body: Json | Sequence[Json], kind: str) -> list[Json]:
    """Return everything of a type."""
    return [each for each in walk(body) if each.get("type") == kind]


def words(body: Json, kind: str) -> list[str]:
    """Return what a kind of rich text says, each as one text."""
    return ["".join(one.get("text", "") for one in each["elements"]) for each in parts(body, kind)]


def labels(body: Json) -> list[list[str]]:
    """Return the words on the buttons, row by row."""
    return [
        [each["text"]["text"] for each in row["elements"] if each["type"] == "button"] for row in parts(body, "actions")
    ]


def action_ids(body: Json | Sequence[Json]) -> list[str]:
    """Return every action id."""
    return [each["action_id"] for each in walk(body) if "action_id" in each]
