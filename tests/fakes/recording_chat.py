"""A chat platform that keeps its messages in memory, counts strictly against its budgets, and misbehaves as told.

Calls are counted when they arrive, as a platform does. What it could not allow stands in `violations`: a budget that
was exceeded, or two calls were made at once in one bucket or for one job.
"""

import asyncio
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from time import monotonic

from bot.budgets import Budget
from bot.errors import ChatError
from bot.jobs import Job, MessageRef, Place
from bot.status import StatusCard

_STRICTNESS = 1e-6
"""Seconds: what floating point may cost at the edge of a window."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """What the platform was asked, and when it arrived."""

    verb: str
    at: float
    bucket: str
    place: Place
    card: StatusCard | None = None


@dataclass(slots=True)
class Faults:
    """What goes wrong in a channel from now on."""

    lost_answers: int = 0  #: so many calls take effect without an answer that anybody hears
    refusals: int = 0  #: so many calls fail without effect
    is_gone: bool = False
    slow: asyncio.Event | None = None  #: calls arrive, then wait for this


@dataclass(slots=True)
class RecordingChat:
    """A platform whose channels are its buckets, unless told. It outlives the processes that talk to it."""

    name: str = "local"
    edits: int = 5
    per_s: float = 0.05
    reserve: int = 1
    clock: Callable[[], float] = monotonic
    drawn_on: Callable[[Job, MessageRef | None], str] = lambda job, ref: job.place.channel  #: which bucket a call uses
    messages: dict[str, StatusCard] = field(default_factory=dict)  #: id -> what it shows
    pings: list[tuple[str, str]] = field(default_factory=list)  #: message and requester
    calls: list[Call] = field(default_factory=list)
    violations: list[str] = field(default_factory=list)
    idle_edits: int = 0  #: edits that changed nothing
    _faults: dict[str, Faults] = field(default_factory=dict)
    _by_nonce: dict[str, str] = field(default_factory=dict)
    _within: dict[str, deque[float]] = field(default_factory=dict)
    _open: Counter[str] = field(default_factory=Counter)
    _called: asyncio.Condition = field(default_factory=asyncio.Condition)

    def faults(self, channel: str) -> Faults:
        """Return the switches of a channel."""
        return self._faults.setdefault(channel, Faults())

    def bucket(self, job: Job, ref: MessageRef | None) -> Budget:
        """Return the budget of the job's channel, or of what was told instead."""
        bucket = f"chat/{self.drawn_on(job, ref)}"
        return Budget(bucket=bucket, edits=self.edits, per_s=self.per_s, reserve=self.reserve)

    async def create(self, job: Job, card: StatusCard, *, nonce: str) -> MessageRef:
        """Make a message; the same nonce finds the one that it made, as that one stands."""
        place = job.place
        await self._arrive("create", job, None, card)
        if nonce not in self._by_nonce:
            self._by_nonce[nonce] = f"m{len(self._by_nonce) + 1}"
            self.messages[self._by_nonce[nonce]] = card
        await self._answer(place)
        return MessageRef(place=place, id=self._by_nonce[nonce])

    async def edit(self, job: Job, ref: MessageRef, card: StatusCard) -> MessageRef:
        """Change a message."""
        await self._arrive("edit", job, ref, card)
        self.idle_edits += self.messages.get(ref.id) == card
        if ref.id not in self.messages:
            raise ChatError(gone=True)
        self.messages[ref.id] = card
        await self._answer(ref.place)
        return ref

    async def ping(self, job: Job, ref: MessageRef) -> None:
        """Write down whom it pinged."""
        await self._arrive("ping", job, ref, None)
        self.pings.append((ref.id, job.requester.id))
        await self._answer(ref.place)

    async def remove(self, job: Job, ref: MessageRef) -> None:
        """Take a message away, if it is there."""
        await self._arrive("remove", job, ref, None)
        self.messages.pop(ref.id, None)
        await self._answer(ref.place)

    async def until(self, predicate: Callable[[], bool]) -> None:
        """Return once the predicate holds; asked after every call."""
        async with asyncio.timeout(60), self._called:
            await self._called.wait_for(predicate)

    async def _arrive(self, verb: str, job: Job, ref: MessageRef | None, card: StatusCard | None) -> None:
        budget = self.bucket(job, ref)
        self._count(budget)
        self.calls.append(Call(verb=verb, at=self.clock(), bucket=budget.bucket, place=job.place, card=card))
        ones = (budget.bucket, f"job {job.id}")
        self._open.update(ones)
        try:
            self.violations += [f"two calls at once in {one}" for one in ones if self._open[one] > 1]
            await self._suffer(job.place)
        finally:
            self._open.subtract(ones)

    def _count(self, budget: Budget) -> None:
        now, spent = self.clock(), self._within.setdefault(budget.bucket, deque())
        while spent and spent[0] <= now - budget.per_s + _STRICTNESS:
            spent.popleft()
        spent.append(now)
        if len(spent) > budget.edits:
            self.violations.append(f"{len(spent)} calls within {budget.per_s:g} s in {budget.bucket}")

    async def _suffer(self, place: Place) -> None:
        faults = self.faults(place.channel)
        if faults.slow is not None:
            await faults.slow.wait()
        if faults.is_gone:
            raise ChatError(gone=True)
        if faults.refusals:
            faults.refusals -= 1
            raise ChatError(detail="refused as told")

    async def _answer(self, place: Place) -> None:
        async with self._called:
            self._called.notify_all()
        faults = self.faults(place.channel)
        if faults.lost_answers:
            faults.lost_answers -= 1
            raise ChatError(detail="the answer was lost as told")
