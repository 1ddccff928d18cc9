"""Which nodes of a graph work for its results, and in which order."""

from collections.abc import Iterable
from heapq import heapify, heappop, heappush

from workflows.graph import Graph, Node


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
    place = {node_id: index for index, node_id in enumerate(graph.nodes)}
    fed: dict[str, list[str]] = {node_id: [] for node_id in chosen}
    missing: dict[str, int] = {}
    for node_id in chosen:
        sources = {link.node for _, link in graph.nodes[node_id].links()}
        missing[node_id] = len(sources)
        for source in sources:
            fed[source].append(node_id)
    free = [(place[node_id], node_id) for node_id, count in missing.items() if not count]
    heapify(free)
    order = []
    while free:
        _, node_id = heappop(free)
        order.append(graph.nodes[node_id])
        for other in fed[node_id]:
            missing[other] -= 1
            if not missing[other]:
                heappush(free, (place[other], other))
    return tuple(order)
