"""The fake itself: one host for the Web API, files, OAuth, response_urls and sockets; and what a test can turn."""

from collections.abc import Awaitable, Callable
from types import TracebackType
from typing import Self

from aiohttp import web

from tests.fakes.waiting import PATIENCE_S

from . import files, oauth, responding
from .application import App
from .clock import Clock
from .delivery import Delivery
from .faults import Faults
from .limits import Limits
from .record import Call, Record
from .rest import Rest
from .socket import SocketMode
from .state import Team, User, World
from .workspaces import Workspace

Answering = Callable[[World, web.Request, Call], Awaitable[web.StreamResponse]]


class FakeSlack:
    """A Slack with one application; `async with FakeSlack() as slack:` listens on 127.0.0.1."""

    def __init__(self, limits: Limits | None = None, *, app: App | None = None, port: int = 0) -> None:
        self.world = World(limits or Limits(), app or App())
        self.socket = SocketMode(self.world)
        self.delivery = Delivery(self.world, self.socket)
        self.record = Record()
        self.faults = Faults()
        self._port = port
        self._rest = Rest(self.world, self.socket, self.record, self.faults)
        site = web.Application(client_max_size=1024 * 1024 * 1024)
        self._lay(site.router)
        site.on_shutdown.append(self._leave)
        self._runner = web.AppRunner(site, shutdown_timeout=1.0, access_log=None)

    def _lay(self, router: web.UrlDispatcher) -> None:
        router.add_route("*", "/api/{method}", self._rest.serve)
        router.add_get("/link/", self.socket.serve)
        router.add_post("/upload/v1/{secret}", self._through("upload", files.take))
        router.add_get("/files-pri/{team}-{file}/{tail:.*}", self._through("download", files.serve))
        router.add_get("/files-tmb/{team}-{file}-{secret}/{tail:.*}", self._through("download", files.serve))
        router.add_post("/{kind:actions|commands}/{tail:.*}", self._through("response_url", responding.serve))
        router.add_get("/oauth/v2/authorize", self._through("oauth/v2/authorize", oauth.ask))

    def _through(self, name: str, answer: Answering) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        async def serve(request: web.Request) -> web.StreamResponse:
            return await self._rest.through(request, name, lambda call: answer(self.world, request, call))

        return serve

    async def __aenter__(self) -> Self:
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self._port).start()
        host, port = self._runner.addresses[0][:2]
        self.world.host = f"http://{host}:{port}"
        await self.delivery.open()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.delivery.close()
        await self._runner.cleanup()

    async def _leave(self, site: web.Application) -> None:
        self.socket.drop()

    @property
    def url(self) -> str:
        """What the `base_url` of a client has to be."""
        return f"{self.world.host}/api/"

    @property
    def app(self) -> App:
        """The application: its ids, secrets and the token for sockets."""
        return self.world.app

    @property
    def clock(self) -> Clock:
        """The time; `advance` makes triggers, files and response_urls old."""
        return self.world.clock

    @property
    def calls(self) -> list[Call]:
        """Everything that was asked, in order."""
        return self.record.calls

    async def until(self, holds: Callable[[], bool], within_s: float = PATIENCE_S) -> None:
        """Return once it holds; asked again after everything that happens."""
        await self.world.until(holds, within_s)

    def team(self, name: str = "Acme", *, is_installed: bool = True, bot: str | None = None) -> Workspace:
        """Return the team of that name, founded if need be; the application is installed there unless told not to.

        `bot` is the user id of the application there: two teams may know it, as anybody, by the same.
        """
        world = self.world
        for each in world.teams.values():
            if each.name == name:
                return Workspace(world, each, self.delivery)
        team = Team(id=world.clock.name("T"), name=name, domain=name.lower().replace(" ", "-"))
        team.bot = User(id=bot or world.clock.name("U"), team=team, name="fairbrush", bot_id=world.clock.name("B"))
        team.users[team.bot.id] = team.bot
        world.teams[team.id] = team
        if is_installed:
            world.issue(team)
        return Workspace(world, team, self.delivery)

    def orphans(self) -> list[str]:
        """Return the ids of files of the application's that no message shows and that were not deleted."""
        return files.orphans(self.world)
