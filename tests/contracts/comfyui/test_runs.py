"""What a run says, in which order, and what the cache spares it."""

import io
import json

import pytest
from PIL import Image

from tests.contracts.comfyui.graphs import SIZE, blank, fresh, painting, png
from tests.contracts.comfyui.probe import Event, Probe

LIFECYCLE = frozenset({"execution_start", "execution_cached", "executing", "executed", "execution_success"})


def kinds(events: list[Event]) -> list[str]:
    """The lifecycle, without progress and previews."""
    return [event.kind for event in events if event.kind in LIFECYCLE]


def executing(events: list[Event]) -> list[str | None]:
    return [event.data["node"] for event in events if event.kind == "executing"]


def cached(events: list[Event]) -> set[str]:
    (event,) = (event for event in events if event.kind == "execution_cached")
    return set(event.data["nodes"])


def files(events: list[Event]) -> list[dict[str, str]]:
    return [file for event in events if event.kind == "executed" for file in event.data["output"]["images"]]


async def forget(probe: Probe) -> None:
    """Run something else, so that nothing is cached: only the previous prompt's nodes are kept."""
    await probe.run(blank())


async def test_a_cold_run_reports_every_node_and_ends_with_executing_null(probe: Probe) -> None:
    await forget(probe)
    graph = painting(probe.info, seed=fresh(), steps=3)
    prompt_id, events = await probe.run(graph)
    assert kinds(events)[:2] == ["execution_start", "execution_cached"]
    assert kinds(events)[-3:] == ["executed", "execution_success", "executing"]
    assert cached(events) == set()
    nodes = executing(events)
    assert set(nodes[:-1]) == set(graph)
    assert len(nodes) == len(graph) + 1
    assert nodes[-3:] == ["8", "9", None]
    assert all(event.prompt_id == prompt_id for event in events if event.kind in {*LIFECYCLE, "progress"})
    assert all(nodes.index(source) < nodes.index("3") for source in ("4", "5", "6", "7"))


async def test_progress_counts_the_sampler_steps(probe: Probe) -> None:
    prompt_id, events = await probe.run(painting(probe.info, seed=fresh(), steps=3))
    progress = [event.data for event in events if event.kind == "progress"]
    assert [(each["value"], each["max"], each["node"]) for each in progress] == [(n, 3, "3") for n in (1, 2, 3)]
    states = [event.data for event in events if event.kind == "progress_state"]
    assert all(state["prompt_id"] == prompt_id for state in states)
    assert states[-1]["nodes"]["9"]["state"] == "finished"
    running = [state["nodes"]["3"] for state in states if state["nodes"].get("3", {}).get("state") == "running"]
    assert [(state["value"], state["max"]) for state in running] == [(0, 1), (1, 3), (2, 3), (3, 3)]


async def test_no_denoising_means_no_steps(probe: Probe) -> None:
    graph = painting(probe.info, seed=fresh(), steps=3)
    graph["3"]["inputs"]["denoise"] = 0.0
    _, events = await probe.run(graph)
    assert not [event for event in events if event.kind in ("progress", "preview+")]
    assert len(files(events)) == 1


async def test_a_part_of_the_schedule_counts_its_own_steps(probe: Probe) -> None:
    graph = painting(probe.info, seed=fresh())
    inputs = {name: value for name, value in graph["3"]["inputs"].items() if name not in ("seed", "denoise")}
    inputs |= {"noise_seed": fresh(), "steps": 6, "start_at_step": 4, "end_at_step": 10_000}
    inputs |= {"add_noise": "enable", "return_with_leftover_noise": "disable"}
    graph["3"] = {"class_type": "KSamplerAdvanced", "inputs": inputs}
    _, events = await probe.run(graph)
    assert [(e.data["value"], e.data["max"]) for e in events if e.kind == "progress"] == [(1, 2), (2, 2)]


async def test_the_queue_is_announced_to_everybody(probe: Probe) -> None:
    async with probe.listen() as bystander, probe.listen() as owner:
        prompt_id = await probe.submit(blank(), owner.sid)
        events = await owner.end_of(prompt_id)
        counts = [e.data["status"]["exec_info"]["queue_remaining"] for e in events if e.kind == "status"]
        assert counts == [1, 1, 0]
        heard = [await bystander.hear() for _ in range(3)]
        assert [(event.kind, event.data) for event in heard] == [(e.kind, e.data) for e in events if e.kind == "status"]


async def test_the_same_prompt_again_is_all_cached_and_names_the_same_file(probe: Probe) -> None:
    graph = painting(probe.info, seed=fresh())
    _, first = await probe.run(graph)
    prompt_id, second = await probe.run(graph)
    assert cached(second) == set(graph)
    assert executing(second) == [None]
    assert files(second) == files(first)
    assert kinds(second) == ["execution_start", "execution_cached", "executed", "execution_success", "executing"]
    assert (await probe.history(prompt_id))["outputs"]["9"]["images"] == files(first)


async def test_another_seed_runs_the_sampler_and_what_follows(probe: Probe) -> None:
    _, first = await probe.run(painting(probe.info, seed=fresh()))
    _, second = await probe.run(painting(probe.info, seed=fresh()))
    assert cached(second) == {"4", "5", "6", "7"}
    assert executing(second) == ["3", "8", "9", None]
    assert files(second) != files(first)


async def test_only_the_previous_prompt_is_kept(probe: Probe) -> None:
    graph = painting(probe.info, seed=fresh())
    await probe.run(graph)
    await forget(probe)
    _, events = await probe.run(graph)
    assert cached(events) == set()


