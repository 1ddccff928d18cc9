"""What a service is made of."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from adapters.discord.given import DiscordOptions
from adapters.slack.given import SlackOptions
from adapters.web.guests import Guest
from adapters.web.server import WebOptions
from bot.holding import Tenure
from bot.servers import ServerSpec
from bot.service.roles import AT_HOME, Role
from bot.settings import Settings

Announce = Callable[[str, str | None], None]
"""Told the page's address once it is served, and what is worth a remark."""


_Options = TypeVar("_Options")


def _as_it_ships(options: _Options) -> _Options:
    return options


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceOptions:
    """What a service is made of."""

    settings: Settings
    state: Path  #: the folder of everything that lasts and is not in a Redis of somebody else's
    key: bytes = field(repr=False)  #: signs sessions and links, and seals what is secret in the store
    servers: Mapping[str, ServerSpec]  #: what the pool begins with; what was changed at run time wins
    guests: tuple[Guest, ...]
    roles: frozenset[Role] = AT_HOME
    redis_url: str | None = field(default=None, repr=False)
    host: str = "127.0.0.1"
    port: int = 8800
    tenure: Tenure = field(default_factory=Tenure)
    hurry: asyncio.Event = field(default_factory=asyncio.Event)  #: set after `stopping`: hand back at once what runs
    in_discord: Callable[[DiscordOptions], DiscordOptions] = _as_it_ships  #: another Discord, in a time of its own
    in_slack: Callable[[SlackOptions], SlackOptions] = _as_it_ships

    @property
    def web(self) -> WebOptions:
        """Return what the page is made of."""
        return WebOptions(
            key=self.key,
            guests=self.guests,
            host=self.host,
            port=self.port,
            serves_originals=self.settings.public_url is not None,
        )
