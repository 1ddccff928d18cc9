"""What a server lacks, one sentence for each thing."""

import json
from collections.abc import Mapping

import pytest

from tests.unit.workflows.graphs import EXAMPLES, definitions, imported
from workflows.definitions import Definitions, InputDefinition, NodeDefinition
from workflows.fitness import lacks
from workflows.vocabulary import Vocabulary
from workflows.workflow import Workflow, load_workflow

TURBO = {
    "1": {"class_type": "Paint", "inputs": {"steps": 4, "style": "ink", "strength": 0.5, "model": "a.safetensors"}},
    "2": {"class_type": "Save", "inputs": {"images": ["1", 0]}},
}
HEAD = 'schema = 1\ntitle = "T"\noutputs = [{ node = "2", class_type = "Save" }]\n'
BARE = HEAD + "parameters = {}\ncost = { limit = 1 }\n"


def number(least: float, most: float) -> InputDefinition:
    return InputDefinition(type="FLOAT", required=True, minimum=least, maximum=most)


def paint(**changes: InputDefinition) -> Definitions:
    inputs = {
        "steps": InputDefinition(type="INT", required=True, minimum=1, maximum=10),
        "style": InputDefinition(type="COMBO", required=True, options=("ink", "oil")),
        "strength": number(0, 1),
        "model": InputDefinition(type="COMBO", required=False, options=("a.safetensors",)),
    }
    return {
        "Paint": NodeDefinition(inputs={**inputs, **changes}, outputs=("IMAGE",)),
        "Save": NodeDefinition(inputs={"images": InputDefinition(type="IMAGE", required=True)}, is_output=True),
    }


def workflow(manifest: str = BARE, **changes: Mapping[str, object]) -> Workflow:
    return load_workflow("t", manifest, json.dumps({**TURBO, **changes}))


def with_parameter(body: str, factors: str = "") -> str:
    return f"{HEAD}[parameters.it]\n{body}\n[cost]\nlimit = 1000\nfactors = [{factors}]\n"


def test_a_server_that_has_everything_lacks_nothing():
    assert lacks(workflow(), paint()) == ()


def test_a_missing_class_is_named_with_its_node():
    assert lacks(workflow(), {"Save": paint()["Save"]}) == ("node 1 (Paint) is a node class that is not installed.",)


def test_a_required_input_that_nobody_fills_is_named():
    known = paint(palette=InputDefinition(type="STRING", required=True))
    assert lacks(workflow(), known) == ("node 1 (Paint) needs an input palette, which the graph does not fill.",)


def test_a_choice_that_is_not_on_offer_is_named_with_what_is():
    known = paint(style=InputDefinition(type="COMBO", required=True, options=("oil", "chalk")))
    assert lacks(workflow(), known) == ("style of node 1 (Paint) is “ink”, and there is oil, chalk.",)


def test_a_model_that_is_not_installed_is_called_one():
    known = {
        **paint(),
        "Paint": NodeDefinition(
            inputs={"ckpt_name": InputDefinition(type="COMBO", required=True, options=())}, outputs=("IMAGE",)
        ),
    }
    node = {"class_type": "Paint", "inputs": {"ckpt_name": "a.safetensors"}}
    assert lacks(workflow(**{"1": node}), known) == (
        "the checkpoint “a.safetensors” is not installed (Paint.ckpt_name).",
    )


CHOICE = 'kind = "choice"\nbind = [{ node = "1", class_type = "Paint", input = "style" }]'


def test_a_bound_choice_needs_only_something_to_choose():
    manifest = with_parameter(CHOICE)
    other = paint(style=InputDefinition(type="COMBO", required=True, options=("chalk",)))
    none = paint(style=InputDefinition(type="COMBO", required=True, options=()))
    assert lacks(workflow(manifest), other) == ()
    assert lacks(workflow(manifest), none) == ("no choice for it is installed (Paint.style).",)


def test_a_choice_of_which_the_manifest_allows_none_is_said_to_be_that():
    manifest = with_parameter(CHOICE + '\nallow = ["w*"]')
    assert lacks(workflow(manifest), paint()) == (
        "no choice for it that the manifest allows is installed (Paint.style).",
    )


def test_a_list_of_ones_own_has_to_meet_the_servers():
    assert lacks(workflow(with_parameter(CHOICE + '\noptions = ["ink", "wax"]')), paint()) == ()
    assert lacks(workflow(with_parameter(CHOICE + '\noptions = ["wax"]')), paint()) != ()


def test_a_vocabulary_may_offer_less_than_the_server_lists():
    narrow = Vocabulary(choices={"Paint.style": ()})
    assert lacks(workflow(with_parameter(CHOICE)), paint(), narrow) != ()


