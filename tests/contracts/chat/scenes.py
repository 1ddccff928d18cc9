"""What the promises of `ChatPlatform` are tried on: a platform, and the eyes of somebody who reads there."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from time import time

from bot.jobs import MessageRef, Place, Requester, Tenant
from bot.ports import ChatPlatform
from tests.fakes.recording_chat import RecordingChat


@dataclass(frozen=True, kw_only=True)
class ChatScene:
    """One platform. `open` makes an adapter of its own, as another process would after the one before has ended."""

    open: Callable[[], AbstractAsyncContextManager[ChatPlatform]]
    place: Place  #: where we may write
    elsewhere: Place  #: another such place
    requester: Requester
    read: Callable[[MessageRef], Awaitable[str]]  #: every word that a reader sees in a message
    count: Callable[[Place], Awaitable[int]]  #: our messages there, pings left out
    remove: Callable[[MessageRef], Awaitable[None]]  #: somebody deletes the message
    pings: Callable[[], Awaitable[int]]  #: how often the requester was pinged
    now_ms: Callable[[], int] = lambda: int(time() * 1000)  #: the platform's clock: when a job was made
    replaces: bool = False  #: whether the end of a job whose message was deleted is told in another message


Scenery = Callable[[], AbstractAsyncContextManager[ChatScene]]


@asynccontextmanager
async def fake_scene() -> AsyncIterator[ChatScene]:
    """Read the messages of the recording fake."""
    chat = RecordingChat(edits=100, per_s=1)
    tenant = Tenant(platform=chat.name, id="t1")

    @asynccontextmanager
    async def opened() -> AsyncIterator[ChatPlatform]:
        yield chat

    async def read(ref: MessageRef) -> str:
        return repr(chat.messages[ref.id])

    async def count(place: Place) -> int:
        created = {call.card.job_id for call in chat.calls if call.place == place and call.card}
        return sum(card.job_id in created for card in chat.messages.values())

    async def remove(ref: MessageRef) -> None:
        del chat.messages[ref.id]

    async def pings() -> int:
        return len(chat.pings)

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
    assert chat.violations == []
