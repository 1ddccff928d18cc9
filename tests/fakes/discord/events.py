"""What the gateway tells of a message."""

from . import payloads
from .permissions import Can
from .shapes import Json
from .state import Message, World

CREATED, UPDATED, DELETED = "MESSAGE_CREATE", "MESSAGE_UPDATE", "MESSAGE_DELETE"


def tell(world: World, message: Message, name: str) -> None:
    """Tell of a message that the bot may see; whoever waits looks again in any case."""
    if not message.is_ephemeral and Can.VIEW_CHANNEL in message.channel.can(world.bot):
        world.emit(name, _event(world, message, name), message.channel.guild)
    world.changed()


def _event(world: World, message: Message, name: str) -> Json:
    guild = message.channel.guild
    where: Json = {} if guild is None else {"guild_id": str(guild.id)}
    if name == DELETED:
        return {"id": str(message.id), "channel_id": str(message.channel.id), **where}
    if guild is not None:
        where["member"] = payloads.member(guild, message.author, with_user=False)
    return {**payloads.message(world, message), **where}