def test_an_upscaler_that_is_missing_is_called_by_its_name():
    upscaler = {"class_type": "UpscaleModelLoader", "inputs": {"model_name": "x4.pth"}}
    paint_node = {"class_type": "Paint", "inputs": {"upscaler": ["3", 0]}}
    known = {
        "Paint": NodeDefinition(inputs={}, outputs=("IMAGE",)),
        "Save": paint()["Save"],
        "UpscaleModelLoader": definitions()["UpscaleModelLoader"],
    }
    manifest = with_parameter(
        'kind = "choice"\nbind = [{ node = "3", class_type = "UpscaleModelLoader", input = "model_name" }]'
    )
    assert lacks(workflow(manifest, **{"1": paint_node, "3": upscaler}), known) == (
        "no upscale model is installed (UpscaleModelLoader.model_name).",
    )


def test_a_number_out_of_bounds_is_named_on_either_side():
    assert lacks(workflow(), paint(strength=number(0.6, 1))) == (
        "strength of node 1 (Paint) is 0.5, and at least 0.6 is allowed.",
    )
    assert lacks(workflow(), paint(strength=number(0, 0.4))) == (
        "strength of node 1 (Paint) is 0.5, and at most 0.4 is allowed.",
    )


def test_a_manifest_that_goes_further_than_the_node_is_a_fault():
    steps = 'kind = "integer"\nmin = 0\nmax = 60\nbind = [{ node = "1", class_type = "Paint", input = "steps" }]'
    assert lacks(workflow(with_parameter(steps, '"it"')), paint()) == (
        "it begins at 0, but Paint.steps takes 1 at least.",
        "it goes to 60, but Paint.steps takes 10 at most.",
    )


def test_a_seed_that_goes_further_than_the_node_is_a_fault():
    seed = 'kind = "seed"\nbind = [{ node = "1", class_type = "Paint", input = "steps" }]'
    assert lacks(workflow(with_parameter(seed)), paint()) == (
        "it begins at 0, but Paint.steps takes 1 at least.",
        "it goes to 18446744073709551615, but Paint.steps takes 10 at most.",
    )


def test_a_fraction_does_not_fit_where_a_whole_number_goes():
    fraction = 'kind = "number"\nmin = 1\nmax = 4\nbind = [{ node = "1", class_type = "Paint", input = "steps" }]'
    assert lacks(workflow(with_parameter(fraction, '"it"')), paint()) == ("it is a number, but Paint.steps takes INT.",)


@pytest.mark.parametrize(
    ("given", "taken", "fits"),
    [
        ("IMAGE", "IMAGE", True),
        ("MASK", "IMAGE", False),
        ("*", "IMAGE", True),
        ("MASK", "*", True),
        ("IMAGE,MASK", "MASK", True),
        ("INT", "INT,FLOAT", True),
        ("['a', 'b']", "COMBO", True),
        ("COMBO", "COMBO", True),
        ("['a', 'b']", "IMAGE", False),
    ],
)
def test_types_of_links_agree_as_comfyui_compares_them(given, taken, fits):
    known = {
        "Paint": NodeDefinition(outputs=(given,)),
        "Save": NodeDefinition(inputs={"images": InputDefinition(type=taken, required=True)}, is_output=True),
    }
    expected = f"images of node 2 (Save) takes {taken}, but node 1 (Paint) gives {given}."
    assert lacks(workflow(), known) == (() if fits else (expected,))


def test_a_link_from_an_output_that_is_not_there_is_named():
    known = {"Paint": NodeDefinition(), "Save": paint()["Save"]}
    assert lacks(workflow(), known) == ("node 1 (Paint) has no output 0, which feeds images of node 2 (Save).",)


def test_a_result_that_no_server_would_run_is_named():
    known = {**paint(), "Save": NodeDefinition(inputs=paint()["Save"].inputs)}
    assert lacks(workflow(), known) == ("outputs names node 2 (Save), which is no output node.",)


def test_what_works_for_no_result_needs_no_models():
    idle = {"class_type": "Paint", "inputs": {"steps": 99, "style": "wax", "strength": 7}}
    assert lacks(workflow(**{"9": idle}), paint()) == ()


def test_a_picture_that_somebody_attaches_is_not_looked_for():
    for name in ("image_to_image", "inpaint", "inpaint_separate_mask"):
        assert lacks(imported(name), definitions()) == ()


@pytest.mark.parametrize("name", sorted(set(EXAMPLES) - {"custom_nodes", "reroutes_primitives"}))
@pytest.mark.parametrize("asked", [False, True])
def test_no_draft_goes_further_than_the_nodes_of_comfyui(name, asked):
    known = definitions()
    missing = [
        sentence
        for sentence in lacks(imported(name, known if asked else None), known)
        if "is installed (" not in sentence and "is not installed (" not in sentence
    ]
    assert missing == []
