"""Who gets which message: the registry of WebSockets and the one loop that sends to all of them."""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from aiohttp import web

# A real server's queue has no bound; this one holds some minutes of events of a stalled loop, then drops new ones.
_BACKLOG = 100_000

Frame = str | bytes


@dataclass(slots=True, eq=False)
class Socket:
    """One WebSocket and the feature flags that its client sent."""

    response: web.WebSocketResponse
    flags: Mapping[str, object] = field(default_factory=dict)


class Sockets:
    """ComfyUI's registry: the last socket of a client id wins, and closing ANY socket of that id unregisters it."""

    def __init__(self) -> None:
        self._sockets: dict[str, Socket] = {}
        self._frames: asyncio.Queue[tuple[Frame, str | None]] = asyncio.Queue(_BACKLOG)
        self.open = asyncio.Event()
        """Cleared while a fault holds back all messages."""
        self.open.set()

    def register(self, sid: str, response: web.WebSocketResponse) -> Socket:
        """Make this socket the one that hears what is meant for `sid`."""
        self._sockets[sid] = socket = Socket(response)
        return socket

    def unregister(self, sid: str) -> None:
        """Forget the socket of this id, whichever it is now; the trap is ComfyUI's."""
        self._sockets.pop(sid, None)

    def all(self) -> list[Socket]:
        """The registered sockets."""
        return list(self._sockets.values())

    def find(self, sid: str) -> Socket | None:
        """The socket registered under this id."""
        return self._sockets.get(sid)

    def takes_metadata(self, sid: object) -> bool:
        """True when the client of this id asked for previews that tell whose they are."""
        socket = self._sockets.get(sid) if isinstance(sid, str) else None
        return socket is not None and socket.flags.get("supports_preview_metadata") is True

    def publish(self, kind: str, data: Mapping[str, object], sid: object = None) -> None:
        """Queue a JSON message for one client, or for everybody when `sid` is None."""
        self.publish_frame(encode(kind, data), sid)

    def publish_frame(self, frame: Frame, sid: object = None) -> None:
        """Queue a frame. An id without a socket, or that is no string, loses it."""
        if sid is None or isinstance(sid, str):
            try:
                self._frames.put_nowait((frame, sid))
            except asyncio.QueueFull:
                return

    async def run(self) -> None:
        """Send what was published, one frame to one socket at a time: a reader that stalls holds up everybody."""
        while True:
            frame, sid = await self._frames.get()
            await self.open.wait()
            for socket in self.all() if sid is None else filter(None, [self.find(sid)]):
                await send(socket.response, frame)


def encode(kind: str, data: Mapping[str, object]) -> str:
    """One message in ComfyUI's envelope."""
    return json.dumps({"type": kind, "data": data})


async def send(response: web.WebSocketResponse, frame: Frame) -> None:
    """Send a frame; a connection that is gone is none of the sender's business."""
    try:
        if isinstance(frame, bytes):
            await response.send_bytes(frame)
        else:
            await response.send_str(frame)
    except (ConnectionError, RuntimeError):  # aiohttp raises RuntimeError once the close handshake began
        return
