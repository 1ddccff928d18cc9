"""GET /ws."""

import asyncio
import json
import uuid
from dataclasses import dataclass, field

from aiohttp import WSMsgType, web

from adapters.simulator.executor import Executor
from adapters.simulator.faults import Faults
from adapters.simulator.http_guards import MAX_BODY
from adapters.simulator.queue import PromptQueue
from adapters.simulator.sockets import Socket, Sockets, encode, send

FEATURES = {"supports_preview_metadata": True, "max_upload_size": MAX_BODY}


@dataclass(slots=True)
class SocketRoute:
    """Accepts WebSockets and hears the one message that clients may send."""

    _sockets: Sockets
    _queue: PromptQueue
    _executor: Executor
    _faults: Faults
    _open: list[tuple[str, asyncio.Transport]] = field(default_factory=list)

    def routes(self) -> list[web.RouteDef]:
        """The route."""
        return [web.get("/ws", self._serve)]

    def drop(self, client_id: str | None) -> None:
        """Break connections: those of a client, or all."""
        for sid, transport in self._open:
            if client_id in (None, sid):
                transport.abort()

    async def _serve(self, request: web.Request) -> web.WebSocketResponse:
        response = web.WebSocketResponse(autoping=False)
        await response.prepare(request)
        sid = request.query.get("clientId", "") or uuid.uuid4().hex
        socket = self._sockets.register(sid, response)
        connection = (sid, request.transport)
        if connection[1] is not None:
            self._open.append((sid, connection[1]))
        try:
            await self._greet(sid)
            await self._hear(sid, socket)
        finally:
            self._sockets.unregister(sid)
            self._open = [each for each in self._open if each[1] is not connection[1]]
        return response

    async def _greet(self, sid: str) -> None:
        exec_info = {"exec_info": {"queue_remaining": self._queue.remaining}}
        await self._send(sid, encode("status", {"status": exec_info, "sid": sid}))
        if self._executor.client_id == sid and self._executor.current_node is not None:
            await self._send(sid, encode("executing", {"node": self._executor.current_node}))

    async def _hear(self, sid: str, socket: Socket) -> None:
        first = True
        async for message in socket.response:
            await self._faults.wait_until_thawed()
            if message.type is WSMsgType.PING:
                await socket.response.pong(message.data)
            elif message.type is WSMsgType.TEXT and (said := _object(message.data)) is not None:
                if first and said.get("type") == "feature_flags":
                    flags = said.get("data")
                    if (registered := self._sockets.find(sid)) is not None:
                        registered.flags = flags if isinstance(flags, dict) else {}
                    await self._send(sid, encode("feature_flags", FEATURES))
                first = False

    async def _send(self, sid: str, frame: str) -> None:
        # By id and not to this very socket: a socket that the registry has lost gets no answer either.
        if (socket := self._sockets.find(sid)) is not None:
            await send(socket.response, frame)


def _object(text: str) -> dict[str, object] | None:
    try:
        said = json.loads(text)
    except ValueError:
        return None
    return said if isinstance(said, dict) else None
