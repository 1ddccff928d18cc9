"""Who the application is, where the gateway is, and the channels, guilds and users that it may look at."""

from . import payloads
from .asks import DONE, Answer, Ask
from .permissions import Can
from .refusals import invalid, must_be, refused
from .shapes import Fault, Json, fields, snowflake, text
from .state import Guild

_DM = fields({"recipient_id": snowflake})
_SELF = fields({}, {"username": text(2, 32)})


async def me(ask: Ask) -> Answer:
    """GET the bot's own user."""
    return Answer(200, {**payloads.user(ask.world.bot), "mfa_enabled": True, "locale": "en-US", "verified": True})


async def application(ask: Ask) -> Answer:
    """GET the application."""
    return Answer(200, payloads.application(ask.world))


async def gateway(ask: Ask) -> Answer:
    """GET where the gateway is."""
    return Answer(200, {"url": ask.gateway.url})


async def gateway_bot(ask: Ask) -> Answer:
    """GET where the gateway is, how many shards are advised, and how many sessions may still start."""
    limits = ask.world.limits
    left = max(limits.identifies - len(ask.gateway.identified), 0)
    start = {"total": limits.identifies, "remaining": left, "reset_after": 86_400_000, "max_concurrency": 1}
    return Answer(200, {"url": ask.gateway.url, "shards": ask.gateway.shards, "session_start_limit": start})


async def channel(ask: Ask) -> Answer:
    """GET a channel."""
    found = ask.world.channel(ask.number("channel_id"))
    if (found.guild is not None and not found.guild.has_bot) or Can.VIEW_CHANNEL not in found.can(ask.world.bot):
        raise refused(50001)
    return Answer(200, payloads.channel(found))


def _guild(ask: Ask) -> Guild:
    found = ask.world.guilds.get(ask.number("guild_id"))
    if found is None:
        raise refused(10004)
    if not found.has_bot:
        raise refused(50001)
    return found


async def guild(ask: Ask) -> Answer:
    """GET a guild."""
    return Answer(200, payloads.guild(ask.world, _guild(ask)))


async def guild_channels(ask: Ask) -> Answer:
    """GET the channels of a guild, without its threads."""
    return Answer(200, [payloads.channel(each) for each in _guild(ask).channels.values() if each.parent is None])


async def guild_member(ask: Ask) -> Answer:
    """GET a member of a guild."""
    found, number = _guild(ask), ask.number("user_id")
    if number != ask.world.bot.id and number not in found.members:
        raise refused(10007)
    return Answer(200, payloads.member(found, ask.world.users[number]))


async def my_guilds(ask: Ask) -> Answer:
    """GET the guilds that the bot is in."""
    mine = [each for each in ask.world.guilds.values() if each.has_bot]
    shown: list[Json] = [
        {
            "id": str(each.id),
            "name": each.name,
            "icon": None,
            "owner": False,
            "permissions": str(int(each.bot_can)),
            "features": [],
        }
        for each in mine
    ]
    return Answer(200, shown)


async def user(ask: Ask) -> Answer:
    """GET a user."""
    found = ask.world.users.get(ask.number("user_id"))
    if found is None:
        raise refused(10013)
    return Answer(200, payloads.user(found))


async def open_dm(ask: Ask) -> Answer:
    """POST to get the direct messages with a user."""
    must_be(_DM, ask.body)
    found = ask.world.users.get(int(ask.body["recipient_id"]))
    if found is None or found.is_bot:
        fault = Fault(path=("recipient_id",), code="CHANNEL_RECIPIENT_INVALID", message="Invalid Recipient(s)")
        raise invalid([fault])
    return Answer(200, payloads.channel(ask.world.dm(found)))


async def rename_me(ask: Ask) -> Answer:
    """PATCH the bot's own user."""
    must_be(_SELF, ask.body)
    return await me(ask)


async def leave(ask: Ask) -> Answer:
    """DELETE the bot's own membership of a guild."""
    found = _guild(ask)
    found.has_bot = False
    ask.world.emit("GUILD_DELETE", {"id": str(found.id)}, found)
    return DONE
