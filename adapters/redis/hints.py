"""Hints that something changed: one subscription per process. A lost hint costs a timeout, never a truth."""

import asyncio
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager

from redis.asyncio.connection import AbstractConnection
from redis.exceptions import RedisError

from adapters.redis.edge import ANSWER_S, PAUSE_S, connection_of
from adapters.redis.keys import Keys, job_id
from adapters.redis.owned import beside
from adapters.redis.wakes import Wakes
from bot.jobs import JobId

MAX_HINTS = 10_000
"""Per platform; beyond it further ones are dropped: the board looks at every open job from time to time anyway."""
_QUIET_S = 5.0
"""After this Redis is asked whether it is still there."""


class Hints:
    """What was heard and not yet asked for."""

    def __init__(self, keys: Keys) -> None:
        self._keys = keys
        self._wake = keys.key("wake")
        self._wakes = Wakes()
        self._listening = asyncio.Event()
        self._changed: dict[str, set[JobId]] = {}
        self._bells: dict[str, asyncio.Event] = {}
        self._wanted = asyncio.Event()

    async def work(self, lane: str | None, timeout_s: float) -> None:
        """Return when there may be work for a lane, or after the timeout; None is any lane.

        A new job wakes one of those who wait for its lanes; who is woken and does not claim may leave it waiting.
        """
        try:
            async with asyncio.timeout(timeout_s):
                await self._wakes.wait(lane)
        except TimeoutError:
            pass

    async def changed(self, platform: str, timeout_s: float) -> Collection[JobId]:
        """Return the jobs of a platform that changed since the last call; none after the timeout.

        Nothing is heard of a platform before the first call; it returns, with none, as soon as something would be.
        """
        channel = self._keys.key("changed", platform)
        if channel not in self._bells:
            self._bells[channel] = asyncio.Event()
            self._wanted.set()
        bell = self._bells[channel]
        if not await _rung(bell, timeout_s):
            return ()
        bell.clear()
        return frozenset(self._changed.pop(channel, ()))

    async def listening(self, timeout_s: float) -> None:
        """Return when hints are heard, or after the timeout: a Redis that is away now may come back."""
        await _rung(self._listening, timeout_s)

    async def listen(self, connection: AbstractConnection) -> None:
        """Listen for ever; a lost connection is opened again."""
        while True:
            try:
                async with asyncio.timeout(ANSWER_S):
                    await connection.connect()  # type: ignore[no-untyped-call]
                async with asyncio.TaskGroup() as connected:
                    connected.create_task(self._hear(connection))
                    connected.create_task(self._subscribe(connection))
            except* (RedisError, OSError):
                await asyncio.sleep(PAUSE_S)
            finally:
                await connection.disconnect(nowait=True)

    async def _subscribe(self, connection: AbstractConnection) -> None:
        """Subscribe to what is wanted, now and later; between that ask whether Redis is there."""
        heard: set[str] = set()
        while True:
            self._wanted.clear()
            new = {self._wake, *self._bells} - heard
            await connection.send_command(*(("SUBSCRIBE", *new) if new else ("PING",)), check_health=False)
            heard |= new
            await _rung(self._wanted, _QUIET_S)

    async def _hear(self, connection: AbstractConnection) -> None:
        while True:
            async with asyncio.timeout(_QUIET_S + ANSWER_S):
                match await connection.read_response(disconnect_on_error=False):
                    case [b"subscribe", bytes(channel), _]:
                        self._subscribed(channel.decode())
                    case [b"message", bytes(channel), bytes(said)]:
                        self._heard(channel.decode(), said.decode())

    def _subscribed(self, channel: str) -> None:
        """Ring: whatever came before was not heard."""
        if channel == self._wake:
            self._listening.set()
            self._wakes.wake_all()
        else:
            self._bells[channel].set()

    def _heard(self, channel: str, said: str) -> None:
        if channel == self._wake:
            self._wakes.wake(said.split(","))
            return
        heard = self._changed.setdefault(channel, set())
        heard.update(map(job_id, said.split(",")[: MAX_HINTS - len(heard)]))
        self._bells[channel].set()


@asynccontextmanager
async def open_hints(url: str, keys: Keys, *, patience_s: float = ANSWER_S) -> AsyncIterator[Hints]:
    """Listen for as long as the block runs, which begins when the first hint may come, or after the patience."""
    hints, connection = Hints(keys), connection_of(url)
    async with beside(hints.listen(connection)):
        await hints.listening(patience_s)
        yield hints


async def _rung(bell: asyncio.Event, timeout_s: float) -> bool:
    try:
        async with asyncio.timeout(timeout_s):
            await bell.wait()
    except TimeoutError:
        return False
    return True
