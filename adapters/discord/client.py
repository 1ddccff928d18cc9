"""The gateway client: it hears what people do, and does nothing else. One lives as long as its connection."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import aiohttp
from yarl import URL

from adapters.discord.calls import refused_token
from adapters.discord.greeting import Joined
from adapters.discord.library import discord
from adapters.discord.shapes import Json
from bot.errors import ChatError, ConfigError

# What they say is said by us, once for each outage: they repeat it with a traceback for every try.
for _name in ("discord.client", "discord.shard"):
    logging.getLogger(_name).setLevel(logging.CRITICAL)

_LOGIN_S = 30.0
_CONNECT_S = 60.0
_CLOSE_S = 5.0

_REFUSALS: dict[int, str] = {
    4010: "Discord refuses a shard that [discord] shard_ids and shard_count name.",
    4011: "Discord demands more shards for so many communities: raise [discord] shard_count, or leave it out.",
    4012: "Discord no longer speaks this version of its gateway. Update Fairbrush.",
    4013: "Discord refuses the intents that were asked for. Update Fairbrush.",
    4014: "Discord refuses the intents that were asked for. Update Fairbrush.",
}
"""Close codes that every client would get again, and what mends them."""

_TOKEN = 4004

Heard = Callable[[Json, Callable[[str], bool]], None]
"""Takes an event, and what tells of a channel by its id whether it is for adults."""


class GatewayLost(ChatError):
    """Nothing is heard from Discord for now."""

    sentence = "Discord's gateway cannot be reached."


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewayOptions:
    """How to connect."""

    token: str = field(repr=False)
    shard_ids: tuple[int, ...] | None = None  #: of this process; None: all of them
    shard_count: int | None = None  #: None: as many as Discord recommends
    heartbeat_timeout_s: float = 60.0  #: longer than Discord's interval (41 s), or every quiet shard would look dead
    joined: Callable[[Joined], None] = lambda _: None  #: told of a server that has just let us in
    named: Callable[[str, str], None] = lambda *_: None  #: told of a server by its id what it is called
    guilds_s: float = 2.0  #: how long after the last guild that was told of a shard counts as ready


class GatewayClient(discord.AutoShardedClient):
    """Knows the guilds and their channels, and remembers nothing else."""

    def __init__(self, options: GatewayOptions, *, heard: Heard, ready: Callable[[], None]) -> None:
        super().__init__(
            intents=discord.Intents(guilds=True),
            member_cache_flags=discord.MemberCacheFlags.none(),
            max_messages=None,
            chunk_guilds_at_startup=False,
            shard_count=options.shard_count,
            shard_connect_timeout=_CONNECT_S,
            heartbeat_timeout=options.heartbeat_timeout_s,
            guild_ready_timeout=options.guilds_s,
        )
        self.shard_ids = None if options.shard_ids is None else list(options.shard_ids)
        self._heard, self._is_ready = heard, ready
        self._joined, self._named = options.joined, options.named
        self._launched: set[int] = set()
        # Before discord.py makes objects of it: what it does not know of an event would end the connection, and all
        # that is needed stands in the event itself.
        self._connection.parsers["INTERACTION_CREATE"] = self._hear

    def _hear(self, event: Any) -> None:
        self._heard(event, self.restricts)

    def restricts(self, channel_id: str) -> bool:
        """Tell whether a channel is for adults, as far as the guilds' own words are remembered."""
        return bool(getattr(self.get_channel(int(channel_id)), "nsfw", False))

    async def launch_shard(self, gateway: URL, shard_id: int, *, initial: bool = False) -> None:
        """Connect a shard, once; discord.py calls this. Raises GatewayLost.

        It calls itself again after every failure, for ever, deeper in its own stack each time: a new client is better.
        """
        if shard_id in self._launched:
            raise GatewayLost(detail=f"shard {shard_id} could not connect")
        self._launched.add(shard_id)
        await super().launch_shard(gateway, shard_id, initial=initial)

    async def on_shard_ready(self, shard_id: int) -> None:
        """Note that a shard hears events; discord.py calls this."""
        self._is_ready()

    async def on_guild_join(self, guild: discord.Guild) -> None:
        """Note that a server has let us in; discord.py calls this, and not for those that we were in before."""
        self._named(str(guild.id), guild.name)
        notices = guild.system_channel
        self._joined(Joined(guild=str(guild.id), notices=str(notices.id) if notices else None))

    async def on_guild_available(self, guild: discord.Guild) -> None:
        """Note what a server is called that we were in before; discord.py calls this for each as it connects."""
        self._named(str(guild.id), guild.name)

    async def on_guild_update(self, _: discord.Guild, guild: discord.Guild) -> None:
        """Note what a server is called now; discord.py calls this for whatever changes of one."""
        self._named(str(guild.id), guild.name)

    async def on_shard_resumed(self, shard_id: int) -> None:
        """Note that a shard hears events again; discord.py calls this."""
        self._is_ready()


async def listen(options: GatewayOptions, heard: Heard, ready: Callable[[], None]) -> None:
    """Hear events until the connection is lost for good.

    Raises ConfigError, GatewayLost, or whatever discord.py breaks of.
    """
    client = GatewayClient(options, heard=heard, ready=ready)
    try:
        async with asyncio.timeout(_LOGIN_S):
            await client.login(options.token)
        # Its own pauses grow to 17 minutes: without them a lost connection ends the client, and a new one is made.
        await client.connect(reconnect=False)
        raise GatewayLost(detail="the client ended")
    except discord.LoginFailure as error:
        raise refused_token() from error
    except discord.PrivilegedIntentsRequired as error:
        raise ConfigError([_REFUSALS[4014]]) from error
    except discord.ConnectionClosed as error:
        if error.code == _TOKEN:
            raise refused_token() from error
        if error.code in _REFUSALS:
            raise ConfigError([_REFUSALS[error.code]]) from error
        raise GatewayLost(detail=f"closed with {error.code}") from error
    except (TimeoutError, OSError, aiohttp.ClientError, discord.HTTPException, discord.GatewayNotFound) as error:
        raise GatewayLost(detail=type(error).__name__) from error
    finally:
        await _close(client)


async def _close(client: GatewayClient) -> None:
    try:
        async with asyncio.timeout(_CLOSE_S):
            await client.close()
    except (TimeoutError, OSError, aiohttp.ClientError):
        pass  # it is thrown away
