"""A page that is left open: it hears every change, comes back after a cut, and remembers what it was shown."""

import asyncio
import json
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from html import unescape
from uuid import uuid4

import aiohttp

from tests.acceptance.service.service import PATIENCE_S, Service
from tests.integration.web.conftest import Browser

FINAL = {"succeeded", "failed", "cancelled"}
BACK_S = 0.05
BUSY = {429, 503}
"""The answers after which somebody tries again: a full queue, or a store that cannot be asked."""

UNTOLD = ("GPU", "not on offer")
"""The words of a service that has just begun, and does not know yet what all its GPUs offer."""


def state_of(html: str) -> str:
    """Return the state that a card shows."""
    found = re.search(r'data-state="(\w+)"', html)
    assert found, html
    return found[1]


def pictures_of(html: str) -> list[str]:
    """Return the addresses of the pictures that a card shows, each once."""
    return list(dict.fromkeys(unescape(each) for each in re.findall(r'"(/jobs/[^"]+/files/[^"]+)"', html)))


@dataclass
class Page:
    """One open page. `follow` is run as a task."""

    browser: Browser
    cards: dict[str, str] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)  #: what no page should ever be shown
    connections: int = 0
    _news: asyncio.Event = field(default_factory=asyncio.Event)

    async def follow(self) -> None:
        """Hear the service whenever there is one."""
        while True:
            with suppress(aiohttp.ClientError):
                await self.browser.open()
                async with self.browser.live() as socket:
                    self.connections += 1
                    async for message in socket:
                        self._hear(json.loads(message.data))
                        self._news.set()
            await asyncio.sleep(BACK_S)

    async def until(self, holds: Callable[[], object], patience_s: float = PATIENCE_S) -> None:
        """Wait until something that was shown makes this true."""
        async with asyncio.timeout(patience_s):
            while not holds():
                self._news.clear()
                await self._news.wait()

    def state(self, job: str) -> str:
        """Return the state that a job's card shows; empty where it has none yet."""
        return state_of(self.cards[job]) if job in self.cards else ""

    async def ask(self, text: str, person: str = "ada") -> str:
        """Ask until it is accepted, always as the same event; returns the job."""
        event = str(uuid4())
        await self.until(lambda: self.connections)
        async with asyncio.timeout(PATIENCE_S):
            while True:
                with suppress(aiohttp.ClientError):
                    status, answer = await self.browser.ask(text, **{"as": person, "event": event})
                    if status == 202:
                        return str(json.loads(answer)["job"])
                    assert status in BUSY or any(words in answer for words in UNTOLD), answer
                await asyncio.sleep(BACK_S)

    async def cancel(self, job: str, person: str = "ada") -> bool:
        """Click on Cancel; tells whether the click was heard."""
        with suppress(aiohttp.ClientError):
            status, answer = await self.browser.post(f"/jobs/{job}/cancel", **{"as": person})
            assert status in {200, 204, *BUSY}, answer
            return status in {200, 204}
        return False

    def _hear(self, message: dict) -> None:
        match message["type"]:
            case "state":
                ids = [card["id"] for card in message["cards"]]
                lost = self.cards.keys() - set(ids)
                if len(ids) != len(set(ids)) or lost:
                    self.faults.append(f"messages doubled or lost: {sorted(lost)}")
                for card in message["cards"]:
                    self._show(card)
            case "card":
                self._show(message)
            case "gone":
                self.faults.append(f"gone: {message['id']}")

    def _show(self, card: dict) -> None:
        before, now = self.state(card["id"]), state_of(card["html"])
        if before in FINAL and now != before:
            self.faults.append(f"{card['id']} was {before}, then {now}")
        self.cards[card["id"]] = card["html"]


@asynccontextmanager
async def opened(service: Service) -> AsyncIterator[Page]:
    """Open a page that waits for the service, and for every next one."""
    jar = aiohttp.CookieJar(unsafe=True)
    async with aiohttp.ClientSession(cookie_jar=jar, timeout=aiohttp.ClientTimeout(total=20)) as http:
        page = Page(Browser(service, http))  # type: ignore[arg-type]  # of the server it only needs the address
        async with asyncio.TaskGroup() as tasks:
            following = tasks.create_task(page.follow())
            yield page
            following.cancel()
