"""discord.py's rate limits without its silence.

discord.py (2.7) holds back the very answer with which a bucket is used up, until the bucket is full again: five seconds
in which a picture that stands there already counts as not shown. Who waits for a bucket may wait for it twice, and of
several at once it lets one too many go, since it takes no account of those whose answers are still to come. Here an
answer comes back at once, and who would have to wait for long is told so, and comes again.
"""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from types import TracebackType

import aiohttp

from adapters.discord.library import discord

PATIENCE_S = 1.5
"""How long a call waits for its bucket: enough for what two clocks differ by, and for a burst of short answers."""

MOST_S = 86_400.0
"""Discord's longest window: commands are counted in a day. Whatever tells of a longer one is not heeded."""

_SAID: Mapping[str, tuple[type[int] | type[float], float]] = {
    "X-Ratelimit-Limit": (int, 1e6),
    "X-Ratelimit-Remaining": (int, 1e6),
    "X-Ratelimit-Reset": (float, 1e11),
    "X-Ratelimit-Reset-After": (float, MOST_S),
}
"""The headers of a bucket: what each is, and at most."""

_SOON_S = 0.001
_SAME_S = 0.1
"""Two answers that name ends so close to each other speak of one window; the shortest of Discord's lasts a second."""


class Pace(discord.http.Ratelimit):
    """One bucket, as the headers of its last answer tell it."""

    __slots__ = ("_ends",)

    def __init__(self) -> None:
        super().__init__(None)
        self._ends = 0.0  #: the window that was last told of, by Discord's clock

    async def acquire(self) -> None:
        """Wait for room; raises RateLimited when there is none for long."""
        self._last_request = self._loop.time()
        while not self._has_room():
            await self._wait()
        self.remaining -= 1
        self.outgoing += 1

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.outgoing -= 1
        if self.expires is None:
            # No header has spoken of a limit (callbacks have none), or there was no answer: nothing is used up.
            self.reset()
        self._wake(max(self.remaining, 0))

    def update(self, response: aiohttp.ClientResponse, *, use_clock: bool = False) -> None:
        """Learn from an answer's headers how much is left; what cannot be read there is as if it were not."""
        if not _can_be_read(response.headers):
            return
        ends = float(response.headers.get("X-Ratelimit-Reset", 0))
        # By our clock the old window may still last when Discord has begun a new one: what we knew is of the old one.
        known, is_known = self.remaining, self.dirty and ends - self._ends < _SAME_S
        self._ends = ends
        super().update(response, use_clock=use_clock)
        # Those that are still under way may be counted already or not: as long as that is open, they are not to be had.
        left = int(response.headers.get("X-Ratelimit-Remaining", 0)) - (self.outgoing - 1)
        self.remaining = min(known, left) if is_known else left

    def reset(self) -> None:
        """Begin a new window, in which whoever is under way may be counted."""
        self.remaining, self.dirty = self.limit - self.outgoing, False
        self.expires, self.reset_after = None, 0.0

    def _has_room(self) -> bool:
        if self.is_expired():
            self.reset()
        return self.remaining > 0

    async def _wait(self) -> None:
        wait_s = None if self.expires is None else self.expires - self._loop.time()
        if wait_s is not None and wait_s > PATIENCE_S:
            raise discord.RateLimited(wait_s)
        turn: asyncio.Future[None] = self._loop.create_future()
        self._pending_requests.append(turn)
        try:
            await asyncio.wait([turn], timeout=None if wait_s is None else max(wait_s, _SOON_S))
        finally:
            turn.cancel()
            with suppress(ValueError):  # Whoever woke it took it out.
                self._pending_requests.remove(turn)


class PacedHTTP(discord.http.HTTPClient):
    """discord.py's REST client with buckets of ours."""

    def get_ratelimit(self, key: str) -> discord.http.Ratelimit:
        """Return a bucket by its key."""
        if key not in self._buckets:
            self._buckets[key] = Pace()
            self._try_clear_expired_ratelimits()
        return self._buckets[key]


def _can_be_read(headers: Mapping[str, str]) -> bool:
    """Tell whether every header is there, and a number that may be meant."""
    try:
        return all(0 <= kind(headers.get(name, "")) <= most for name, (kind, most) in _SAID.items())
    except ValueError:
        return False
