"""What the simulator adds to the contracts: options, records, and the shipped node classes at work."""

import io
import json
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from PIL import Image

from adapters.simulator.options import SimulatorOptions
from adapters.simulator.server import Simulator
from tests.contracts.comfyui.graphs import SIZE, Prompt, blank, fresh, node, options, painting, png
from tests.contracts.comfyui.probe import Event, Probe

LIBRARY = Path(__file__).parents[3] / "workflows" / "library"


def files(events: list[Event]) -> list[dict[str, str]]:
    return [file for event in events if event.kind == "executed" for file in event.data["output"]["images"]]


def on_this_server(prompt: Prompt, info: dict[str, Any], upload: str) -> Prompt:
    """The graph with models that this server has, and with an uploaded picture."""
    for each in prompt.values():
        for name, value in each["inputs"].items():
            spec = info[each["class_type"]]["input"].get("required", {}).get(name, [None])
            if isinstance(value, list) or not (isinstance(spec[0], list) or spec[0] == "COMBO"):
                continue
            choices = options(info, each["class_type"], name)
            if value not in choices:
                each["inputs"][name] = upload if each["class_type"].startswith("LoadImage") else choices[0]
    return prompt


SHIPPED = {path.parent.name: path.read_text(encoding="utf-8") for path in sorted(LIBRARY.glob("*/graph.json"))}


@pytest.mark.parametrize("name", SHIPPED)
async def test_the_shipped_graphs_run(probe: Probe, name: str) -> None:
    _, answer = await probe.upload("upload.png", png())
    prompt = on_this_server(json.loads(SHIPPED[name]), probe.info, answer["name"])
    for each in prompt.values():
        if "steps" in each["inputs"]:
            each["inputs"]["steps"] = 2
    _, events = await probe.run(prompt)
    assert files(events)
    assert await probe.fetch("/view", **files(events)[0])


async def test_a_run_is_recorded_with_its_times_and_nodes(simulator: Simulator, probe: Probe) -> None:
    prompt_id, _ = await probe.run(blank())
    (run,) = simulator.runs
    assert (run.prompt_id, run.outcome, run.executed) == (prompt_id, "success", ("1", "2"))
    assert run.posted_at is not None
    assert run.finished_at is not None
    assert run.posted_at <= run.started_at <= run.finished_at == simulator.records.succeeded_at[prompt_id]
    assert simulator.records.busy_s == pytest.approx(run.finished_at - run.started_at)
    assert simulator.records.executions(prompt_id) == 1


async def test_idle_time_is_counted_between_runs(simulator: Simulator, probe: Probe) -> None:
    for _ in range(3):
        await probe.run(blank())
    assert len(simulator.records.gaps_s) == 2
    assert simulator.records.idle_s > 0


async def with_options(given: SimulatorOptions, prompt: Prompt) -> list[Event]:
    async with Simulator(given) as simulator, aiohttp.ClientSession() as session:
        _, events = await Probe(simulator.url, session).run(prompt)
        return events


async def test_too_large_a_picture_runs_out_of_memory(probe: Probe) -> None:
    prompt = painting(probe.info, seed=1)
    prompt["5"]["inputs"] |= {"width": 1024, "height": 1024}
    events = await with_options(SimulatorOptions(step_ms=0, draw=False, memory_mb=2_000), prompt)
    (error,) = (event.data for event in events if event.kind == "execution_error")
    assert (error["node_id"], error["exception_type"]) == ("3", "torch.OutOfMemoryError")
    events = await with_options(SimulatorOptions(step_ms=0, draw=False, memory_mb=4_000), prompt)
    assert "execution_success" in [event.kind for event in events]


async def test_loading_costs_time_when_the_loader_runs() -> None:
    loader = {
        "1": node("CheckpointLoaderSimple", ckpt_name="simulated-sd15.safetensors"),
        "2": node("PreviewAny", source=["1", 0]),
    }
    async with Simulator(SimulatorOptions(load_s=0.05)) as simulator, aiohttp.ClientSession() as session:
        probe = Probe(simulator.url, session)
        await probe.run(loader)
        await probe.run(loader)
    cold, cached = simulator.runs
    assert cold.finished_at is not None
    assert cold.finished_at - cold.started_at >= 0.05
    assert cached.executed == ()


async def test_no_drawing_gives_a_picture_of_the_right_size_all_the_same(probe: Probe) -> None:
    _, events = await probe.run(painting(probe.info, seed=fresh()))
    with Image.open(io.BytesIO(await probe.fetch("/view", **files(events)[0]))) as image:
        assert image.size == (SIZE, SIZE)


async def test_files_stay_in_a_folder_of_ones_own(tmp_path: Path) -> None:
    given = SimulatorOptions(folder=tmp_path, draw=False)
    await with_options(given, blank(prefix="mine"))
    assert [path.name for path in (tmp_path / "output").iterdir()] == ["mine_00001_.png"]


