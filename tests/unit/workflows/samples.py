"""What these tests are about: a small vocabulary, the shipped library, and a workflow that holds every kind at once."""

import json
from collections.abc import Mapping

from workflows.catalog import LIBRARY, load_catalog
from workflows.command import parse_command, read_values
from workflows.faults import InvalidValues
from workflows.parameters import SEED_MAX
from workflows.values import FileHandle, RawValue, Values
from workflows.vocabulary import Vocabulary
from workflows.workflow import Workflow, WorkflowFault, load_workflow

SD15 = "v1-5-pruned-emaonly-fp16.safetensors"
SDXL = "sd_xl_base_1.0.safetensors"
DREAM = "sd15/dreamshaper_8.safetensors"

VOCABULARY = Vocabulary(
    choices={
        "CheckpointLoaderSimple.ckpt_name": (SD15, SDXL, DREAM),
        "UNETLoader.unet_name": ("flux1-dev-fp8.safetensors", "other.safetensors"),
        "KSampler.sampler_name": ("euler", "euler_ancestral", "dpmpp_2m"),
        "KSamplerSelect.sampler_name": ("euler", "euler_ancestral", "dpmpp_2m"),
        "KSampler.scheduler": ("normal", "karras", "simple"),
        "BasicScheduler.scheduler": ("normal", "karras", "simple"),
        "UpscaleModelLoader.model_name": ("RealESRGAN_x4plus.pth",),
    },
    families={DREAM: "sd15"},
)

LIBRARY_CATALOG = load_catalog(LIBRARY)
TXT2IMG = LIBRARY_CATALOG.workflows["txt2img"]
UPSCALE = LIBRARY_CATALOG.workflows["upscale"]

PICTURE = FileHandle(key="ab" * 32, media_type="image/png", width=640, height=480)
CLIP = FileHandle(key="cd" * 32, media_type="video/mp4", width=64, height=64)

EVERYTHING_GRAPH = json.dumps(
    {
        "1": {
            "class_type": "Everything",
            "inputs": {
                "prompt": "example words",
                "caption": "",
                "frames": 17,
                "cfg": 1.5,
                "look": "plain",
                "sampler_name": "euler",
                "tiled": True,
                "seed": 7,
                "width": 512,
                "height": 512,
                "image": "example.png",
                "mask": "example.png",
                "video": "example.mp4",
            },
        },
        "2": {"class_type": "Keep", "inputs": {"pictures": ["1", 0], "name": "x"}},
    }
)

EVERYTHING_MANIFEST = f"""
schema = 1
title = "Everything"
outputs = [{{ node = "2", class_type = "Keep" }}]

[parameters.prompt]
kind = "text"
required = true
bind = [{{ node = "1", class_type = "Everything", input = "prompt" }}]

[parameters.caption]
kind = "text"
aliases = ["title_text"]
bind = [{{ node = "1", class_type = "Everything", input = "caption" }}]

[parameters.frames]
kind = "integer"
min = 1
max = 81
step = 4
offset = 1
bind = [{{ node = "1", class_type = "Everything", input = "frames" }}]

[parameters.cfg]
kind = "number"
min = -5.5
max = 20
bind = [{{ node = "1", class_type = "Everything", input = "cfg" }}]

[parameters.look]
kind = "choice"
options = ["plain", "very bright", 'back\\slash', "it's", "12\\" wide", "a,b;c", "—dash", "x:y"]
bind = [{{ node = "1", class_type = "Everything", input = "look" }}]

[parameters.sampler]
kind = "choice"
bind = [{{ node = "1", class_type = "Everything", input = "sampler_name" }}]

[parameters.tiled]
kind = "flag"
bind = [{{ node = "1", class_type = "Everything", input = "tiled" }}]

[parameters.seed]
kind = "seed"
max = {SEED_MAX}
bind = [{{ node = "1", class_type = "Everything", input = "seed" }}]

[parameters.size]
kind = "size"
min = 64
max = 2048
step = 64
bind = [
    {{ node = "1", class_type = "Everything", input = "width", part = "width" }},
    {{ node = "1", class_type = "Everything", input = "height", part = "height" }},
]

[parameters.image]
kind = "image"
bind = [{{ node = "1", class_type = "Everything", input = "image" }}]

[parameters.mask]
kind = "mask"
bind = [{{ node = "1", class_type = "Everything", input = "mask" }}]

[parameters.video]
kind = "video"
bind = [{{ node = "1", class_type = "Everything", input = "video" }}]

[cost]
limit = 50_000_000
factors = ["size", "frames"]
"""

EVERYTHING = load_workflow("everything", EVERYTHING_MANIFEST, EVERYTHING_GRAPH)
EVERYTHING_VOCABULARY = Vocabulary(choices={"Everything.sampler_name": ("euler", "euler_ancestral", "dpm\\2m")})

ATTACHED: Mapping[str, RawValue] = {"image": PICTURE, "mask": PICTURE, "video": CLIP}


def small(
    parameters: str,
    inputs: Mapping[str, object] | None = None,
    *,
    cost: str = "limit = 1",
    more: str = "",
    graph: Mapping[str, object] | None = None,
) -> Workflow:
    """Load a workflow of two nodes: class A at "1" with the given inputs, its output kept by class B at "2"."""
    nodes = graph or {
        "1": {"class_type": "A", "inputs": dict(inputs or {"x": 1})},
        "2": {"class_type": "B", "inputs": {"from": ["1", 0]}},
    }
    head = 'schema = 1\ntitle = "Small"\noutputs = [{ node = "2", class_type = "B" }]\n'
    return load_workflow("small", f"{head}{more}\n[cost]\n{cost}\n{parameters}", json.dumps(nodes))


def one(
    name: str, kind: str, keys: str = "", *, input_name: str = "x", literal: object = 1, cost: str = "limit = 1"
) -> Workflow:
    """Load a workflow whose only parameter is this one, bound to input x of node 1."""
    bind = f'bind = [{{ node = "1", class_type = "A", input = "{input_name}" }}]'
    return small(f'[parameters.{name}]\nkind = "{kind}"\n{bind}\n{keys}', {input_name: literal}, cost=cost)


def problems(make: object, *args: object, **kwargs: object) -> list[str]:
    """Return what a workflow that cannot be loaded is refused for."""
    try:
        make(*args, **kwargs)  # type: ignore[operator]
    except WorkflowFault as fault:
        return list(fault.problems)
    return []


def faults(raw: Mapping[str, RawValue], workflow: Workflow = TXT2IMG, vocabulary: Vocabulary = VOCABULARY) -> list[str]:
    """Return the faults of raw values, each as `parameter: reason`."""
    try:
        workflow.validate(raw, vocabulary)
    except InvalidValues as invalid:
        return [str(fault) for fault in invalid.faults]
    return []


def said(text: str, workflow: Workflow = TXT2IMG, vocabulary: Vocabulary = VOCABULARY) -> Values:
    """Read a command to its values."""
    return read_values(parse_command(text, workflow, vocabulary), workflow, vocabulary)


def refused(text: str, workflow: Workflow = TXT2IMG, vocabulary: Vocabulary = VOCABULARY) -> list[str]:
    """Return the faults of a command, of its words and of its values together."""
    try:
        said(text, workflow, vocabulary)
    except InvalidValues as invalid:
        return [str(fault) for fault in invalid.faults]
    return []
