"""discord.py's rate limits without its silence.

discord.py (2.7) holds back the very answer with which a bucket is used up, until the bucket is full again: five seconds
in which a picture that stands there already counts as not shown. Who waits for a bucket may wait for it twice, and of
several at once it lets one too many go, since it takes no account of those whose answers are still to come. Here an
answer comes back at once, and who would have to wait for long is told so, and comes again. A 429 holds its bucket, and
a global one whatever it counts, for as long as Discord said.
"""

import asyncio
from collections.abc import Callable, Mapping
from contextlib import suppress
from types import TracebackType

import aiohttp

from adapters.discord.library import discord
from adapters.discord.refusals import Refusal, Refused
from bot.budgets import Budget, Spending

OVERALL_PER_S = 40
"""Calls by the bot's token in a second. Discord takes 50; ten are left to a second process and to what arrives late."""

PATIENCE_S = 1.5
"""How long a call waits for its bucket: enough for what two clocks differ by, and for a burst of short answers."""

MOST_S = 86_400.0
"""Discord's longest window: commands are counted in a day. Whoever tells of a longer one is not believed."""

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


class Answered(Exception):
    """An answer that discord.py is not shown, since it would wait; its bucket hears of it on its way."""

    def __init__(self, refused: Refused, *, is_global: bool = False) -> None:
        super().__init__(f"{refused.status}")
        self.refused, self.is_global = refused, is_global

    @property
    def holds_s(self) -> float:
        """How long nothing more is to be asked there; what is refused to one old message holds no other up."""
        return self.refused.after_s if self.refused.refusal is Refusal.TOO_MANY else 0.0


class Overall:
    """All that Discord counts of a bot; an interaction's token is free of that, until Discord says that it is not."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._spending = Spending(Budget(bucket="overall", edits=OVERALL_PER_S, per_s=1.0))
        self._until = {"bot": 0.0, "interactions": 0.0}  #: what Discord itself told us to wait for
        self._queueing = asyncio.Lock()

    def hold(self, for_s: float, *, by_bot: bool) -> None:
        """Let nobody call for so long: Discord said so to somebody who called by that token."""
        until = self._clock() + for_s
        for token in ("bot",) if by_bot else ("bot", "interactions"):
            self._until[token] = max(self._until[token], until)

    async def turn(self, *, by_bot: bool) -> None:
        """Wait for a turn; raises Refused when there is none for long."""
        if not by_bot:
            await self._wait(self._until["interactions"])
            return
        async with self._queueing:
            await self._wait(max(self._until["bot"], self._spending.ready_at(self._clock())))
            self._spending.spend(self._clock())

    async def _wait(self, until: float) -> None:
        wait_s = until - self._clock()
        if wait_s > PATIENCE_S:
            raise Refused(Refusal.TOO_MANY, after_s=wait_s, detail="all of the bot's calls wait")
        await asyncio.sleep(wait_s)


class Pace(discord.http.Ratelimit):
    """One bucket, as the headers of its last answer tell it."""

    __slots__ = ("_ends", "_until")

    def __init__(self) -> None:
        super().__init__(None)
        self._ends = 0.0  #: the window that was last told of, by Discord's clock
        self._until = 0.0  #: what a 429 told us to wait for, by our clock

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
        if isinstance(error, Answered):
            self._until = max(self._until, self._loop.time() + error.holds_s)
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

    def is_inactive(self) -> bool:
        """Tell whether it may be forgotten."""
        return super().is_inactive() and not self._is_held()

    def _is_held(self) -> bool:
        return self._loop.time() < self._until

    def _has_room(self) -> bool:
        if self.is_expired():
            self.reset()
        return self.remaining > 0 and not self._is_held()

    def _ready_at(self) -> float | None:
        """Return when there may be room; None: when somebody who is under way is answered."""
        if self._is_held() and (self.remaining > 0 or self.expires is None):
            return self._until
        return None if self.expires is None else max(self.expires, self._until)

    async def _wait(self) -> None:
        ready = self._ready_at()
        wait_s = None if ready is None else ready - self._loop.time()
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
