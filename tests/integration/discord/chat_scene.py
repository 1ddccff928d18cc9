"""`DiscordChat` over real sockets: a town in the fake, whoever asks there, and as many processes as a test opens."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from adapters.discord.chat import DiscordChat
from adapters.discord.delivery import Delivery
from adapters.discord.replies import DEFAULT_LIMIT, Replies, Reply
from adapters.discord.rest import Rest
from adapters.discord.sending import Sending
from bot.errors import FileGone
from bot.jobs import Job, JobId, MessageRef, Place, Requester, StoredFile, Tenant
from bot.ports import ChatPlatform
from bot.status import Live
from tests.contracts.chat.cards import PICTURE, job_at
from tests.contracts.chat.scenes import ChatScene
from tests.fakes.discord import schema
from tests.fakes.discord.compose import remove
from tests.fakes.discord.limits import Limits
from tests.fakes.discord.members import Asked, Member
from tests.fakes.discord.pointing import pointed_at
from tests.fakes.discord.server import FakeDiscord
from tests.fakes.discord.state import Channel, Guild, Message

LATER = 5
"""The first answer that says: something will come."""


@dataclass(kw_only=True)
class Shelf:
    """Files in memory."""

    contents: dict[str, bytes] = field(default_factory=dict)

    async def read(self, key: str) -> AsyncIterator[bytes]:
        if key not in self.contents:
            raise FileGone
        yield self.contents[key]

    async def put(self, content: AsyncIterator[bytes], *, name: str, media_type: str) -> StoredFile:
        raise NotImplementedError

    def link(self, key: str, *, for_s: float) -> str:
        raise NotImplementedError


@dataclass(kw_only=True)
class Previews:
    """The latest preview of each job."""

    shown: dict[JobId, bytes] = field(default_factory=dict)

    async def preview(self, job_id: JobId) -> bytes | None:
        return self.shown.get(job_id)

    async def show(self, job_id: JobId, live: Live, preview: bytes | None = None) -> None:
        raise NotImplementedError

    async def look(self, job_ids: Sequence[JobId]) -> dict[JobId, Live]:
        return {}


@dataclass(kw_only=True)
class Drawer:
    """Secrets of all processes, which expire by the fake's clock."""

    now: Callable[[], float]
    kept: dict[str, tuple[float, str]] = field(default_factory=dict)

    async def put(self, name: str, secret: str, *, for_s: float) -> None:
        self.kept[name] = (self.now() + for_s, secret)

    async def get(self, name: str) -> str | None:
        until, secret = self.kept.get(name, (0.0, ""))
        return secret if self.now() < until else None

    async def forget(self, name: str) -> None:
        self.kept.pop(name, None)


@dataclass(kw_only=True)
class Town:
    """A Discord with one guild, and what all processes of ours share."""

    discord: FakeDiscord
    guild: Guild
    general: Channel
    ada: Member
    drawer: Drawer
    shelf: Shelf = field(default_factory=Shelf)
    previews: Previews = field(default_factory=Previews)

    @property
    def tenant(self) -> Tenant:
        return Tenant(platform="discord", id=str(self.guild.id))

    def place(self, channel: Channel | None = None) -> Place:
        return Place(tenant=self.tenant, channel=str((channel or self.general).id))

    @property
    def requester(self) -> Requester:
        return Requester(tenant=self.tenant, id=str(self.ada.user.id), name="Ada")

    def job(self, **more: Any) -> Job:
        return job_at(self.place(), self.requester, created_ms=self.now_ms(), **more)

    def now_ms(self) -> int:
        return int(self.discord.clock.now() * 1000)

    @asynccontextmanager
    async def process(self, **options: Any) -> AsyncIterator[DiscordChat]:
        """Open a process of its own: another login, other connections."""
        async with Rest(self.discord.token) as rest:
            await rest.login()
            yield self.chat(rest, **options)

    def chat(self, rest: Rest, replies: Replies | None = None, **options: Any) -> DiscordChat:
        sending = Sending(Delivery(self.shelf, self.previews, **options))
        return DiscordChat(rest, replies or Replies(self.drawer), sending, now=self.discord.clock.now)

    async def asked(
        self, job_id: JobId, channel: Channel | None = None, *, answer: int | None = LATER, limit: int = DEFAULT_LIMIT
    ) -> Asked:
        """Let Ada ask, and the process that heard it keep the way to the answer and give the first one."""
        asked = await self.ada.slash(channel or self.general, "imagine", wait=False)
        told = asked.interaction
        application = str(self.discord.world.application)
        reply = Reply(application=application, token=told.token, attachment_limit=limit)
        await Replies(self.drawer).keep(job_id, reply)
        if answer is not None:
            async with Rest(self.discord.token) as rest:
                await rest.login()
                await rest.answer(str(told.id), told.token, answer)
        return asked

    def message(self, ref: MessageRef) -> Message:
        """Return the message that a ref names."""
        number = int(ref.id.rpartition("/")[2])
        return next(each for each in self.discord.world.messages() if each.id == number)

    def delete(self, ref: MessageRef) -> None:
        """Let somebody delete it."""
        remove(self.discord.world, self.message(ref))

    def shown(self, channel: Channel | None = None) -> list[Message]:
        """Return our messages in a channel."""
        return [each for each in (channel or self.general).shown if each.author.is_bot]


