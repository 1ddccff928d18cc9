"""What a killed process held stays leased while whoever has its server now is still opening it; in virtual time."""

import pytest

from bot.holding import Tenure
from bot.jobs import JobRecord, JobState, run_id_of
from tests.fakes.virtual_time import run_virtually
from tests.unit.bot.bench import enqueued, job
from tests.unit.bot.town import Town, soon, town

LEASE_S = Tenure().lease_s
LEFT_S = 8.0
"""What is left of a lease, at the least, when a dead owner's server is another's."""


async def left_by_a_killed_process(place: Town) -> JobRecord:
    """Have a job run on the first server, followed by nobody, its lease about to end."""
    await enqueued(place.store)
    held = await place.store.claim("gpu1", "nonce")
    assert held is not None
    assert await place.store.record(held.lease, run_id=run_id_of(held.lease.job_id, 1))
    await soon(LEASE_S - LEFT_S)
    return held.record


async def state(place: Town) -> JobState:
    """Let another process rescue what it may, and return how the job stands then."""
    await place.store.rescue()
    record = await place.store.read(job().id)
    assert record is not None
    return record.state


@pytest.mark.parametrize("slow_in", ["connecting", "vocabulary", "facts", "clear"])
def test_what_a_slow_server_paints_is_rescued_by_nobody_before_its_slots_hold_it(slow_in: str) -> None:
    async def story() -> None:
        place = town("gpu1")
        await left_by_a_killed_process(place)
        place.machines["gpu1"].hangs = slow_in
        async with place.at_work():
            await soon(LEFT_S + 1)
            assert place.machines["gpu1"].asked == {slow_in}
            assert await state(place) is JobState.RUNNING
            await soon(LEFT_S + 1)
            assert await state(place) is JobState.RUNNING

    run_virtually(story())


@pytest.mark.parametrize("silent_in", ["connecting", "vocabulary", "facts"])
def test_what_a_server_had_that_does_not_answer_at_all_goes_elsewhere_after_two_leases(silent_in: str) -> None:
    async def story() -> None:
        place = town("gpu1")
        await left_by_a_killed_process(place)
        place.machines["gpu1"].hangs = silent_in
        async with place.at_work():
            await soon(2 * LEASE_S + 1)
            assert await state(place) is JobState.QUEUED

    run_virtually(story())


def test_what_a_server_had_that_refuses_every_connection_goes_elsewhere_when_its_lease_ends() -> None:
    async def story() -> None:
        place = town("gpu1")
        await left_by_a_killed_process(place)
        place.machines["gpu1"].shut = ConnectionRefusedError()
        async with place.at_work():
            await soon(LEASE_S + 1)
            assert await state(place) is JobState.QUEUED

    run_virtually(story())
