"""What these tests ask of a body: that Discord would take it, and what somebody reads in it."""

from collections.abc import Iterator

from adapters.discord.shapes import Json
from bot.inert import length
from tests.fakes.discord.record import Call
from tests.fakes.discord.schema import complaints, is_at_hand
from tests.fakes.discord.shapes import Check
from tests.fakes.discord.shapes_components import MODAL, walk
from tests.fakes.discord.shapes_messages import ANSWER, CREATE, edit

_SENDING = "/channels/{channel_id}/messages"
_CALLBACK = "/interactions/{interaction_id}/{interaction_token}/callback"


def taken_as_message(body: Json) -> Json:
    """Assert that a message may be created and edited with a body; return it."""
    for check in (CREATE, edit(was_v2=False), edit(was_v2=True)):
        _sound(check, body)
    assert texts_length(body) <= 4000
    _described("POST", _SENDING, body)
    return body


def taken_as_answer(body: Json) -> Json:
    """Assert that an interaction may be answered with a body; return it."""
    _sound(ANSWER, body)
    assert texts_length(body) <= 4000
    _described("POST", _CALLBACK, {"type": 4, "data": body})
    return body


def taken_as_form(body: Json) -> Json:
    """Assert that an interaction may be answered with a form; return it."""
    _sound(MODAL, body)
    _described("POST", _CALLBACK, {"type": 9, "data": body})
    return body


def parts(body: Json, kind: int) -> list[Json]:
    """Return all components of a kind."""
    return [each for each in walk(body["components"]) if each["type"] == kind]


def said(body: Json) -> str:
    """Return all texts of a message."""
    return "\n".join(each["content"] for each in parts(body, 10))


def labels(body: Json) -> list[list[str]]:
    """Return the words on the buttons, row by row."""
    rows = parts(body, 1)
    return [[each.get("label", "") for each in row["components"] if each["type"] == 2] for row in rows]


def custom_ids(body: Json) -> Iterator[str]:
    """Yield every custom id."""
    yield from (each["custom_id"] for each in walk(body["components"]) if "custom_id" in each)


def texts_length(body: Json) -> int:
    """Count all texts of a message as Discord's clients do."""
    return sum(length(each["content"]) for each in parts(body, 10))


def _sound(check: Check, body: Json) -> None:
    faults = [*check(body, ())]
    assert faults == []


def _described(method: str, route: str, body: Json) -> None:
    if is_at_hand():
        assert complaints(Call(at=0.0, method=method, route=route, path=route, body=body)) == []
