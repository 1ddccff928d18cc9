"""What commands ask of Discord by themselves, and what they say when it refuses."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from adapters.discord.refusals import Refused
from adapters.discord.rest import Rest
from adapters.discord.shapes import is_id
from adapters.discord.syncing import REFUSED
from bot.errors import ChatError, FairbrushError
from bot.settings import Settings

AWAY = "Discord cannot be reached at the moment. Try again shortly."
_LEAST_DIGITS = 5  # of what somebody means as an id: what is shorter was a slip


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
            raise DiscordRefused(why(error), detail=error.detail) from error


def is_meant_as_id(text: str) -> bool:
    """Whether what somebody typed, or what a token begins with, is an id of Discord's."""
    return is_id(text) and len(text) >= _LEAST_DIGITS


def why(error: ChatError) -> str:
    """Say what a refusal asks of the operator."""
    return REFUSED.get(error.refusal, AWAY) if isinstance(error, Refused) else AWAY
