"""What others do: load a server's own queue in advance, or hand it a graph whenever it has finished one."""

import asyncio
from collections import deque
from collections.abc import Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from uuid import uuid4

import aiohttp

from benchmarks.bare import BareClient
from benchmarks.pool_parts.folders import folder
from benchmarks.pool_parts.machines import Machine, all_ended
from benchmarks.pool_parts.orders import Order


async def preloaded(machines: Sequence[Machine], orders: Sequence[Order]) -> None:
    """Put everything into the servers' own queues, evenly, and listen to nothing: no server can be busier."""
    async with aiohttp.ClientSession() as session:
        # The first ones first everywhere, so that all servers begin about the same time.
        for place, order in enumerate(orders):
            body = {"prompt": order.graph, "prompt_id": str(uuid4())}
            async with session.post(f"{machines[place % len(machines)].url}/prompt", json=body) as answer:
                answer.raise_for_status()
    await all_ended(machines, len(orders))


async def submitted_after_finish(machines: Sequence[Machine], orders: Sequence[Order]) -> None:
    """Take the head of one list whenever a server is free: submit, wait, fetch. First come, first served."""
    line = deque(orders)

    async def serve(client: BareClient, path: Path) -> None:
        while line:
            await client.paint(line.popleft().graph, path)

    async with AsyncExitStack() as stack:
        pictures = await stack.enter_async_context(folder())
        clients = [await stack.enter_async_context(BareClient(machine.url)) for machine in machines]
        async with asyncio.TaskGroup() as tasks:
            for machine, client in zip(machines, clients, strict=True):
                tasks.create_task(serve(client, pictures / machine.name))
