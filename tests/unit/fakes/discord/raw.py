"""Requests without a library, for what a library would never send."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import aiohttp

from tests.fakes.discord.server import FakeDiscord


@dataclass(frozen=True, slots=True)
class Said:
    """An answer."""

    status: int
    body: Any
    headers: dict[str, str]

    @property
    def code(self) -> int:
        return int(self.body["code"])

    @property
    def paths(self) -> set[str]:
        """Where the faults are, and what they are: `embeds.0.title BASE_TYPE_MAX_LENGTH`."""
        return {*_paths(self.body["errors"], ())}


def _paths(node: Any, at: tuple[str, ...]) -> list[str]:
    own = [f"{'.'.join(at)} {each['code']}" for each in node.get("_errors", ())]
    return own + [said for key, each in node.items() if key != "_errors" for said in _paths(each, (*at, key))]


@dataclass(frozen=True, slots=True)
class Raw:
    """A client with the bot's token."""

    fake: FakeDiscord
    session: aiohttp.ClientSession

    async def ask(self, method: str, path: str, body: Any = None, **more: Any) -> Said:
        more.setdefault("headers", {"Authorization": f"Bot {self.fake.token}"})
        if body is not None:
            more["json"] = body
        async with self.session.request(method, self.fake.url + path, **more) as answer:
            content = await answer.json() if answer.content_type == "application/json" else await answer.text()
            return Said(answer.status, content, dict(answer.headers))


@asynccontextmanager
async def raw(fake: FakeDiscord) -> AsyncIterator[Raw]:
    """Open a client."""
    async with aiohttp.ClientSession() as session:
        yield Raw(fake, session)
