"""What is reached without a method of Slack's: the addresses that answer to one event, and the files that people sent.

Neither address is believed: an answer goes to Slack's own host, and a token with which a file is fetched, too.
"""

import asyncio
from collections.abc import Collection
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

import aiohttp

from adapters.fetching import Fetching, trusted
from adapters.slack.refusals import Refusal, Refused
from adapters.slack.shapes import Json
from bot.bundles import not_handed_over
from bot.errors import ImageRefused
from bot.ports import ANSWER_S

HOOKS = frozenset({"https://hooks.slack.com"})
FILES = frozenset({"https://files.slack.com"})
"""Where Slack takes answers, and where it keeps what people sent."""


@dataclass(slots=True, kw_only=True)
class Outside:
    """The way there; use it as a context."""

    hooks: Collection[str] = HOOKS
    files: Collection[str] = FILES
    _session: aiohttp.ClientSession | None = field(default=None, init=False, repr=False)
    _fetching: Fetching = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._fetching = Fetching(platform="Slack", origins=self.files)

    async def __aenter__(self) -> Self:
        self._session = aiohttp.ClientSession(trust_env=True, cookie_jar=aiohttp.DummyCookieJar())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    async def respond(self, address: str, body: Json) -> None:
        """Answer by a response_url, which is good for five answers in half an hour. Raises Refused."""
        url = trusted(address, self.hooks)
        if url is None or self._session is None:
            raise Refused(Refusal.EXPIRED, detail="no response_url of Slack's")
        try:
            async with (
                asyncio.timeout(ANSWER_S),
                self._session.post(url, json=body, allow_redirects=False) as answer,
            ):
                status = answer.status
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            raise Refused(Refusal.AWAY, may_be_done=True, detail=f"response_url: {type(error).__name__}") from error
        if status != 200:
            refusal = Refusal.EXPIRED if 400 <= status < 429 else Refusal.AWAY
            raise Refused(refusal, status=status, detail="response_url")

    async def fetch(self, address: str, token: str) -> bytes:
        """Return a file, of at most as many bytes as the image gate looks at. Raises ImageRefused."""
        session = self._session
        if session is None:
            raise ImageRefused(not_handed_over("Slack"), detail="not opened")
        # A redirect would lead to the page where people sign in, which comes with 200 where a token opens nothing.
        head = {"Authorization": f"Bearer {token}"}
        return await self._fetching.fetch(address, lambda url: session.get(url, headers=head, allow_redirects=False))
