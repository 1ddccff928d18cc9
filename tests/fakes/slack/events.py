"""What the application is told of: messages, memberships, files, tokens. https://docs.slack.dev/reference/events"""

from . import bodies
from .shapes import Json
from .state import Channel, File, Message, Team, User, World

_TYPES = {"channel": "channel", "group": "group", "im": "im", "mpim": "mpim"}


def _heard(world: World, channel: Channel, event: Json) -> None:
    """Tell of something in a channel, if the bot is there; whoever waits looks again in any case."""
    if channel.team.bot.id in channel.members:
        world.emit(channel.team, event)
    world.changed()


def _of_message(world: World, message: Message) -> Json:
    channel = message.channel
    return {
        "type": "message",
        "channel": channel.id,
        "channel_type": _TYPES[channel.kind],
        "event_ts": world.clock.ts(),
    }


def tell_posted(world: World, message: Message) -> None:
    """Tell of a new message, and of being mentioned in it; ephemeral ones are told to nobody."""
    if message.is_ephemeral:
        world.changed()
        return
    told = {**bodies.message(world, message), **_of_message(world, message)}
    _heard(world, message.channel, told)
    bot = message.channel.team.bot
    if bot.id in message.pings and message.author is not bot and message.channel.kind != "im":
        mention = {key: value for key, value in told.items() if key not in {"channel_type", "subtype"}}
        _heard(world, message.channel, {**mention, "type": "app_mention"})


def tell_changed(world: World, message: Message, before: Json) -> None:
    """Tell of a message that shows something else now."""
    now = bodies.message(world, message)
    hidden = {"subtype": "message_changed", "hidden": True, "message": now, "previous_message": before}
    _heard(world, message.channel, {**_of_message(world, message), **hidden, "ts": world.clock.ts()})


def tell_deleted(world: World, message: Message) -> None:
    """Tell of a message that is gone."""
    gone = {"subtype": "message_deleted", "hidden": True, "deleted_ts": message.ts}
    before = bodies.message(world, message)
    _heard(
        world,
        message.channel,
        {**_of_message(world, message), **gone, "previous_message": before, "ts": world.clock.ts()},
    )


def tell_joined(world: World, channel: Channel, user: User) -> None:
    """Tell that somebody came into a channel."""
    _membership(world, channel, user, "member_joined_channel")


def tell_left(world: World, channel: Channel, user: User) -> None:
    """Tell that somebody is no longer in a channel."""
    _membership(world, channel, user, "member_left_channel")


def _membership(world: World, channel: Channel, user: User, name: str) -> None:
    letter = "C" if channel.kind == "channel" else "G"
    told = {"type": name, "user": user.id, "channel": channel.id, "channel_type": letter, "team": channel.team.id}
    world.emit(channel.team, {**told, "event_ts": world.clock.ts()})
    world.changed()


def tell_archived(world: World, channel: Channel) -> None:
    """Tell that a channel was archived."""
    _ended(world, channel, "archive")


def tell_channel_deleted(world: World, channel: Channel) -> None:
    """Tell that a channel was deleted."""
    _ended(world, channel, "deleted")


def _ended(world: World, channel: Channel, how: str) -> None:
    name = f"{'channel' if channel.kind == 'channel' else 'group'}_{how}"
    world.emit(channel.team, {"type": name, "channel": channel.id, "event_ts": world.clock.ts()})
    world.changed()


def tell_shared(world: World, file: File, channel: Channel) -> None:
    """Tell that a file was shared."""
    told = {"file_id": file.id, "file": {"id": file.id}, "user_id": file.uploader.id, "channel_id": channel.id}
    _heard(world, channel, {"type": "file_shared", **told, "event_ts": world.clock.ts()})


def tell_tokens_revoked(world: World, team: Team) -> None:
    """Tell that the bot's tokens are good for nothing any more."""
    tokens = {"oauth": [], "bot": [team.bot.id]}
    world.emit(team, {"type": "tokens_revoked", "tokens": tokens, "event_ts": world.clock.ts()})
    world.changed()


def tell_uninstalled(world: World, team: Team) -> None:
    """Tell that the application was thrown out."""
    world.emit(team, {"type": "app_uninstalled", "event_ts": world.clock.ts()})
    world.changed()
