"""Node definitions: what a server says about its node classes (the body of ComfyUI's GET /object_info).

Read once into plain data, so that nothing else has to know that a choice is written in two ways there:
`[["a", "b"], {…}]` (older nodes) and `["COMBO", {"options": ["a", "b"]}]` (newer ones), seen in 0.3.64.
Whatever does not have the expected shape is left out: a custom node may say anything about itself.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class InputDefinition:
    """One input of a node class."""

    type: str  #: "INT", "FLOAT", "STRING", "BOOLEAN", "COMBO", or the type of a link such as "MODEL"
    required: bool
    options: tuple[str, ...] | None = None  #: a COMBO's values; None when the server did not list them
    minimum: int | float | None = None
    maximum: int | float | None = None
    multiline: bool = False
    uploads_image: bool = False  #: the values are names of files in the server's input folder


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeDefinition:
    """One node class."""

    inputs: Mapping[str, InputDefinition] = field(default_factory=dict)
    outputs: tuple[str, ...] = ()
    is_output: bool = False


Definitions = Mapping[str, NodeDefinition]
"""Node class -> what the server says about it."""


def read_definitions(object_info: Mapping[str, object]) -> Definitions:
    """Read a whole /object_info body; entries that are no node are left out."""
    return {name: _read_node(node) for name, node in object_info.items() if isinstance(node, dict)}


def _read_node(node: Mapping[str, object]) -> NodeDefinition:
    outputs = node.get("output")
    return NodeDefinition(
        inputs=dict(_read_inputs(node.get("input"))),
        outputs=tuple(str(output) for output in outputs) if isinstance(outputs, list) else (),
        is_output=node.get("output_node") is True,
    )


def _read_inputs(groups: object) -> Iterator[tuple[str, InputDefinition]]:
    if not isinstance(groups, dict):
        return
    for group in ("required", "optional"):
        members = groups.get(group)
        if isinstance(members, dict):
            for name, spec in members.items():
                if isinstance(spec, list) and spec:
                    yield name, _read_input(spec, required=group == "required")


def _read_input(spec: list[object], *, required: bool) -> InputDefinition:
    kind = spec[0]
    details = spec[1] if len(spec) > 1 and isinstance(spec[1], dict) else {}
    options = kind if isinstance(kind, list) else details.get("options")
    return InputDefinition(
        type="COMBO" if isinstance(kind, list) else str(kind),
        required=required,
        options=tuple(option for option in options if isinstance(option, str)) if isinstance(options, list) else None,
        minimum=_number(details.get("min")),
        maximum=_number(details.get("max")),
        multiline=details.get("multiline") is True,
        uploads_image=details.get("image_upload") is True or details.get("video_upload") is True,
    )


def _number(value: object) -> int | float | None:
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None
