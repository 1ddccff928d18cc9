"""Socket Mode: who is connected, what goes to them, and how the connections misbehave on demand.

After https://docs.slack.dev/apis/events-api/using-socket-mode (2026-08): up to ten connections, an envelope goes to one
of them that Slack picks, and an acknowledgement has to name it within three seconds.
"""

import asyncio
import json
import random
import secrets
from collections.abc import Callable
from contextlib import suppress

from aiohttp import web

from .shapes import Json
from .state import World

_PING_S = 10.0
"""Slack pings about so often (seen)."""
_ENDS_BY_REASON = {"warning": False, "refresh_requested": True, "link_disabled": True, "too_many_websockets": True}
"""A warning comes some ten seconds before the end; the others are the end."""


class Connection:
    """One websocket: a queue of what to send, and a writer that can be stalled."""

    def __init__(self, request: web.Request, ws: web.WebSocketResponse) -> None:
        self._request = request
        self._ws = ws
        self._outbox: asyncio.Queue[Json | None] = asyncio.Queue()
        self.flowing = asyncio.Event()
        self.flowing.set()
        self.carried: dict[str, asyncio.Event] = {}  #: envelopes that went this way, and who waits for their end

    def send(self, frame: Json) -> None:
        """Send a frame, after those before it."""
        self._outbox.put_nowait(frame)

    def close(self) -> None:
        """Close it, after what was sent."""
        self._outbox.put_nowait(None)

    def abort(self) -> None:
        """End it without a word."""
        self.flowing.set()
        if self._request.transport is not None:
            self._request.transport.abort()

    async def write(self) -> None:
        """Carry the queue out, with a ping now and then, until it is closed."""
        with suppress(ConnectionError):
            while not self._ws.closed:
                frame = await self._next()
                await self.flowing.wait()
                if frame is None:
                    await self._ws.close(code=1000)
                elif not frame:
                    await self._ws.ping(b"Ping from applink")
                else:
                    await self._ws.send_str(json.dumps(frame))

    async def _next(self) -> Json | None:
        try:
            async with asyncio.timeout(_PING_S):
                return await self._outbox.get()
        except TimeoutError:
            return {}

    async def read(self) -> Json | None:
        """Return the next frame, pings answered; None at the end. What is no JSON object is an empty one."""
        while True:
            message = await self._ws.receive()
            if message.type is web.WSMsgType.PING:
                await self.flowing.wait()  # a silent connection takes everything and says nothing
                with suppress(ConnectionError):
                    await self._ws.pong(message.data)
            elif message.type is not web.WSMsgType.PONG:
                break
        if message.type is not web.WSMsgType.TEXT:
            return None
        with suppress(ValueError):
            if isinstance(frame := json.loads(message.data), dict):
                return frame
        return {}


class SocketMode:
    """All connections of the application."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._tickets: dict[str, float] = {}  #: the addresses that were given, and when; each is good once
        self.connections: list[Connection] = []
        self.opened = 0  #: connections that there ever were
        self.refusals = 0  #: so many are turned away with 503
        self.strange: list[Json] = []  #: frames that acknowledge nothing that was sent there
        self.acknowledge: Callable[[str, Json | None], bool] = lambda *_: False  #: the delivery puts itself here

    # what a test can do to it

    def drop(self) -> None:
        """End every connection without a word."""
        for each in [*self.connections]:
            each.abort()

    def silence(self) -> None:
        """Send nothing more on the connections that there are, pongs included, without ending them."""
        for each in self.connections:
            each.flowing.clear()

    def speak(self) -> None:
        """Go on where it fell silent."""
        for each in self.connections:
            each.flowing.set()

    def disconnect(self, reason: str = "refresh_requested", *, ends: bool | None = None) -> None:
        """Tell everybody to come again, or with `link_disabled` not to; `ends`: and close their connections at once."""
        if reason == "link_disabled":  # somebody switched Socket Mode off: no new address is to be had
            self._world.is_app_token_good = False
        for each in [*self.connections]:
            self._dismiss(each, reason, ends=_ENDS_BY_REASON[reason] if ends is None else ends)

    def _dismiss(self, connection: Connection, reason: str, *, ends: bool = True) -> None:
        connection.send({"type": "disconnect", "reason": reason, "debug_info": {"host": "applink-fake"}})
        if ends:
            connection.close()

    # what it carries

    def address(self) -> str:
        """Return an address that is good for one connection: the answer of apps.connections.open."""
        ticket = secrets.token_hex(16)
        self._tickets[ticket] = self._world.clock.now()
        where = self._world.host.replace("http://", "ws://", 1)
        return f"{where}/link/?ticket={ticket}&app_id={self._world.app.id}"

    def carry(self, frame: Json, done: asyncio.Event) -> bool:
        """Send an envelope to one of the connections, if there is one; `done` is set when that connection is lost."""
        if not self.connections:
            return False
        chosen = random.choice(self.connections)
        chosen.carried[frame["envelope_id"]] = done
        chosen.send(frame)
        return True

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """Carry one connection until it ends."""
        if self.refusals:
            self.refusals -= 1
            return web.Response(status=503, text="upstream connect error")
        if not self._admits(request.query.get("ticket", "")):
            return web.Response(status=403, text="invalid ticket")
        ws = web.WebSocketResponse(autoping=False, max_msg_size=1024 * 1024)
        await ws.prepare(request)
        connection = Connection(request, ws)
        async with asyncio.TaskGroup() as group:
            writer = group.create_task(connection.write())
            try:
                await self._converse(connection)
            finally:
                self._part(connection)
                writer.cancel()
        return ws

    def _admits(self, ticket: str) -> bool:
        born = self._tickets.pop(ticket, None)
        return born is not None and born >= self._world.clock.now() - self._world.limits.ticket_s

    async def _converse(self, connection: Connection) -> None:
        if len(self.connections) >= self._world.limits.socket_connections:
            self._dismiss(connection, "too_many_websockets")
        else:
            self._welcome(connection)
        with suppress(ConnectionError):
            while (frame := await connection.read()) is not None:
                self._take(connection, frame)

    def _welcome(self, connection: Connection) -> None:
        self.opened += 1
        self.connections.append(connection)
        connection.send(
            {
                "type": "hello",
                "num_connections": len(self.connections),
                "connection_info": {"app_id": self._world.app.id},
                "debug_info": {"host": "applink-fake", "build_number": 1, "approximate_connection_time": 18060},
            }
        )
        self._world.changed()

    def _take(self, connection: Connection, frame: Json) -> None:
        name, answer = frame.get("envelope_id"), frame.get("payload")
        known = isinstance(name, str) and name in connection.carried and (answer is None or isinstance(answer, dict))
        if not known or not self.acknowledge(str(name), answer):
            self.strange.append(frame)
        self._world.changed()

    def _part(self, connection: Connection) -> None:
        if connection in self.connections:
            self.connections.remove(connection)
        for each in connection.carried.values():
            each.set()
        self._world.changed()
