"""Queue, interrupt and history."""

from typing import Any

import pytest

from tests.contracts.comfyui.graphs import MANY, blank, fresh, painting
from tests.contracts.comfyui.probe import Ear, Probe


async def long_run(probe: Probe, ear: Ear) -> str:
    """A run that is in the middle of sampling and would go on for minutes."""
    prompt_id = await probe.submit(painting(probe.info, seed=fresh(), steps=MANY), ear.sid)
    await ear.step_of(prompt_id)
    return prompt_id


async def test_a_targeted_interrupt_stops_the_run(probe: Probe) -> None:
    async with probe.listen() as ear:
        prompt_id = await long_run(probe, ear)
        assert await probe.post("/interrupt", {"prompt_id": prompt_id}) == (200, "")
        events = await ear.end_of(prompt_id)
    (stop,) = (event.data for event in events if event.kind == "execution_interrupted")
    assert (stop["node_id"], stop["node_type"]) == ("3", "KSampler")
    assert set(stop["executed"]) <= {"4", "5", "6", "7"}
    assert [event.kind for event in events][-3:] == ["execution_interrupted", "status", "executing"]
    entry = await probe.history(prompt_id)
    assert (entry["status"]["status_str"], entry["status"]["completed"]) == ("error", False)
    assert entry["status"]["messages"][-1] == ["execution_interrupted", stop]
    assert entry["outputs"] == {}


async def test_interrupting_an_unknown_or_waiting_prompt_stops_nothing(probe: Probe) -> None:
    async with probe.listen() as ear:
        running = await long_run(probe, ear)
        waiting = await probe.submit(blank(), ear.sid)
        assert (await probe.post("/interrupt", {"prompt_id": "nobody"}))[0] == 200
        assert (await probe.post("/interrupt", {"prompt_id": waiting}))[0] == 200
        await ear.step_of(running)
        assert await probe.queue() == ([running], [waiting])
        await probe.post("/interrupt", {"prompt_id": running})
        await ear.end_of(running)
        events = await ear.end_of(waiting)
    assert "execution_success" in [event.kind for event in events]


async def test_an_interrupt_without_target_stops_whatever_runs(probe: Probe) -> None:
    async with probe.listen() as ear:
        prompt_id = await long_run(probe, ear)
        async with probe.session.post(f"{probe.url}/interrupt") as response:
            assert response.status == 200
        events = await ear.end_of(prompt_id)
    assert "execution_interrupted" in [event.kind for event in events]


async def test_an_interrupt_while_idle_does_not_hit_the_next_run(probe: Probe) -> None:
    assert (await probe.post("/interrupt", {}))[0] == 200
    _, events = await probe.run(blank())
    assert "execution_success" in [event.kind for event in events]


async def test_deleting_takes_waiting_prompts_and_leaves_the_running_one(probe: Probe) -> None:
    async with probe.listen() as ear:
        running = await long_run(probe, ear)
        first, second, third = [await probe.submit(blank(), ear.sid) for _ in range(3)]
        assert await probe.post("/queue", {"delete": [second, running, "nobody"]}) == (200, "")
        assert await probe.queue() == ([running], [first, third])
        await probe.post("/interrupt", {"prompt_id": running})
        events = await ear.end_of(third)
    assert second not in {event.prompt_id for event in events}
    assert await probe.get(f"/history/{second}") == {}
    assert await probe.get(f"/history/{first}") != {}


async def test_clearing_empties_what_waits(probe: Probe) -> None:
    async with probe.listen() as ear:
        running = await long_run(probe, ear)
        await probe.submit(blank(), ear.sid)
        assert (await probe.post("/queue", {"clear": True}))[0] == 200
        assert await probe.queue() == ([running], [])
        assert (await probe.get("/prompt"))["exec_info"]["queue_remaining"] == 1


async def test_lower_numbers_run_first_and_front_beats_earlier_fronts(probe: Probe) -> None:
    async with probe.listen() as ear:
        running = await long_run(probe, ear)
        last = await probe.submit(blank(), ear.sid)
        front = await probe.submit(blank(), ear.sid, front=True)
        newer_front = await probe.submit(blank(), ear.sid, front=True)
        first = await probe.submit(blank(), ear.sid, number=-1e9)
        assert await probe.queue() == ([running], [first, newer_front, front, last])
        await probe.post("/interrupt", {"prompt_id": running})
        events = await ear.end_of(last)
    started = [event.prompt_id for event in events if event.kind == "execution_start"]
    assert started == [first, newer_front, front, last]


