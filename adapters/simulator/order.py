"""In which order the nodes of a graph run: inputs first, then whatever gets a picture out soonest."""

from collections.abc import Callable, Collection, Iterable, Mapping

from adapters.simulator.graphs import links_of


class ExecutionOrder:
    """Dissolves a graph from its inputs towards its outputs; nodes whose result is kept are never entered."""

    def __init__(
        self,
        prompt: Mapping[str, Mapping[str, object]],
        outputs: Iterable[str],
        *,
        is_cached: Callable[[str], bool],
        is_output: Callable[[str], bool],
    ) -> None:
        self._is_output = is_output
        self._waits_for: dict[str, set[str]] = {}
        self._blocks: dict[str, list[str]] = {}
        waiting = list(outputs)
        while waiting:
            node_id = waiting.pop()
            if node_id in self._waits_for:
                continue
            sources = [source for source in dict.fromkeys(links_of(prompt, node_id)) if not is_cached(source)]
            self._waits_for[node_id] = set(sources)
            for source in sources:
                self._blocks.setdefault(source, []).append(node_id)
            waiting += sources

    def __bool__(self) -> bool:
        """True while nodes are left."""
        return bool(self._waits_for)

    def pick(self) -> str:
        """The next node to run. It stays until `finish`."""
        ready = [node_id for node_id, sources in self._waits_for.items() if not sources]
        for node_id in ready:
            if self._is_output(node_id):
                return node_id
        for distance in (1, 2):
            for node_id in ready:
                if self._leads_to_output(node_id, distance):
                    return node_id
        return ready[0]

    def finish(self, node_id: str) -> None:
        """Take a node out, so that the nodes behind it may run."""
        del self._waits_for[node_id]
        for blocked in self._blocks.get(node_id, ()):
            self._waits_for[blocked].discard(node_id)

    def _leads_to_output(self, node_id: str, distance: int) -> bool:
        reached: Collection[str] = {node_id}
        for _ in range(distance):
            reached = {after for before in reached for after in self._blocks.get(before, ())}
        return any(self._is_output(after) for after in reached)
