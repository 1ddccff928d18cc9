"""What one run tells the world, in ComfyUI's order: progress states, progress, previews, lifecycle messages."""

import json
import struct
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from adapters.simulator.context import Preview
from adapters.simulator.sockets import Sockets

_PREVIEW, _PREVIEW_WITH_METADATA = 1, 4
_IMAGE_TYPES: Mapping[str, int] = {"image/jpeg": 1, "image/png": 2}

Message = tuple[str, dict[str, object]]


@dataclass(slots=True)
class RunReporter:
    """The voice of one run. Without a client, lifecycle messages go nowhere, and progress goes to everybody."""

    sockets: Sockets
    prompt_id: str
    client_id: object
    messages: list[Message] = field(default_factory=list)
    """The lifecycle, as the history keeps it."""
    _nodes: dict[str, dict[str, object]] = field(default_factory=dict)

    def lifecycle(self, kind: str, data: Mapping[str, object], *, to_all: bool = False) -> None:
        """execution_start, _cached, _success, _error or _interrupted; `to_all` reaches everybody if nobody owns it."""
        stamped = {**data, "timestamp": int(time.time() * 1000)}
        self.messages.append((kind, stamped))
        if self.client_id is not None or to_all:
            self.sockets.publish(kind, stamped, self.client_id)

    def executing(self, node_id: str | None) -> None:
        """A node begins; None when the prompt has ended."""
        if self.client_id is not None:
            data: dict[str, object] = {"node": node_id, "prompt_id": self.prompt_id}
            if node_id is not None:
                data = {"node": node_id, "display_node": node_id, "prompt_id": self.prompt_id}
            self.sockets.publish("executing", data, self.client_id)

    def executed(self, node_id: str, output: Mapping[str, object] | None) -> None:
        """A node has reported something for people."""
        if self.client_id is not None:
            data = {"node": node_id, "display_node": node_id, "output": output, "prompt_id": self.prompt_id}
            self.sockets.publish("executed", data, self.client_id)

    def start(self, node_id: str) -> None:
        """A node starts."""
        self._state(node_id, 0.0, 1.0, "running")

    def finish(self, node_id: str) -> None:
        """A node is done."""
        maximum = self._nodes.get(node_id, {}).get("max", 1)
        self._state(node_id, maximum, maximum, "finished")

    def progress(self, node_id: str, value: int, maximum: int, preview: Preview | None) -> None:
        """A step of a node, and the picture so far: before the number with metadata, after it without."""
        self._state(node_id, value, maximum, "running")
        with_metadata = self.sockets.takes_metadata(self.client_id)
        if preview is not None and with_metadata:
            self.sockets.publish_frame(_with_metadata(preview, self._ids(node_id)), self.client_id)
        data = {"value": value, "max": maximum, "prompt_id": self.prompt_id, "node": node_id}
        self.sockets.publish("progress", data, self.client_id)
        if preview is not None and not with_metadata:
            self.sockets.publish_frame(_plain(preview), self.client_id)

    def error(self, node: tuple[str, str], executed: Sequence[str], fault: Mapping[str, object]) -> None:
        """A node has failed."""
        data = {"prompt_id": self.prompt_id, "node_id": node[0], "node_type": node[1], "executed": list(executed)}
        self.lifecycle("execution_error", data | dict(fault))

    def interrupted(self, node: tuple[str, str], executed: Sequence[str]) -> None:
        """The run was stopped at a node."""
        data = {"prompt_id": self.prompt_id, "node_id": node[0], "node_type": node[1], "executed": list(executed)}
        self.lifecycle("execution_interrupted", data, to_all=True)

    def _state(self, node_id: str, value: object, maximum: object, state: str) -> None:
        self._nodes[node_id] = {"value": value, "max": maximum, "state": state, **self._ids(node_id)}
        self.sockets.publish("progress_state", {"prompt_id": self.prompt_id, "nodes": self._nodes}, self.client_id)

    def _ids(self, node_id: str) -> dict[str, object]:
        return {
            "node_id": node_id,
            "prompt_id": self.prompt_id,
            "display_node_id": node_id,
            "parent_node_id": None,
            "real_node_id": node_id,
        }


def _plain(preview: Preview) -> bytes:
    return struct.pack(">II", _PREVIEW, _IMAGE_TYPES[preview.mime]) + preview.data


def _with_metadata(preview: Preview, ids: Mapping[str, object]) -> bytes:
    metadata = json.dumps({**ids, "image_type": preview.mime}).encode()
    return struct.pack(">II", _PREVIEW_WITH_METADATA, len(metadata)) + metadata + preview.data
