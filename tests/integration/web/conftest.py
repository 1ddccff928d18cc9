"""A page on a real socket, and browsers that are no more than a cookie jar."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from json import dumps
from pathlib import Path
from uuid import UUID, uuid4

import aiohttp
import pytest

from adapters.web.chat import WebChat
from adapters.web.guests import Guest
from adapters.web.log import FileLog
from adapters.web.server import WebOptions, WebServer
from bot.jobs import JobId
from tests.integration.web.desk import DEMO, KEY, PracticeDesk, local_files


@dataclass
class Browser:
    """A visitor of the page."""

    server: WebServer
    http: aiohttp.ClientSession
    person: str = "ada"
    headers: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.headers = {"Origin": self.server.url}

    def url(self, path: str) -> str:
        return self.server.url + path

    async def open(self, invitation: str = "") -> aiohttp.ClientResponse:
        query = f"?invite={invitation}" if invitation else ""
        async with self.http.get(self.url(f"/{query}")) as response:
            await response.read()
            return response

    async def get(self, path: str) -> tuple[int, str]:
        async with self.http.get(self.url(path)) as response:
            return response.status, await response.text(errors="replace")

    async def post(self, path: str, **content: object) -> tuple[int, str]:
        body = {"as": self.person, "event": str(uuid4()), **content}
        async with self.http.post(self.url(path), json=body, headers=self.headers) as response:
            return response.status, await response.text()

    async def ask(self, text: str, **more: object) -> tuple[int, str]:
        return await self.send("/ask", {"text": text, **more})

    async def send(self, path: str, content: dict[str, object], **pictures: bytes) -> tuple[int, str]:
        form = aiohttp.FormData(default_to_multipart=True)
        form.add_field("ask", dumps({"as": self.person, "event": str(uuid4()), **content}))
        for kind, picture in pictures.items():
            form.add_field(kind, picture, filename=kind, content_type="image/png")
        async with self.http.post(self.url(path), data=form, headers=self.headers) as response:
            return response.status, await response.text()

    def live(self) -> AbstractAsyncContextManager[aiohttp.ClientWebSocketResponse]:
        return self.http.ws_connect(self.url("/live"), headers=self.headers)


def asked_job(desk: PracticeDesk) -> JobId:
    """Return the job that the latest submission became."""
    return JobId(UUID(str(desk.submissions[-1].job_id)))


@dataclass
class Scene:
    server: WebServer
    desk: PracticeDesk
    chat: WebChat
    visit: Callable[[], AbstractAsyncContextManager[Browser]]


@asynccontextmanager
async def scene_of(folder: Path, *guests: Guest, **options: object) -> AsyncIterator[Scene]:
    """Serve a page for these guests."""
    chat = WebChat(FileLog(folder / "channel.jsonl"))
    files = local_files(folder / "files")
    desk = PracticeDesk(chat=chat, files=files)
    settings = WebOptions(key=KEY, guests=guests, port=0, **options)  # type: ignore[arg-type]
    async with WebServer(desk=desk, chat=chat, files=files, options=settings) as server:

        @asynccontextmanager
        async def visit() -> AsyncIterator[Browser]:
            jar = aiohttp.CookieJar(unsafe=True)
            async with aiohttp.ClientSession(cookie_jar=jar, timeout=aiohttp.ClientTimeout(total=20)) as http:
                yield Browser(server, http)

        yield Scene(server, desk, chat, visit)


@pytest.fixture
async def scene(tmp_path: Path) -> AsyncIterator[Scene]:
    async with scene_of(tmp_path, DEMO) as scene:
        yield scene


@pytest.fixture
async def browser(scene: Scene) -> AsyncIterator[Browser]:
    async with scene.visit() as browser:
        await browser.open()
        yield browser
