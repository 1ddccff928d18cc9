"""What an interaction's token may do for fifteen minutes: follow up, and handle the messages that it made."""

from . import payloads
from .asks import DONE, Answer, Ask
from .compose import change, post, remove, shown_by
from .refusals import must_be, refused
from .shapes_messages import ANSWER, EPHEMERAL
from .state import Interaction, Message


def alive(ask: Ask) -> Interaction:
    """Return the interaction of the token; raises 50027 once it is dead, 10015 before its first answer, 10003."""
    asked = ask.world.by_token.get(ask.params["webhook_token"])
    if asked is None or ask.number("webhook_id") != ask.world.application:
        raise refused(50027)
    if ask.world.clock.now() > asked.born + ask.world.limits.token_s:
        raise refused(50027)
    if asked.answer is None:
        raise refused(10015)
    ask.world.channel(asked.channel.id)
    return asked


def _original(ask: Ask) -> Message:
    message = alive(ask).original
    if message is None or message.deleted_at is not None:
        raise refused(10008)
    return message


def _own(ask: Ask) -> Message:
    asked, number = alive(ask), ask.number("message_id")
    for each in [*asked.messages, *([asked.original] if asked.original else [])]:
        if each.id == number and each.deleted_at is None:
            return each
    raise refused(10008)


async def follow_up(ask: Ask) -> Answer:
    """POST another message; after a deferred answer the first one takes its place, whatever its flags."""
    asked = alive(ask)
    must_be(ANSWER, ask.body)
    if asked.by_user_install and asked.followups >= ask.world.limits.followups_of_user_install:
        raise refused(40094)
    asked.followups += 1
    if asked.original is not None and asked.original.is_loading and asked.original.deleted_at is None:
        flags = ask.body.pop("flags", 0) & ~EPHEMERAL
        ask.body |= {"flags": flags} if flags else {}
        return Answer(200, payloads.message(ask.world, change(ask, asked.original)))
    version = shown_by(ask, asked.channel, None, flags=ask.body.get("flags", 0) & EPHEMERAL)
    message = post(ask, asked.channel, version, author=ask.world.bot, asked=asked)
    return Answer(200, payloads.message(ask.world, message))


async def fetch_original(ask: Ask) -> Answer:
    """GET the answer."""
    return Answer(200, payloads.message(ask.world, _original(ask)))


async def update_original(ask: Ask) -> Answer:
    """PATCH the answer."""
    return Answer(200, payloads.message(ask.world, change(ask, _original(ask))))


async def delete_original(ask: Ask) -> Answer:
    """DELETE the answer."""
    remove(ask.world, _original(ask))
    return DONE


async def fetch(ask: Ask) -> Answer:
    """GET a message of this interaction's."""
    return Answer(200, payloads.message(ask.world, _own(ask)))


async def update(ask: Ask) -> Answer:
    """PATCH a message of this interaction's."""
    return Answer(200, payloads.message(ask.world, change(ask, _own(ask))))


async def delete(ask: Ask) -> Answer:
    """DELETE a message of this interaction's."""
    remove(ask.world, _own(ask))
    return DONE
