"""ComfyUI's classic cache: the results of the previous prompt's nodes, found again by what went into them."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field

from adapters.simulator.graphs import is_link

Outputs = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Shown:
    """What an output node reported, and under which node id it did so."""

    output: Mapping[str, object]
    node_id: str

    def meta(self) -> dict[str, object]:
        """The `meta` entry of the history."""
        return {
            "node_id": self.node_id,
            "display_node": self.node_id,
            "parent_node": None,
            "real_node_id": self.node_id,
        }


@dataclass(slots=True)
class NodeCache:
    """Results and reports by signature; `begin` drops whatever the new prompt does not contain."""

    _signatures: dict[str, str] = field(default_factory=dict)
    _outputs: dict[str, Outputs] = field(default_factory=dict)
    _shown: dict[str, Shown] = field(default_factory=dict)

    def begin(self, prompt: Mapping[str, Mapping[str, object]], changed: Mapping[str, str]) -> None:
        """Take up a prompt. `changed` tells of nodes that depend on more than their inputs (the bytes of a file)."""
        self._signatures = signatures(prompt, changed)
        used = set(self._signatures.values())
        self._outputs = {key: value for key, value in self._outputs.items() if key in used}
        self._shown = {key: value for key, value in self._shown.items() if key in used}

    def outputs(self, node_id: str) -> Outputs | None:
        """The results of a node, None when it has to run."""
        return self._outputs.get(self._signatures.get(node_id, ""))

    def shown(self, node_id: str) -> Shown | None:
        """What a node reported, now or in the previous prompt."""
        return self._shown.get(self._signatures.get(node_id, ""))

    def keep(self, node_id: str, outputs: Outputs) -> None:
        """Remember what a node made."""
        self._outputs[self._signatures[node_id]] = outputs

    def keep_shown(self, node_id: str, shown: Shown) -> None:
        """Remember what a node reported."""
        self._shown[self._signatures[node_id]] = shown


def signatures(prompt: Mapping[str, Mapping[str, object]], changed: Mapping[str, str]) -> dict[str, str]:
    """One digest per node over its class, its inputs and all that is upstream of it; node ids do not count."""
    known: dict[str, str] = {}

    def signature(node_id: str, path: tuple[str, ...]) -> str:
        if node_id in known:
            return known[node_id]
        node = prompt.get(node_id)
        if node is None or node_id in path:  # a broken branch beside a good one; never executed, never found again
            return f"broken {node_id}"
        inputs = node.get("inputs")
        parts: list[object] = [node.get("class_type"), changed.get(node_id)]
        for name, value in sorted(inputs.items() if isinstance(inputs, dict) else ()):
            if is_link(value):
                parts.append((name, signature(str(value[0]), (*path, node_id)), value[1]))
            else:
                parts.append((name, value))
        known[node_id] = hashlib.blake2b(repr(parts).encode(), digest_size=16).hexdigest()
        return known[node_id]

    return {node_id: signature(node_id, ()) for node_id in prompt}
