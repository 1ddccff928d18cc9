"""The console as a whole: its parts joined, and its routes, which guard themselves."""

from collections.abc import Callable
from dataclasses import dataclass, field

from aiohttp import web

from adapters.web.assets import Assets
from adapters.web.console.guarding import PATH, Guarding, Paces
from adapters.web.console.limits import ConsoleLimits
from adapters.web.console.panels import Panels
from adapters.web.console.rendering import ConsolePages
from adapters.web.console.routes_deeds import DeedRoutes
from adapters.web.console.routes_live import LiveRoutes
from adapters.web.console.routes_look import LookRoutes
from adapters.web.console.routes_sign_in import SignInRoutes
from adapters.web.console.sockets import Sockets
from adapters.web.links import LinkedFiles
from bot.desk import Desk
from bot.signing_in import SigningIn
from bot.watching import Watching


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsoleParts:
    """What the console is made of; without it there is none."""

    signing: SigningIn
    watching: Watching
    public_url: str | None = None  #: where moderators come from elsewhere; None: only this machine's own name
    limits: ConsoleLimits = field(default_factory=ConsoleLimits)
    paces: Paces = field(default_factory=Paces)


class Console:
    """Its routes. The port is asked for late: it is chosen when the page is served."""

    def __init__(
        self, parts: ConsoleParts, *, desk: Desk, files: LinkedFiles, port: Callable[[], int], title: str
    ) -> None:
        pages, limits = ConsolePages(title), parts.limits
        guarding = Guarding(parts.signing, pages, port=port, public_url=parts.public_url, paces=parts.paces)
        panels = Panels(parts.watching, pages, limits)
        self._sockets = Sockets(limits)
        self._guarding = guarding
        self._parts = (
            SignInRoutes(parts.signing, guarding, pages, self._sockets),
            LiveRoutes(guarding, panels, self._sockets, limits),
            DeedRoutes(desk, guarding, pages, limits),
            LookRoutes(desk, parts.watching, files, panels, guarding, pages, limits),
        )

    def routes(self) -> list[web.RouteDef]:
        """Return the routes."""
        static = web.get(f"{PATH}/static/{{name}}", self._guarding.open(Assets().serve), allow_head=False)
        return [static, *(route for part in self._parts for route in part.routes())]

    async def close(self, app: web.Application) -> None:
        """Say goodbye to every open page."""
        await self._sockets.close(app)
