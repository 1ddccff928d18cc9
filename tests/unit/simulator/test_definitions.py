"""What the simulator offers, without a running server."""

import json
from pathlib import Path

import pytest

from adapters.simulator.definitions import node_classes, object_info
from adapters.simulator.models import MODEL_FOLDERS, metadata_of, size_of
from adapters.simulator.nodes.table import NODES
from adapters.simulator.options import SimulatorOptions

LIBRARY = Path(__file__).parents[3] / "workflows" / "library"


def test_every_class_that_is_offered_can_be_executed() -> None:
    assert set(NODES) == set(object_info(SimulatorOptions()))


def test_the_configured_files_are_the_options() -> None:
    options = SimulatorOptions(checkpoints=("b.safetensors", "a.safetensors"), loras=(), upscale_models=("2x.pth",))
    classes = {name: {spec.name: spec for spec in known.inputs} for name, known in node_classes(options).items()}
    assert classes["CheckpointLoaderSimple"]["ckpt_name"].type == ["a.safetensors", "b.safetensors"]
    assert classes["LoraLoader"]["lora_name"].type == []
    assert classes["UpscaleModelLoader"]["model_name"].extra["options"] == ["2x.pth"]
    assert classes["VAELoader"]["vae_name"].type == ["ae.safetensors", "pixel_space"]


def test_uploads_are_offered_to_the_loader() -> None:
    info = object_info(SimulatorOptions(), ["b.png", "a.png"])
    assert '[["a.png", "b.png"], {"image_upload": true}]' in json.dumps(info["LoadImage"])


def test_asking_twice_changes_nothing() -> None:
    assert object_info(SimulatorOptions()) == object_info(SimulatorOptions())


@pytest.mark.parametrize("graph", sorted(LIBRARY.glob("*/graph.json")), ids=lambda path: path.parent.name)
def test_the_classes_of_the_shipped_workflows_are_known(graph: Path) -> None:
    classes = {node["class_type"] for node in json.loads(graph.read_text(encoding="utf-8")).values()}
    assert classes <= set(NODES)


def test_model_files_tell_what_they_are() -> None:
    assert metadata_of("checkpoints", "simulated-sdxl.safetensors") is not None
    assert metadata_of("upscale_models", "simulated-4x.pth") is None
    options = SimulatorOptions()
    for folder, names in options.files().items():
        assert folder in MODEL_FOLDERS
        assert all(size_of(folder, name) > 1_000_000 for name in names)
