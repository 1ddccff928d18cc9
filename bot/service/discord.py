"""Discord as a part of a service."""

from collections.abc import Callable
from urllib.parse import quote

from adapters.discord import cdn
from adapters.discord.asking import Asking
from adapters.discord.chat import DiscordChat
from adapters.discord.clicking import Clicking
from adapters.discord.client import GatewayOptions
from adapters.discord.delivery import Delivery
from adapters.discord.forming import Forming
from adapters.discord.front import DiscordFront
from adapters.discord.origins import PLATFORM
from adapters.discord.registering import Registering
from adapters.discord.reimagining import Reimagining
from adapters.discord.replies import Replies
from adapters.discord.rest import Rest
from adapters.discord.routing import Routes
from adapters.discord.showing import Showing
from adapters.discord.submitting import Submitting
from adapters.discord.telling import Telling
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
    token = _token(settings)
    rest, secrets, link = Rest(token), _secrets(core), originals(core)
    replies = Replies(secrets)
    spoilers = settings.discord.spoilers
    return DiscordFront(
        platform=DiscordChat(rest, replies, core.files, core.pool.live, link=link, spoilers=spoilers),
        rest=rest,
        routes=_routes(core, desk, sources, replies, secrets),
        registering=Registering(
            desk=desk,
            rest=rest,
            remembered=Remembering(settings=core.pool.settings, platform=PLATFORM),
            guilds=settings.discord.dev_guilds,
        ),
        gateway=GatewayOptions(
            token=token,
            shard_ids=settings.discord.shard_ids or None,
            shard_count=settings.discord.shard_count or None,
        ),
    )


def originals(core: Core) -> Callable[[StoredFile], str | None]:
    """Return what makes the address under which anybody who has it may fetch a file, for a while."""
    settings = core.options.settings
    base, for_s = settings.public_url, min(ORIGINALS_S, settings.keep_days * _DAY_S)

    def link(file: StoredFile) -> str | None:
        if base is None:
            return None
        return f"{base}/files/{file.key}/{quote(file.name, safe='')}?{core.files.link(file.key, for_s=for_s)}"

    return link


def _routes(core: Core, desk: Desk, sources: Sources, replies: Replies, secrets: RedisSecrets) -> Routes:
    spoilers = core.options.settings.discord.spoilers
    delivery = Delivery(core.files, core.pool.live, link=originals(core), spoilers=spoilers)
    submitting = Submitting(desk=desk, replies=replies, cdn=cdn.Cdn(origins=cdn.ORIGINS), card=sources.card)
    reimagining = Reimagining(desk=desk, submitting=submitting, secrets=secrets)
    telling = Telling(desk=desk)
    showing = Showing(card=sources.card, delivery=delivery)
    return Routes(
        asking=Asking(desk=desk, submitting=submitting),
        clicking=Clicking(desk=desk, submitting=submitting, showing=showing, telling=telling),
        forming=Forming(desk=desk, submitting=submitting, reimagining=reimagining),
        reimagining=reimagining,
        telling=telling,
    )


def _secrets(core: Core) -> RedisSecrets:
    # Of the key that signs links, but not the same: what one of the two gives away opens nothing of the other.
    return core.pool.secrets(SecretKey(f"secrets of the store: {core.options.key.hex()}"))


def _token(settings: Settings) -> str:
    if settings.discord_token is None:
        raise ConfigError(["There is no token for Discord: set FAIRBRUSH_DISCORD_TOKEN."])
    return settings.discord_token.get_secret_value()
