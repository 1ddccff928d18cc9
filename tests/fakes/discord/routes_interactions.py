"""The first answer to an interaction: types 1, 4, 5, 6, 7, 8 and 9, once, and within three seconds."""

from collections.abc import Callable

from . import payloads
from .asks import DONE, Answer, Ask
from .compose import change, post, shown_by
from .events import CREATED, tell
from .refusals import invalid, must_be, refused
from .shapes import Check, Fault, Json, anything, fields, integer
from .shapes_commands import CHOICES
from .shapes_components import MODAL
from .shapes_messages import ANSWER, DEFER, EPHEMERAL
from .state import Interaction, Message, Version

COMMAND, COMPONENT, AUTOCOMPLETE, SUBMIT = 2, 3, 4, 5
PONG, MESSAGE, LATER, UPDATE_LATER, UPDATE, SUGGEST, FORM = 1, 4, 5, 6, 7, 8, 9

_FITS: dict[int, set[int]] = {
    COMMAND: {MESSAGE, LATER, FORM},
    COMPONENT: {MESSAGE, LATER, UPDATE_LATER, UPDATE, FORM},
    AUTOCOMPLETE: {SUGGEST},
    SUBMIT: {MESSAGE, LATER, UPDATE_LATER, UPDATE},
}
_DATA: dict[int, Check] = {
    MESSAGE: ANSWER,
    LATER: DEFER,
    UPDATE_LATER: fields({}),
    UPDATE: anything,  # judged as the edit that it is
    SUGGEST: CHOICES,
    FORM: MODAL,
}
_CALLBACK = fields({"type": integer(0, 12)}, {"data": anything})


async def answer(ask: Ask) -> Answer:
    """POST the first answer; 10062 when it is late, 40060 when there was one."""
    asked = _due(ask)
    must_be(_CALLBACK, ask.body)
    kind, told = ask.body["type"], ask.body.get("data") or {}
    fits = _FITS[asked.kind] - ({UPDATE, UPDATE_LATER} if asked.source is None else set())
    if kind not in fits:
        raise invalid(
            [Fault(path=("type",), code="BASE_TYPE_CHOICES", message=f"Value must be one of {sorted(fits)}.")]
        )
    must_be(_under_data(_DATA[kind]), ask.body)
    ask.body = told
    _ANSWERS[kind](ask, asked)
    asked.answer, asked.answered_at = kind, ask.world.clock.now()
    ask.world.changed()
    return Answer(200, _receipt(ask, asked)) if ask.asks_for("with_response") else DONE


def _under_data(check: Check) -> Check:
    return lambda body, path: check(body.get("data") or {}, (*path, "data"))


def _due(ask: Ask) -> Interaction:
    world = ask.world
    asked = world.interactions.get(ask.number("interaction_id"))
    if asked is None or asked.token != ask.params["interaction_token"]:
        raise refused(10062)
    if asked.answer is not None:
        raise refused(40060)
    if world.clock.now() > asked.born + world.limits.ack_s:
        raise refused(10062)
    return asked


def _message(ask: Ask, asked: Interaction) -> None:
    version = shown_by(ask, asked.channel, None, flags=ask.body.get("flags", 0) & EPHEMERAL)
    asked.original = post(ask, asked.channel, version, author=ask.world.bot, asked=asked)


def _later(ask: Ask, asked: Interaction) -> None:
    world = ask.world
    message = Message(
        id=world.clock.snowflake(),
        channel=asked.channel,
        author=world.bot,
        versions=[Version(at=world.clock.now(), flags=ask.body.get("flags", 0))],
        interaction=asked,
        is_loading=True,
    )
    asked.channel.messages[message.id] = asked.original = message
    asked.messages.append(message)
    tell(world, message, CREATED)


def _update_later(ask: Ask, asked: Interaction) -> None:
    asked.original = asked.source


def _update(ask: Ask, asked: Interaction) -> None:
    assert asked.source is not None
    asked.original = change(ask, asked.source)


def _suggest(ask: Ask, asked: Interaction) -> None:
    asked.choices = ask.body["choices"]


def _form(ask: Ask, asked: Interaction) -> None:
    asked.modal = ask.body


_ANSWERS: dict[int, Callable[[Ask, Interaction], None]] = {
    MESSAGE: _message,
    LATER: _later,
    UPDATE_LATER: _update_later,
    UPDATE: _update,
    SUGGEST: _suggest,
    FORM: _form,
}


def _receipt(ask: Ask, asked: Interaction) -> Json:
    shown: Json = {"id": str(asked.id), "type": asked.kind, "channel_id": str(asked.channel.id)}
    if asked.channel.guild is not None:
        shown["guild_id"] = str(asked.channel.guild.id)
    resource: Json = {"type": asked.answer}
    if asked.original is not None:
        shown |= {
            "response_message_id": str(asked.original.id),
            "response_message_loading": asked.original.is_loading,
            "response_message_ephemeral": asked.original.is_ephemeral,
        }
        if asked.answer in {MESSAGE, UPDATE}:
            resource["message"] = payloads.message(ask.world, asked.original)
    return {"interaction": shown, "resource": resource}
