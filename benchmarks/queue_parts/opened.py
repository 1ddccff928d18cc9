"""A queue that is ready to be measured: an engine of its own, a producer and a worker, both warm."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from adapters.redis.engine import open_engine
from benchmarks.peers.entrants import Prepared
from benchmarks.peers.protocol import CONCURRENCY
from benchmarks.peers.talk import Talk, talking

WARM_UP = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """One queue."""

    prepared: Prepared
    url: str  #: of its engine
    producer: Talk
    worker: Talk
    versions: Mapping[str, str]


@asynccontextmanager
async def opened(prepared: Prepared) -> AsyncIterator[Opened]:
    """Open a queue, and throw it away at the end; raises Skipped."""
    with TemporaryDirectory() as folder:
        path = Path(folder)
        async with (
            open_engine(path / "engine") as url,
            talking(prepared, url, path / "producer.log") as producer,
            talking(prepared, url, path / "worker.log") as worker,
        ):
            await producer.hello()
            versions = await worker.hello()
            await producer.ask("enqueue", jobs=WARM_UP, at_once=CONCURRENCY)
            await worker.ask("drain", jobs=WARM_UP)
            yield Opened(prepared=prepared, url=url, producer=producer, worker=worker, versions=versions)
