"""Which events a session hears, and how much of a message."""

from .shapes import Json
from .state import World

GUILDS, MEMBERS, PRESENCES = 1 << 0, 1 << 1, 1 << 8
GUILD_MESSAGES, DIRECT_MESSAGES, MESSAGE_CONTENT = 1 << 9, 1 << 12, 1 << 15
PRIVILEGED = MEMBERS | PRESENCES | MESSAGE_CONTENT
KNOWN = (1 << 17) - 1 | 1 << 20 | 1 << 21 | 1 << 24 | 1 << 25

_NEEDS_GUILDS = {
    *("GUILD_CREATE", "GUILD_DELETE", "GUILD_UPDATE"),
    *("CHANNEL_CREATE", "CHANNEL_UPDATE", "CHANNEL_DELETE", "THREAD_CREATE"),
}
_MESSAGES = {"MESSAGE_CREATE", "MESSAGE_UPDATE", "MESSAGE_DELETE"}


def hears(intents: int, name: str, payload: Json, world: World) -> Json | None:
    """Return the event as a session with these intents hears it; None when it does not."""
    if name in _NEEDS_GUILDS:
        return payload if intents & GUILDS else None
    if name not in _MESSAGES:
        return payload
    if not intents & (GUILD_MESSAGES if "guild_id" in payload else DIRECT_MESSAGES):
        return None
    return payload if _may_read(intents, payload, world) else {**payload, **_blank(payload)}


def _may_read(intents: int, payload: Json, world: World) -> bool:
    if intents & MESSAGE_CONTENT or "guild_id" not in payload or "author" not in payload:
        return True
    is_own = payload["author"]["id"] == str(world.bot.id)
    return is_own or any(each["id"] == str(world.bot.id) for each in payload["mentions"])


def _blank(payload: Json) -> Json:
    empty: Json = {"content": "", "embeds": [], "attachments": [], "components": []}
    return {key: value for key, value in empty.items() if key in payload}
