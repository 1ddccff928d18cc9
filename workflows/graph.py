"""A graph: ComfyUI's API format, read once, checked, and never changed afterwards.

The format (as exported by ComfyUI 0.3.64): {"3": {"class_type": "KSampler", "inputs": {"steps": 20, "model": ["4", 0]},
"_meta": {"title": "KSampler"}}, …}. A two-element list [node id, output slot] is a link.
"""

import json
from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass, replace
from math import isfinite
from types import MappingProxyType
from typing import TypeGuard

from workflows.sorting import sources_first

MAX_GRAPH_BYTES = 4 * 1024 * 1024
"""A graph of a thousand nodes is about 300 KB; what is larger holds something else."""

MAX_NESTING = 32
"""Lists and tables inside each other in one input: far more than any node has, far less than Python's stack."""

EXPORT_HINT = "In ComfyUI open the menu Workflow → Export (API) and use the file that it saves."

JsonValue = None | bool | int | float | str | list["JsonValue"] | dict[str, "JsonValue"]
WireGraph = dict[str, dict[str, JsonValue]]
"""What is sent to a server: plain JSON values, a fresh copy each time."""


class GraphFault(Exception):
    """The file is no graph that a server could run; the message is a sentence for its author."""


@dataclass(frozen=True, slots=True)
class Link:
    """Where an input gets its value: an output slot of another node."""

    node: str
    slot: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """One node; `inputs` maps names to links or to JSON values."""

    id: str
    class_type: str
    title: str
    inputs: Mapping[str, Link | JsonValue]

    def links(self) -> Iterator[tuple[str, Link]]:
        """Iterate over the inputs that come from other nodes."""
        return ((name, value) for name, value in self.inputs.items() if isinstance(value, Link))

    def literal(self, name: str) -> JsonValue:
        """Return the value that the graph gives an input; None when it has none or a link fills it."""
        value = self.inputs.get(name)
        return None if isinstance(value, Link) else value


@dataclass(frozen=True, slots=True)
class Graph:
    """Nodes by id, in the order of the file."""

    nodes: Mapping[str, Node]

    def of_class(self, class_type: str) -> list[Node]:
        """Find the nodes of a class."""
        return [node for node in self.nodes.values() if node.class_type == class_type]

    def with_inputs(self, changes: Mapping[tuple[str, str], JsonValue]) -> "Graph":
        """Return a new graph in which (node id, input name) have other values; this one stays as it is."""
        nodes = dict(self.nodes)
        for (node_id, name), value in changes.items():
            node = nodes[node_id]
            nodes[node_id] = replace(node, inputs=MappingProxyType({**node.inputs, name: value}))
        return Graph(MappingProxyType(nodes))

    def wire(self) -> WireGraph:
        """Return what a server is sent; titles stay at home, nothing is shared with this graph."""
        return {
            node.id: {
                "class_type": node.class_type,
                "inputs": {
                    name: [value.node, value.slot] if isinstance(value, Link) else deepcopy(value)
                    for name, value in node.inputs.items()
                },
            }
            for node in self.nodes.values()
        }


def read_graph(text: str | bytes) -> Graph:
    """Read an exported graph; raises GraphFault with a sentence that tells what to do."""
    if len(text) > MAX_GRAPH_BYTES:
        raise GraphFault(f"The file is larger than {MAX_GRAPH_BYTES // 1024**2} MB; that is no graph.")
    try:
        content = json.loads(text, parse_constant=_refuse_number, parse_float=_read_float)
    except (ValueError, RecursionError) as error:
        raise GraphFault(f"The file is no JSON that ComfyUI wrote. {EXPORT_HINT}") from error
    return graph_of(content)


def _refuse_number(text: str) -> float:
    # Python reads NaN and Infinity, and would send them: no other reader takes them for JSON.
    raise ValueError(text)


def _read_float(text: str) -> float:
    number = float(text)
    return number if isfinite(number) else _refuse_number(text)


def graph_of(content: object) -> Graph:
    """Check parsed JSON and make a graph of it; raises GraphFault."""
    if not isinstance(content, dict) or not content:
        raise GraphFault(f"The file holds no nodes. {EXPORT_HINT}")
    if isinstance(content.get("nodes"), list):
        raise GraphFault(f"This is the canvas format of ComfyUI, which no server can run. {EXPORT_HINT}")
    graph = Graph(MappingProxyType({node_id: _read_node(node_id, node) for node_id, node in content.items()}))
    _check_links(graph)
    return graph


def _read_node(node_id: str, node: object) -> Node:
    if not isinstance(node, dict) or not isinstance(node.get("class_type"), str):
        raise GraphFault(f"Entry {node_id!r} is no node of the API format. {EXPORT_HINT}")
    inputs = node.get("inputs")
    if not isinstance(inputs, dict):
        raise GraphFault(f"Node {node_id} ({node['class_type']}) has no inputs. {EXPORT_HINT}")
    if any(_is_deeper(value, MAX_NESTING) for value in inputs.values()):
        raise GraphFault(f"Node {node_id} ({node['class_type']}) holds values nested deeper than {MAX_NESTING} levels.")
    meta = node.get("_meta")
    title = meta.get("title") if isinstance(meta, dict) else None
    return Node(
        id=node_id,
        class_type=node["class_type"],
        title=title if isinstance(title, str) else node["class_type"],
        inputs=MappingProxyType({name: _read_input(value) for name, value in inputs.items()}),
    )


def _is_deeper(value: JsonValue, levels: int) -> bool:
    if not isinstance(value, list | dict):
        return False
    members = value.values() if isinstance(value, dict) else value
    return levels == 0 or any(_is_deeper(member, levels - 1) for member in members)


def _read_input(value: JsonValue) -> Link | JsonValue:
    if _is_link(value):
        node, slot = value
        return Link(node, slot)
    return value


def _is_link(value: object) -> TypeGuard[tuple[str, int]]:
    # What a server takes for a link: exactly two elements, a node id and a slot (ComfyUI 0.3.64, is_link).
    if not isinstance(value, list) or len(value) != 2:
        return False
    return isinstance(value[0], str) and isinstance(value[1], int) and not isinstance(value[1], bool)


def _check_links(graph: Graph) -> None:
    for node in graph.nodes.values():
        for name, link in node.links():
            if link.node not in graph.nodes or link.slot < 0:
                raise GraphFault(
                    f"Input {name!r} of node {node.id} ({node.class_type}) is linked to node {link.node}, "
                    "which is not in the file. Export the graph again."
                )
    _check_acyclic(graph)


def _check_acyclic(graph: Graph) -> None:
    # ComfyUI answers a cycle with an empty list of faults, which tells nobody anything; so it is found here.
    ordered = frozenset(
        sources_first({node.id: {link.node for _, link in node.links()} for node in graph.nodes.values()})
    )
    if len(ordered) < len(graph.nodes):
        stuck = next(node for node in graph.nodes.values() if node.id not in ordered)
        raise GraphFault(f"Node {stuck.id} ({stuck.class_type}) waits for its own result: the links form a circle.")
