"""What POST /prompt refuses, and with which words."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.contracts.comfyui.graphs import Prompt, blank, fresh, node, of_upload, painting
from tests.contracts.comfyui.probe import Probe

TROUBLE = "500 Internal Server Error\n\nServer got itself in trouble"


def with_input(name: str, value: Any) -> Prompt:
    graph = blank(1)
    graph["1"]["inputs"][name] = value
    return graph


def with_link(value: Any) -> Prompt:
    graph = blank(1)
    graph["2"]["inputs"]["images"] = value
    return graph


def without(node_id: str, name: str) -> Prompt:
    graph = blank(1)
    del graph[node_id]["inputs"][name]
    return graph


NODE_ERRORS: dict[str, tuple[Callable[[], Prompt], str, str, str]] = {
    "too small": (lambda: with_input("width", 0), "1", "value_smaller_than_min", "width"),
    "too large": (lambda: with_input("width", 10**9), "1", "value_bigger_than_max", "width"),
    "no number": (
        lambda: with_input("width", "abc"),
        "1",
        "invalid_input_type",
        "width, abc, invalid literal for int() with base 10: 'abc'",
    ),
    "missing": (lambda: without("1", "width"), "1", "required_input_missing", "width"),
    "missing at the output": (lambda: without("2", "images"), "2", "required_input_missing", "images"),
    "half a link": (lambda: with_link(["1"]), "2", "bad_linked_input", "images"),
    "link to nowhere": (lambda: with_link(["99", 0]), "2", "exception_during_validation", "'99'"),
    "link to a missing slot": (
        lambda: with_link(["1", 5]),
        "2",
        "exception_during_validation",
        "tuple index out of range",
    ),
    "no such upload": (
        lambda: of_upload("nope.png"),
        "1",
        "custom_validation_failed",
        "image - Invalid image file: nope.png",
    ),
    "another type": (
        lambda: {
            "1": node("EmptyLatentImage", width=64, height=64, batch_size=1),
            "2": node("SaveImage", images=["1", 0], filename_prefix="x"),
        },
        "2",
        "return_type_mismatch",
        "images, received_type(LATENT) mismatch input_type(IMAGE)",
    ),
}


@pytest.mark.parametrize("case", NODE_ERRORS)
async def test_a_bad_input_is_named_with_its_node(probe: Probe, case: str) -> None:
    build, node_id, kind, details = NODE_ERRORS[case]
    graph = build()
    status, answer = await probe.post("/prompt", {"prompt": graph})
    assert status == 400
    assert answer["error"]["type"] == "prompt_outputs_failed_validation"
    assert answer["error"]["message"] == "Prompt outputs failed validation"
    assert set(answer["node_errors"]) == {node_id}
    report = answer["node_errors"][node_id]
    assert (report["class_type"], report["dependent_outputs"]) == (graph[node_id]["class_type"], ["2"])
    assert [(error["type"], error["details"]) for error in report["errors"]] == [(kind, details)]
    # The summary speaks only of faults at the output itself.
    assert bool(answer["error"]["details"]) == (node_id == "2")


async def test_a_number_out_of_bounds_comes_with_its_bounds(probe: Probe) -> None:
    _, answer = await probe.post("/prompt", {"prompt": with_input("width", 0)})
    (error,) = answer["node_errors"]["1"]["errors"]
    spec = probe.info["EmptyImage"]["input"]["required"]["width"]
    assert error["message"] == "Value 0 smaller than min of 1"
    assert error["extra_info"] == {"input_name": "width", "input_config": spec, "received_value": 0}


async def test_an_unknown_choice_comes_with_the_short_lists_only(probe: Probe) -> None:
    graph = painting(probe.info, seed=1)
    graph["3"]["inputs"]["sampler_name"] = "nope"
    graph["5"]["inputs"]["batch_size"] = 0
    status, answer = await probe.post("/prompt", {"prompt": graph})
    assert status == 400
    (error,) = answer["node_errors"]["3"]["errors"]
    assert error["type"] == "value_not_in_list"
    assert error["details"].startswith("sampler_name: 'nope' not in (list of length ")
    assert error["extra_info"] == {"input_name": "sampler_name", "input_config": None, "received_value": "nope"}
    graph = painting(probe.info, seed=1)
    graph["3"]["inputs"]["scheduler"] = "nope"
    _, answer = await probe.post("/prompt", {"prompt": graph})
    (error,) = answer["node_errors"]["3"]["errors"]
    spec = probe.info["KSampler"]["input"]["required"]["scheduler"]
    assert error["details"] == f"scheduler: 'nope' not in {spec[0]}"
    assert error["extra_info"]["input_config"][0] == spec[0]


async def test_a_missing_model_is_a_choice_that_is_not_offered(probe: Probe) -> None:
    graph = painting(probe.info, seed=1)
    graph["4"]["inputs"]["ckpt_name"] = "nope.safetensors"
    status, answer = await probe.post("/prompt", {"prompt": graph})
    assert status == 400
    (error,) = answer["node_errors"]["4"]["errors"]
    assert (error["type"], error["extra_info"]["input_name"]) == ("value_not_in_list", "ckpt_name")
    assert error["extra_info"]["received_value"] == "nope.safetensors"
    assert answer["node_errors"]["4"]["dependent_outputs"] == ["9"]


@pytest.mark.parametrize(
    ("broken", "message"),
    [
        ({"class_type": "NoSuchNode", "inputs": {}}, "Cannot execute because node NoSuchNode does not exist."),
        ({"inputs": {}}, "Cannot execute because a node is missing the class_type property."),
    ],
)
async def test_an_unknown_node_class_is_refused_by_name(probe: Probe, broken: dict[str, Any], message: str) -> None:
    status, answer = await probe.post("/prompt", {"prompt": {**blank(1), "7": broken}})
    error = {"type": "invalid_prompt", "message": message, "details": "Node ID '#7'", "extra_info": {}}
    assert (status, answer) == (400, {"error": error, "node_errors": {}})


@pytest.mark.parametrize("prompt", [{}, [], {"1": node("EmptyImage", width=8, height=8, batch_size=1, color=0)}])
async def test_a_graph_without_output_is_refused(probe: Probe, prompt: Any) -> None:
    status, answer = await probe.post("/prompt", {"prompt": prompt})
    assert (status, answer["error"]["type"]) == (400, "prompt_no_outputs")


@pytest.mark.parametrize("body", [{}, [], "x"])
async def test_a_body_without_graph_is_refused(probe: Probe, body: Any) -> None:
    status, answer = await probe.post("/prompt", body)
    assert (status, answer["error"]["type"]) == (400, "no_prompt")


@pytest.mark.parametrize("data", [b"{nope", b"", b'{"prompt": null}', b'{"prompt": {}, "number": null}'])
async def test_what_cannot_be_read_is_trouble(probe: Probe, data: bytes) -> None:
    async with probe.session.post(f"{probe.url}/prompt", data=data) as response:
        assert (response.status, await response.text()) == (500, TROUBLE)


async def test_a_cycle_is_refused_without_a_reason(probe: Probe) -> None:
    graph = {
        "1": node("ImageInvert", image=["2", 0]),
        "2": node("ImageInvert", image=["1", 0]),
        "3": node("PreviewImage", images=["1", 0]),
    }
    status, answer = await probe.post("/prompt", {"prompt": graph})
    assert (status, answer["error"]["details"], answer["node_errors"]) == (400, "", {})


async def test_a_good_output_runs_beside_a_bad_one(probe: Probe) -> None:
    """Why an accepted prompt with node_errors counts as refused, and is taken off the queue."""
    graph = blank() | {"9": node("SaveImage", filename_prefix="bad")}
    status, answer = await probe.post("/prompt", {"prompt": graph})
    assert status == 200
    assert [error["type"] for error in answer["node_errors"]["9"]["errors"]] == ["required_input_missing"]
    assert set((await probe.history(answer["prompt_id"]))["outputs"]) == {"2"}


async def test_numbers_are_coerced_and_shown_so(probe: Probe) -> None:
    graph = blank()
    graph["1"]["inputs"] |= {"width": "64", "height": 64.9, "unknown": 1}
    graph["1"]["_meta"] = {"title": "ignored"}
    status, answer = await probe.post("/prompt", {"prompt": graph})
    assert status == 200
    stored = (await probe.history(answer["prompt_id"]))["prompt"][2]["1"]["inputs"]
    assert (stored["width"], stored["height"], stored["unknown"]) == (64, 64, 1)


async def test_targets_limit_the_outputs(probe: Probe) -> None:
    graph = blank() | {"5": node("SaveImage", images=["1", 0], filename_prefix="contract-other")}
    status, answer = await probe.post("/prompt", {"prompt": graph, "partial_execution_targets": ["5"]})
    assert status == 200
    entry = await probe.history(answer["prompt_id"])
    assert (entry["prompt"][4], set(entry["outputs"])) == (["5"], {"5"})
    status, answer = await probe.post("/prompt", {"prompt": graph, "partial_execution_targets": []})
    assert (status, answer["error"]["type"]) == (400, "prompt_no_outputs")


async def test_an_id_of_ones_own_is_used_and_one_is_made_when_none_is_given(probe: Probe) -> None:
    own = f"contract-{fresh()}"
    status, answer = await probe.post("/prompt", {"prompt": blank(), "prompt_id": own})
    assert (status, answer["prompt_id"], answer["node_errors"]) == (200, own, {})
    status, made = await probe.post("/prompt", {"prompt": blank()})
    assert (status, len(made["prompt_id"])) == (200, 36)
    assert made["number"] > answer["number"]
    await probe.history(made["prompt_id"])
