"""Which nodes of a graph work for its results, and in which order."""

from collections.abc import Iterable

from workflows.graph import Graph, Node
from workflows.sorting import sources_first


def upstream(graph: Graph, results: Iterable[str]) -> frozenset[str]:
    """Return the ids of the given nodes and of every node that they wait for."""
    seen: set[str] = set()
    waiting = [node_id for node_id in results if node_id in graph.nodes]
    while waiting:
        node_id = waiting.pop()
        if node_id not in seen:
            seen.add(node_id)
            waiting.extend(link.node for _, link in graph.nodes[node_id].links())
    return frozenset(seen)


def in_order(graph: Graph, chosen: frozenset[str]) -> tuple[Node, ...]:
    """Sort nodes so that each stands behind what feeds it; what is free to choose keeps the order of the file.

    `chosen` has to hold everything that its members wait for, as `upstream` returns it.
    """
    sources = {
        node_id: {link.node for _, link in node.links()} for node_id, node in graph.nodes.items() if node_id in chosen
    }
    return tuple(graph.nodes[node_id] for node_id in sources_first(sources))
