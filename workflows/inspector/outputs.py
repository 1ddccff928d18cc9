"""Results: the nodes whose files are the job's."""

from workflows.definitions import Definitions
from workflows.graph import Graph, Node
from workflows.inspector.sketch import Sketch, named
from workflows.inspector.toml import is_writable
from workflows.manifest import Output

_SAVING = ("save", "videocombine")
_SHOWING = ("preview", "show")
_OUTPUTS_MAX = 16
_LENGTH_MAX = 400


def result_nodes(graph: Graph, definitions: Definitions) -> list[Node]:
    """Return the nodes that a server runs for their own sake; without any known one, the ends of the graph."""
    fed = {link.node for node in graph.nodes.values() for _, link in node.links()}
    results = [node for node in graph.nodes.values() if _is_result(node, definitions, is_end=node.id not in fed)]
    return results or [node for node in graph.nodes.values() if node.id not in fed and any(node.links())]


def find_outputs(sketch: Sketch, results: list[Node]) -> tuple[Output, ...]:
    """Choose what is posted: what saves, else what shows, else whatever ends the graph."""
    nodes = [node for node in results if _can_be_named(node)]
    saving = [node for node in nodes if _says(node, _SAVING)]
    chosen = (saving or [node for node in nodes if _says(node, _SHOWING)] or nodes)[:_OUTPUTS_MAX]
    for node in results:
        if node not in chosen:
            sketch.leave(f"The result of {named(node)} is not posted.")
    sketch.found.extend(f"result: {named(node)}." for node in chosen)
    if not chosen:
        sketch.leave("No node saves anything: add a Save Image node, or name the results yourself.")
    return tuple(Output(node=node.id, class_type=node.class_type) for node in chosen)


def _is_result(node: Node, definitions: Definitions, *, is_end: bool) -> bool:
    definition = definitions.get(node.class_type)
    if definition is not None:
        return definition.is_output
    return is_end and any(node.links()) and _says(node, _SAVING + _SHOWING)


def _says(node: Node, words: tuple[str, ...]) -> bool:
    name = node.class_type.casefold().replace("_", "").replace(" ", "")
    return any(word in name for word in words)


def _can_be_named(node: Node) -> bool:
    texts = (node.id, node.class_type)
    return all(map(is_writable, texts)) and sum(map(len, texts)) <= _LENGTH_MAX
