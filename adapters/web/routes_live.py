"""The socket: a page that connects gets the whole channel, then every change. It never has to ask what it missed."""

import asyncio
import contextlib
from collections import Counter

from aiohttp import WSMsgType, web

from adapters.web.cards import Cards
from adapters.web.chat import Stream
from adapters.web.guards import session_of
from adapters.web.log import Entry
from adapters.web.room import Room
from bot.jobs import JobId, JobState, Place

_HEARTBEAT_S = 20.0

_SAID = {
    JobState.SUCCEEDED: "{}’s picture is ready: {}",
    JobState.FAILED: "{}’s job failed: {}",
    JobState.CANCELLED: "{}’s job was cancelled: {}",
}


class LiveRoutes:
    """Open sockets, bounded in number; closed when the server stops."""

    def __init__(self, room: Room) -> None:
        self._room = room
        self._open: set[web.WebSocketResponse] = set()
        self._by_session: Counter[str] = Counter()
        self._cards = Cards(room.pages.card, link_s=room.limits.link_s)

    def routes(self) -> list[web.RouteDef]:
        """Return the route."""
        return [web.get("/live", self._live)]

    async def close(self, _: web.Application) -> None:
        """Say goodbye to every page, which will come back to the next process."""
        for socket in tuple(self._open):
            with contextlib.suppress(ConnectionError, TimeoutError):
                async with asyncio.timeout(1):
                    await socket.close(code=1012, message=b"restarting")

    async def _live(self, request: web.Request) -> web.StreamResponse:
        session = session_of(request)
        limits = self._room.limits
        if self._by_session[session.id] >= limits.streams_per_session or len(self._open) >= limits.streams:
            raise web.HTTPTooManyRequests(text="Too many pages are open.")
        socket = web.WebSocketResponse(heartbeat=_HEARTBEAT_S, max_msg_size=1024, timeout=2.0)
        # Counted before anything is awaited: a thousand at once must not slip past the limit.
        self._open.add(socket)
        self._by_session[session.id] += 1
        try:
            await socket.prepare(request)
            await self._serve(socket, session.guest.place)
        finally:
            self._open.discard(socket)
            self._by_session[session.id] -= 1
            self._by_session += Counter()  # drops sessions that count nothing any more
        return socket

    async def _serve(self, socket: web.WebSocketResponse, place: Place) -> None:
        # Watched before it is read: a change between the two is sent twice, never lost.
        with self._room.chat.watch(place) as stream:
            async with asyncio.TaskGroup() as tasks:
                telling = tasks.create_task(self._tell(socket, stream))
                await _until_closed(socket)
                telling.cancel()

    async def _tell(self, socket: web.WebSocketResponse, stream: Stream) -> None:
        try:
            cards = [self._card(entry) for entry in self._room.chat.entries(stream.place)]
            await self._send(socket, {"type": "state", "cards": cards})
            while True:
                for job_id in await stream.changed():
                    await self._send(socket, self._change(stream.place, job_id))
                for name in stream.called():
                    await self._send(socket, {"type": "ping", "said": f"{name}, your picture is ready."})
        except (ConnectionError, TimeoutError):
            # Too slow or gone; it comes back and gets everything.
            await socket.close()

    async def _send(self, socket: web.WebSocketResponse, message: dict[str, object]) -> None:
        async with asyncio.timeout(self._room.limits.send_s):
            await socket.send_json(message)

    def _change(self, place: Place, job_id: JobId) -> dict[str, object]:
        entry = self._room.chat.entry(place, job_id)
        if entry is None:
            self._cards.forget(place, job_id)
            return {"type": "gone", "id": str(job_id)}
        return {"type": "card", **self._card(entry)}

    def _card(self, entry: Entry) -> dict[str, object]:
        return {"id": str(entry.job_id), "html": self._cards.html(entry), "said": _said(entry)}


async def _until_closed(socket: web.WebSocketResponse) -> None:
    async for message in socket:
        if message.type in (WSMsgType.TEXT, WSMsgType.BINARY):
            # The socket only tells; whoever talks on it is no page of ours.
            await socket.close(code=1008)


def _said(entry: Entry) -> str:
    card = entry.card
    if card is None or card.state not in _SAID:
        return ""
    return _SAID[card.state].format(card.requester, card.prompt or card.title)
