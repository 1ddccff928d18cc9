"""The least client that can see what a ComfyUI does; deliberately not the one that Fairbrush uses."""

import asyncio
import json
import struct
import uuid
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import aiohttp

DEADLINE_S = 120
"""For anything that takes a run; a slow CPU server needs some seconds for each."""

Json = Any  # whatever a server sends; these tests are what gives it a type


@dataclass(frozen=True)
class Event:
    """One message. For binary frames `kind` is "preview" (event 1) or "preview+" (event 4)."""

    kind: str
    data: dict[str, Json]
    image: bytes = b""

    @property
    def prompt_id(self) -> str | None:
        return self.data.get("prompt_id")

    def ends(self, prompt_id: str) -> bool:
        return self.kind == "executing" and self.data["node"] is None and self.prompt_id == prompt_id


@dataclass
class Ear:
    """One WebSocket."""

    sid: str
    socket: aiohttp.ClientWebSocketResponse
    heard: list[Event] = field(default_factory=list)

    async def hear(self) -> Event:
        """The next message."""
        message = await self.socket.receive()
        assert message.type in (aiohttp.WSMsgType.TEXT, aiohttp.WSMsgType.BINARY), f"the socket closed: {message}"
        self.heard.append(event := read(message.data))
        return event

    async def until(self, wanted: Callable[[Event], bool]) -> list[Event]:
        """Everything up to and with the first message of that kind."""
        events: list[Event] = []
        async with asyncio.timeout(DEADLINE_S):
            while not events or not wanted(events[-1]):
                events.append(await self.hear())
        return events

    async def end_of(self, prompt_id: str) -> list[Event]:
        """Everything up to the last message of a prompt."""
        return await self.until(lambda event: event.ends(prompt_id))

    async def step_of(self, prompt_id: str) -> list[Event]:
        """Everything up to the first sampler step of a prompt."""
        return await self.until(lambda event: event.kind == "progress" and event.prompt_id == prompt_id)


def read(data: str | bytes) -> Event:
    """A frame as an event."""
    if isinstance(data, str):
        message = json.loads(data)
        return Event(message["type"], message["data"])
    kind, size = struct.unpack(">II", data[:8])
    if kind == 1:
        return Event("preview", {"type": size}, data[8:])
    assert kind == 4, f"binary event {kind}"
    return Event("preview+", json.loads(data[8 : 8 + size]), data[8 + size :])


class Probe:
    """Plain HTTP on one server."""

    def __init__(self, url: str, session: aiohttp.ClientSession) -> None:
        self.url = url
        self.session = session
        self.info: dict[str, Json] = {}

    async def get(self, path: str, **params: str) -> Json:
        async with self.session.get(self.url + path, params=params) as response:
            assert response.status == 200, f"GET {path}: {response.status}"
            return await response.json()

    async def status(self, path: str, **params: str) -> int:
        async with self.session.get(self.url + path, params=params) as response:
            return response.status

    async def fetch(self, path: str, **params: str) -> bytes:
        async with self.session.get(self.url + path, params=params) as response:
            assert response.status == 200, f"GET {path}: {response.status}"
            return await response.read()

    async def post(self, path: str, body: Json) -> tuple[int, Json]:
        async with self.session.post(self.url + path, json=body) as response:
            text = await response.text()
            return response.status, json.loads(text) if response.content_type == "application/json" else text

    async def upload(self, name: str, data: bytes, path: str = "/upload/image", **fields: str) -> tuple[int, Json]:
        form = aiohttp.FormData()
        form.add_field("image", data, filename=name, content_type="image/png")
        for key, value in fields.items():
            form.add_field(key, value)
        async with self.session.post(self.url + path, data=form) as response:
            return response.status, await response.json() if response.content_type == "application/json" else None

    async def submit(self, prompt: Json, client_id: str | None = None, **body: Json) -> str:
        """Submit under an id of our own; the id."""
        prompt_id = str(body.pop("prompt_id", None) or uuid.uuid4())
        if client_id is not None:
            body["client_id"] = client_id
        status, answer = await self.post("/prompt", {"prompt": prompt, "prompt_id": prompt_id, **body})
        assert status == 200, answer
        assert answer["prompt_id"] == prompt_id
        return prompt_id

    async def history(self, prompt_id: str) -> Json:
        """The history entry, once there is one."""
        async with asyncio.timeout(DEADLINE_S):
            while True:
                entry = await self.get(f"/history/{prompt_id}")
                if entry:
                    return entry[prompt_id]
                await asyncio.sleep(0.05)  # the wire offers nothing else to wait on without a socket

    async def queue(self) -> tuple[list[str], list[str]]:
        """The ids that run and the ids that wait, in the order in which they will run."""
        queue = await self.get("/queue")
        waiting = sorted(queue["queue_pending"], key=lambda item: item[0])
        return [item[1] for item in queue["queue_running"]], [item[1] for item in waiting]

    @asynccontextmanager
    async def listen(self, sid: str | None = None, *, flags: bool = False) -> AsyncIterator[Ear]:
        """A WebSocket; its first message, the status, is already taken."""
        sid = sid or uuid.uuid4().hex
        async with self.session.ws_connect(f"{self.url}/ws", params={"clientId": sid}, max_msg_size=0) as socket:
            ear = Ear(sid, socket)
            async with asyncio.timeout(DEADLINE_S):
                greeting = await ear.hear()
                assert greeting.kind == "status"
                assert greeting.data["sid"] == sid
                if flags:
                    await socket.send_json({"type": "feature_flags", "data": {"supports_preview_metadata": True}})
                    await ear.until(lambda event: event.kind == "feature_flags")
            yield ear

    async def run(self, prompt: Json, **body: Json) -> tuple[str, list[Event]]:
        """Submit, listen until the end, and tell what came."""
        async with self.listen(flags=True) as ear:
            prompt_id = await self.submit(prompt, ear.sid, **body)
            return prompt_id, await ear.end_of(prompt_id)
