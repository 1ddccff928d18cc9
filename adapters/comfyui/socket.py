"""The event socket: one connection at a time, opened again and again, and every frame handed to the run it names.

It is the fast path only. A server without a socket is served by asking it (adapters/comfyui/watching.py).
"""

import asyncio
import logging
from collections.abc import Callable
from uuid import uuid4

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException

from adapters.comfyui.address import ComfyAddress
from adapters.comfyui.limits import ComfyLimits
from adapters.comfyui.messages import Channel, Message, QueueTold, parse
from adapters.comfyui.rest import PARSE_IN_THREAD_BYTES
from adapters.comfyui.runs import Runs

Told = Callable[[int], None]

log = logging.getLogger(__name__)

# Has to be the first message of every connection; the server forgets it with the connection (0.3.64).
_FEATURES = '{"type": "feature_flags", "data": {"supports_preview_metadata": true}}'
_FIRST_PAUSE_S = 0.1

# At DEBUG the library writes down the headers of the handshake, and ours are secrets.
_wire_log = logging.getLogger(f"{__name__}.wire")
_wire_log.setLevel(logging.INFO)


class _Connect(connect):
    """A connection that follows no redirect: it would take the headers to another place."""

    def process_redirect(self, exc: Exception) -> Exception | str:
        return exc


class Listener:
    """Listens for the runs of one server until it is cancelled."""

    def __init__(self, address: ComfyAddress, limits: ComfyLimits, runs: Runs, told: Told) -> None:
        """Hand what is said of runs to them, and how many there are to `told`."""
        self._address = address
        self._limits = limits
        self._runs = runs
        self._told = told
        self._connection: ClientConnection | None = None
        self.client_id = uuid4().hex  #: under which runs are submitted now
        self.greeted = asyncio.Event()  #: set while the server knows us by `client_id`
        self.tried = asyncio.Event()  #: set once it is known whether there is a socket

    async def listen(self) -> None:
        """Keep a connection open for ever."""
        pause = _FIRST_PAUSE_S
        while True:
            was_open = await self._connected()
            self.tried.set()
            pause = _FIRST_PAUSE_S if was_open else min(2 * pause, self._limits.reconnect_s)
            await asyncio.sleep(pause)
            if not self._runs:
                # The server may still hold the old connection, and would cut off whoever comes back under its name.
                # While runs are in flight that is the smaller evil: their events go to this name and to no other.
                self.client_id = uuid4().hex

    def renew(self) -> None:
        """Leave a connection that is open but deaf, and come back under a new name; runs in flight are asked after."""
        self.client_id = uuid4().hex
        self.greeted.clear()
        if self._connection is not None:
            self._connection.transport.abort()

    async def _connected(self) -> bool:
        """Listen for as long as one connection lasts, and tell whether it was one."""
        try:
            async with _Connect(
                self._address.socket(self.client_id),
                additional_headers=self._address.headers,
                ssl=self._address.tls or self._address.secure or None,
                logger=_wire_log,
                proxy=None,
                compression=None,  # previews are JPEG already; inflating them would cost more than it saves
                max_size=self._limits.frame_bytes,
                open_timeout=self._limits.connect_s,
                close_timeout=1,
                ping_interval=self._limits.ping_s,
                ping_timeout=self._limits.ping_s,
            ) as connection:
                self._connection = connection
                await self._hear(connection)
        except (OSError, WebSocketException) as error:
            log.debug("the event socket broke: %s", type(error).__name__)
        finally:
            was_open, self._connection = self.greeted.is_set(), None
            self.greeted.clear()
            self._runs.gap()
        return was_open

    async def _hear(self, connection: ClientConnection) -> None:
        await connection.send(_FEATURES)
        channel, client_id = Channel(), self.client_id
        async for frame in connection:
            if isinstance(frame, str) and len(frame) > PARSE_IN_THREAD_BYTES:
                said = channel.listen(await asyncio.to_thread(parse, frame))
            else:
                said = channel.hear(frame)
            if channel.greeted and client_id == self.client_id:
                self.greeted.set()
                self.tried.set()
            match said:
                case QueueTold(remaining):
                    self._told(remaining)
                case Message():
                    self._runs.hear(said)
