"""How often each method may be called, so that Slack never has to say that it was too often.

Slack counts per method, application and workspace in a minute (https://docs.slack.dev/apis/web-api/rate-limits): tier 2
takes 20 and more, tier 3 50, tier 4 100; how many more, and how large a burst, it tells nobody, so neither is relied
on. Of each nine tenths are used: the rest is for a second process and for what arrives late.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress

from adapters.slack.refusals import Refusal, Refused
from adapters.slack.standing import POSTS, POSTS_S
from bot.budgets import Budget, Spending

PATIENCE_S = 1.5
"""How long a call waits for its turn before it is told to come again; it holds up others meanwhile."""

MINUTE_S = 60.0

TIERS = {1: 1, 2: 18, 3: 45, 4: 90}
"""Calls of one method in a minute and workspace, by tier."""

_TIER_OF = {
    "chat.delete": 3,
    "chat.postEphemeral": 4,
    "chat.update": 3,
    "conversations.history": 3,
    "conversations.info": 3,
    "conversations.members": 4,
    "conversations.open": 3,
    "conversations.replies": 3,
    "files.completeUploadExternal": 4,
    "files.delete": 3,
    "files.getUploadURLExternal": 4,
    "files.info": 4,
    "usergroups.users.list": 2,
    "users.info": 4,
    "views.open": 4,
    "views.publish": 4,
    "views.push": 4,
    "views.update": 4,
}
"""The methods that are used, as Slack's page of each says."""

_SPECIAL = 200
"""What has no tier, auth.test for one, takes "hundreds of requests per minute"."""

POSTS_OF_WORKSPACE = 200
"""In a minute; Slack takes "several hundred messages per minute" of a workspace."""

_MOST_PACES = 2000
_TURN_S = 0.05


def budgets_of(workspace: str, method: str, channel: str) -> tuple[Budget, ...]:
    """Return every budget that a call draws on, the narrowest first: who waits there uses up nothing else."""
    bucket = f"{workspace}/{method}"
    if method == "chat.postMessage":
        return (
            Budget(bucket=f"{bucket}/{channel}", edits=POSTS, per_s=POSTS_S),
            Budget(bucket=bucket, edits=POSTS_OF_WORKSPACE, per_s=MINUTE_S),
        )
    tier = _TIER_OF.get(method)
    return (Budget(bucket=bucket, edits=_SPECIAL if tier is None else TIERS[tier], per_s=MINUTE_S),)


class Pace:
    """One budget, drawn on by whoever calls at the same time."""

    def __init__(self, budget: Budget, clock: Callable[[], float]) -> None:
        self._spending, self._clock = Spending(budget), clock
        self._under_way = 0
        self._until = 0.0  #: what Slack itself told us to wait for
        self._freed = asyncio.Event()

    @property
    def is_idle(self) -> bool:
        """Whether nothing is remembered that counts."""
        now = self._clock()
        return not self._under_way and self._until <= now and self._spending.clear_at(now) <= now

    def hold(self, for_s: float) -> None:
        """Let nobody call for so long: Slack said so."""
        self._until = max(self._until, self._clock() + for_s)

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Call inside of this; raises Refused when there is no room for long. It counts from when its answer came."""
        await self._room()
        self._under_way += 1
        try:
            yield
        finally:
            self._under_way -= 1
            self._spending.spend(self._clock())
            self._freed.set()

    async def _room(self) -> None:
        give_up = self._clock() + PATIENCE_S
        while (ready := self._ready_at()) > self._clock():
            if ready > give_up:
                raise Refused(Refusal.TOO_MANY, after_s=ready - self._clock(), detail="we keep away from a limit")
            self._freed.clear()
            with suppress(TimeoutError):
                async with asyncio.timeout(ready - self._clock()):
                    await self._freed.wait()

    def _ready_at(self) -> float:
        now = self._clock()
        if self._under_way >= self._spending.budget.edits:
            # When one of those will have been answered nobody knows; this is asked again then.
            return max(self._until, now + _TURN_S)
        return max(self._until, self._spending.ready_at(now, keep=self._under_way))


class Paces:
    """All budgets of this process."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._paces: dict[str, Pace] = {}

    @asynccontextmanager
    async def turn(self, workspace: str, method: str, channel: str = "") -> AsyncIterator[None]:
        """Call a method inside of this; raises Refused (TOO_MANY) when there is no room for long."""
        async with AsyncExitStack() as turns:
            for budget in budgets_of(workspace, method, channel):
                await turns.enter_async_context(self._pace(budget).turn())
            yield

    def hold(self, workspace: str, method: str, channel: str, for_s: float) -> None:
        """Heed a 429: of what a method has, the narrowest."""
        self._pace(budgets_of(workspace, method, channel)[0]).hold(for_s)

    def _pace(self, budget: Budget) -> Pace:
        if budget.bucket not in self._paces and len(self._paces) >= _MOST_PACES:
            self._paces = {name: pace for name, pace in self._paces.items() if not pace.is_idle}
        return self._paces.setdefault(budget.bucket, Pace(budget, self._clock))