@asynccontextmanager
async def town(limits: Limits | None = None) -> AsyncIterator[Town]:
    """Found the town; at the end no request may have been one too many, and each is sound by Discord's description."""
    async with FakeDiscord(limits or Limits(ack_s=30.0)) as discord:
        guild = discord.guild()
        discord.register({"name": "imagine", "type": 1, "description": "Paint", "integration_types": [0, 1]})
        with pointed_at(discord):
            yield Town(
                discord=discord,
                guild=guild,
                general=discord.channel(guild, "general"),
                ada=discord.member("ada"),
                drawer=Drawer(now=discord.clock.now),
                shelf=Shelf(contents={PICTURE.key: b"\x89PNG\r\n\x1a\n" + bytes(62)}),
            )
    if schema.is_at_hand():
        assert [said for each in discord.calls for said in schema.complaints(each)] == []


class _Asking(Replies):
    """Every job was asked for by an interaction: it comes into being when its way is first looked for."""

    def __init__(self, scene: Town) -> None:
        super().__init__(scene.drawer)
        self._scene = scene

    async def of(self, job_id: JobId) -> Reply | None:
        if f"discord/reply/{job_id}" not in self._scene.drawer.kept:
            await self._scene.asked(job_id)
        return await super().of(job_id)


@asynccontextmanager
async def _scene(replies: Callable[[Town], Replies]) -> AsyncIterator[ChatScene]:
    async with town() as here:

        @asynccontextmanager
        async def opened() -> AsyncIterator[ChatPlatform]:
            async with Rest(here.discord.token) as rest:
                await rest.login()
                yield here.chat(rest, replies(here))

        async def read(ref: MessageRef) -> str:
            return here.message(ref).text

        async def count(place: Place) -> int:
            channel = here.discord.world.channels[int(place.channel)]
            return sum(not each.pings for each in here.shown(channel))

        async def remove(ref: MessageRef) -> None:
            here.delete(ref)

        async def pings() -> int:
            return sum(here.requester.id in each.pings for each in here.discord.world.messages())

        yield ChatScene(
            open=opened,
            place=here.place(),
            elsewhere=here.place(here.discord.channel(here.guild, "cats")),
            requester=here.requester,
            read=read,
            count=count,
            remove=remove,
            pings=pings,
            now_ms=here.now_ms,
            replaces=True,
        )
        assert here.discord.record.too_many == []


def by_token_scene() -> AbstractAsyncContextManager[ChatScene]:
    """Every message is the response to an interaction."""
    return _scene(_Asking)


def by_bot_scene() -> AbstractAsyncContextManager[ChatScene]:
    """No interaction can be answered any more: every message is the bot's own."""
    return _scene(lambda here: Replies(here.drawer))
