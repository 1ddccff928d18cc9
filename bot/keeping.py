"""One server's life while it is ours: opened, worked with, judged, left alone for a while, and opened anew."""

import asyncio
import logging
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace

from bot.errors import ConfigError, FairbrushError, ServerUnreached, StoreLost
from bot.health import Happening, Health, after, told_reason
from bot.outages import Outage
from bot.servers import Listed, ServerState, ServerStatus, Wish, is_told, slots_of
from bot.session import Means, Session
from workflows.vocabulary import Vocabulary

_log = logging.getLogger(__name__)

TELL_S = 5.0
"""How often a status is told though nothing changed: a reader takes an older one for nobody's."""

HAND_OVER_S = 30.0
"""Who cannot use a server for so long lets another process try: it may have the network, or the credential, for it."""

OPEN_S = 90.0
"""How long connecting and the first offer may take: an offer may be megabytes, and the adapter gives up before."""

_LET_GO_S = 10.0  #: of its connections

_LEAST_PAUSE_S = 0.05  #: whatever goes wrong, no server is opened in a tight loop
_UNFORESEEN = "Something went wrong with it here. The log says what."


class Keeper:
    """One server of the roster. `keep` is its work while it is this process's; the rest may be called at any time."""

    def __init__(self, listed: Listed, means: Means) -> None:
        self._listed = listed
        self._means = means
        self._session: Session | None = None
        self._opening: asyncio.Timeout | None = None  #: until it was asked for the first time
        self._offers: Mapping[str, Vocabulary] = {}
        self._removed = False  #: from the roster
        self._anew = False  #: its description changed: what the present session still tells does not count
        self._news = asyncio.Event()
        self._roused = asyncio.Event()
        self.ended = asyncio.Event()  #: nothing more is to be done with it, or the service ends
        self.ours = False
        self.health = Health()
        self._lost = Outage(_log, f"server={listed.spec.name}")

    @property
    def name(self) -> str:
        """Return the server's name."""
        return self._listed.spec.name

    def slots(self) -> tuple[str, ...]:
        """Return the names of its slots."""
        return slots_of(self._listed.spec)

    def offers(self) -> Mapping[str, Vocabulary]:
        """Return what each slot offers that it is to have; of a server that is down, what it offered last."""
        if self._session is not None:
            self._offers = self._session.offers()
        return {slot: offer for slot, offer in self._offers.items() if slot in self.slots()}

    def follow(self, listed: Listed) -> None:
        """Take in what the roster says of the server now."""
        before, self._listed = self._listed, listed
        if listed.spec != before.spec:
            self._finish()
            self._anew = True
            self._hasten()
            self._roused.set()
        elif listed.wish is not before.wish:
            self._wish()
            self._roused.set()

    def leave(self) -> None:
        """Let it finish what runs, and end."""
        if not self.ended.is_set():
            self._removed = True
            self.ended.set()
            self._finish()
            self._hasten()
            self._roused.set()

    def stop(self) -> None:
        """End with the service: its slots know by themselves what grace their runs have."""
        self.ended.set()
        self._hasten()
        self._roused.set()

    async def ask(self) -> None:
        """Ask the server anew what it offers, and tell the lanes; raises ServerLost, and StoreLost if they are not."""
        if self._session is not None:
            await self._session.ask()
            await self._means.offered()

    async def keep(self, stopping: asyncio.Event) -> None:
        """Work with the server until it is to be left, or others may try; cancelled when it is ours no more."""
        await self._inherit()
        self.ours, ours_since_ms = True, _now_ms()
        try:
            async with asyncio.TaskGroup() as tasks:
                beside = [tasks.create_task(self._tell_on()), tasks.create_task(self._hold_on())]
                while not self.ended.is_set():
                    self._roused.clear()
                    await self._open(stopping)
                    if self._is_hopeless(ours_since_ms):
                        break
                    await self._pause()
                for task in beside:
                    task.cancel()
            # While it is still ours: whoever takes it over tells of it after this.
            if self.ended.is_set():
                await self._tell_last()
        finally:
            self.ours, self._offers = False, {}

    async def _inherit(self) -> None:
        """Go on with what was told of it: processes that hand on a server that is down tell of one outage."""
        fresh = Health(since_ms=_now_ms())
        try:
            told, now = (await self._means.store.statuses()).get(self.name), await self._means.store.now_ms()
        except FairbrushError:
            self.health = self.health if self.health.state is ServerState.DOWN else fresh
            return
        behind_ms = now - _now_ms()
        errors = tuple((at_ms - behind_ms, reason) for at_ms, reason in told.errors) if told else ()
        if told is None or told.state is not ServerState.DOWN or not is_told(told, now):
            self.health = replace(fresh, errors=errors)
            return
        since_ms = told.since_ms - behind_ms
        self.health = replace(self.health, state=ServerState.DOWN, reason=told.reason, since_ms=since_ms, errors=errors)

    def _is_hopeless(self, ours_since_ms: int) -> bool:
        since_ms = max(ours_since_ms, self.health.since_ms)
        return self.health.is_shut and _now_ms() - since_ms >= HAND_OVER_S * 1000

    async def _open(self, stopping: asyncio.Event) -> None:
        if self._anew:
            self.health, self._anew, self._offers = Health(since_ms=_now_ms()), False, {}
        try:
            async with asyncio.timeout(OPEN_S) as self._opening:
                await self._visit(self._listed, self._opening, stopping)
        except TimeoutError:
            self._too_slow()
        except Exception as error:  # noqa: BLE001 - whatever is wrong with one server, the others go on and it is tried again
            self._broke(error)
        finally:
            self._session = self._opening = None

    async def _visit(self, listed: Listed, bound: asyncio.Timeout, stopping: asyncio.Event) -> None:
        """Connect, work, and let go; the first and the last in bounded time."""
        async with self._means.connect(listed) as server:
            try:
                session = Session(server, listed.spec, self._means, self._happened, self._broke, self._news.set)
                await session.ask()
                self._opening = None
                bound.reschedule(None)
                self._session = session  # Not before: until it was asked it offers nothing.
                await self._begin(session, stopping)
            finally:
                if not bound.expired():
                    bound.reschedule(asyncio.get_running_loop().time() + _LET_GO_S)

    def _hasten(self) -> None:
        """Give up opening it: what that was for holds no more, and whoever waits for us need not wait for it."""
        if self._opening is not None and not self._opening.expired():
            self._opening.reschedule(asyncio.get_running_loop().time())

    def _too_slow(self) -> None:
        if self._session is not None:
            _log.warning("connections left open server=%s", self.name)  # Whatever happened to it was told before.
        elif not (self.ended.is_set() or self._anew):
            self._broke(ServerUnreached(detail=f"not opened within {OPEN_S:g} s"))

    def _broke(self, error: Exception) -> None:
        match error:
            case ConfigError():
                self._happened(Happening.MISCONFIGURED, str(error))
            case StoreLost():
                _log.warning("store lost server=%s", self.name)  # No server's fault.
            case FairbrushError():
                self._lost.lost(error)
                self._happened(Happening.UNREACHED, str(error))
            case _:
                self._lost.broke(error)
                self._happened(Happening.UNREACHED, _UNFORESEEN)

    async def _begin(self, session: Session, stopping: asyncio.Event) -> None:
        self._happened(Happening.OPENED, "")
        self._lost.over()
        if self._listed.wish is Wish.DRAIN:
            self._wish()
        # Before it takes a job: the one that was in its line may need what it has no more.
        await self._offered()
        if self.ended.is_set() or self._anew:
            session.leave()
        await session.run(stopping)

    async def _offered(self) -> None:
        """Tell what all offer, until it was heard."""
        self.offers()
        outage = Outage(_log, f"telling offers server={self.name}")
        while not self.ended.is_set():
            try:
                await self._means.offered()
            except FairbrushError as error:
                outage.lost(error)
                await asyncio.sleep(self._means.limits.idle_s)
            else:
                outage.over()
                return

    def _wish(self) -> None:
        self._happened(Happening.DRAINED if self._listed.wish is Wish.DRAIN else Happening.RESUMED, "")

    def _finish(self) -> None:
        self._happened(Happening.DRAINED, "")
        if self._session is not None:
            self._session.leave()

    def _happened(self, happening: Happening, reason: str) -> None:
        if self._anew:
            return
        before, self.health = self.health, after(self.health, happening, reason, _now_ms())
        if self._session is not None:
            self._session.allow(self.health.state)
        if self.health.state is not before.state:
            _log.info("server=%s state=%s was=%s reason=%s", self.name, self.health.state, before.state, reason)
            self._news.set()

    async def _pause(self) -> None:
        """Leave the server alone for as long as its health says, or until its operator says something new."""
        await asyncio.sleep(_LEAST_PAUSE_S)
        with suppress(TimeoutError):
            async with asyncio.timeout(self.health.retry_after_s):
                await self._roused.wait()

    async def _hold_on(self) -> None:
        """Renew what an earlier owner left to the slots until they hold it themselves.

        A server may be slow to open, and its line to be cleared: what it paints meanwhile would be rescued by another
        process, and painted a second time.
        """
        bench, outage = self._means.bench, Outage(_log, f"holding on server={self.name}")
        while True:
            try:
                for slot in self.slots() if self._takes_over() else ():
                    for held in await bench.store.held_by(slot):
                        await bench.queue.renew(held.lease)
                outage.over()
            except FairbrushError as error:
                outage.lost(error)
            await asyncio.sleep(self._means.limits.tenure.heartbeat_s)

    def _takes_over(self) -> bool:
        """Tell whether it is opened for the first time, or was, and its slots do not work yet.

        One that does not answer for as long as a lease lasts is left to the rescue.
        """
        if self._session is not None:
            return not self._session.begun
        waited_ms = _now_ms() - self.health.since_ms
        return self.health.state is ServerState.STARTING and waited_ms < self._means.limits.tenure.lease_s * 1000

    async def _tell_on(self) -> None:
        outage = Outage(_log, f"telling its status server={self.name}")
        while True:
            self._news.clear()
            try:
                await self._tell()
                outage.over()
            except FairbrushError as error:
                outage.lost(error)
            with suppress(TimeoutError):
                async with asyncio.timeout(TELL_S):
                    await self._news.wait()

    async def _tell_last(self) -> None:
        """Tell that nobody works on it, so that no reader takes it for ready until the last status is old."""
        try:
            await (self._means.store.forget(self.name) if self._removed else self._tell(attended=False))
        except FairbrushError as error:
            _log.info("last status not told server=%s code=%s", self.name, error.code)

    async def _tell(self, *, attended: bool = True) -> None:
        # Our clock is not the store's, by which every process has to understand it.
        now = await self._means.store.now_ms()
        await self._means.store.tell(self.name, replace(self._status(now), attended=attended))

    def _status(self, now_ms: int) -> ServerStatus:
        health, session, behind_ms = self.health, self._session, now_ms - _now_ms()
        jobs = session.jobs if session else 0
        alone = health.state is ServerState.DOWN and self._means.alone()
        status = ServerStatus(
            state=health.state,
            reason=told_reason(health, jobs=jobs, alone=alone),
            since_ms=health.since_ms + behind_ms,
            seen_ms=now_ms,
            jobs=jobs,
            slots=self._listed.spec.slots,
            labels=self._listed.spec.labels,
            models=session.models if session else (),
            errors=tuple((at_ms + behind_ms, reason) for at_ms, reason in health.errors),
        )
        if session is None:
            return status
        facts = session.facts
        return replace(status, version=facts.version, memory=facts.memory, others=session.others)


def _now_ms() -> int:
    return round(asyncio.get_running_loop().time() * 1000)
