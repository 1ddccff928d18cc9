"""The checks of POST /prompt, in ComfyUI's order and with its words; what they reject never reaches the queue."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import cast

from adapters.simulator.definitions import InputSpec, NodeClass
from adapters.simulator.graphs import Prompt

Fault = dict[str, object]

_CASTS: Mapping[str, Callable[[object], object]] = {
    "INT": lambda value: int(cast(str, value)),
    "FLOAT": lambda value: float(cast(str, value)),
    "STRING": str,
    "BOOLEAN": bool,
}
# Beyond this many options ComfyUI names only their number.
_LISTED_OPTIONS = 20
_TRACEBACK = ['  File "/simulated/execution.py", line 1, in validate_inputs\n']


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """The answer to a prompt: `error` when nothing of it can run, else the output nodes that will."""

    error: Fault | None = None
    outputs: tuple[str, ...] = ()
    node_errors: Mapping[str, Fault] = field(default_factory=dict)


def validate(
    prompt: Prompt,
    classes: Mapping[str, NodeClass],
    *,
    file_exists: Callable[[str], bool],
    targets: Collection[str] | None = None,
) -> Verdict:
    """Check a prompt and coerce its numbers in place; `targets` limits the output nodes.

    A prompt of a wrong JSON type raises, as in ComfyUI, where it becomes a 500.
    """
    fault, outputs = _outputs_of(prompt, classes, targets)
    if fault is not None:
        return Verdict(error=fault)
    if not outputs:
        return Verdict(error=_error("prompt_no_outputs", "Prompt has no outputs"))
    return _Validation(prompt, classes, file_exists).of(outputs)


def _outputs_of(
    prompt: Prompt, classes: Mapping[str, NodeClass], targets: Collection[str] | None
) -> tuple[Fault | None, list[str]]:
    outputs = []
    for node_id in prompt:
        details = f"Node ID '#{node_id}'"
        if "class_type" not in prompt[node_id]:
            message = "Cannot execute because a node is missing the class_type property."
            return _error("invalid_prompt", message, details), []
        class_type = cast(str, prompt[node_id]["class_type"])
        node_class = classes.get(class_type)
        if node_class is None:
            return _error("invalid_prompt", f"Cannot execute because node {class_type} does not exist.", details), []
        if node_class.is_output and (targets is None or node_id in targets):
            outputs.append(node_id)
    return None, outputs


class _Validation:
    """One pass over one prompt; every node is checked once, whichever outputs depend on it."""

    def __init__(self, prompt: Prompt, classes: Mapping[str, NodeClass], file_exists: Callable[[str], bool]) -> None:
        self._prompt = prompt
        self._classes = classes
        self._file_exists = file_exists
        self._checked: dict[str, tuple[bool, list[Fault]]] = {}

    def of(self, outputs: list[str]) -> Verdict:
        node_errors: dict[str, Fault] = {}
        good, reasons = [], []
        for output in outputs:
            ok, faults = self._output(output)
            if ok:
                good.append(output)
                continue
            reasons += faults
            self._report(output, node_errors)
        if good:
            return Verdict(outputs=tuple(good), node_errors=node_errors)
        details = "\n".join(f"{fault['message']}: {fault['details']}" for fault in reasons)
        message = "Prompt outputs failed validation"
        return Verdict(error=_error("prompt_outputs_failed_validation", message, details), node_errors=node_errors)

    def _report(self, output: str, node_errors: dict[str, Fault]) -> None:
        for node_id, (ok, faults) in self._checked.items():
            if ok or not faults:
                continue
            class_type = self._prompt[node_id]["class_type"]
            entry = node_errors.setdefault(
                node_id, {"errors": faults, "dependent_outputs": [], "class_type": class_type}
            )
            cast("list[str]", entry["dependent_outputs"]).append(output)

    def _output(self, node_id: str) -> tuple[bool, list[Fault]]:
        try:
            return self._node(node_id)
        except Exception as fault:  # noqa: BLE001 — ComfyUI answers with whatever its validation tripped over
            extra: Fault = {"exception_type": type(fault).__name__, "traceback": _TRACEBACK}
            reasons = [
                _error("exception_during_validation", "Exception when validating node", str(fault), extra),
            ]
            self._checked[node_id] = (False, reasons)
            return self._checked[node_id]

    def _node(self, node_id: str) -> tuple[bool, list[Fault]]:
        if node_id in self._checked:
            return self._checked[node_id]
        node_class = self._classes[cast(str, self._prompt[node_id]["class_type"])]
        inputs = cast("dict[str, object]", self._prompt[node_id]["inputs"])
        # A cycle comes back here while the node is still being checked: invalid, with nothing to say about it.
        self._checked[node_id] = (False, [])
        faults: list[Fault] = []
        upstream_ok = True
        try:
            for spec in node_class.inputs:
                if spec.name not in inputs:
                    if spec.required:
                        faults.append(_missing(spec))
                elif isinstance(inputs[spec.name], list):
                    upstream_ok &= self._link(node_class, spec, cast("list[object]", inputs[spec.name]), faults)
                else:
                    self._value(node_class, spec, inputs, faults)
        except Exception:
            del self._checked[node_id]
            raise
        self._uploads(node_class, inputs, faults)
        self._checked[node_id] = (upstream_ok and not faults, faults)
        return self._checked[node_id]

    def _link(self, node_class: NodeClass, spec: InputSpec, link: list[object], faults: list[Fault]) -> bool:
        """Check what is linked; False when something upstream is invalid."""
        config: Fault = {"input_name": spec.name, "input_config": _config(spec)}
        if len(link) != 2:
            message = "Bad linked input, must be a length-2 list of [node_id, slot_index]"
            faults.append(_error("bad_linked_input", message, spec.name, config | {"received_value": link}))
            return True
        source = cast(str, link[0])
        received = self._classes[cast(str, self._prompt[source]["class_type"])].outputs[cast(int, link[1])]
        if not _matches(received, spec.type):
            details = f"{spec.name}, received_type({received}) mismatch input_type({spec.type})"
            extra = config | {"received_type": received, "linked_node": link}
            message = "Return type mismatch between linked nodes"
            faults.append(_error("return_type_mismatch", message, details, extra))
            return True
        return self._upstream(source, config | {"linked_node": link})

    def _upstream(self, source: str, config: Fault) -> bool:
        try:
            return self._node(source)[0]
        except Exception as fault:  # noqa: BLE001 — ComfyUI answers with whatever its validation tripped over
            extra = config | {
                "exception_message": str(fault),
                "exception_type": type(fault).__name__,
                "traceback": _TRACEBACK,
            }
            message = "Exception when validating inner node"
            self._checked[source] = (False, [_error("exception_during_inner_validation", message, str(fault), extra)])
            return False

    def _value(self, node_class: NodeClass, spec: InputSpec, inputs: dict[str, object], faults: list[Fault]) -> None:
        value = inputs[spec.name]
        if isinstance(value, dict) and "__value__" in value:  # how a list is told from a link
            value = value["__value__"]
        try:
            if isinstance(spec.type, str) and spec.type in _CASTS:
                value = _CASTS[spec.type](value)
        except (TypeError, ValueError, OverflowError) as fault:
            faults.append(_unreadable(spec, value, fault))
            return
        inputs[spec.name] = value
        if (node_class.name, spec.name) in _UPLOADS:  # the class checks this input itself
            return
        if (outside := _out_of_bounds(spec, value)) is not None:
            faults.append(outside)
        elif isinstance(spec.type, list) and value not in spec.type:
            faults.append(_not_listed(spec, value))

    def _uploads(self, node_class: NodeClass, inputs: Mapping[str, object], faults: list[Fault]) -> None:
        if (node_class.name, "image") not in _UPLOADS or "image" not in inputs:
            return
        name = inputs["image"]
        if isinstance(name, str) and not self._file_exists(name):
            details = f"image - Invalid image file: {name}"
            message = "Custom validation failed for node"
            faults.append(_error("custom_validation_failed", message, details, {"input_name": "image"}))


_UPLOADS = frozenset({("LoadImage", "image"), ("LoadImageMask", "image")})


def _matches(received: str, wanted: object) -> bool:
    if wanted == "*" or received == wanted:
        return True
    return isinstance(wanted, str) and bool(set(received.split(",")) & set(wanted.split(",")))


def _out_of_bounds(spec: InputSpec, value: object) -> Fault | None:
    for bound, kind, word in (("min", "value_smaller_than_min", "smaller"), ("max", "value_bigger_than_max", "bigger")):
        if bound not in spec.extra:
            continue
        number, limit = cast(float, value), cast(float, spec.extra[bound])
        if number < limit if bound == "min" else number > limit:
            message = f"Value {value} {word} than {bound} of {limit}"
            extra = {"input_name": spec.name, "input_config": _config(spec), "received_value": value}
            return _error(kind, message, spec.name, extra)
    return None


def _not_listed(spec: InputSpec, value: object) -> Fault:
    listed = cast("list[object]", spec.type)
    long = len(listed) > _LISTED_OPTIONS
    known = f"(list of length {len(listed)})" if long else str(listed)
    config = None if long else _config(spec)
    extra = {"input_name": spec.name, "input_config": config, "received_value": value}
    return _error("value_not_in_list", "Value not in list", f"{spec.name}: '{value}' not in {known}", extra)


def _unreadable(spec: InputSpec, value: object, fault: Exception) -> Fault:
    extra = {
        "input_name": spec.name,
        "input_config": _config(spec),
        "received_value": value,
        "exception_message": str(fault),
    }
    message = f"Failed to convert an input value to a {spec.type} value"
    return _error("invalid_input_type", message, f"{spec.name}, {value}, {fault}", extra)


def _missing(spec: InputSpec) -> Fault:
    return _error("required_input_missing", "Required input is missing", spec.name, {"input_name": spec.name})


def _config(spec: InputSpec) -> list[object]:
    return [spec.type, spec.extra]


def _error(kind: str, message: str, details: str = "", extra: Mapping[str, object] | None = None) -> Fault:
    return {"type": kind, "message": message, "details": details, "extra_info": dict(extra or {})}