async def test_an_image_is_repainted_masked_and_enlarged() -> None:
    async with Simulator(SimulatorOptions(step_ms=0)) as simulator, aiohttp.ClientSession() as session:
        probe = Probe(simulator.url, session)
        info = await probe.get("/object_info")
        buffer = io.BytesIO()
        picture = Image.new("RGBA", (128, 128), (10, 200, 10, 255))
        picture.putalpha(Image.new("L", (128, 128), 255))
        picture.paste((10, 200, 10, 0), (64, 0, 128, 64))
        picture.save(buffer, "PNG")
        _, answer = await probe.upload("in.png", buffer.getvalue())
        graph = painting(info, seed=5) | {
            "1": node("LoadImage", image=answer["name"]),
            "5": node("VAEEncodeForInpaint", pixels=["1", 0], vae=["4", 2], mask=["1", 1], grow_mask_by=0),
            "20": node("UpscaleModelLoader", model_name="simulated-4x.pth"),
            "21": node("ImageUpscaleWithModel", upscale_model=["20", 0], image=["8", 0]),
            "22": node("SaveImage", images=["21", 0], filename_prefix="big"),
        }
        _, events = await probe.run(graph)
        found = {file["filename"].split("_")[0]: file for file in files(events)}
        with Image.open(io.BytesIO(await probe.fetch("/view", **found["contract"]))) as image:
            assert image.size == (128, 128)
            assert image.getpixel((10, 10)) == (10, 200, 10)
            assert image.getpixel((100, 20)) != (10, 200, 10)
        with Image.open(io.BytesIO(await probe.fetch("/view", **found["big"]))) as image:
            assert image.size == (512, 512)


async def test_a_refiner_chain_a_lora_and_a_controlnet_run(probe: Probe) -> None:
    def sampler(latent: list[object], start: int, end: int) -> dict[str, Any]:
        return node(
            "KSamplerAdvanced",
            model=["10", 0],
            add_noise="enable",
            noise_seed=1,
            steps=4,
            cfg=5.0,
            sampler_name="euler",
            scheduler="normal",
            positive=["12", 0],
            negative=["12", 1],
            latent_image=latent,
            start_at_step=start,
            end_at_step=end,
            return_with_leftover_noise="disable",
        )

    graph = painting(probe.info, seed=1) | {
        "10": node(
            "LoraLoader",
            model=["4", 0],
            clip=["13", 0],
            lora_name="simulated-watercolor.safetensors",
            strength_model=0.8,
            strength_clip=0.8,
        ),
        "11": node("ControlNetLoader", control_net_name="simulated-canny.safetensors"),
        "12": node(
            "ControlNetApplyAdvanced",
            positive=["6", 0],
            negative=["7", 0],
            control_net=["11", 0],
            image=["14", 0],
            strength=0.9,
            start_percent=0.0,
            end_percent=1.0,
        ),
        "13": node("CLIPSetLastLayer", clip=["4", 1], stop_at_clip_layer=-2),
        "14": node("EmptyImage", width=64, height=64, batch_size=1, color=0),
        "15": sampler(["5", 0], 0, 3),
        "16": node("LatentUpscaleBy", samples=["15", 0], upscale_method="bislerp", scale_by=2.0),
        "3": sampler(["16", 0], 3, 10_000),
    }
    _, events = await probe.run(graph)
    assert "execution_success" in [event.kind for event in events]
    steps = [(event.data["node"], event.data["max"]) for event in events if event.kind == "progress"]
    assert steps == [("15", 3), ("15", 3), ("15", 3), ("3", 1)]
    with Image.open(io.BytesIO(await probe.fetch("/view", **files(events)[0]))) as image:
        assert image.size == (128, 128)


async def test_an_animation_is_one_file_of_many_frames(probe: Probe) -> None:
    graph = blank(batch=3) | {
        "2": node(
            "SaveAnimatedWEBP",
            images=["1", 0],
            filename_prefix="moving",
            fps=6.0,
            lossless=True,
            quality=80,
            method="default",
        )
    }
    _, events = await probe.run(graph)
    (file,) = files(events)
    assert file["filename"] == "moving_00001_.webp"
    with Image.open(io.BytesIO(await probe.fetch("/view", **file))) as image:
        assert image.format == "WEBP"


async def test_pictures_can_come_over_the_socket_every_time(probe: Probe) -> None:
    graph = blank(batch=2)
    graph["2"] = node("SaveImageWebsocket", images=["1", 0])
    for _ in range(2):
        prompt_id, events = await probe.run(graph)
        frames = [event for event in events if event.kind == "preview+"]
        assert [frame.data["image_type"] for frame in frames] == ["image/png"] * 2
        with Image.open(io.BytesIO(frames[0].image)) as image:
            assert image.size == (SIZE, SIZE)
        assert (await probe.history(prompt_id))["outputs"] == {}


async def test_an_upscale_model_that_is_not_there_is_found_out_at_run_time(probe: Probe) -> None:
    """A new-style choice is not checked at submit."""
    graph = {
        "1": node("UpscaleModelLoader", model_name="nope.pth"),
        "2": node("PreviewAny", source=["1", 0]),
    }
    _, events = await probe.run(graph)
    (error,) = (event.data for event in events if event.kind == "execution_error")
    assert error["exception_type"] == "FileNotFoundError"


async def test_a_picture_beyond_all_memory_is_an_error_and_not_the_end(probe: Probe) -> None:
    _, events = await probe.run(blank(width=16_384, batch=4_096))
    (error,) = (event.data for event in events if event.kind == "execution_error")
    assert "DefaultCPUAllocator: can't allocate memory" in error["exception_message"]


async def test_a_checkpoint_tells_its_architecture(probe: Probe) -> None:
    metadata = await probe.get("/view_metadata/checkpoints", filename="simulated-sdxl.safetensors")
    assert metadata["modelspec.architecture"] == "stable-diffusion-xl-v1-base"
