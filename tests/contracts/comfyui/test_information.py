"""What a server tells about itself."""

from typing import Any

import pytest

from adapters.simulator.definitions import object_info
from adapters.simulator.options import SimulatorOptions
from tests.contracts.comfyui.graphs import options
from tests.contracts.comfyui.probe import Probe

FLOOR = (0, 3, 64)
"""Older ones ignore the prompt_id of /interrupt and would stop somebody else's run."""


async def test_the_version_is_told_and_is_not_below_the_floor(probe: Probe) -> None:
    stats = await probe.get("/system_stats")
    version = tuple(int(part) for part in stats["system"]["comfyui_version"].split(".")[:3])
    assert version >= FLOOR


async def test_every_device_tells_its_memory(probe: Probe) -> None:
    devices = (await probe.get("/system_stats"))["devices"]
    assert devices
    for device in devices:
        assert isinstance(device["name"], str)
        assert isinstance(device["type"], str)
        assert device["vram_total"] >= device["vram_free"] >= 0


async def test_the_command_line_is_told(probe: Probe) -> None:
    argv = (await probe.get("/system_stats"))["system"]["argv"]
    assert argv
    assert all(isinstance(word, str) for word in argv)


async def test_previews_with_metadata_are_a_feature(probe: Probe) -> None:
    features = await probe.get("/features")
    assert features["supports_preview_metadata"] is True
    assert features["max_upload_size"] >= 1024 * 1024


async def test_a_node_class_can_be_asked_for_alone(probe: Probe) -> None:
    assert await probe.get("/object_info/KSampler") == {"KSampler": probe.info["KSampler"]}
    assert await probe.get("/object_info/NoSuchNode") == {}


async def test_a_node_class_tells_inputs_outputs_and_whether_it_is_an_output(probe: Probe) -> None:
    sampler = probe.info["KSampler"]
    assert sampler["output"] == ["LATENT"]
    assert sampler["output_node"] is False
    assert probe.info["SaveImage"]["output_node"] is True
    assert sampler["input"]["required"]["seed"][0] == "INT"
    assert sampler["input"]["required"]["seed"][1]["max"] == 2**64 - 1
    assert sampler["input_order"]["required"] == list(sampler["input"]["required"])
    assert "euler" in options(probe.info, "KSampler", "sampler_name")
    assert "normal" in options(probe.info, "KSampler", "scheduler")


async def test_the_node_classes_are_those_that_the_simulator_claims(probe: Probe) -> None:
    """What keeps `definitions.json` honest: names, types and bounds, but not whose files are installed."""

    def shape(definition: dict[str, Any]) -> dict[str, Any]:
        inputs = {kind: specs for kind, specs in definition["input"].items() if kind != "hidden"}
        types = {
            kind: {
                name: (spec[0] if isinstance(spec[0], str) else "choice", bounds(spec)) for name, spec in specs.items()
            }
            for kind, specs in inputs.items()
        }
        return {"output": definition["output"], "output_node": definition["output_node"], "input": types}

    def bounds(spec: list[Any]) -> list[Any]:
        return [spec[1].get(name) for name in ("min", "max", "default")] if len(spec) > 1 else []

    claimed = {name: shape(definition) for name, definition in object_info(SimulatorOptions()).items()}
    assert {name: shape(probe.info[name]) for name in claimed if name in probe.info} == claimed


async def test_samplers_and_schedulers_are_those_that_the_simulator_claims(probe: Probe) -> None:
    claimed = object_info(SimulatorOptions())
    for name in ("sampler_name", "scheduler"):
        assert options(probe.info, "KSampler", name) == options(claimed, "KSampler", name)


async def test_the_options_of_a_loader_are_the_models_of_its_folder(probe: Probe) -> None:
    names = options(probe.info, "CheckpointLoaderSimple", "ckpt_name")
    assert names
    assert await probe.get("/models/checkpoints") == names
    assert "checkpoints" in await probe.get("/models")


async def test_an_unknown_model_folder_is_missing(probe: Probe) -> None:
    assert await probe.status("/models/nope") == 404
    assert await probe.status("/experiment/models/nope") == 404


async def test_model_files_have_sizes(probe: Probe) -> None:
    files = await probe.get("/experiment/models/checkpoints")
    assert sorted(file["name"] for file in files) == options(probe.info, "CheckpointLoaderSimple", "ckpt_name")
    assert all(file["size"] > 0 and file["pathIndex"] == 0 for file in files)


async def test_metadata_of_an_unknown_model_is_missing(probe: Probe) -> None:
    assert await probe.status("/view_metadata/checkpoints", filename="nope.safetensors") == 404
    assert await probe.status("/view_metadata/checkpoints") == 404


@pytest.mark.parametrize(
    "path",
    ["/system_stats", "/features", "/queue", "/prompt", "/history", "/models", "/embeddings", "/object_info/KSampler"],
)
async def test_every_route_is_also_under_api(probe: Probe, path: str) -> None:
    assert await probe.status(path) == 200
    assert await probe.status(f"/api{path}") == 200


async def test_pages_of_other_origins_are_refused(probe: Probe) -> None:
    async with probe.session.get(f"{probe.url}/queue", headers={"Origin": "http://elsewhere.example"}) as response:
        assert response.status == 403
    async with probe.session.get(f"{probe.url}/queue", headers={"Origin": probe.url}) as response:
        assert response.status == 200
