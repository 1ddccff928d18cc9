"""Processes of one service on a stand-in of a platform: a worker, and as many fronts as are opened."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from adapters.simulator.server import Simulator
from tests.acceptance.service.service import Service
from tests.engines.names import EMBEDDED
from tests.engines.running import binary_of, node

CALM_S = 120.0
"""An upper bound of everything that is waited for: it costs nothing."""

Open = Callable[[str], Service]
"""Opens a process with a role."""


@asynccontextmanager
async def crew(folder: Path, gpu: Simulator, program: Sequence[str]) -> AsyncIterator[Open]:
    """Let processes be opened on one Redis and one folder; none of them is left."""
    (folder / "fairbrush.toml").write_text(f'[[servers]]\nname = "gpu1"\nurl = "{gpu.url}"\n')
    store = folder / "engine"
    store.mkdir()
    opened: list[Service] = []
    async with node(binary_of(EMBEDDED), store, {}) as url:

        def open_one(role: str) -> Service:
            service = Service(folder, (), redis_url=url, command=("serve", "--only", role), program=program)
            opened.append(service)
            return service

        try:
            yield open_one
        finally:
            for each in opened:
                if each.process is not None and each.process.returncode is None:
                    await each.kill()
