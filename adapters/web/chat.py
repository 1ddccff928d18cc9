"""The web as a chat platform: messages are cards, kept in a log and pushed to every page that is open."""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from time import time

from adapters.web.log import ChannelLog, Entry, expire, keep
from bot.budgets import Budget
from bot.errors import ChatError
from bot.jobs import Job, JobId, MessageRef, Place
from bot.status import StatusCard

EDITS_PER_S = 20
"""Edits of one channel: twice what an eye follows; each is one short message to each open page."""

URGENT_EDITS = 8
"""Of these, kept for ends and first messages."""


class Stream:
    """What one open page has not been told yet: names of messages only, so a slow page costs no memory."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self._changed: dict[JobId, None] = {}
        self._called: dict[str, None] = {}
        self._woken = asyncio.Event()

    def call(self, name: str) -> None:
        """Note that somebody is called; a page that is not open hears nothing, its card says it all."""
        self._called[name] = None
        self._woken.set()

    def called(self) -> Sequence[str]:
        """Return the names of those who were called since the last time."""
        called, self._called = tuple(self._called), {}
        return called

    def mark(self, job_id: JobId) -> None:
        """Note that a message changed."""
        self._changed[job_id] = None
        self._woken.set()

    async def changed(self) -> Sequence[JobId]:
        """Wait for changes and return them all, each message once."""
        await self._woken.wait()
        self._woken.clear()
        changed, self._changed = tuple(self._changed), {}
        return changed


class WebChat:
    """`ChatPlatform` for the page. Call `load` before anything else; one process writes a channel at a time."""

    def __init__(self, log: ChannelLog, *, name: str = "web", now_s: Callable[[], float] = time) -> None:
        self._log = log
        self._name = name
        self._now_s = now_s
        self._entries: dict[tuple[Place, JobId], Entry] = {}
        self._streams: set[Stream] = set()
        # An edit that has looked before a removal must not write after it: the message would be back.
        self._changing = asyncio.Lock()

    async def load(self) -> None:
        """Read what earlier processes left in the log."""
        for entry in await self._log.load():
            keep(self._entries, entry)

    @property
    def name(self) -> str:
        """Return the platform's name."""
        return self._name

    def bucket(self, job: Job, ref: MessageRef | None) -> Budget:
        """Return the budget of the job's channel."""
        name = f"{self._name}/{job.place.tenant.id}/{job.place.channel}"
        return Budget(bucket=name, edits=EDITS_PER_S, per_s=1.0, reserve=URGENT_EDITS)

    async def create(self, job: Job, card: StatusCard, *, nonce: str) -> MessageRef:
        """Post a card; a job has one message in a place, so whatever the nonce, twice makes one."""
        place = job.place
        async with self._changing:
            if (place, card.job_id) not in self._entries:
                await self._put(Entry(place=place, job_id=card.job_id, posted_ms=int(self._now_s() * 1000), card=card))
        return MessageRef(place=place, id=str(card.job_id))

    async def edit(self, job: Job, ref: MessageRef, card: StatusCard) -> MessageRef:
        """Make a message show the card; raises ChatError, `gone`, when it was deleted or is older than the log."""
        async with self._changing:
            known = self.entry(ref.place, card.job_id)
            if known is None or str(card.job_id) != ref.id:
                raise ChatError(gone=True, reason="no such message")
            await self._put(Entry(place=ref.place, job_id=card.job_id, posted_ms=known.posted_ms, card=card))
        return ref

    async def ping(self, job: Job, ref: MessageRef) -> None:
        """Call somebody who has waited long; on a page this is a line that a screen reader reads, and the title."""
        for stream in self._streams:
            if stream.place == ref.place:
                stream.call(job.requester.name)

    async def remove(self, job: Job, ref: MessageRef) -> None:
        """Take a job's message away for good."""
        await self.take_away(ref.place, job.id)

    async def take_away(self, place: Place, job_id: JobId) -> None:
        """Take a message away for good, also where nobody knows its job any more."""
        async with self._changing:
            known = self.entry(place, job_id)
            if known is not None:
                await self._put(Entry(place=place, job_id=job_id, posted_ms=known.posted_ms, card=None))

    async def expire(self, *, older_than_s: float) -> None:
        """Forget ended messages that were posted so long ago, on every open page too; raises ChatError."""
        before_ms = round((self._now_s() - older_than_s) * 1000)
        async with self._changing:
            with _told():
                await self._log.expire(before_ms)
            for entry in expire(self._entries, before_ms):
                self._mark(entry)

    def entry(self, place: Place, job_id: JobId) -> Entry | None:
        """Return a message as it stands; None where there is none."""
        found = self._entries.get((place, job_id))
        return found if found is not None and found.card is not None else None

    def entries(self, place: Place) -> Sequence[Entry]:
        """Return a channel's messages, the oldest first."""
        return [entry for entry in self._entries.values() if entry.place == place and entry.card is not None]

    @contextmanager
    def watch(self, place: Place) -> Iterator[Stream]:
        """Hear of every change in a channel until the block ends."""
        stream = Stream(place)
        self._streams.add(stream)
        try:
            yield stream
        finally:
            self._streams.discard(stream)

    async def _put(self, entry: Entry) -> None:
        # Shown only when it lasts: a page never knows more than the log.
        with _told():
            await self._log.put(entry)
        keep(self._entries, entry)
        self._mark(entry)

    def _mark(self, entry: Entry) -> None:
        for stream in self._streams:
            if stream.place == entry.place:
                stream.mark(entry.job_id)


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise ChatError(reason=f"the log cannot be written: {error.strerror}") from error
