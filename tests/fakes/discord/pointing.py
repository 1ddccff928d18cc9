"""Points the real discord.py at the fake."""

from collections.abc import Iterator
from contextlib import contextmanager

import yarl
from discord.gateway import DiscordWebSocket
from discord.http import Route

from .server import FakeDiscord


@contextmanager
def pointed_at(fake: FakeDiscord) -> Iterator[None]:
    """Let every client of discord.py in this process talk to the fake."""
    api, gateway = Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY
    point_at(api=fake.url, gateway=fake.gateway.url)
    try:
        yield
    finally:
        Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY = api, gateway


def point_at(*, api: str, gateway: str) -> None:
    """Let every client of discord.py in this process talk to a Discord at these addresses, and to no other."""
    Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY = api, yarl.URL(gateway)
