"""Discord as a part of a service."""

from collections.abc import Callable
from urllib.parse import quote

from adapters.discord import cdn
from adapters.discord.front import DiscordFront
from adapters.discord.opening import DiscordOptions, Shared, front_of
from adapters.discord.origins import PLATFORM
from adapters.redis.secrets import RedisSecrets, SecretKey
from bot.desk import Desk
from bot.errors import ConfigError
from bot.jobs import StoredFile
from bot.noticeboard import Sources
from bot.service.core import Core
from bot.service.remembering import Remembering
from bot.settings import Settings

ORIGINALS_S = 7 * 24 * 3600.0
"""How long the link to an original is good: a week, in which somebody who wants to keep it has saved it."""

_DAY_S = 24 * 3600.0


def discord_front(core: Core, desk: Desk, sources: Sources) -> DiscordFront:
    """Return the bot in Discord, which logs in when it runs. Raises ConfigError without a token."""
    settings = core.options.settings
    options = DiscordOptions(
        token=_token(settings),
        guilds=settings.discord.dev_guilds,
        shard_ids=settings.discord.shard_ids,
        shard_count=settings.discord.shard_count,
        spoilers=settings.discord.spoilers,
        link=originals(core),
        origins=cdn.ORIGINS,
    )
    shared = Shared(
        desk=desk,
        files=core.files,
        live=core.pool.live,
        secrets=_secrets(core),
        remembered=Remembering(settings=core.pool.settings, platform=PLATFORM),
        card=sources.card,
    )
    return front_of(options, shared)


def originals(core: Core) -> Callable[[StoredFile], str | None]:
    """Return what makes the address under which anybody who has it may fetch a file, for a while."""
    settings = core.options.settings
    base, for_s = settings.public_url, min(ORIGINALS_S, settings.keep_days * _DAY_S)

    def link(file: StoredFile) -> str | None:
        if base is None:
            return None
        return f"{base}/files/{file.key}/{quote(file.name, safe='')}?{core.files.link(file.key, for_s=for_s)}"

    return link


def _secrets(core: Core) -> RedisSecrets:
    # Of the key that signs links, but not the same: what one of the two gives away opens nothing of the other.
    return core.pool.secrets(SecretKey(f"secrets of the store: {core.options.key.hex()}"))


def _token(settings: Settings) -> str:
    if settings.discord_token is None:
        raise ConfigError(["There is no token for Discord: set FAIRBRUSH_DISCORD_TOKEN."])
    return settings.discord_token.get_secret_value()
