"""Hints that something changed: one subscription per process. A lost hint costs a timeout, never a truth."""

import asyncio
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from uuid import UUID

from redis.asyncio import Redis
from redis.exceptions import RedisError

from adapters.redis.edge import ANSWER_S, PAUSE_S, client_of
from adapters.redis.keys import Keys
from adapters.redis.owned import beside
from bot.jobs import JobId

MAX_HINTS = 10_000
"""Per platform; beyond it further ones are dropped: the board looks at every open job from time to time anyway."""
_LISTEN_S = 5.0


class Hints:
    """What was heard and not yet asked for."""

    def __init__(self, keys: Keys) -> None:
        self._keys = keys
        self._work = asyncio.Event()
        self._listening = asyncio.Event()
        self._changed: dict[str, set[JobId]] = {}
        self._bells: dict[str, asyncio.Event] = {}

    async def work(self, timeout_s: float) -> None:
        """Return when there may be work, or after the timeout."""
        if await _rung(self._work, timeout_s):
            self._work.clear()

    async def changed(self, platform: str, timeout_s: float) -> Collection[JobId]:
        """Return the jobs of a platform that changed since the last call; none after the timeout."""
        channel = self._keys.key("changed", platform)
        bell = self._bells.setdefault(channel, asyncio.Event())
        if not await _rung(bell, timeout_s):
            return ()
        bell.clear()
        return frozenset(self._changed.pop(channel, ()))

    async def listening(self, timeout_s: float) -> None:
        """Return when hints are heard, or after the timeout: a Redis that is away now may come back."""
        await _rung(self._listening, timeout_s)

    async def listen(self, client: Redis) -> None:
        """Listen for ever; a lost connection is opened again."""
        while True:
            try:
                await self._subscribed(client)
            except (RedisError, OSError):
                await asyncio.sleep(PAUSE_S)

    async def _subscribed(self, client: Redis) -> None:
        async with client.pubsub() as subscription:
            await subscription.subscribe(self._keys.key("wake"))
            await subscription.psubscribe(self._keys.key("changed") + ":*")
            while True:
                message = await subscription.get_message(timeout=_LISTEN_S)
                if message:
                    self._hear(message["type"], message["channel"].decode(), message["data"])

    def _hear(self, what: str, channel: str, said: bytes | int) -> None:
        if what == "psubscribe":
            self._listening.set()
            self._work.set()  # whatever came while nobody listened was not heard
        elif channel == self._keys.key("wake"):
            self._work.set()
        elif what == "pmessage" and isinstance(said, bytes):
            heard = self._changed.setdefault(channel, set())
            if len(heard) < MAX_HINTS:
                heard.add(JobId(UUID(said.decode())))
            self._bells.setdefault(channel, asyncio.Event()).set()


@asynccontextmanager
async def open_hints(url: str, keys: Keys, *, patience_s: float = ANSWER_S) -> AsyncIterator[Hints]:
    """Subscribe for as long as the block runs, which begins when the first hint may come, or after the patience."""
    hints, client = Hints(keys), client_of(url, max_connections=1)
    try:
        async with beside(hints.listen(client)):
            await hints.listening(patience_s)
            yield hints
    finally:
        await client.aclose()
        await client.connection_pool.disconnect()


async def _rung(bell: asyncio.Event, timeout_s: float) -> bool:
    try:
        async with asyncio.timeout(timeout_s):
            await bell.wait()
    except TimeoutError:
        return False
    return True
