"""Calls without a library, for what a library would never send."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import aiohttp

from tests.fakes.slack.server import FakeSlack
from tests.fakes.slack.state import Channel, Message


@dataclass(frozen=True, slots=True)
class Said:
    """An answer."""

    status: int
    body: Any
    headers: dict[str, str]

    @property
    def ok(self) -> bool:
        return self.status == 200 and bool(self.body["ok"])

    @property
    def error(self) -> str:
        assert not self.body["ok"], self.body
        return str(self.body["error"])

    @property
    def messages(self) -> list[str]:
        """What the error says beyond its name."""
        return list(self.body.get("response_metadata", {}).get("messages", ()))

    def __getitem__(self, name: str) -> Any:
        assert self.ok, self.body
        return self.body[name]


@dataclass(frozen=True, slots=True)
class Raw:
    """A client with a token."""

    slack: FakeSlack
    session: aiohttp.ClientSession
    token: str

    @property
    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"} if self.token else {}

    async def call(self, method: str, **args: Any) -> Said:
        """Call a method with JSON."""
        return await self.post(method, json=args)

    async def form(self, method: str, **args: Any) -> Said:
        """Call a method with a form."""
        return await self.post(method, data={key: str(value) for key, value in args.items()})

    async def get(self, method: str, **args: Any) -> Said:
        """Call a method by GET."""
        async with self.session.get(self.slack.url + method, params=args, headers=self._headers) as answer:
            return Said(answer.status, await answer.json(), dict(answer.headers))

    async def post(self, method: str, **request: Any) -> Said:
        request.setdefault("headers", self._headers)
        async with self.session.post(self.slack.url + method, **request) as answer:
            body = await answer.json() if answer.content_type == "application/json" else await answer.text()
            return Said(answer.status, body, dict(answer.headers))

    async def posted(self, channel: Channel, text: str = "hello", **more: Any) -> Message:
        """Post a message that is taken."""
        said = await self.call("chat.postMessage", channel=channel.id, text=text, **more)
        assert said.ok, said.body
        return channel.messages[said["ts"]]


@asynccontextmanager
async def raw(slack: FakeSlack, token: str) -> AsyncIterator[Raw]:
    """Open a client."""
    async with aiohttp.ClientSession() as session:
        yield Raw(slack, session, token)
