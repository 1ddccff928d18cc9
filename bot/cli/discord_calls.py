"""What commands ask of Discord by themselves, and what they say when it refuses."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from adapters.discord.refusals import Refusal, Refused
from adapters.discord.rest import Rest
from bot.errors import ChatError, FairbrushError
from bot.settings import Settings

AWAY = "Discord cannot be reached at the moment. Try again shortly."

_WORDS = {
    Refusal.FORBIDDEN: "Discord does not let the bot do that there. fairbrush discord manifest has an invitation.",
    Refusal.GONE: "Discord knows no such server, or the bot is not in it. fairbrush discord manifest has a link.",
    Refusal.TOO_MANY: "Discord was asked too often. Try again in some minutes.",
    Refusal.INVALID: "Discord refuses these commands. FAIRBRUSH_DEBUG=1 shows what it said.",
}


class DiscordRefused(FairbrushError):
    """Discord did not do what a command asked of it."""

    code = "discord"
    sentence = AWAY


@asynccontextmanager
async def logged_in(settings: Settings) -> AsyncIterator[Rest]:
    """Open Discord with the token of the settings; raises ConfigError for a bad one, and DiscordRefused."""
    token = settings.discord_token.get_secret_value() if settings.discord_token else ""
    async with Rest(token) as rest:
        try:
            await rest.login()
            yield rest
        except ChatError as error:
            words = _WORDS.get(error.refusal, AWAY) if isinstance(error, Refused) else AWAY
            raise DiscordRefused(words, detail=error.detail) from error
