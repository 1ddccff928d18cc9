"""Calls of one script that are made at the same time go together: what they share is read and written once.

Whoever finds fewer than two batches under way leads one: they carry their own call at once, and what is asked meanwhile
goes together with the next. So a single call waits for nothing, and of fifty at once each costs half as much.
"""

import asyncio
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field

from adapters.redis.edge import Edge, Reply
from bot.errors import StoreLost

MOST = 32
"""Calls in one script: about two milliseconds in which the engine does nothing else."""
LEADERS = 2
"""Batches under way: while the engine works on one, this process reads and writes the other."""

Word = str | bytes | int


@dataclass(slots=True)
class _Call:
    words: Sequence[Word]
    turn: "asyncio.Future[list[_Call] | None]"  #: whom you carry along; None: you were carried, see answer
    answer: Reply | StoreLost = None


@dataclass(slots=True)
class Gathered:
    """The calls of one script. No task has to be owned: whoever leads carries the others."""

    edge: Edge
    script: str
    _waiting: deque[_Call] = field(default_factory=deque)
    _leaders: int = 0

    async def call(self, *words: Word) -> Reply:
        """Run the script for these words, together with others; raises StoreLost."""
        call, others = _Call(words, asyncio.get_running_loop().create_future()), list[_Call]()
        if self._leaders < LEADERS:
            self._leaders += 1
        else:
            self._waiting.append(call)
            carried = await self._turn_of(call)
            if carried is None:
                return _answer_of(call)
            others = carried
        try:
            await self._carry([call, *others])
        finally:
            self._pass_on(others)
        return _answer_of(call)

    async def _turn_of(self, call: _Call) -> list[_Call] | None:
        try:
            return await call.turn
        except asyncio.CancelledError:
            if call.turn.done() and not call.turn.cancelled() and call.turn.result() is not None:
                self._pass_on(call.turn.result() or [])  # The turn came to somebody who was just leaving.
            raise

    async def _carry(self, batch: Sequence[_Call]) -> None:
        words = [word for call in batch for word in (len(call.words), *call.words)]
        answers: Sequence[Reply | StoreLost]
        try:
            found = await self.edge.run(self.script, *words)
            answers = found if isinstance(found, list) else ()
        except StoreLost as lost:
            answers = [StoreLost(detail=lost.detail) for _ in batch]
        for call, answer in zip(batch, answers, strict=True):
            call.answer = answer
            if not call.turn.done():
                call.turn.set_result(None)

    def _pass_on(self, carried: Sequence[_Call]) -> None:
        """Let somebody else lead. Whom a cancelled leader left asks again: every verb may be asked twice."""
        self._waiting.extendleft(call for call in reversed(carried) if not call.turn.done())
        batch: list[_Call] = []
        while self._waiting and len(batch) < MOST:
            call = self._waiting.popleft()
            if not call.turn.done():  # else they left
                batch.append(call)
        if batch:
            batch[0].turn.set_result(batch[1:])
        else:
            self._leaders -= 1


def _answer_of(call: _Call) -> Reply:
    if isinstance(call.answer, StoreLost):
        raise call.answer
    return call.answer
