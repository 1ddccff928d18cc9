"""What depends on what, put in order: sources first."""

from collections.abc import Collection, Mapping
from heapq import heapify, heappop, heappush


def sources_first(sources: Mapping[str, Collection[str]]) -> list[str]:
    """Sort names so that each stands behind its sources; what is free to choose keeps the order of the mapping.

    Every source has to be a name as well. Names in a circle, and those that wait for one, are left out.
    """
    # Peeled from the sources on, not searched by recursion: a graph may be deeper than Python's stack.
    position = {name: index for index, name in enumerate(sources)}
    missing = {name: len(set(needed)) for name, needed in sources.items()}
    fed: dict[str, list[str]] = {name: [] for name in sources}
    for name, needed in sources.items():
        for source in set(needed):
            fed[source].append(name)
    free = [(position[name], name) for name, count in missing.items() if not count]
    heapify(free)
    order = []
    while free:
        _, name = heappop(free)
        order.append(name)
        for other in fed[name]:
            missing[other] -= 1
            if not missing[other]:
                heappush(free, (position[other], other))
    return order
