"""The one worker of a ComfyUI: takes prompts off the queue until it dies."""

import asyncio
import logging
from dataclasses import dataclass

from adapters.simulator.executor import Executor
from adapters.simulator.faults import Faults
from adapters.simulator.queue import PromptQueue

_log = logging.getLogger(__name__)


@dataclass(slots=True)
class Worker:
    """Executes prompts one by one and writes the history."""

    queue: PromptQueue
    executor: Executor
    faults: Faults

    async def run(self) -> None:
        """Work until cancelled. What a run does not catch ends the worker and nothing else: the zombie of ComfyUI."""
        try:
            while True:
                await self._one()
        except Exception:  # noqa: BLE001 — the zombie must look like ComfyUI's: alive outside, dead inside
            _log.exception("the simulated worker died, as the real one would")

    async def _one(self) -> None:
        item = await self.queue.take()
        await self.faults.wait_until_thawed()
        if item is not None:
            entry = await self.executor.execute(item)
            if delay := self.faults.history_delay_s:
                await asyncio.sleep(delay)
            self.queue.done(entry)
            client_id = self.executor.client_id
            if client_id is not None:
                self.executor.sockets.publish("executing", {"node": None, "prompt_id": item.prompt_id}, client_id)
        flags, self.queue.flags = self.queue.flags, set()
        if "free_memory" in flags:
            self.executor.forget()
