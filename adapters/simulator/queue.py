"""ComfyUI's prompt queue and history: a heap, a dict, and nothing that survives a restart."""

import asyncio
import copy
import heapq
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from adapters.simulator.graphs import Prompt

HISTORY_SIZE = 10_000
"""ComfyUI 0.3.64 drops the oldest entry when it holds more than this before adding one."""


class QueueItem(NamedTuple):
    """One accepted prompt; a tuple, because the heap compares it so, and a tie in the first two is ComfyUI's death."""

    number: float
    prompt_id: str
    prompt: Prompt
    extra_data: dict[str, object] | None
    outputs: list[str]


HistoryEntry = dict[str, object]


@dataclass(slots=True)
class PromptQueue:
    """Who runs, who waits, what has run. `changed` is called whenever the number of prompts may have changed."""

    changed: Callable[[], None]
    running: QueueItem | None = None
    pending: list[QueueItem] = field(default_factory=list)
    history: dict[str, HistoryEntry] = field(default_factory=dict)
    flags: set[str] = field(default_factory=set)
    _arrived: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def remaining(self) -> int:
        """Prompts that run or wait."""
        return len(self.pending) + (self.running is not None)

    def put(self, item: QueueItem) -> None:
        """Add a prompt. TypeError on a tie of number and id, with the item left in the heap, as in ComfyUI."""
        heapq.heappush(self.pending, item)
        self.changed()
        self._arrived.set()

    async def take(self) -> QueueItem | None:
        """Wait for the next prompt and mark it as running; None when only a flag was set."""
        if not self.pending and not self.flags:
            self._arrived.clear()
            await self._arrived.wait()
        if not self.pending:
            return None
        item = heapq.heappop(self.pending)
        self.running = item._replace(prompt=copy.deepcopy(item.prompt), extra_data=copy.copy(item.extra_data))
        self.changed()
        return item

    def done(self, entry: HistoryEntry) -> None:
        """Move the running prompt into the history, with what came of it."""
        if (item := self.running) is None:
            return
        self.running = None
        if len(self.history) > HISTORY_SIZE:
            self.history.pop(next(iter(self.history)))
        for secret in ("auth_token_comfy_org", "api_key_comfy_org"):
            (item.extra_data or {}).pop(secret, None)
        # A repeated id keeps its place in the order, but shows the last run only.
        self.history[item.prompt_id] = {"prompt": item, **entry}
        self.changed()

    def set_flag(self, name: str) -> None:
        """Ask the worker to do something between two prompts."""
        self.flags.add(name)
        self._arrived.set()

    def delete(self, prompt_id: object) -> None:
        """Drop the first waiting prompt of this id; the running one and unknown ids are untouched."""
        for index, item in enumerate(self.pending):
            if item.prompt_id == prompt_id:
                if len(self.pending) == 1:
                    self.clear()
                else:
                    self.pending.pop(index)
                    heapq.heapify(self.pending)
                self.changed()
                return

    def clear(self) -> None:
        """Drop all waiting prompts."""
        self.pending = []
        self.changed()

    def page(self, max_items: int | None, offset: int) -> dict[str, HistoryEntry]:
        """A slice of the history in order of completion; without an offset the newest `max_items`."""
        ids: Sequence[str] = list(self.history)
        if offset < 0 and max_items is not None:
            offset = len(ids) - max_items
        found: dict[str, HistoryEntry] = {}
        for prompt_id in ids[max(offset, 0) :]:
            found[prompt_id] = self.history[prompt_id]
            if max_items is not None and len(found) >= max_items:
                break
        return found
