"""A console on a real socket, with sessions in memory, a practised bench, and browsers that are a cookie jar."""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from time import time

import aiohttp

from adapters.web.chat import WebChat
from adapters.web.console.guarding import Paces
from adapters.web.console.limits import ConsoleLimits
from adapters.web.console.serving import ConsoleParts
from adapters.web.log import FileLog
from adapters.web.server import WebOptions, WebServer
from bot.answers import Answer, Section, Tone
from bot.errors import NotAllowed
from bot.jobs import Tenant
from bot.limits import Limits
from bot.policy.measures import Actor, Measure, ShowUser, may, refusal_of_whom
from bot.policy.tiers import Tier
from bot.signing_in import SigningIn
from tests.fakes.memory_sessions import MemorySessions
from tests.integration.web.console.watched import MODERATOR, Watched
from tests.integration.web.desk import DEMO, KEY, PracticeDesk, local_files

PUBLIC = "https://paint.example"


@dataclass
class ModeratedDesk(PracticeDesk):
    """A desk whose bench writes down what it was asked, once it has judged who may."""

    done: list[tuple[Actor, Measure, Tenant | None]] = field(default_factory=list)
    trouble_of_bench: Exception | None = None
    limits: Limits = field(default_factory=lambda: Limits(tiers=(Tier(name="supporter"), Tier(name="artist"))))

    async def moderate(self, actor: Actor, measure: Measure, tenant: Tenant | None) -> Answer:
        if not may(actor, measure, tenant):
            raise NotAllowed
        if self.trouble_of_bench:
            raise self.trouble_of_bench
        if nobody := refusal_of_whom(measure, tenant):
            raise nobody
        self.done.append((actor, measure, tenant))
        if isinstance(measure, ShowUser):
            rows = (
                ("Banned", "no (nobody said so)"),
                ("Tier", "supporter (a moderator here)"),
                ("Quota", "40 pictures/day (the tier supporter)"),
            )
            now = (
                ("Waiting or running", "10 jobs"),
                ("Quota", "28 of 40 pictures used each day, 12 left; more in 2 h"),
            )
            return Answer(
                sections=(
                    Section(headline=f"What holds for {measure.user}", rows=rows),
                    Section(headline="Now", rows=now),
                )
            )
        said = Section(headline=f"Done: {type(measure).__name__}.", sentence=("What runs ends within seconds.",))
        return Answer(sections=(said,), tone=Tone.GOOD)


@dataclass
class Clock:
    """The store's, in ms; a test moves it on."""

    ahead_ms: int = 0

    def __call__(self) -> int:
        return round(time() * 1000) + self.ahead_ms


@dataclass
class ConsoleScene:
    server: WebServer
    desk: ModeratedDesk
    watched: Watched
    signing: SigningIn
    sessions: MemorySessions
    clock: Clock
    files: object

    async def link(self, actor: Actor = MODERATOR) -> str:
        """Return the token of a fresh link."""
        return (await self.signing.link(actor)).partition("#")[2]

    @asynccontextmanager
    async def visit(self) -> AsyncIterator["Visitor"]:
        jar = aiohttp.CookieJar(unsafe=True)
        async with aiohttp.ClientSession(cookie_jar=jar, timeout=aiohttp.ClientTimeout(total=20)) as http:
            yield Visitor(self.server, http)

    @asynccontextmanager
    async def signed_in(self, actor: Actor = MODERATOR) -> AsyncIterator["Visitor"]:
        async with self.visit() as visitor:
            status, _ = await visitor.sign_in(await self.link(actor))
            assert status == 303
            yield visitor


@dataclass
class Visitor:
    """A browser at the console."""

    server: WebServer
    http: aiohttp.ClientSession

    def url(self, path: str) -> str:
        return self.server.url + path

    async def ask(
        self, method: str, path: str, headers: Mapping[str, str] | None = None, **more: object
    ) -> tuple[int, str]:
        origin = {"Origin": self.server.url} if method == "POST" else {}
        async with self.http.request(
            method,
            self.url(path),
            headers={**origin, **(headers or {})},
            allow_redirects=False,
            **more,  # type: ignore[arg-type]
        ) as response:
            self.headers = response.headers
            return response.status, await response.text(errors="replace")

    async def get(self, path: str, **headers: str) -> tuple[int, str]:
        return await self.ask("GET", path, headers)

    async def do(self, verb: str, where: str = "", **content: str) -> tuple[int, str]:
        return await self.ask("POST", f"/console/deeds/{verb}{where}", json=content)

    async def sign_in(self, token: str, **headers: str) -> tuple[int, str]:
        return await self.ask("POST", "/console/sign-in", headers, data={"token": token})

    def live(self, section: str = "now", where: str = "", **headers: str):
        origin = {"Origin": self.server.url}
        return self.http.ws_connect(self.url(f"/console/live/{section}{where}"), headers={**origin, **headers})


@asynccontextmanager
async def console_of(
    folder: Path,
    *,
    public_url: str | None = PUBLIC,
    limits: ConsoleLimits | None = None,
    paces: Paces | None = None,
    watched: Watched | None = None,
    desk_of: Callable[..., ModeratedDesk] = ModeratedDesk,
) -> AsyncIterator[ConsoleScene]:
    """Serve a console."""
    chat, files = WebChat(FileLog(folder / "channel.jsonl")), local_files(folder / "files")
    desk, watched, clock = desk_of(chat=chat, files=files), watched or Watched(), Clock()
    sessions = MemorySessions(clock=clock)
    signing = SigningIn(sessions=sessions, public_url=public_url or "http://elsewhere.example")
    parts = ConsoleParts(
        signing=signing,
        watching=watched,  # type: ignore[arg-type]
        public_url=public_url,
        limits=limits or ConsoleLimits(tick_s=0.02, checked_every_s=0.05),
        paces=paces or Paces(),
    )
    options = WebOptions(key=KEY, guests=(DEMO,), port=0)
    async with WebServer(desk=desk, chat=chat, files=files, options=options, console=parts) as server:  # type: ignore[arg-type]
        yield ConsoleScene(server, desk, watched, signing, sessions, clock, files)