async def test_node_ids_do_not_matter_to_the_cache(probe: Probe) -> None:
    graph = blank()
    await probe.run(graph)
    renamed = {"a": graph["1"], "b": {**graph["2"], "inputs": {**graph["2"]["inputs"], "images": ["a", 0]}}}
    prompt_id, events = await probe.run(renamed)
    assert cached(events) == {"a", "b"}
    entry = await probe.history(prompt_id)
    assert set(entry["outputs"]) == {"b"}
    assert entry["meta"]["b"]["node_id"] == "2"


async def test_another_file_name_runs_the_output_only(probe: Probe) -> None:
    color = fresh() % 2**24
    await probe.run(blank(color, prefix="contract-a"))
    _, events = await probe.run(blank(color, prefix="contract-b"))
    assert executing(events) == ["2", None]
    assert files(events)[0]["filename"].startswith("contract-b_")


async def test_unloading_models_keeps_the_cache_and_freeing_memory_drops_it(probe: Probe) -> None:
    graph = blank()
    await probe.run(graph)
    assert (await probe.post("/free", {"unload_models": True}))[0] == 200
    assert cached((await probe.run(graph))[1]) == set(graph)
    assert (await probe.post("/free", {"free_memory": True}))[0] == 200
    # The worker takes the wish up between two prompts, so one more prompt may still find the cache.
    await probe.run(blank())
    assert cached((await probe.run(graph))[1]) == set()


async def test_a_batch_gives_one_file_each_in_order(probe: Probe) -> None:
    _, events = await probe.run(painting(probe.info, seed=fresh(), batch=3, prefix="contracts/batch"))
    found = files(events)
    assert [(file["subfolder"], file["type"]) for file in found] == [("contracts", "output")] * 3
    numbers = [int(file["filename"].split("_")[1]) for file in found]
    assert numbers == [numbers[0], numbers[0] + 1, numbers[0] + 2]
    pixels = set()
    for file in found:
        with Image.open(io.BytesIO(await probe.fetch("/view", **file))) as image:
            assert (image.format, image.size) == ("PNG", (SIZE, SIZE))
            pixels.add(image.convert("RGB").tobytes())
    assert len(pixels) == 3


async def test_the_file_carries_the_graph_and_what_the_client_added(probe: Probe) -> None:
    graph = blank()
    _, events = await probe.run(graph, extra_data={"extra_pnginfo": {"note": {"by": "a test"}}})
    with Image.open(io.BytesIO(await probe.fetch("/view", **files(events)[0]))) as image:
        assert json.loads(image.info["prompt"]) == graph
        assert json.loads(image.info["note"]) == {"by": "a test"}


async def test_the_same_seed_gives_the_same_picture_and_another_one_does_not(probe: Probe) -> None:
    async def pixels(seed: int) -> bytes:
        _, events = await probe.run(painting(probe.info, seed=seed, prefix=f"contract-{fresh()}"))
        with Image.open(io.BytesIO(await probe.fetch("/view", **files(events)[0]))) as image:
            return image.convert("RGB").tobytes()

    first = await pixels(11)
    assert await pixels(12) != first
    await forget(probe)
    assert await pixels(11) == first


async def test_a_preview_node_writes_to_the_temp_folder(probe: Probe) -> None:
    graph = blank()
    graph["2"] = {"class_type": "PreviewImage", "inputs": {"images": ["1", 0]}}
    _, events = await probe.run(graph)
    (file,) = files(events)
    assert file["type"] == "temp"
    assert await probe.fetch("/view", **file)


@pytest.mark.parametrize("frames", [1, 3])
async def test_an_animation_is_one_file(probe: Probe, frames: int) -> None:
    graph = blank(batch=frames)
    inputs = {"fps": 6.0, "lossless": True, "quality": 80, "method": "default", "filename_prefix": "contract"}
    graph["2"] = {"class_type": "SaveAnimatedWEBP", "inputs": {"images": ["1", 0], **inputs}}
    _, events = await probe.run(graph)
    (output,) = (event.data["output"] for event in events if event.kind == "executed")
    assert output["animated"] == [frames > 1]
    (file,) = output["images"]
    with Image.open(io.BytesIO(await probe.fetch("/view", **file))) as image:
        assert image.format == "WEBP"


async def test_a_picture_is_repainted_in_its_own_size(probe: Probe) -> None:
    _, answer = await probe.upload(f"contract-{fresh()}.png", png())
    graph = painting(probe.info, seed=fresh(), steps=4) | {
        "1": {"class_type": "LoadImage", "inputs": {"image": answer["name"]}},
        "5": {"class_type": "VAEEncode", "inputs": {"pixels": ["1", 0], "vae": ["4", 2]}},
    }
    graph["3"]["inputs"]["denoise"] = 0.5
    _, events = await probe.run(graph)
    assert [event.data["max"] for event in events if event.kind == "progress"] == [4] * 4
    with Image.open(io.BytesIO(await probe.fetch("/view", **files(events)[0]))) as image:
        assert image.size == (SIZE, SIZE)


async def test_a_graph_can_report_text(probe: Probe) -> None:
    graph = {
        "1": {"class_type": "PrimitiveString", "inputs": {"value": f"hello {fresh()}"}},
        "2": {"class_type": "PreviewAny", "inputs": {"source": ["1", 0]}},
    }
    prompt_id, events = await probe.run(graph)
    (said,) = (event.data["output"] for event in events if event.kind == "executed")
    assert said == {"text": [graph["1"]["inputs"]["value"]]}
    assert (await probe.history(prompt_id))["outputs"] == {"2": said}
