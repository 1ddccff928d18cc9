"""How a run fails."""

import asyncio

from tests.contracts.comfyui.graphs import blank, fresh, node, of_upload, png
from tests.contracts.comfyui.probe import Probe


async def unreadable(probe: Probe) -> str:
    """An upload that is no picture, which only LoadImage finds out."""
    status, answer = await probe.upload(f"contract-{fresh()}.png", b"no picture at all")
    assert status == 200
    return str(answer["name"])


async def test_a_node_that_raises_ends_the_run_with_its_exception(probe: Probe) -> None:
    name = await unreadable(probe)
    prompt_id, events = await probe.run(of_upload(name))
    (error,) = (event.data for event in events if event.kind == "execution_error")
    assert error["prompt_id"] == prompt_id
    assert (error["node_id"], error["node_type"]) == ("1", "LoadImage")
    assert error["executed"] == []
    assert error["exception_type"] == "PIL.UnidentifiedImageError"
    assert error["exception_message"].startswith("cannot identify image file")
    assert error["exception_message"].endswith("\n")
    assert error["current_inputs"] == {"image": [name]}
    assert set(error["current_outputs"]) == {"1", "2"}
    assert all(isinstance(line, str) for line in error["traceback"])
    assert isinstance(error["timestamp"], int)
    kinds = [event.kind for event in events]
    assert "execution_success" not in kinds
    assert kinds[-3:] == ["execution_error", "status", "executing"]


async def test_the_history_keeps_the_error(probe: Probe) -> None:
    prompt_id, events = await probe.run(of_upload(await unreadable(probe)))
    (error,) = (event.data for event in events if event.kind == "execution_error")
    entry = await probe.history(prompt_id)
    assert entry["outputs"] == {}
    assert entry["status"]["status_str"] == "error"
    assert entry["status"]["completed"] is False
    assert entry["status"]["messages"][-1] == ["execution_error", error]


async def test_outputs_that_ran_before_the_error_are_kept(probe: Probe) -> None:
    graph = of_upload(await unreadable(probe)) | {
        "11": node("EmptyImage", width=64, height=64, batch_size=1, color=fresh() % 2**24),
        "12": node("SaveImage", images=["11", 0], filename_prefix="contract"),
    }
    # Which branch runs first is the server's choice; run the good one alone before, and it is cached.
    await probe.run({key: graph[key] for key in ("11", "12")})
    prompt_id, _ = await probe.run(graph)
    entry = await probe.history(prompt_id)
    assert entry["status"]["status_str"] == "error"
    assert set(entry["outputs"]) <= {"12"}
    assert entry["outputs"]["12"]["images"]


async def test_a_literal_where_a_link_belongs_fails_at_run_time(probe: Probe) -> None:
    graph = blank()
    graph["2"]["inputs"]["images"] = f"no picture {fresh()}"
    prompt_id, events = await probe.run(graph)
    assert [event.kind for event in events if event.kind.startswith("execution_")][-1] == "execution_error"
    assert (await probe.history(prompt_id))["status"]["completed"] is False


async def test_an_error_repeats_the_whole_graph(probe: Probe) -> None:
    """Why nothing of an error is shown to people or logged as it came."""
    graph = blank()
    graph["2"]["inputs"]["images"] = f"no picture {fresh()}"
    _, events = await probe.run(graph)
    (error,) = (event.data for event in events if event.kind == "execution_error")
    assert error["current_inputs"]["images"] == [graph["2"]["inputs"]["images"]]
    assert error["current_inputs"]["prompt"] == [str(graph)]


async def test_a_file_name_that_leads_out_of_the_folder_fails_at_run_time(probe: Probe) -> None:
    _, events = await probe.run(blank(prefix="../../outside"))
    (error,) = (event.data for event in events if event.kind == "execution_error")
    assert "outside the output folder is not allowed" in error["exception_message"]
    assert error["exception_type"].endswith("Exception")


async def test_a_failed_run_leaves_the_next_one_alone(probe: Probe) -> None:
    await probe.run(of_upload(await unreadable(probe)))
    _, answer = await probe.upload(f"contract-{fresh()}.png", png())
    prompt_id, events = await probe.run(of_upload(answer["name"]))
    assert "execution_success" in [event.kind for event in events]
    async with asyncio.timeout(60):
        assert (await probe.history(prompt_id))["status"]["status_str"] == "success"
