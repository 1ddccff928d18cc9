"""A process that hosts simulated servers, so that what they take of a core is not ours: one line in, one line out.

Every line is a JSON object with a `verb`. The simulator's records are told by `time.monotonic`, which is one clock for
all processes of a machine.
"""

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AsyncExitStack
from dataclasses import asdict
from time import process_time
from typing import Any

from adapters.simulator.options import SimulatorOptions
from adapters.simulator.server import Simulator

LINE_BYTES = 256 * 1024 * 1024
"""The records of some ten thousand runs."""


class Hosted:
    """The servers of one process, by number."""

    def __init__(self, stack: AsyncExitStack) -> None:
        self._stack = stack
        self._simulators: list[Simulator] = []

    async def do(self, asked: Mapping[str, Any]) -> object:
        """Do what a line says."""
        match asked["verb"]:
            case "open":
                return [await self._open(asked["options"]) for _ in range(asked["count"])]
            case "cpu":
                return process_time()
            case "ended":
                return [_ended(self._simulators[number]) for number in asked["servers"]]
            case "records":
                return [[asdict(run) for run in self._simulators[number].runs] for number in asked["servers"]]
            case verb:
                await self._suffer(verb, self._simulators[asked["server"]])
                return None

    async def _open(self, options: Mapping[str, Any]) -> tuple[int, str]:
        checkpoints = tuple(options.get("checkpoints", SimulatorOptions().checkpoints))
        made = SimulatorOptions(**{**options, "checkpoints": checkpoints, "draw": False})
        simulator = await self._stack.enter_async_context(Simulator(made))
        self._simulators.append(simulator)
        return len(self._simulators) - 1, simulator.url

    async def _suffer(self, verb: str, simulator: Simulator) -> None:
        match verb:
            case "die":
                await simulator.faults.die()
            case "freeze":
                simulator.faults.freeze()
            case "zombie":
                simulator.faults.kill_worker()
            case "thaw":
                simulator.faults.thaw()
            case "revive":
                await simulator.faults.die()
                await simulator.faults.revive()
            case _:
                raise ValueError(verb)


def _ended(simulator: Simulator) -> int:
    return sum(run.finished_at is not None for run in simulator.records.runs)


async def answer(do: Callable[[Mapping[str, Any]], Awaitable[object]]) -> None:
    """Do what each line says, and answer it, until the input ends."""
    reader = asyncio.StreamReader(limit=LINE_BYTES)
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while line := await reader.readline():
        print(json.dumps(await do(json.loads(line))), flush=True)


async def main() -> None:
    """Host servers until the input ends."""
    async with AsyncExitStack() as stack:
        await answer(Hosted(stack).do)


if __name__ == "__main__":
    asyncio.run(main())
