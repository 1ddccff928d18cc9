"""Messages in channels, as the bot's own token may handle them."""

from . import payloads
from .asks import DONE, Answer, Ask
from .compose import change, may_show, post, remove, shown_by
from .permissions import Can
from .refusals import Refused, invalid, must_be, refused
from .shapes import Fault
from .shapes_messages import CREATE
from .state import Channel, Message


def _found(ask: Ask, channel: Channel) -> Message:
    """Return the message of the path; raises 10008 for one that is gone or that only one member sees."""
    message = channel.messages.get(ask.number("message_id"))
    if message is None or message.deleted_at is not None or message.is_ephemeral:
        raise refused(10008)
    return message


def _visible(ask: Ask) -> Channel:
    channel = ask.world.channel(ask.number("channel_id"))
    is_out = channel.guild is not None and not channel.guild.has_bot
    if is_out or Can.VIEW_CHANNEL not in channel.can(ask.world.bot):
        raise refused(50001)
    return channel


async def create(ask: Ask) -> Answer:
    """POST: the same nonce, enforced, finds the message that it made."""
    channel = ask.world.channel(ask.number("channel_id"))
    must_be(CREATE, ask.body)
    may_show(ask, channel)
    if channel.user is not None and not channel.user.takes_dms:
        raise refused(50007)
    _may_reply(ask, channel)
    nonce = ask.body.get("nonce")
    if ask.body.get("enforce_nonce") and nonce is not None and (made := _made_by(ask, str(nonce))):
        return Answer(200, payloads.message(ask.world, made))
    message = post(ask, channel, shown_by(ask, channel, None), author=ask.world.bot)
    message.nonce = None if nonce is None else str(nonce)
    return Answer(200, payloads.message(ask.world, message))


def _made_by(ask: Ask, nonce: str) -> Message | None:
    since = ask.world.clock.now() - ask.world.limits.nonce_s
    found = (each for each in ask.world.messages() if each.nonce == nonce and each.versions[0].at > since)
    return next((each for each in found if each.author is ask.world.bot), None)


def _may_reply(ask: Ask, channel: Channel) -> None:
    reference = ask.body.get("message_reference")
    if not reference:
        return
    if Can.READ_MESSAGE_HISTORY not in channel.can(ask.world.bot):
        raise refused(160002)
    target = channel.messages.get(int(reference["message_id"]))
    if target is None or target.deleted_at is not None:
        if reference.get("fail_if_not_exists", True):
            fault = Fault(path=("message_reference",), code="REPLIES_UNKNOWN_MESSAGE", message="Unknown message")
            raise invalid([fault])
        del ask.body["message_reference"]


async def fetch(ask: Ask) -> Answer:
    """GET one message."""
    channel = _visible(ask)
    if Can.READ_MESSAGE_HISTORY not in channel.can(ask.world.bot):
        raise refused(50013)
    return Answer(200, payloads.message(ask.world, _found(ask, channel)))


async def list_them(ask: Ask) -> Answer:
    """GET the newest messages of a channel."""
    channel = _visible(ask)
    newest = channel.shown[::-1][: int(ask.query.get("limit", "50"))]
    return Answer(200, [payloads.message(ask.world, each) for each in newest])


async def update(ask: Ask) -> Answer:
    """PATCH a message of the bot's own; 30046 when old messages were edited too often."""
    channel = _visible(ask)
    message = _found(ask, channel)
    if message.author is not ask.world.bot:
        raise refused(50005)
    if ask.uploads and Can.ATTACH_FILES not in channel.can(ask.world.bot):
        raise refused(50013)
    _count_old_edit(ask, message)
    return Answer(200, payloads.message(ask.world, change(ask, message)))


def _count_old_edit(ask: Ask, message: Message) -> None:
    world, now = ask.world, ask.world.clock.now()
    if message.versions[0].at > now - world.limits.old_after_s:
        return
    recent = [
        version
        for each in message.channel.messages.values()
        for version in each.versions[1:]
        if version.at > max(now - world.limits.old_edits_s, each.versions[0].at + world.limits.old_after_s)
    ]
    if len(recent) >= world.limits.old_edits:
        said = "Maximum number of edits to messages older than 1 hour reached. Try again later."
        raise Refused(429, 30046, said, {"retry_after": world.limits.old_edits_retry_s, "global": False})


async def delete(ask: Ask) -> Answer:
    """DELETE a message: one's own, or with MANAGE_MESSAGES."""
    channel = _visible(ask)
    message = _found(ask, channel)
    if message.author is not ask.world.bot and Can.MANAGE_MESSAGES not in channel.can(ask.world.bot):
        raise refused(50013)
    remove(ask.world, message)
    return DONE


async def typing(ask: Ask) -> Answer:
    """POST that the bot is typing."""
    channel = _visible(ask)
    if channel.to_send not in channel.can(ask.world.bot):
        raise refused(50013)
    return DONE
