"""The node classes that the simulator knows: ComfyUI's own definitions, with the simulator's model files as options.

`definitions.json` is GET /object_info of ComfyUI 0.3.64, recorded 2026-11, cut down to the classes of the shipped
workflows, file lists emptied; SaveImageWebsocket (a bundled custom node, not loaded there) is written from its source.
"""

import copy
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import cast

from adapters.simulator.options import SimulatorOptions

_FILE_INPUTS: Mapping[tuple[str, str], str] = {
    ("CheckpointLoaderSimple", "ckpt_name"): "checkpoints",
    ("UNETLoader", "unet_name"): "diffusion_models",
    ("DualCLIPLoader", "clip_name1"): "text_encoders",
    ("DualCLIPLoader", "clip_name2"): "text_encoders",
    ("VAELoader", "vae_name"): "vae",
    ("UpscaleModelLoader", "model_name"): "upscale_models",
    ("LoraLoader", "lora_name"): "loras",
    ("LoraLoaderModelOnly", "lora_name"): "loras",
    ("ControlNetLoader", "control_net_name"): "controlnet",
}
_UPLOAD_INPUTS = (("LoadImage", "image"), ("LoadImageMask", "image"))

Definition = dict[str, object]


@dataclass(frozen=True, slots=True)
class InputSpec:
    """One input of a node class: its type (a list for an old-style choice), its options, whether it must be given."""

    name: str
    type: object
    extra: Mapping[str, object]
    required: bool


@dataclass(frozen=True, slots=True)
class NodeClass:
    """What validation and execution need to know of a node class."""

    name: str
    inputs: tuple[InputSpec, ...]
    outputs: tuple[str, ...]
    is_output: bool
    hidden: tuple[str, ...]
    """What the server adds to the inputs: the whole graph, the client's extras."""


def object_info(options: SimulatorOptions, input_files: Sequence[str] = ()) -> dict[str, object]:
    """What GET /object_info answers; `input_files` are the top-level files of the input folder."""
    definitions = copy.deepcopy(_recorded())
    files = options.files()
    for (name, field), folder in _FILE_INPUTS.items():
        _set_options(_spec(definitions[name], field), sorted(files[folder]))
    for name, field in _UPLOAD_INPUTS:
        _set_options(_spec(definitions[name], field), sorted(input_files))
    return cast("dict[str, object]", definitions)


def node_classes(options: SimulatorOptions) -> dict[str, NodeClass]:
    """The same definitions in the shape that validation reads."""
    return {name: _node_class(name, cast(Definition, raw)) for name, raw in object_info(options).items()}


@cache
def _recorded() -> dict[str, Definition]:
    text = Path(__file__).with_name("definitions.json").read_text(encoding="utf-8")
    return cast("dict[str, Definition]", json.loads(text))


def _spec(definition: Definition, field: str) -> list[object]:
    inputs = cast("dict[str, dict[str, list[object]]]", definition["input"])
    return inputs["required"][field]


def _set_options(spec: list[object], names: list[str]) -> None:
    if spec[0] == "COMBO":
        cast("dict[str, object]", spec[1])["options"] = names
    else:  # VAELoader offers a name of its own after the files
        spec[0] = [*names, *cast("list[str]", spec[0])]


def _node_class(name: str, raw: Definition) -> NodeClass:
    inputs = cast("dict[str, dict[str, list[object]]]", raw["input"])
    specs = [
        InputSpec(field, spec[0], cast("dict[str, object]", spec[1] if len(spec) > 1 else {}), kind == "required")
        for kind in ("required", "optional")
        for field, spec in inputs.get(kind, {}).items()
    ]
    outputs = tuple(cast("list[str]", raw["output"]))
    hidden = tuple(inputs.get("hidden", {}))
    return NodeClass(name, tuple(specs), outputs, is_output=raw["output_node"] is True, hidden=hidden)
