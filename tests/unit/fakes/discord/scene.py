"""A small application on the real discord.py, for the tests of the fake."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import discord
from discord import app_commands

from tests.fakes.discord.pointing import pointed_at
from tests.fakes.discord.server import FakeDiscord


class Application(discord.Client):
    """A client with a tree of commands, that says when it is ready, resumed and disconnected."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("intents", discord.Intents(guilds=True))
        super().__init__(guild_ready_timeout=0.05, **options)
        self.tree = app_commands.CommandTree(self)
        self.heard: list[str] = []

    def dispatch(self, event: str, /, *args: Any, **kwargs: Any) -> None:
        self.heard.append(event)
        super().dispatch(event, *args, **kwargs)


@asynccontextmanager
async def running(fake: FakeDiscord, client: discord.Client, *, sync: bool = True) -> AsyncIterator[None]:
    """Start a client against the fake and stop it at the end."""
    with pointed_at(fake):
        async with client, asyncio.timeout(60), asyncio.TaskGroup() as group:
            started = group.create_task(client.start(fake.token))
            await _ready(client, started)
            if sync and isinstance(client, Application) and client.tree.get_commands():
                await client.tree.sync()
            try:
                yield
            finally:
                await client.close()
                started.cancel()
                with suppress(asyncio.CancelledError):
                    await started


async def _ready(client: discord.Client, started: asyncio.Task[None]) -> None:
    while not client.is_ready():
        assert not started.done(), started.exception()
        await asyncio.sleep(0.01)
