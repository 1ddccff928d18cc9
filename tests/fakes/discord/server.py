"""The fake itself: one host for API, gateway and CDN, and the switches that a test turns."""

from collections.abc import Callable
from types import TracebackType
from typing import Self

from aiohttp import web

from tests.fakes.waiting import PATIENCE_S

from . import cdn, payloads
from .clock import Clock
from .events import DELETED, tell
from .faults import Faults
from .gateway import Gateway
from .limits import Limits
from .members import Member
from .permissions import NOTHING, Can
from .record import Call, Record
from .rest import Rest
from .shapes import Json
from .state import Channel, Command, Guild, World

TOKEN = "MTIzNDU2Nzg5.fake.token-of-the-bot"


class FakeDiscord:
    """A Discord with one application; `async with FakeDiscord() as discord:` listens on 127.0.0.1."""

    def __init__(self, limits: Limits | None = None, *, token: str = TOKEN, port: int = 0) -> None:
        self.world = World(limits or Limits(), token=token)
        self.gateway = Gateway(self.world)
        self.record = Record()
        self.faults = Faults()
        self._port = port
        app = web.Application(client_max_size=64 * 1024 * 1024)
        Rest(self.world, self.gateway, self.record, self.faults).register(app.router)
        app.router.add_get("/gateway/", self.gateway.serve)
        app.router.add_get(r"/attachments/{channel_id:\d+}/{file_id:\d+}/{name}", self._download)
        app.on_shutdown.append(self._leave)
        self._runner = web.AppRunner(app, shutdown_timeout=1.0, access_log=None)

    async def __aenter__(self) -> Self:
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self._port).start()
        host, port = self._runner.addresses[0][:2]
        self.world.host = f"http://{host}:{port}"
        self.gateway.url = f"ws://{host}:{port}/gateway/"
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._runner.cleanup()

    async def _leave(self, app: web.Application) -> None:
        self.gateway.drop()

    async def _download(self, request: web.Request) -> web.Response:
        return await cdn.serve(self.world, request)

    @property
    def token(self) -> str:
        """The bot's token."""
        return self.world.token

    @property
    def url(self) -> str:
        """Where the API is: what `discord.http.Route.BASE` has to be."""
        return f"{self.world.host}/api/v10"

    @property
    def clock(self) -> Clock:
        """The time; `advance` makes tokens, links and messages old."""
        return self.world.clock

    @property
    def calls(self) -> list[Call]:
        """Everything that was asked, in order."""
        return self.record.calls

    async def until(self, holds: Callable[[], bool], within_s: float = PATIENCE_S) -> None:
        """Return once it holds; asked again after everything that happens."""
        await self.world.until(holds, within_s)

    def commands(self, guild: Guild | None = None) -> dict[str, Json]:
        """Return what is registered, everywhere or for a guild, by name."""
        number = guild.id if guild else 0
        return {each.shape["name"]: each.shape for each in self.world.commands.values() if each.guild == number}

    def register(self, *shapes: Json, guild: Guild | None = None) -> None:
        """Register commands without asking, as an earlier run of the application did."""
        for shape in shapes:
            number = self.clock.snowflake()
            scope = guild.id if guild else 0
            self.world.commands[number] = Command(id=number, guild=scope, version=number, shape=shape)

    def guild(self, name: str = "Town", *, has_bot: bool = True, has_notices: bool = False) -> Guild:
        """Found a guild with a channel #general and an owner; whoever is connected hears that it let the bot in.

        With `has_notices` Discord's own messages stand in #general.
        """
        world = self.world
        number = (world.application >> 22) // 1000 * 1000 + len(world.guilds) << 22  # one after the other per shard
        owner = world.user(f"{name.lower()}-owner")
        guild = Guild(id=number, name=name, owner=owner, bot_role=self.clock.snowflake(), has_bot=has_bot)
        guild.members[owner.id] = Can.ADMINISTRATOR
        world.guilds[number] = guild
        general = self.channel(guild, "general")
        guild.notices = general.id if has_notices else None
        if has_bot:
            # Only a guild that comes back, or is there at the start, says whether it was unavailable.
            told = {name: value for name, value in payloads.guild(world, guild).items() if name != "unavailable"}
            world.emit("GUILD_CREATE", told, guild)
        return guild

    def channel(self, guild: Guild, name: str, *, nsfw: bool = False) -> Channel:
        """Return a guild's channel of that name, made if need be."""
        for each in guild.channels.values():
            if each.name == name:
                return each
        channel = Channel(id=self.clock.snowflake(), name=name, guild=guild, is_nsfw=nsfw)
        guild.channels[channel.id] = self.world.channels[channel.id] = channel
        self.world.emit("CHANNEL_CREATE", payloads.channel(channel), guild)
        return channel

    def thread(self, parent: Channel, name: str) -> Channel:
        """Open a thread in a channel, whose permissions it shares."""
        assert parent.guild is not None
        number = self.clock.snowflake()
        thread = Channel(id=number, name=name, guild=parent.guild, parent=parent, is_nsfw=parent.is_nsfw)
        parent.guild.channels[number] = self.world.channels[number] = thread
        self.world.emit("THREAD_CREATE", {**payloads.channel(thread), "newly_created": True}, parent.guild)
        return thread

    def member(self, name: str, *guilds: Guild, can: Can = NOTHING) -> Member:
        """Return somebody who is a member of these guilds, or of all that there are."""
        user = self.world.user(name)
        for guild in guilds or self.world.guilds.values():
            guild.members.setdefault(user.id, can)
        return Member(self.world, user)

    def role(self, guild: Guild, name: str, *members: Member) -> str:
        """Make a role that allows nothing more, and give it to these; returns its id."""
        number = self.clock.snowflake()
        guild.roles[number] = (name, {each.user.id for each in members})
        return str(number)

    def deny(self, channel: Channel, *what: Can) -> None:
        """Take permissions from the bot in a channel; none given: let it have all of them back."""
        denied = NOTHING
        for each in what:
            denied |= each
        channel.denied[self.world.bot.id] = denied
        self.world.emit("CHANNEL_UPDATE", payloads.channel(channel), channel.guild)

    def kick(self, guild: Guild) -> None:
        """Throw the bot out."""
        guild.has_bot = False
        self.world.emit("GUILD_DELETE", {"id": str(guild.id)}, guild)

    def delete_channel(self, channel: Channel) -> None:
        """Delete a channel with all that is in it."""
        del self.world.channels[channel.id]
        if channel.guild is not None:
            del channel.guild.channels[channel.id]
        self.world.emit("CHANNEL_DELETE", payloads.channel(channel), channel.guild)

    def delete_all(self, channel: Channel) -> None:
        """Delete every message of a channel."""
        for each in channel.shown:
            each.deleted_at = self.clock.now()
            tell(self.world, each, DELETED)