async def test_the_queue_shows_number_id_graph_extra_data_and_outputs(probe: Probe) -> None:
    async with probe.listen() as ear:
        running = await long_run(probe, ear)
        graph = blank()
        await probe.submit(graph, ear.sid, prompt_id="contract", extra_data={"mine": 1})
        queue = await probe.get("/queue")
    number, prompt_id, prompt, extra_data, outputs = queue["queue_pending"][0]
    assert isinstance(number, int | float)
    assert (prompt_id, prompt, outputs) == ("contract", graph, ["2"])
    assert extra_data == {"mine": 1, "client_id": ear.sid}
    assert queue["queue_running"][0][1] == running


async def test_the_same_prompt_id_twice_runs_twice(probe: Probe) -> None:
    """Why a lost answer is looked up, never blindly sent again."""
    async with probe.listen() as ear:
        running = await long_run(probe, ear)
        twin = f"contract-{fresh()}"
        for _ in range(2):
            await probe.submit(blank(), ear.sid, prompt_id=twin)
        assert await probe.queue() == ([running], [twin, twin])
        await probe.post("/interrupt", {"prompt_id": running})
        events = await ear.end_of(twin) + await ear.end_of(twin)
    assert [event.prompt_id for event in events].count(twin) > 2
    assert [event.kind for event in events if event.prompt_id == twin].count("execution_success") == 2


async def test_the_history_entry_tells_prompt_outputs_status_and_meta(probe: Probe) -> None:
    graph = blank(prefix="contract-history")
    prompt_id, events = await probe.run(graph, extra_data={"mine": 1})
    entry = await probe.history(prompt_id)
    assert set(entry) == {"prompt", "outputs", "status", "meta"}
    _, told_id, prompt, extra_data, outputs = entry["prompt"]
    assert (told_id, prompt, outputs, extra_data["mine"]) == (prompt_id, graph, ["2"], 1)
    (file,) = entry["outputs"]["2"]["images"]
    assert file["filename"].startswith("contract-history_")
    assert (file["subfolder"], file["type"]) == ("", "output")
    assert (entry["status"]["status_str"], entry["status"]["completed"]) == ("success", True)
    lifecycle = ("execution_start", "execution_cached", "execution_success")
    assert entry["status"]["messages"] == [[e.kind, e.data] for e in events if e.kind in lifecycle]
    meta = {"node_id": "2", "display_node": "2", "parent_node": None, "real_node_id": "2"}
    assert entry["meta"] == {"2": meta}
    assert (await probe.get("/history"))[prompt_id] == entry


async def test_prompts_that_wait_run_or_never_were_have_no_history(probe: Probe) -> None:
    async with probe.listen() as ear:
        running = await long_run(probe, ear)
        waiting = await probe.submit(blank(), ear.sid)
        for prompt_id in (running, waiting, "nobody"):
            assert await probe.get(f"/history/{prompt_id}") == {}


async def test_the_history_can_be_paged_and_forgotten(probe: Probe) -> None:
    await probe.post("/history", {"clear": True})
    ids = [(await probe.run(blank()))[0] for _ in range(3)]
    for prompt_id in ids:
        await probe.history(prompt_id)
    assert list(await probe.get("/history")) == ids
    assert list(await probe.get("/history", max_items="2")) == ids[1:]
    assert list(await probe.get("/history", max_items="1", offset="1")) == [ids[1]]
    assert await probe.get("/history", max_items="0") == {}
    assert await probe.get("/history", offset="9") == {}
    assert await probe.status("/history", max_items="x") == 500
    await probe.post("/history", {"delete": [ids[0], "nobody"]})
    assert list(await probe.get("/history")) == ids[1:]


@pytest.mark.parametrize("wanted", [("7", 7.0), (3.5, 3.5), (2, 2.0)])
async def test_a_number_of_ones_own_is_any_float(probe: Probe, wanted: tuple[Any, float]) -> None:
    status, answer = await probe.post("/prompt", {"prompt": blank(), "number": wanted[0]})
    assert (status, answer["number"]) == (200, wanted[1])
    await probe.history(answer["prompt_id"])
