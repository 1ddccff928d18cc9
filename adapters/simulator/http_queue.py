"""Prompts in, queue and history out: /prompt, /queue, /interrupt, /history, /free."""

import asyncio
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from aiohttp import web

from adapters.simulator.definitions import NodeClass
from adapters.simulator.executor import Executor
from adapters.simulator.faults import Faults
from adapters.simulator.files import Folders
from adapters.simulator.graphs import Prompt
from adapters.simulator.queue import PromptQueue, QueueItem
from adapters.simulator.records import Records
from adapters.simulator.validation import validate

_REJECTED = "prompt_outputs_failed_validation"


@dataclass(slots=True)
class QueueRoutes:
    """The routes that make ComfyUI work; whatever they trip over becomes a 500, as there."""

    _queue: PromptQueue
    _executor: Executor
    _classes: Mapping[str, NodeClass]
    _folders: Folders
    _faults: Faults
    _records: Records
    _number: int = 0

    def routes(self) -> list[web.RouteDef]:
        """The routes."""
        return [
            web.get("/prompt", self._remaining),
            web.post("/prompt", self._submit),
            web.get("/queue", self._list),
            web.post("/queue", self._edit_queue),
            web.post("/interrupt", self._interrupt),
            web.get("/history", self._history),
            web.get("/history/{prompt_id}", self._history_of),
            web.post("/history", self._edit_history),
            web.post("/free", self._free),
        ]

    def next_number(self) -> int:
        """The place in the queue of the next prompt; rejected ones use theirs up."""
        number, self._number = self._number, self._number + 1
        return number

    async def _remaining(self, _request: web.Request) -> web.Response:
        return web.json_response({"exec_info": {"queue_remaining": self._queue.remaining}})

    async def _submit(self, request: web.Request) -> web.Response:
        body = await _wishes(request)
        number = self._place(body)
        if "prompt" not in body:
            return _rejected({"type": "no_prompt", "message": "No prompt provided", "details": "No prompt provided"})
        prompt = cast(Prompt, body["prompt"])
        prompt_id = str(body.get("prompt_id", uuid.uuid4()))
        self._records.posted(prompt_id)
        targets = body.get("partial_execution_targets")
        # In a thread, since it looks for the files that the graph names.
        verdict = await asyncio.to_thread(
            validate, prompt, self._classes, file_exists=self._folders.contains, targets=targets
        )
        extra_data = body.get("extra_data", {})
        if "client_id" in body:
            extra_data["client_id"] = body["client_id"]
        if verdict.error is not None:
            return _rejected(verdict.error, verdict.node_errors)
        if self._faults.take_rejection():
            return _rejected({"type": _REJECTED, "message": "Prompt outputs failed validation", "details": ""})
        self._queue.put(QueueItem(number, prompt_id, prompt, extra_data, list(verdict.outputs)))
        if self._faults.take_lost_answer() and request.transport is not None:
            request.transport.abort()
        return web.json_response({"prompt_id": prompt_id, "number": number, "node_errors": verdict.node_errors})

    def _place(self, body: Mapping[str, object]) -> float:
        if "number" in body:
            return float(cast(float, body["number"]))
        number = self.next_number()
        return -number if body.get("front") else number

    async def _list(self, _request: web.Request) -> web.Response:
        running = [self._queue.running] if self._queue.running is not None else []
        return web.json_response({"queue_running": running, "queue_pending": self._queue.pending})

    async def _edit_queue(self, request: web.Request) -> web.Response:
        body = await _wishes(request)
        if body.get("clear"):
            self._queue.clear()
        for prompt_id in body.get("delete", ()):
            self._queue.delete(prompt_id)
        return web.Response()

    async def _interrupt(self, request: web.Request) -> web.Response:
        try:
            body = await request.json()
        except ValueError:
            body = {}
        prompt_id = body.get("prompt_id")
        running = self._queue.running
        if not prompt_id or (running is not None and running.prompt_id == prompt_id):
            self._executor.interrupt_requested = True
        return web.Response()

    async def _history(self, request: web.Request) -> web.Response:
        max_items, offset = request.query.get("max_items"), request.query.get("offset")
        return web.json_response(
            self._queue.page(
                int(max_items) if max_items is not None else None,
                int(offset) if offset is not None else -1,
            )
        )

    async def _history_of(self, request: web.Request) -> web.Response:
        prompt_id = request.match_info["prompt_id"]
        entry = self._queue.history.get(prompt_id)
        return web.json_response({prompt_id: entry} if entry is not None else {})

    async def _edit_history(self, request: web.Request) -> web.Response:
        body = await _wishes(request)
        if body.get("clear"):
            self._queue.history.clear()
        for prompt_id in body.get("delete", ()):
            self._queue.history.pop(prompt_id, None)
        return web.Response()

    async def _free(self, request: web.Request) -> web.Response:
        body = await request.json()
        for flag in ("unload_models", "free_memory"):
            if body.get(flag, False):
                self._queue.set_flag(flag)
        return web.Response()


async def _wishes(request: web.Request) -> dict[str, Any]:
    """The body as an object. A list or string holds no wish; a number or null is trouble."""
    body = await request.json()
    if not isinstance(body, dict | list | str):
        raise TypeError("what ComfyUI trips over")
    return body if isinstance(body, dict) else {}


def _rejected(error: Mapping[str, object], node_errors: Mapping[str, object] | None = None) -> web.Response:
    return web.json_response({"error": {"extra_info": {}, **error}, "node_errors": node_errors or {}}, status=400)
