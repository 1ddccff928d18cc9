"""Reading ComfyUI's graphs: nodes, links, ancestors. Graphs come off the wire, so nothing is taken for granted."""

from collections.abc import Iterator, Mapping
from typing import TypeGuard, cast

Prompt = dict[str, dict[str, object]]
"""ComfyUI's wire word for an API-format graph: node id -> {"class_type", "inputs"}."""


def is_link(value: object) -> TypeGuard[list[object]]:
    """True for [node id, slot], ComfyUI's own test."""
    return (
        isinstance(value, list) and len(value) == 2 and isinstance(value[0], str) and isinstance(value[1], int | float)
    )


def inputs_of(prompt: Mapping[str, Mapping[str, object]], node_id: str) -> dict[str, object]:
    """The inputs of a node; KeyError when the node or its inputs are missing, as in ComfyUI."""
    return cast("dict[str, object]", prompt[node_id]["inputs"])


def links_of(prompt: Mapping[str, Mapping[str, object]], node_id: str) -> Iterator[str]:
    """The ids of the nodes that a node takes its inputs from, in input order."""
    for value in inputs_of(prompt, node_id).values():
        if is_link(value):
            yield cast(str, value[0])
