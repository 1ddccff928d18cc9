"""Whatever happens: once things calm down, every message is true, none is doubled, and no budget was exceeded."""

from collections.abc import Awaitable, Callable
from random import Random

import pytest

from bot.events import Stage
from bot.jobs import Job, JobId, MessageRef
from bot.noticeboard import Patience
from bot.ports import Lease
from bot.status import Live
from tests.fakes.recording_chat import RecordingChat
from tests.fakes.virtual_time import run_virtually, virtual_now
from tests.unit.bot.noticeboard_scene import Process, Scene

CHANNELS = ("general", "cats", "dogs")


class History:
    """A seeded course of events: jobs come and go, channels fail, processes die, hints are garbled."""

    def __init__(self, seed: int) -> None:
        self.random = random = Random(seed)
        edits = random.randint(1, 6)
        reserve = random.randint(0, edits - 1)
        per_s = random.choice([0.2, 2.0, 10.0])
        self.scene = Scene(
            chat=RecordingChat(clock=virtual_now, edits=edits, per_s=per_s, reserve=reserve),
            patience=Patience(answer_s=2.0, lease_s=2.0, retry_most_s=4.0, ping_after_s=20.0),
        )
        self.jobs: list[JobId] = []
        self.leases: list[Lease] = []
        self.alive: list[Process] = []

    async def is_true(self) -> bool:
        """Tell whether every message shows what it should."""
        return all([await self.scene.shown(job) == await self.scene.true_card(job) for job in self.jobs])

    async def happen(self, times: int) -> None:
        """Let so many things happen."""
        things: list[tuple[Callable[[], Awaitable[object]], int]] = [
            (self.somebody_asks, 4),
            (self.a_server_begins, 4),
            (self.a_run_moves, 8),
            (self.a_run_ends, 3),
            (self.somebody_cancels, 2),
            (self.a_channel_fails, 2),
            (self.a_process_starts, 1),
            (self.a_process_ends, 1),
        ]
        for _ in range(times):
            [thing] = self.random.choices([thing for thing, _ in things], [weight for _, weight in things])
            await thing()
            await self.scene.calm(self.random.choice([0, 0, 0.01, 0.3, 2, 9]))

    async def somebody_asks(self) -> None:
        self.jobs.append(await self.scene.ask(len(self.jobs) + 1, self.random.choice(CHANNELS)))

    async def a_server_begins(self) -> None:
        held = await self.scene.store.claim("gpu", f"nonce {self.random.random()}")
        if held:
            lease = held.lease
            self.leases.append(lease)
            if self.random.random() < 0.8:
                await self.scene.store.record(lease, run_id=f"run {lease.fence}")  # type: ignore[arg-type]

    async def a_run_moves(self) -> None:
        if self.leases:
            done, stage = self.random.randint(0, 20), self.random.choice([*Stage])
            preview = self.random.choice([None, "p1", "p2"])
            live = Live(stage=stage, done=done, total=20, eta_s=self.random.uniform(0, 90), preview=preview)
            await self.scene.store.show(self.random.choice(self.leases).job_id, live)

    async def a_run_ends(self) -> None:
        if not self.leases:
            return
        lease = self.leases.pop(self.random.randrange(len(self.leases)))
        match self.random.randrange(4):
            case 0:
                await self.scene.store.fail(lease, code="out_of_memory", sentence="Too large.")
            case 1:
                await self.scene.store.requeue(lease, costs_attempt=self.random.random() < 0.5)
            case 2:
                await self.scene.store.confirm_cancel(lease)
            case _:
                await self.scene.store.succeed(lease, files=[])

    async def somebody_cancels(self) -> None:
        if self.jobs:
            await self.scene.store.cancel(self.random.choice(self.jobs))

    async def a_channel_fails(self) -> None:
        faults = self.scene.chat.faults(self.random.choice(CHANNELS))
        faults.lost_answers += self.random.randint(0, 2)
        faults.refusals += self.random.randint(0, 2)

    async def a_process_starts(self) -> None:
        if len(self.alive) < 3:
            self.alive.append(self.scene.start(garbles=self.random if self.random.random() < 0.5 else None))

    async def a_process_ends(self) -> None:
        if self.alive:
            process = self.alive.pop(self.random.randrange(len(self.alive)))
            await (process.kill() if self.random.random() < 0.7 else process.stop())


def by_message_and_age() -> Callable[[Job, MessageRef | None], str]:
    """Draw on another bucket once there is a message, and on the channel's when the job has grown old."""
    began = virtual_now()

    def drawn_on(job: Job, ref: MessageRef | None) -> str:
        if virtual_now() > began + 20 + 7 * (job.id.int % 11):
            return job.place.channel
        return f"{job.place.channel} for {ref.id}" if ref else f"{job.place.channel} begun"

    return drawn_on


@pytest.mark.parametrize("buckets", ["of channels", "that change"])
@pytest.mark.parametrize("seed", range(40))
def test_whatever_happens_every_message_ends_true_and_no_budget_is_exceeded(seed, buckets):
    async def story() -> None:
        history = History(seed)
        if buckets == "that change":
            history.scene.chat.drawn_on = by_message_and_age()
        scene = history.scene
        await history.a_process_starts()
        await history.happen(80)
        await history.a_process_starts()
        # Progress is volatile: it goes by itself after a minute, and the cards have to say so.
        await scene.calm(75)
        for _ in range(60):
            if not await history.is_true():
                await scene.calm(20)
        await scene.calm(20)

        assert await history.is_true()
        assert len(scene.chat.messages) == len(history.jobs)
        assert len(scene.chat.pings) == len({message for message, _ in scene.chat.pings})
        assert scene.chat.violations == []
        still_open = {job_id for job_id in history.jobs if not (await scene.true_card(job_id)).is_final}
        assert set(await scene.store.open_jobs("local")) == still_open
        await scene.end()

    run_virtually(story())
