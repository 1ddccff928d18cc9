"""The faults that a server finds in a graph (POST /prompt), as an error of ours."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

from adapters.comfyui.bodies import class_name_of, mapping_of
from adapters.comfyui.failure import model_missing
from bot.errors import GraphRejected, JobError

_MAX_DETAIL = 4000
# Inputs of 0.3.64 and of common custom nodes that name a model file.
_MODEL_INPUT = re.compile(
    r"^(ckpt|lora|vae|unet|clip|control_net|controlnet|model|upscale_model|style_model|gligen|hypernetwork|"
    r"clip_vision|audio_encoder|motion_model|ipadapter|instantid)(_model)?(_file)?(_name)?\d*$"
)
_MODEL_FILE = re.compile(r"\.(safetensors|sft|ckpt|pt|pth|bin|gguf|onnx)$", re.IGNORECASE)
# The sentence of 0.3.64 for a class it does not have; newer ones say it in extra_info.
_NO_CLASS = re.compile(r"node ([\w .()+|-]{1,60}) does not exist")


@dataclass(frozen=True, slots=True, kw_only=True)
class InputFault:
    """One fault of one input, as the server told it."""

    node: str
    kind: str
    input: str
    value: object


def rejection_of(body: object) -> JobError:
    """Read the body of a 400, or of a 200 that leaves a wanted output out: GraphRejected or ModelMissing."""
    detail = json.dumps(body, ensure_ascii=False)[:_MAX_DETAIL]
    for fault in _faults(body):
        if fault.kind == "value_not_in_list" and isinstance(fault.value, str) and _names_a_model(fault):
            return model_missing(fault.value, detail=detail)
    if lacking := _lacking_class(body):
        return GraphRejected(
            f"The GPU lacks the node “{lacking}” that this workflow needs. The operator has to install it.",
            detail=detail,
        )
    return GraphRejected(detail=detail)


def outputs_left_out(body: object, wanted: frozenset[str]) -> frozenset[str]:
    """Tell which wanted outputs an accepted graph will never make; without `wanted` every output counts."""
    errors = mapping_of(mapping_of(body).get("node_errors"))
    hit: set[str] = set()
    for node, report in errors.items():
        dependent = mapping_of(report).get("dependent_outputs")
        hit |= {node, *(str(output) for output in dependent)} if isinstance(dependent, list) else {node}
    return frozenset(hit & wanted if wanted else hit)


def _faults(body: object) -> Iterator[InputFault]:
    for node, report in mapping_of(mapping_of(body).get("node_errors")).items():
        errors = mapping_of(report).get("errors")
        for error in errors if isinstance(errors, list) else ():
            fault, extra = mapping_of(error), mapping_of(mapping_of(error).get("extra_info"))
            yield InputFault(
                node=node,
                kind=str(fault.get("type", "")),
                input=str(extra.get("input_name", "")),
                value=extra.get("received_value"),
            )


def _names_a_model(fault: InputFault) -> bool:
    return bool(_MODEL_INPUT.match(fault.input) or _MODEL_FILE.search(str(fault.value)))


def _lacking_class(body: object) -> str | None:
    error = mapping_of(mapping_of(body).get("error"))
    if error.get("type") == "missing_node_type":
        return class_name_of(mapping_of(error.get("extra_info")).get("class_type"))
    found = _NO_CLASS.search(str(error.get("message", "")))
    return found[1] if found else None
