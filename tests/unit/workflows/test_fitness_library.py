"""Each shipped workflow is checked against the node definitions of ComfyUI 0.3.64.

The definitions were recorded 2026-11 and cut down (object_info_0_3_64.json). Their lists of model files are one
machine's, so the test puts there the very files that the shipped graphs name: then nothing at all may be lacking.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace

import pytest

from tests.unit.workflows.graphs import definitions
from workflows.catalog import LIBRARY, load_catalog
from workflows.definitions import Definitions
from workflows.fitness import lacks
from workflows.graph import Graph

WORKFLOWS = load_catalog(LIBRARY).workflows
MODEL_INPUT = re.compile(r"(ckpt|unet|vae|clip|lora|control_net|model)_name\d?")


def stocked(known: Definitions, graph: Graph) -> Definitions:
    """Return the definitions of a server on which the model files that a graph names lie."""
    stock = dict(known)
    for class_type, name, file in _files(graph):
        node = stock[class_type]
        inputs: Mapping = {**node.inputs, name: replace(node.inputs[name], options=(file,))}
        stock[class_type] = replace(node, inputs=inputs)
    return stock


def _files(graph: Graph) -> Iterator[tuple[str, str, str]]:
    for node in graph.nodes.values():
        for name in node.inputs:
            file = node.literal(name)
            if MODEL_INPUT.fullmatch(name) and isinstance(file, str):
                yield node.class_type, name, file


@pytest.mark.parametrize("name", sorted(WORKFLOWS))
def test_a_stock_comfyui_with_the_models_lacks_nothing(name):
    workflow = WORKFLOWS[name]
    assert lacks(workflow, stocked(definitions(), workflow.graph)) == ()


@pytest.mark.parametrize("name", sorted(WORKFLOWS))
def test_a_stock_comfyui_without_the_models_lacks_the_models_and_nothing_else(name):
    bare = {
        class_type: replace(
            node,
            inputs={
                each: replace(expected, options=()) if MODEL_INPUT.fullmatch(each) else expected
                for each, expected in node.inputs.items()
            },
        )
        for class_type, node in definitions().items()
    }
    missing = lacks(WORKFLOWS[name], bare)
    assert missing
    assert all(re.fullmatch(r"(no .+ is|the .+ “.+” is not) installed \(\w+\.\w+\)\.", each) for each in missing)


def test_flux_names_every_file_that_it_needs():
    assert lacks(WORKFLOWS["flux"], definitions()) == (
        "the VAE “ae.safetensors” is not installed (VAELoader.vae_name).",
        "the text encoder “t5xxl_fp16.safetensors” is not installed (DualCLIPLoader.clip_name1).",
        "the text encoder “clip_l.safetensors” is not installed (DualCLIPLoader.clip_name2).",
        "no diffusion model is installed (UNETLoader.unet_name).",
    )
