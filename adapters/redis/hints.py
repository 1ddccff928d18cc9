"""Hints that something changed: one subscription per process. A lost hint costs a timeout, never a truth."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Callable, Collection, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from itertools import islice
from typing import cast

from hiredis import Reader
from redis.asyncio.connection import AbstractConnection
from redis.exceptions import RedisError

from adapters.redis.edge import ANSWER_S, PAUSE_S, connection_of
from adapters.redis.keys import Keys, job_id, job_name
from adapters.redis.owned import beside
from adapters.redis.wakes import Ear, Wakes
from adapters.redis.wire import Reply, writing
from bot.jobs import Job, JobId

MAX_HINTS = 10_000
"""Per platform; beyond it further ones are dropped: the board looks at every open job from time to time anyway."""
MAX_LEFT = 10_000
"""Claims that were cancelled and are still to be taken away: more than a process has workers. Beyond, leases end."""
_QUIET_S = 5.0
"""After this Redis is asked whether it is still there."""


class Hints:
    """What was heard and not yet asked for."""

    def __init__(self, keys: Keys) -> None:
        self._keys = keys
        self._wake = keys.key("wake")
        self.process = secrets.token_hex(8)  #: what scripts call this process
        self._given = keys.key("given", self.process)
        self._ears: dict[tuple[str, str], Ear] = {}
        self._left: dict[tuple[str, str], Ear] = {}
        self._leaving = asyncio.Event()
        self._wakes = Wakes()
        self._listening = asyncio.Event()
        self._changed: dict[str, set[JobId]] = {}
        self._bells: dict[str, asyncio.Event] = {}
        self._heeded: dict[str, list[Callable[[], None]]] = {}  # by the job's name, who wants to hear of it
        self._channels: set[str] = set()  # that somebody heeded a job of
        self._wanted = asyncio.Event()

    @contextmanager
    def ear(self, server: str, nonce: str) -> Iterator[Ear]:
        """Hear the answer of a claim that waits, from before it is made."""
        who = server, nonce
        self._left.pop(who, None)
        self._ears[who] = ear = Ear()
        try:
            yield ear
        except asyncio.CancelledError:
            if self._ears.get(who) is ear:  # else the same claim is made anew
                self._leave(who, ear)
            raise
        finally:
            if self._ears.get(who) is ear:
                del self._ears[who]

    async def leaving(self) -> None:
        """Return when claims were cancelled that are still to be taken away."""
        await self._leaving.wait()

    def left(self, most: int) -> dict[tuple[str, str], Ear]:
        """Return claims that were cancelled, by server and nonce: they may be parked, or may have been given a job."""
        if not self._left:
            self._leaving.clear()
        return dict(islice(self._left.items(), most))

    def forget(self, left: Mapping[tuple[str, str], Ear]) -> None:
        """Have done with claims that were cancelled, unless they were made anew since."""
        for who, ear in left.items():
            if self._left.get(who) is ear:
                del self._left[who]

    async def work(self, lane: str | None, timeout_s: float, ear: Ear) -> None:
        """Return when there is an answer, when there may be work for a lane, or after the timeout; None is any lane.

        A new job wakes one of those who wait for its lanes; who is woken and does not claim may leave it waiting.
        """
        await self._wakes.wait(lane, ear, timeout_s)

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

    @contextmanager
    def hear(self, job: Job, heard: Callable[[], None]) -> Iterator[None]:
        """Call `heard` whenever a job may have changed, while the block runs."""
        channel, name = self._keys.key("changed", job.place.tenant.platform), job_name(job.id)
        if channel not in self._channels:
            self._channels.add(channel)
            self._wanted.set()
        heeding = self._heeded.setdefault(name, [])
        heeding.append(heard)
        try:
            yield
        finally:
            heeding.remove(heard)
            if not heeding:
                self._heeded.pop(name, None)

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
            # Whoever hears of wake-ups hears answers, too.
            wanted = (self._given, self._wake, *self._bells, *self._channels)
            new = [channel for channel in wanted if channel not in heard]
            with writing():
                await connection.send_command(*(("SUBSCRIBE", *new) if new else ("PING",)), check_health=False)
            heard.update(new)
            await _rung(self._wanted, _QUIET_S)

    async def _hear(self, connection: AbstractConnection) -> None:
        while True:
            async with asyncio.timeout(_QUIET_S + ANSWER_S):
                match await connection.read_response(disconnect_on_error=False):
                    case [b"subscribe", bytes(channel), _]:
                        self._subscribed(channel.decode())
                    case [b"message", bytes(channel), bytes(said)]:
                        self._heard(channel.decode(), said)

    def _subscribed(self, channel: str) -> None:
        """Ring: whatever came before was not heard."""
        if channel == self._wake:
            self._listening.set()
            self._wakes.wake_all()
        elif bell := self._bells.get(channel):
            bell.set()

    def _heard(self, channel: str, said: bytes) -> None:
        if channel == self._given:
            self._give(said)
            return
        words = said.decode().split(",")
        if channel == self._wake:
            self._wakes.wake(words)
            return
        for word in words:
            for heard in self._heeded.get(word, ()):
                heard()
        if bell := self._bells.get(channel):
            changed = self._changed.setdefault(channel, set())
            changed.update(map(job_id, words[: MAX_HINTS - len(changed)]))
            bell.set()

    def _give(self, said: bytes) -> None:
        """Hand an answer to the claim that it is for; one that has its answer already, by another way, needs it not."""
        reader = Reader()
        reader.feed(said)
        server, nonce, answer = cast("tuple[bytes, bytes, Reply]", reader.gets())
        who = server.decode(), nonce.decode()
        if ear := self._ears.get(who):
            ear.give(answer)

    def _leave(self, who: tuple[str, str], ear: Ear) -> None:
        self._left[who] = ear
        self._leaving.set()
        if len(self._left) > MAX_LEFT:
            del self._left[next(iter(self._left))]


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
