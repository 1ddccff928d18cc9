"""Discord as a part of a service."""

from adapters.discord.front import DiscordFront
from adapters.discord.given import DiscordOptions
from adapters.discord.opening import front_of
from adapters.discord.origins import PLATFORM
from bot.backing import Backing
from bot.errors import ConfigError
from bot.service.core import Core
from bot.service.originals import originals
from bot.service.remembering import Remembering
from bot.settings import Settings


def discord_front(core: Core, backing: Backing) -> DiscordFront:
    """Return the bot in Discord, which logs in when it runs. Raises ConfigError without a token."""
    settings = core.options.settings
    options = DiscordOptions(
        token=_token(settings),
        guilds=settings.discord.dev_guilds,
        shard_ids=settings.discord.shard_ids,
        shard_count=settings.discord.shard_count,
        spoilers=settings.discord.spoilers,
        link=originals(core),
    )
    remembered = Remembering(settings=core.pool.settings, platform=PLATFORM)
    return front_of(core.options.in_discord(options), backing, remembered)


def _token(settings: Settings) -> str:
    if settings.discord_token is None:
        raise ConfigError(["There is no token for Discord: set FAIRBRUSH_DISCORD_TOKEN."])
    return settings.discord_token.get_secret_value()
