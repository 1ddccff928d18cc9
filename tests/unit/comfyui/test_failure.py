"""Errors of a server as errors of ours, with sentences that anybody may read. Bodies as ComfyUI 0.3.64 sends them."""

import pytest

from adapters.comfyui.failure import failure_of
from adapters.comfyui.rejection import outputs_left_out, rejection_of
from bot.errors import ExecutionFailed, GraphRejected, JobError, ModelMissing, OutOfMemory

OOM_TIPS = "This error means you ran out of memory on your GPU.\n\nTIPS: …"


@pytest.mark.parametrize(
    ("kind", "message", "error"),
    [
        ("torch.OutOfMemoryError", f"Allocation on device\n{OOM_TIPS}", OutOfMemory),
        ("torch.cuda.OutOfMemoryError", "CUDA out of memory. Tried to allocate 2 GiB", OutOfMemory),
        ("RuntimeError", "DefaultCPUAllocator: can't allocate memory: you tried to allocate 1 bytes\n", OutOfMemory),
        ("RuntimeError", "MPS backend out of memory\n", OutOfMemory),
        ("MemoryError", "\n", OutOfMemory),
        ("RuntimeError", "mat1 and mat2 shapes cannot be multiplied\n", ExecutionFailed),
        ("ExecutionBlocked", "Execution Blocked: boom", ExecutionFailed),
        (
            "FileNotFoundError",
            "Model in folder 'loras' with filename 'secret/dir/x.safetensors' not found.\n",
            ModelMissing,
        ),
    ],
)
def test_what_a_node_raised(kind: str, message: str, error: type[JobError]) -> None:
    found = failure_of({"exception_type": kind, "exception_message": message, "node_type": "KSampler", "node_id": "3"})
    assert type(found) is error
    assert kind in found.detail
    assert "secret" not in str(found)


@pytest.mark.parametrize("node_type", [None, 3, "/srv/comfyui/x.py", "a\nb", "x" * 61])
def test_a_strange_node_class_stays_out_of_the_sentence(node_type: object) -> None:
    found = failure_of({"exception_type": "RuntimeError", "exception_message": "/srv/x", "node_type": node_type})
    assert str(found) == ExecutionFailed.sentence


def test_an_empty_report_is_still_a_failure() -> None:
    assert type(failure_of({})) is ExecutionFailed


def test_detail_is_bounded() -> None:
    assert len(failure_of({"exception_message": "x" * 1_000_000}).detail) <= 2000


def refused(
    node: str, kind: str, input_name: str, value: object, dependent: list[str] | None = None
) -> dict[str, object]:
    fault = {
        "type": kind,
        "message": "…",
        "details": "",
        "extra_info": {"input_name": input_name, "received_value": value},
    }
    return {
        "error": {"type": "prompt_outputs_failed_validation", "message": "Prompt outputs failed validation"},
        "node_errors": {node: {"errors": [fault], "dependent_outputs": dependent or ["9"], "class_type": "X"}},
    }


@pytest.mark.parametrize(
    ("input_name", "value"),
    [
        ("ckpt_name", "sd/dream.safetensors"),
        ("lora_name", "dream"),
        ("clip_name2", "dream"),
        ("control_net_name", "dream"),
        ("unet_name", "sd\\dream.gguf"),
        ("anything", "dream.safetensors"),
    ],
)
def test_a_model_that_is_not_offered_is_missing_and_named_without_its_folder(input_name: str, value: str) -> None:
    error = rejection_of(refused("4", "value_not_in_list", input_name, value))
    assert type(error) is ModelMissing
    assert "dream" in str(error)
    assert "sd" not in str(error)
    assert error.detail


@pytest.mark.parametrize(
    ("kind", "input_name", "value"),
    [
        ("value_not_in_list", "sampler_name", "no_such_sampler"),
        ("value_not_in_list", "ckpt_name", None),
        ("value_smaller_than_min", "width", 0),
        ("custom_validation_failed", "image", "nope.png"),
    ],
)
def test_other_faults_reject_the_graph(kind: str, input_name: str, value: object) -> None:
    error = rejection_of(refused("4", kind, input_name, value))
    assert type(error) is GraphRejected
    assert str(error) == GraphRejected.sentence


@pytest.mark.parametrize(
    "error",
    [
        {"type": "invalid_prompt", "message": "Cannot execute because node Fancy Node does not exist."},
        {"type": "missing_node_type", "message": "…", "extra_info": {"class_type": "Fancy Node"}},
    ],
)
def test_a_node_class_that_is_not_installed_is_named(error: dict[str, object]) -> None:
    found = rejection_of({"error": error, "node_errors": {}})
    assert type(found) is GraphRejected
    assert "Fancy Node" in str(found)


@pytest.mark.parametrize("name", ["/srv/comfyui/x.py", "a\nb", "\x1b[2J", "x" * 61, 3])
def test_a_strange_node_class_that_is_not_installed_stays_out_of_the_sentence(name: object) -> None:
    found = rejection_of({"error": {"type": "missing_node_type", "extra_info": {"class_type": name}}})
    assert str(found) == GraphRejected.sentence


@pytest.mark.parametrize(
    "body", [None, {}, {"error": "x", "node_errors": []}, {"node_errors": {"1": None, "2": {"errors": [3]}}},
             {"error": {"type": "missing_node_type"}}]
)  # fmt: skip
def test_a_body_that_tells_nothing_still_rejects(body: object) -> None:
    # A circle in the graph is answered like this: no details, no node.
    assert type(rejection_of(body)) is GraphRejected


def test_outputs_that_an_accepted_graph_will_never_make() -> None:
    body = refused("4", "value_smaller_than_min", "width", 0, ["9", "12"])
    assert outputs_left_out(body, frozenset({"9"})) == {"9"}
    assert outputs_left_out(body, frozenset({"4"})) == {"4"}
    assert not outputs_left_out(body, frozenset({"7"}))
    assert outputs_left_out(body, frozenset()) == {"4", "9", "12"}
    assert not outputs_left_out({"node_errors": {}}, frozenset())
    assert outputs_left_out({"node_errors": {"4": {}}}, frozenset()) == {"4"}
