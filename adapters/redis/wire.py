"""One connection that every caller of a process shares: what is asked at the same time is written at once.

A call with a connection of its own costs more Python than its script costs Redis. Answers come in the order of the
calls, so a caller that leaves only stops listening: its answer is still read, and nobody else gets it.
"""

import asyncio
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from copy import copy
from dataclasses import dataclass, field

from redis.asyncio.connection import AbstractConnection
from redis.exceptions import ConnectionError as Broken
from redis.exceptions import ReadOnlyError, RedisError, ResponseError
from redis.exceptions import TimeoutError as Silent

MAX_UNANSWERED = 128
"""Calls on the way; more gain nothing, and all of them are asked again when the connection breaks."""
MAX_UNANSWERED_BYTES = 256 * 1024
"""A larger call goes alone."""

Reply = bytes | int | list["Reply"] | None
"""What a command answers."""


@dataclass(slots=True)
class _Call:
    packed: bytes
    # An error is an answer too, for a future whose error nobody fetches complains; its caller may have just left.
    answer: asyncio.Future[Reply | Exception]
    asked_at: float = field(default=0.0)


@contextmanager
def writing() -> Iterator[None]:
    """Call a connection lost that had closed before it was written to: uvloop says so by a RuntimeError."""
    try:
        yield
    except RuntimeError as error:
        raise Broken("closed before it was written to") from error


class Wire:
    """Calls on the way over one connection; somebody runs `serve` beside those who ask."""

    def __init__(self, connection: AbstractConnection, *, answer_s: float) -> None:
        self._connection = connection
        self._answer_s = answer_s
        self._clock = asyncio.get_running_loop().time
        self._queued: deque[_Call] = deque()
        self._unanswered: deque[_Call] = deque()
        self._unanswered_bytes = 0
        self._writable = asyncio.Event()

    async def ask(self, packed: bytes) -> Reply:
        """Carry one packed command and return its answer; raises RedisError or OSError.

        After a lost connection it may or may not have been carried out. The deadline is the connection's: everybody is
        told when Redis falls silent.
        """
        call = _Call(packed, asyncio.get_running_loop().create_future())
        self._queued.append(call)
        self._writable.set()
        answer = await call.answer
        if isinstance(answer, Exception):
            raise copy(answer)  # everybody gets the same one, and each raise would lengthen its traceback
        return answer

    async def serve(self) -> None:
        """Carry calls for ever; connects when somebody asks, and again after the connection broke."""
        while True:
            await self._writable.wait()
            try:
                async with asyncio.timeout(self._answer_s):
                    await self._connection.connect()  # type: ignore[no-untyped-call]
                async with asyncio.TaskGroup() as connected:
                    connected.create_task(self._write())
                    connected.create_task(self._read())
                    connected.create_task(self._watch())
            except* (RedisError, OSError) as lost:
                self._tell_all(lost.exceptions[0])
            finally:
                await self._connection.disconnect(nowait=True)

    async def _write(self) -> None:
        while True:
            await self._writable.wait()
            self._writable.clear()
            while batch := self._next():
                with writing():
                    await self._connection.send_packed_command(batch, check_health=False)

    def _next(self) -> list[bytes]:
        """Take what there is room for; who left before being asked about is not asked about."""
        batch, now = [], self._clock()
        while self._queued and self._has_room_for(self._queued[0]):
            call = self._queued.popleft()
            if not call.answer.done():
                call.asked_at = now
                self._unanswered.append(call)
                self._unanswered_bytes += len(call.packed)
                batch.append(call.packed)
        return batch

    def _has_room_for(self, call: _Call) -> bool:
        return not self._unanswered or (
            len(self._unanswered) < MAX_UNANSWERED and self._unanswered_bytes + len(call.packed) <= MAX_UNANSWERED_BYTES
        )

    async def _read(self) -> None:
        while True:
            try:
                answer = await self._connection.read_response(disconnect_on_error=False)
            except ReadOnlyError:
                raise  # a master no more: connected again, its name may lead to the one that is
            except ResponseError as error:
                answer = error
            call = self._unanswered.popleft()
            self._unanswered_bytes -= len(call.packed)
            _tell(call, answer)
            if self._queued:
                self._writable.set()

    async def _watch(self) -> None:
        """Break a connection that is silent; one watch for all calls, for a deadline on each would cost as much."""
        while True:
            since = self._unanswered[0].asked_at if self._unanswered else self._clock()
            left_s = since + self._answer_s - self._clock()
            if left_s <= 0:
                raise Silent("no answer")
            await asyncio.sleep(left_s)

    def _tell_all(self, error: Exception) -> None:
        """Have everybody ask again, also who was not asked about yet: each has its own pace and deadline."""
        self._writable.clear()
        for calls in (self._unanswered, self._queued):
            while calls:
                _tell(calls.popleft(), error)
        self._unanswered_bytes = 0


def _tell(call: _Call, answer: Reply | Exception) -> None:
    if not call.answer.done():
        call.answer.set_result(answer)
