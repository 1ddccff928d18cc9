"""How often each method may be called, so that Slack never has to say that it was too often.

Slack counts per method, application and workspace in a minute (https://docs.slack.dev/apis/web-api/rate-limits): tier 2
takes 20 and more, tier 3 50, tier 4 100; how many more, and how large a burst, it tells nobody, so neither is relied
on. Of each nine tenths are used: the rest is for what arrives late. What several processes ask of their own accord is
counted in the store as well, for all of them; a 429 holds all of them, also after a restart.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress

from adapters.slack.refusals import Refusal, Refused
from adapters.slack.standing import POSTS, POSTS_S
from bot.budgets import Budget, Spending
from bot.errors import StoreLost
from bot.ports import TurnStore

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

LATE_S = 2.0
"""So much longer than Slack's are the store's minutes: a turn counts there from when it is taken, and Slack's later."""

_LEASED = frozenset({"chat.postMessage", "chat.update"})
"""The noticeboard's: one process at a time has a bucket of them, by a lease. Of these the store knows the 429s."""

_AT_ONCE = frozenset({"chat.postEphemeral", "views.open", "views.publish", "views.push", "views.update"})
"""What answers somebody, who waits: nobody asks the store for it, which may be what they are to be told of."""

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


def shared_budget_of(workspace: str, method: str, channel: str) -> Budget | None:
    """Return what a call draws on together with those of all processes; None for what each one counts alone."""
    if method not in _TIER_OF.keys() - _AT_ONCE | _LEASED:
        return None
    narrowest = budgets_of(workspace, method, channel)[0]
    most = _SPECIAL if method in _LEASED else narrowest.edits
    return Budget(bucket=f"slack/{narrowest.bucket}", edits=most, per_s=MINUTE_S + LATE_S)


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
    """All budgets of this process, and its part in those that all share; without a store it is alone."""

    def __init__(self, clock: Callable[[], float], store: TurnStore | None = None) -> None:
        self._clock, self._store = clock, store
        self._paces: dict[str, Pace] = {}

    @asynccontextmanager
    async def turn(self, workspace: str, method: str, channel: str = "") -> AsyncIterator[None]:
        """Call a method inside of this; raises Refused (TOO_MANY) when there is no room for long."""
        await self._share(workspace, method, channel)
        async with AsyncExitStack() as turns:
            for budget in budgets_of(workspace, method, channel):
                await turns.enter_async_context(self._pace(budget).turn())
            yield

    async def hold(self, workspace: str, method: str, channel: str, for_s: float) -> None:
        """Heed a 429: of what a method has, the narrowest; for every process, and whoever comes after this one."""
        self._pace(budgets_of(workspace, method, channel)[0]).hold(for_s)
        budget = shared_budget_of(workspace, method, channel)
        if self._store is not None and budget is not None:
            with suppress(StoreLost, TimeoutError):
                async with asyncio.timeout(PATIENCE_S):
                    await self._store.pause(budget.bucket, for_s=for_s)

    async def _share(self, workspace: str, method: str, channel: str) -> None:
        budget = shared_budget_of(workspace, method, channel)
        if self._store is None or budget is None:
            return
        patience_s = PATIENCE_S
        while wait_s := await self._asked(self._store, budget):
            if wait_s > patience_s:
                raise Refused(Refusal.TOO_MANY, after_s=wait_s, detail="all processes keep away from a limit")
            patience_s -= wait_s
            await asyncio.sleep(wait_s)

    async def _asked(self, store: TurnStore, budget: Budget) -> float:
        try:
            async with asyncio.timeout(PATIENCE_S):
                return await store.take(budget.bucket, most=budget.edits, per_s=budget.per_s)
        except (StoreLost, TimeoutError):
            return 0.0  # each for itself: people are to be told, for one, that the store is away

    def _pace(self, budget: Budget) -> Pace:
        if budget.bucket not in self._paces and len(self._paces) >= _MOST_PACES:
            self._paces = {name: pace for name, pace in self._paces.items() if not pace.is_idle}
        return self._paces.setdefault(budget.bucket, Pace(budget, self._clock))
