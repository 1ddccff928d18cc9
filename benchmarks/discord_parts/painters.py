"""A process that takes jobs from the queue and says what a GPU would, step by step: one line in, one line out.

Nothing is painted: what is measured is how Discord is told. Times are seconds since 1970.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack
from io import BytesIO
from pathlib import Path
from time import time
from typing import Any
from uuid import uuid4

from PIL import Image

from adapters.files.links import LinkSigner
from adapters.files.local import LocalFiles
from adapters.redis.opening import RedisPool, open_redis
from adapters.simulator.options import SimulatorOptions
from adapters.simulator.painting.scene import Scene, paint
from adapters.simulator.server import Simulator
from benchmarks.discord_parts.numbers import number_in
from benchmarks.pool_parts.hosting import answer
from benchmarks.pool_parts.orders import offered
from bot.events import Stage
from bot.jobs import run_id_of
from bot.ports import Held, Lease
from bot.status import Live

GPUS = 8
"""Servers that the jobs are shared among; each takes as many at once as there are."""

STEP_S = 1.0
"""What a step takes: after each there is another preview, and another line to be shown."""

_RENEWED = 5  #: steps, of a lease that lasts thirty seconds


class Painters:
    """Servers, all of them together."""

    def __init__(self, stack: AsyncExitStack, tasks: asyncio.TaskGroup) -> None:
        self._stack, self._tasks = stack, tasks
        self._pool: RedisPool
        self._files: LocalFiles
        self._steps = 1
        self._previews: Sequence[bytes] = ()
        self._picture = b""
        self._settled: dict[int, float] = {}
        self._wanted = 0

    async def do(self, asked: Mapping[str, Any]) -> object:
        """Do what a line says."""
        match asked["verb"]:
            case "open":
                await self._open(asked["redis"], Path(asked["state"]), asked["at_once"], asked["steps"])
                return None
            case "told":
                return {"settled": list(self._settled.items()), "wanted": self._wanted}
            case verb:
                raise ValueError(verb)

    async def _open(self, redis: str, state: Path, at_once: int, steps: int) -> None:
        self._pool = await self._stack.enter_async_context(open_redis(redis))
        self._files = LocalFiles(state / "files", LinkSigner(b"measured" * 4))
        self._steps = steps
        self._picture, self._previews = await asyncio.to_thread(_painted)
        async with Simulator(SimulatorOptions(draw=False)) as simulator:
            vocabulary = await offered(simulator.url)
        names = [f"gpu{number}" for number in range(1, GPUS + 1)]
        for name in names:
            await self._pool.vocabulary.keep(name, vocabulary)
        self._tasks.create_task(self._remind(names))
        for place in range(at_once):
            self._tasks.create_task(self._work(names[place % GPUS]))

    async def _remind(self, names: Sequence[str]) -> None:
        while True:
            await self._pool.vocabulary.told(names)
            await asyncio.sleep(10)

    async def _work(self, server: str) -> None:
        while True:
            held = await self._pool.queue.claim(server, str(uuid4()), patience_s=5)
            if held is not None:
                await self._paint(held)

    async def _paint(self, held: Held) -> None:
        lease = held.lease
        await self._pool.queue.record(lease, run_id=run_id_of(lease.job_id, lease.attempt))
        await self._pool.live.show(lease.job_id, Live(stage=Stage.LOADING))
        self._wanted += 4  # waiting, starting, loading, and the end
        for step in range(1, self._steps + 1):
            await asyncio.sleep(STEP_S)
            await self._step(lease, step)
        kept = await self._files.put(_whole(self._picture), name="picture.png", media_type="image/png")
        number = number_in(str(held.record.job.values["prompt"]))
        if number is not None:
            self._settled[number] = time()
        await self._pool.queue.succeed(lease, files=[kept])

    async def _step(self, lease: Lease, step: int) -> None:
        eta_s = (self._steps - step) * STEP_S
        live = Live(stage=Stage.PAINTING, done=step, total=self._steps, eta_s=eta_s, preview=str(step))
        await self._pool.live.show(lease.job_id, live, self._previews[step % len(self._previews)])
        self._wanted += 1
        if step % _RENEWED == 0:
            await self._pool.queue.renew(lease)


def _painted() -> tuple[bytes, Sequence[bytes]]:
    """Return a picture of some hundred KB, and previews as large as a ComfyUI sends them."""
    picture = paint(Scene(prompt="a lighthouse", negative="", model="sdxl", seed=1, width=512, height=512))
    return _encoded(picture, "PNG"), [_encoded(picture.resize((256, 256 - wide)), "JPEG") for wide in range(8)]


def _encoded(picture: Image.Image, kind: str) -> bytes:
    buffer = BytesIO()
    picture.convert("RGB").save(buffer, kind)
    return buffer.getvalue()


async def _whole(content: bytes) -> AsyncIterator[bytes]:
    yield content


async def main() -> None:
    """Take jobs until the input ends."""
    async with AsyncExitStack() as stack, asyncio.TaskGroup() as tasks:
        await answer(Painters(stack, tasks).do)


if __name__ == "__main__":
    asyncio.run(main())
