"""Every fault does what it says, and only that."""

import asyncio

import aiohttp
import pytest

from adapters.simulator.server import Simulator
from tests.contracts.comfyui.graphs import MANY, blank, fresh, painting
from tests.contracts.comfyui.probe import Event, Probe

SILENCE_S = 0.1
"""Long enough for a message on loopback, short enough for a test of silence."""


def kinds(events: list[Event]) -> list[str]:
    return [event.kind for event in events]


def error_of(events: list[Event]) -> dict[str, object]:
    (error,) = (event.data for event in events if event.kind == "execution_error")
    return error


async def test_a_dead_server_refuses_and_forgets_but_keeps_its_files(simulator: Simulator, probe: Probe) -> None:
    prompt_id, _ = await probe.run(blank(prefix="kept"))
    async with probe.listen() as ear:
        await simulator.faults.die()
        assert (await ear.socket.receive()).type is not aiohttp.WSMsgType.TEXT
        assert ear.socket.close_code == 1006
    with pytest.raises(aiohttp.ClientConnectorError):
        await probe.get("/queue")
    await simulator.faults.revive()
    assert await probe.get(f"/history/{prompt_id}") == {}
    assert await probe.fetch("/view", filename="kept_00001_.png")
    _, answer = await probe.post("/prompt", {"prompt": blank()})
    assert answer["number"] == 0


async def test_a_server_that_dies_while_it_runs_forgets_the_run(simulator: Simulator, probe: Probe) -> None:
    async with probe.listen() as ear:
        prompt_id = await probe.submit(painting(probe.info, seed=fresh(), steps=MANY), ear.sid)
        await ear.step_of(prompt_id)
        await simulator.faults.die()
    await simulator.faults.revive()
    assert await probe.queue() == ([], [])
    assert simulator.runs[-1].outcome == "running"
    _, events = await probe.run(blank())
    assert "execution_success" in kinds(events)


async def test_a_frozen_server_says_nothing_and_goes_on_after_it_thaws(simulator: Simulator, probe: Probe) -> None:
    async with probe.listen() as ear:
        prompt_id = await probe.submit(painting(probe.info, seed=fresh(), steps=20), ear.sid)
        await ear.step_of(prompt_id)
        simulator.faults.freeze()
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(SILENCE_S):
                await probe.get("/queue")
        assert simulator.runs[-1].outcome == "running"
        simulator.faults.thaw()
        assert "execution_success" in kinds(await ear.end_of(prompt_id))


async def test_dropped_sockets_break_and_a_new_one_hears_on(simulator: Simulator, probe: Probe) -> None:
    async with probe.listen() as other, probe.listen() as ear:
        prompt_id = await probe.submit(painting(probe.info, seed=fresh(), steps=MANY), ear.sid)
        await ear.step_of(prompt_id)
        simulator.faults.drop_sockets(ear.sid)
        while (await ear.socket.receive()).type in (aiohttp.WSMsgType.TEXT, aiohttp.WSMsgType.BINARY):
            pass
        assert ear.socket.close_code == 1006
        async with probe.listen(ear.sid) as again:
            await again.step_of(prompt_id)
            await probe.post("/interrupt", {"prompt_id": prompt_id})
            await again.end_of(prompt_id)
        await other.until(lambda event: event.kind == "status")


async def test_a_deaf_socket_stays_open_and_hears_nothing(simulator: Simulator, probe: Probe) -> None:
    async with probe.listen() as ear:
        simulator.faults.deafen(ear.sid)
        await probe.history(await probe.submit(blank(), ear.sid))
        with pytest.raises(TimeoutError):
            await ear.socket.receive(timeout=SILENCE_S)
        assert not ear.socket.closed
    async with probe.listen(ear.sid) as again:
        await again.end_of(await probe.submit(blank(), again.sid))


async def test_stalled_events_come_all_at_once_later(simulator: Simulator, probe: Probe) -> None:
    async with probe.listen() as ear:
        simulator.faults.stall_events()
        prompt_id = await probe.submit(blank(), ear.sid)
        await probe.history(prompt_id)
        with pytest.raises(TimeoutError):
            await ear.socket.receive(timeout=SILENCE_S)
        simulator.faults.resume_events()
        assert "execution_success" in kinds(await ear.end_of(prompt_id))


async def test_a_dead_worker_leaves_everything_else_alive(simulator: Simulator, probe: Probe) -> None:
    simulator.faults.kill_worker()
    prompt_id = await probe.submit(blank())
    assert await probe.queue() == ([], [prompt_id])
    assert (await probe.post("/interrupt", {}))[0] == 200
    assert simulator.runs == []


async def test_a_worker_killed_in_the_middle_shows_its_prompt_as_running_for_ever(
    simulator: Simulator, probe: Probe
) -> None:
    async with probe.listen() as ear:
        prompt_id = await probe.submit(painting(probe.info, seed=fresh(), steps=MANY), ear.sid)
        await ear.step_of(prompt_id)
        simulator.faults.kill_worker()
        await probe.post("/interrupt", {"prompt_id": prompt_id})
        assert await probe.queue() == ([prompt_id], [])


async def test_extra_data_null_kills_the_worker_as_in_comfyui(simulator: Simulator, probe: Probe) -> None:
    """The same zombie without a fault: ComfyUI 0.3.64 does this to itself."""
    prompt_id = await probe.submit(blank(), extra_data=None)
    waiting = await probe.submit(blank())
    assert await probe.queue() == ([prompt_id], [waiting])
    assert simulator.runs == []


