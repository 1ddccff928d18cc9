"""The gateway: who is connected, what they hear, and how it misbehaves on demand."""

import asyncio
import secrets
from contextlib import suppress

from aiohttp import web

from . import payloads
from .intents import KNOWN, PRIVILEGED, hears
from .sessions import (
    ACK,
    HEARTBEAT,
    HELLO,
    IDENTIFY,
    INVALID,
    MEMBERS,
    PRESENCE,
    RECONNECT,
    RESUME,
    VOICE,
    Session,
    Socket,
)
from .shapes import Json
from .state import Guild, World

_QUIET = {PRESENCE, VOICE}
_EVEN_FROM_OUTSIDE = {"INTERACTION_CREATE", "GUILD_DELETE"}


class Gateway:
    """All sessions of the application."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.sessions: list[Session] = []
        self.sockets: set[Socket] = set()
        self.url = ""
        self.shards = 1  #: what /gateway/bot recommends
        self.allowed_privileged = 0  #: bits that the developer portal has switched on
        self.refusals = 0  #: so many connections are turned away with 503
        self.acks = True  #: whether heartbeats are answered
        self.identified: list[float] = []
        self.resumed: list[float] = []
        self.heartbeats = 0
        world.emit = self.emit

    # what a test can do to it

    def drop(self) -> None:
        """End every connection without a word."""
        for each in [*self.sockets]:
            each.abort()

    def close(self, code: int) -> None:
        """Close every connection with a code."""
        for each in self.sockets:
            each.close(code)

    def reconnect(self) -> None:
        """Ask everybody to come again: op 7."""
        for each in self.sockets:
            each.send(RECONNECT)

    def invalidate(self, *, resumable: bool) -> None:
        """Tell everybody that their session is invalid: op 9."""
        for each in self.sessions:
            each.can_resume = each.can_resume and resumable
            if each.socket is not None:
                each.socket.send(INVALID, resumable)

    def stall(self) -> None:
        """Send nothing more on the connections that there are, without ending them."""
        for each in self.sockets:
            each.flowing.clear()

    def flow(self) -> None:
        """Go on where it stalled."""
        for each in self.sockets:
            each.flowing.set()

    @property
    def connected(self) -> list[Session]:
        """The sessions that hear what happens now."""
        return [each for each in self.sessions if each.socket is not None]

    # what it tells

    def emit(self, name: str, payload: Json, guild: Guild | None) -> None:
        """Tell an event to every session that is to hear it; of a guild that the bot is not in, next to nothing."""
        if guild is not None and not guild.has_bot and name not in _EVEN_FROM_OUTSIDE:
            self._world.changed()
            return
        for each in self.sessions:
            if not each.can_resume and each.socket is None:
                continue
            number = guild.id if guild else 0
            if (number >> 22) % each.shards == each.shard and (
                shown := hears(each.intents, name, payload, self._world)
            ):
                each.tell(name, shown)
        self._world.changed()

    # the protocol

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """Carry one connection until it ends."""
        if self.refusals:
            self.refusals -= 1
            return web.Response(status=503, text="upstream connect error")
        ws = web.WebSocketResponse(max_msg_size=1024 * 1024)
        await ws.prepare(request)
        socket = Socket(request, ws, is_compressed=request.query.get("compress") == "zlib-stream")
        self.sockets.add(socket)
        async with asyncio.TaskGroup() as group:
            writer = group.create_task(socket.write())
            with suppress(ConnectionError):
                await self._converse(socket, request)
            self.sockets.discard(socket)
            self._part(socket)
            writer.cancel()
        return ws

    async def _converse(self, socket: Socket, request: web.Request) -> None:
        world = self._world
        socket.send(HELLO, {"heartbeat_interval": round(world.limits.heartbeat_s * 1000), "_trace": []})
        if request.query.get("v") != "10" or request.query.get("encoding") != "json":
            socket.close(4012)
        sent: list[float] = []
        while (frame := await socket.read()) is not None:
            now = world.clock.now()
            sent = [at for at in sent if at > now - 60] + [now]
            if len(sent) > world.limits.gateway_sends:
                socket.close(4008)
            elif not isinstance(frame.get("op"), int) or frame["length"] > world.limits.gateway_bytes:
                socket.close(4002)
            else:
                self._take(socket, frame["op"], frame.get("d"))
            world.changed()

    def _take(self, socket: Socket, op: int, payload: object) -> None:
        session = next((each for each in self.sessions if each.socket is socket), None)
        if op == HEARTBEAT:
            self._beat(socket)
        elif not isinstance(payload, dict):
            socket.close(4002)
        elif session is not None:
            self._take_known(session, socket, op, payload)
        elif op in {IDENTIFY, RESUME}:
            (self._identify if op == IDENTIFY else self._resume)(socket, payload)
        else:
            socket.close(4003)

    def _beat(self, socket: Socket) -> None:
        self.heartbeats += 1
        if self.acks:
            socket.send(ACK)

    def _take_known(self, session: Session, socket: Socket, op: int, payload: Json) -> None:
        if op in {IDENTIFY, RESUME}:
            socket.close(4005)
        elif op == MEMBERS:
            self._members(session, payload)
        elif op not in _QUIET:
            socket.close(4001)

    def _identify(self, socket: Socket, asked: Json) -> None:
        world, now = self._world, self._world.clock.now()
        shard, shards = asked.get("shard", (0, 1))
        intents = asked.get("intents")
        crowded = any(at > now - world.limits.identify_s for at in self.identified)
        self.identified.append(now)
        if asked.get("token") != world.token or not isinstance(asked.get("properties"), dict):
            socket.close(4004)
        elif not 0 <= shard < shards:
            socket.close(4010)
        elif len(world.guilds) > world.limits.guilds_per_shard * shards:
            socket.close(4011)
        elif not isinstance(intents, int) or intents & ~KNOWN:
            socket.close(4013)
        elif intents & PRIVILEGED & ~self.allowed_privileged:
            socket.close(4014)
        elif crowded:
            socket.send(INVALID, False)
        else:
            self._welcome(Session(id=secrets.token_hex(16), shard=shard, shards=shards, intents=intents, socket=socket))

    def _welcome(self, session: Session) -> None:
        world = self._world
        mine = [
            each for each in world.guilds.values() if each.has_bot and (each.id >> 22) % session.shards == session.shard
        ]
        self.sessions.append(session)
        session.tell(
            "READY",
            {
                "v": 10,
                "user": payloads.user(world.bot),
                "guilds": [{"id": str(each.id), "unavailable": True} for each in mine],
                "session_id": session.id,
                "resume_gateway_url": self.url,
                "shard": [session.shard, session.shards],
                "application": {"id": str(world.application), "flags": 0},
                "private_channels": [],
                "presences": [],
                "relationships": [],
            },
        )
        for each in mine:
            session.tell("GUILD_CREATE", payloads.guild(world, each))

    def _resume(self, socket: Socket, asked: Json) -> None:
        world, now = self._world, self._world.clock.now()
        session = next((each for each in self.sessions if each.id == asked.get("session_id")), None)
        seq = asked.get("seq")
        if asked.get("token") != world.token:
            socket.close(4004)
        elif (
            session is None
            or not session.can_resume
            or (session.lost_at is not None and session.lost_at < now - world.limits.resume_s)
        ):
            socket.send(INVALID, False)
        elif not isinstance(seq, int) or seq > session.seq:
            socket.close(4007)
        else:
            if session.socket is not None:
                session.socket.abort()
            session.socket, session.lost_at = socket, None
            self.resumed.append(now)
            session.replay(seq)

    def _members(self, session: Session, asked: Json) -> None:
        guild = self._world.guilds.get(int(asked["guild_id"]))
        if guild is None:
            return
        wanted = [int(each) for each in asked.get("user_ids", ())] or [*guild.members]
        found = [self._world.users[each] for each in wanted if each in guild.members]
        session.tell(
            "GUILD_MEMBERS_CHUNK",
            {
                "guild_id": str(guild.id),
                "members": [payloads.member(guild, each) for each in found],
                "chunk_index": 0,
                "chunk_count": 1,
                "not_found": [],
                "nonce": asked.get("nonce"),
            },
        )

    def _part(self, socket: Socket) -> None:
        for each in self.sessions:
            if each.socket is socket:
                each.socket, each.lost_at = None, self._world.clock.now()
                each.can_resume = each.can_resume and not socket.was_closed_for_good
        self._world.changed()
