"""What may differ between one bot in Discord and another; read before anybody needs discord.py."""

import asyncio
from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass, field
from time import time

from adapters.discord.cdn import ORIGINS
from bot.copies import USUAL_SPOILERS, Spoilers
from bot.jobs import StoredFile


@dataclass(frozen=True, slots=True, kw_only=True)
class DiscordOptions:
    """How the bot is in Discord."""

    token: str = field(repr=False)
    guilds: tuple[str, ...] = ()  #: where commands are registered; none: everywhere
    shard_ids: tuple[int, ...] = ()  #: of this process; none: all
    shard_count: int = 0  #: of all processes; 0: as many as Discord recommends
    heartbeat_timeout_s: float = 60.0
    spoilers: Spoilers = USUAL_SPOILERS
    link: Callable[[StoredFile], str | None] = lambda _: None  #: makes an expiring address of an original
    origins: Collection[str] = ORIGINS  #: where attachments are fetched from
    now: Callable[[], float] = time  #: the clock that jobs are dated by
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep  #: between two looks at the commands