async def test_the_same_id_and_number_is_trouble(probe: Probe) -> None:
    """A tie in the heap: the answer is 500, and the prompt is queued all the same."""
    async with probe.listen() as ear:
        running = await probe.submit(painting(probe.info, seed=fresh(), steps=MANY), ear.sid)
        await ear.step_of(running)
        await probe.submit(blank(), prompt_id="twin", number=5)
        status, _ = await probe.post("/prompt", {"prompt": blank(), "prompt_id": "twin", "number": 5})
        assert status == 500
        assert await probe.queue() == ([running], ["twin", "twin"])


async def test_a_node_hangs_on_demand_and_hears_no_interrupt(simulator: Simulator, probe: Probe) -> None:
    simulator.faults.hang()
    prompt_id = await probe.submit(painting(probe.info, seed=fresh()))
    async with asyncio.timeout(60):
        while await probe.queue() != ([prompt_id], []):
            pass
    await probe.post("/interrupt", {"prompt_id": prompt_id})
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(SILENCE_S):
            await probe.history(prompt_id)
    assert await probe.queue() == ([prompt_id], [])


async def test_a_server_can_become_slow(simulator: Simulator, probe: Probe) -> None:
    simulator.faults.slow_down(30)
    await probe.run(painting(probe.info, seed=fresh(), steps=2))
    [slow] = simulator.runs
    assert slow.finished_at is not None
    assert slow.finished_at - slow.started_at >= 2 * 30 * simulator.options.step_ms / 1000


async def test_a_prompt_is_rejected_on_demand_once(simulator: Simulator, probe: Probe) -> None:
    simulator.faults.reject_next()
    status, answer = await probe.post("/prompt", {"prompt": blank()})
    assert (status, answer["error"]["type"]) == (400, "prompt_outputs_failed_validation")
    status, _ = await probe.post("/prompt", {"prompt": blank()})
    assert status == 200


async def test_a_node_raises_on_demand_once(simulator: Simulator, probe: Probe) -> None:
    simulator.faults.next_run_raises("no luck", exception_type="KeyError")
    _, events = await probe.run(painting(probe.info, seed=fresh()))
    error = error_of(events)
    assert (error["exception_message"], error["exception_type"]) == ("no luck\n", "KeyError")
    assert error["node_type"] == "KSampler"
    _, events = await probe.run(painting(probe.info, seed=fresh()))
    assert "execution_success" in kinds(events)


async def test_memory_runs_out_on_demand(simulator: Simulator, probe: Probe) -> None:
    simulator.faults.out_of_memory()
    _, events = await probe.run(painting(probe.info, seed=fresh()))
    error = error_of(events)
    assert error["exception_type"] == "torch.OutOfMemoryError"
    assert "This error means you ran out of memory on your GPU." in str(error["exception_message"])


async def test_lost_outputs_are_announced_and_missing(simulator: Simulator, probe: Probe) -> None:
    simulator.faults.lose_outputs()
    prompt_id, _ = await probe.run(blank())
    (file,) = (await probe.history(prompt_id))["outputs"]["2"]["images"]
    assert await probe.status("/view", **file) == 404
    prompt_id, _ = await probe.run(blank())
    (file,) = (await probe.history(prompt_id))["outputs"]["2"]["images"]
    assert await probe.status("/view", **file) == 200


async def test_a_huge_executed_message_can_be_had(simulator: Simulator, probe: Probe) -> None:
    simulator.faults.huge_executed(5_000_000)
    _, events = await probe.run(blank())
    (executed,) = (event.data["output"] for event in events if event.kind == "executed")
    assert len(executed["text"][0]) == 5_000_000
    assert executed["images"]


async def test_the_history_can_be_late(simulator: Simulator, probe: Probe) -> None:
    simulator.faults.delay_history(600)
    async with probe.listen() as ear:
        prompt_id = await probe.submit(blank(), ear.sid)
        await ear.until(lambda event: event.kind == "execution_success")
        assert await probe.get(f"/history/{prompt_id}") == {}
        assert await probe.queue() == ([prompt_id], [])


async def test_a_late_history_comes_before_the_last_message(simulator: Simulator, probe: Probe) -> None:
    simulator.faults.delay_history(0.01)
    prompt_id, _ = await probe.run(blank())
    assert await probe.get(f"/history/{prompt_id}") != {}


async def test_a_lost_answer_leaves_the_prompt_in_the_queue(simulator: Simulator, probe: Probe) -> None:
    simulator.faults.lose_next_answer()
    with pytest.raises(aiohttp.ClientError):
        await probe.submit(blank(), prompt_id="lost")
    assert (await probe.history("lost"))["status"]["completed"] is True
    assert simulator.records.executions("lost") == 1


async def test_a_strangers_previews_reach_everybody(simulator: Simulator, probe: Probe) -> None:
    async with probe.listen(flags=True) as ear:
        prompt_id = simulator.faults.stranger_prompt(steps=3)
        mine = await probe.submit(blank(), ear.sid)
        events = await ear.end_of(mine)
    assert kinds(events).count("preview") == 3
    assert {event.kind for event in events if event.prompt_id == prompt_id} == {"progress", "progress_state"}
    assert "preview+" not in kinds(events)
