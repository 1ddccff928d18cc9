"""The page's scene for the promises of `ChatPlatform`."""

import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import UUID

from adapters.web.chat import WebChat
from adapters.web.log import FileLog
from bot.jobs import Job, JobId, MessageRef, Place, Requester, Tenant
from bot.ports import ChatPlatform
from tests.contracts.chat.scenes import ChatScene


class _Counting(WebChat):
    """Counts the pings, which leave nothing behind on a page that is not open."""

    pinged = 0

    async def ping(self, job: Job, ref: MessageRef) -> None:
        await super().ping(job, ref)
        type(self).pinged += 1


@asynccontextmanager
async def web_scene() -> AsyncIterator[ChatScene]:
    """Read the log, as a page that connects is told it."""
    tenant = Tenant(platform="web", id="t1")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "channel.jsonl"
        _Counting.pinged = 0

        async def loaded() -> WebChat:
            chat = _Counting(FileLog(path))
            await chat.load()
            return chat

        current = await loaded()

        @asynccontextmanager
        async def opened() -> AsyncIterator[ChatPlatform]:
            nonlocal current
            current = await loaded()
            yield current

        async def read(ref: MessageRef) -> str:
            entry = current.entry(ref.place, JobId(UUID(ref.id)))
            return repr(entry.card) if entry else ""

        async def count(place: Place) -> int:
            return len(current.entries(place))

        async def remove(ref: MessageRef) -> None:
            await current.take_away(ref.place, JobId(UUID(ref.id)))

        async def pings() -> int:
            return _Counting.pinged

        yield ChatScene(
            open=opened,
            place=Place(tenant=tenant, channel="general"),
            elsewhere=Place(tenant=tenant, channel="cats"),
            requester=Requester(tenant=tenant, id="alice", name="Alice"),
            read=read,
            count=count,
            remove=remove,
            pings=pings,
        )
