"""Calls that are made at the same time go together: those of one script read and write once what they share.

One batch is under way at a time. What is asked meanwhile goes as soon as its answers are here, and before these are
told: so the engine works on one batch while this process reads the other. Two under way would not do that, for the
engine answers all that it has read at once; and they would be smaller.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from adapters.redis.edge import Edge, Reply
from bot.errors import StoreLost

MOST = 32
"""Calls in one script: about a millisecond in which the engine does nothing else. Fifty at once go in two, by turns."""

Word = str | bytes | int


@dataclass(frozen=True, slots=True, eq=False)
class _Call:
    script: str
    words: Sequence[bytes | int]
    # An error is an answer too, for a future whose error nobody fetches complains; its caller may have just left.
    answer: asyncio.Future[Reply | StoreLost]


class Gathering:
    """Calls that wait for their turn; somebody runs `serve` beside those who ask."""

    def __init__(self, edge: Edge) -> None:
        self._edge = edge
        self._waiting: list[_Call] = []
        self._asked = asyncio.Event()

    async def call(self, script: str, *words: Word) -> Reply:
        """Run a script for these words, together with others; raises StoreLost."""
        # Encoded here: a text that cannot be written is the fault of one caller, and nobody else's.
        sendable = [word.encode() if isinstance(word, str) else word for word in words]
        call = _Call(script, sendable, asyncio.get_running_loop().create_future())
        self._waiting.append(call)
        self._asked.set()
        answer = await call.answer
        if isinstance(answer, StoreLost):
            raise answer
        return answer

    async def serve(self) -> None:
        """Carry calls for ever."""
        async with asyncio.TaskGroup() as telling:
            while True:
                await self._asked.wait()
                while batch := self._next():
                    telling.create_task(_tell(batch, await self._carry(batch)))
                self._asked.clear()

    def _next(self) -> list[_Call]:
        """Take the first that waits and the others of its script; who has left is not asked about."""
        batch: list[_Call] = []
        waiting, self._waiting = [call for call in self._waiting if not call.answer.done()], []
        for call in waiting:
            goes = call.script == waiting[0].script and len(batch) < MOST
            (batch if goes else self._waiting).append(call)
        return batch

    async def _carry(self, batch: list[_Call]) -> Sequence[Reply | StoreLost]:
        words = [word for call in batch for word in (len(call.words), *call.words)]
        try:
            found = await self._edge.run(batch[0].script, *words)
        except StoreLost as lost:
            if isinstance(lost.__cause__, TimeoutError):  # Whoever waits has waited for as long: their deadline, too.
                batch += self._waiting
                self._waiting = []
            return [StoreLost(detail=lost.detail) for _ in batch]
        return found if isinstance(found, list) else ()


async def _tell(batch: Sequence[_Call], answers: Sequence[Reply | StoreLost]) -> None:
    await asyncio.sleep(0)  # The next batch is written first.
    for call, answer in zip(batch, answers, strict=True):
        if not call.answer.done():
            call.answer.set_result(answer)


@dataclass(frozen=True, slots=True)
class Gathered:
    """The calls of one script."""

    gathering: Gathering
    script: str

    async def call(self, *words: Word) -> Reply:
        """Run the script for these words, together with others; raises StoreLost."""
        return await self.gathering.call(self.script, *words)
