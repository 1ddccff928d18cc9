"""One gateway session: what it was told, on which socket, and what it can be told again."""

import asyncio
import json
import zlib
from dataclasses import dataclass, field

from aiohttp import WSCloseCode, web

from .shapes import Json

DISPATCH, HEARTBEAT, IDENTIFY, PRESENCE, VOICE, RESUME, RECONNECT, MEMBERS, INVALID, HELLO, ACK = (
    0, 1, 2, 3, 4, 6, 7, 8, 9, 10, 11,
)  # fmt: skip


class Socket:
    """One connection: a queue of what to send, and a writer that can be stalled."""

    def __init__(self, request: web.Request, ws: web.WebSocketResponse, *, is_compressed: bool) -> None:
        self._request = request
        self._ws = ws
        self._zlib = zlib.compressobj() if is_compressed else None
        self._outbox: asyncio.Queue[Json | int] = asyncio.Queue()
        self.flowing = asyncio.Event()
        self.flowing.set()
        self.acks = True

    def send(self, op: int, payload: object = None, *, name: str | None = None, seq: int | None = None) -> None:
        """Send a frame, after those before it."""
        self._outbox.put_nowait({"op": op, "d": payload, "s": seq, "t": name})

    def close(self, code: int) -> None:
        """Close with a code, after what was sent."""
        self._outbox.put_nowait(code)

    def abort(self) -> None:
        """End the connection without a word."""
        if self._request.transport is not None:
            self._request.transport.abort()

    async def write(self) -> None:
        """Carry the queue out until the connection is closed."""
        while True:
            frame = await self._outbox.get()
            await self.flowing.wait()
            if self._ws.closed:
                return
            if isinstance(frame, int):
                await self._ws.close(code=frame, message=b"")
                return
            await self._put(json.dumps(frame))

    async def _put(self, frame: str) -> None:
        try:
            if self._zlib is None:
                await self._ws.send_str(frame)
            else:
                packed = self._zlib.compress(frame.encode()) + self._zlib.flush(zlib.Z_SYNC_FLUSH)
                await self._ws.send_bytes(packed)
        except ConnectionError:
            return  # it was dropped; what was sent stays in the session's log

    async def read(self) -> Json | None:
        """Return the next frame; None at the end. A frame that is no JSON is an empty one."""
        message = await self._ws.receive()
        if message.type is not web.WSMsgType.TEXT:
            return None
        try:
            frame = json.loads(message.data)
        except ValueError:
            return {}
        return {**frame, "length": len(message.data)} if isinstance(frame, dict) else {}

    @property
    def was_closed_for_good(self) -> bool:
        """Whether the client closed with 1000 or 1001, which ends its session."""
        return self._ws.close_code in {WSCloseCode.OK, WSCloseCode.GOING_AWAY}


@dataclass(eq=False, slots=True, kw_only=True)
class Session:
    """A session outlives its sockets, so that it can be resumed."""

    id: str
    shard: int
    shards: int
    intents: int
    socket: Socket | None
    seq: int = 0
    log: list[tuple[int, str, Json]] = field(default_factory=list)
    lost_at: float | None = None
    can_resume: bool = True

    def tell(self, name: str, payload: Json) -> None:
        """Send an event now, or when it is resumed."""
        self.seq += 1
        self.log.append((self.seq, name, payload))
        if self.socket is not None:
            self.socket.send(DISPATCH, payload, name=name, seq=self.seq)

    def replay(self, since: int) -> None:
        """Send again what came after."""
        assert self.socket is not None
        for seq, name, payload in self.log:
            if seq > since:
                self.socket.send(DISPATCH, payload, name=name, seq=seq)
        self.tell("RESUMED", {"_trace": []})
