"""A held job: what is said while nobody listens is not lost."""

import asyncio

from bot.holding import Hold, Signal, Tenure
from bot.ports import Lease, Renewal
from tests.fakes.memory_store import MemoryStore
from tests.unit.bot.bench import PATIENCE_S, enqueued


class Cancelled(MemoryStore):
    """A store in which somebody wants everything cancelled, and which counts the heartbeats."""

    __slots__ = ("beats", "enough")

    async def renew(self, lease: Lease, *, gpu_ms: int = 0) -> Renewal:
        self.beats += 1
        if self.beats > 5:
            self.enough.set()
        return Renewal.CANCEL_REQUESTED


async def _held(tenure: Tenure) -> tuple[Hold, Cancelled]:
    store = Cancelled()
    store.beats, store.enough = 0, asyncio.Event()
    await enqueued(store)
    held = await store.claim("gpu", "nonce")
    assert held is not None
    return Hold(queue=store, lease=held.lease, tenure=tenure), store


async def test_a_stop_outlasts_any_number_of_heartbeats_that_say_cancel():
    hold, store = await _held(Tenure(heartbeat_s=0, grace_s=0))
    stopping = asyncio.Event()
    stopping.set()
    await hold.warn_at_stop(stopping)
    beating = asyncio.create_task(hold.keep())
    async with asyncio.timeout(PATIENCE_S):
        await store.enough.wait()
    beating.cancel()

    work = asyncio.create_task(asyncio.Event().wait())
    assert [await hold.signal_before(work) for _ in range(2)] == [Signal.STOP, Signal.CANCEL]
    work.cancel()


async def test_who_will_not_wait_for_the_grace_does_not_have_to():
    hold, _ = await _held(Tenure(grace_s=10_000))
    stopping = asyncio.Event()
    stopping.set()
    hold.hurry.set()

    async with asyncio.timeout(PATIENCE_S):
        await hold.warn_at_stop(stopping)
