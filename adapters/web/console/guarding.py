"""Who gets into the console. Its routes open to whoever reaches the server, so each of them asks here, by itself.

A moderator comes through the public address, whoever runs Fairbrush at this machine's own; no other name is answered,
and nothing is done for a page of another origin. Without a session nothing of substance is told.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from urllib.parse import SplitResult, urlsplit

from aiohttp import web

from adapters.web.console.looks import Section
from adapters.web.console.rendering import ConsolePages
from adapters.web.console.visits import Visit
from adapters.web.guards import check_origin, check_pace, is_own_host
from bot.console.sessions import SESSION_S
from bot.errors import FairbrushError, StoreLost
from bot.policy.measures import Actor
from bot.policy.pace import Pace, Rate
from bot.signing_in import SIGN_IN, UNCHECKED, SigningIn

PATH = "/console"

_ENTRANCES = frozenset({PATH, SIGN_IN, *(f"{PATH}/{section}" for section in Section)})
"""Whole pages: a chat leads to where one signs in, a link to a section. What they are made of is no entrance."""

HEADERS = {
    # A form of ours is sent to ourselves; with no-referrer a browser would send it from the origin `null`.
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; media-src 'self'; "
        "connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "same-origin",
}

_PORTS = {"http": 80, "https": 443}

OpenHandler = Callable[[web.Request], Awaitable[web.StreamResponse]]
VisitHandler = Callable[[web.Request, Visit], Awaitable[web.StreamResponse]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Paces:
    """How much may be asked, by whom."""

    address: Rate = field(default_factory=lambda: Rate(burst=300, per_s=40.0))  #: of anything, from one address
    attempts: Rate = field(default_factory=lambda: Rate(burst=10, per_s=0.2))  #: of signing in, from one address
    all_attempts: Rate = field(default_factory=lambda: Rate(burst=100, per_s=5.0))  #: and from everywhere together
    session: Rate = field(default_factory=lambda: Rate(burst=120, per_s=10.0))


class Guarding:
    """What stands before every route. The port is asked for late: it is chosen when the page is served."""

    def __init__(
        self,
        signing: SigningIn,
        pages: ConsolePages,
        *,
        port: Callable[[], int],
        public_url: str | None,
        paces: Paces | None = None,
    ) -> None:
        self._signing = signing
        self._pages = pages
        self._port = port
        self._public = urlsplit(public_url) if public_url else None
        paces = paces or Paces()
        self._addresses, self._attempts = Pace(rate=paces.address), Pace(rate=paces.attempts)
        self._all_attempts, self._sessions = Pace(rate=paces.all_attempts), Pace(rate=paces.session)

    def open(self, handler: OpenHandler) -> OpenHandler:
        """Let anybody ask who comes by the right name: for what tells nothing of anybody."""

        async def ask(request: web.Request) -> web.StreamResponse:
            self._check(request)
            return await _careful(handler(request))

        return ask

    def signed_in(self, handler: VisitHandler) -> OpenHandler:
        """Let only those ask who are signed in, under rights that were looked at lately."""

        async def ask(request: web.Request) -> web.StreamResponse:
            self._check(request)
            return await _careful(self._visited(request, handler))

        return ask

    async def _visited(self, request: web.Request, handler: VisitHandler) -> web.StreamResponse:
        cookie = self.cookie(request)
        try:
            actor = await self._signing.actor(cookie) if cookie else None
        except (StoreLost, TimeoutError):
            return self._pages.away()
        if actor is None:
            return self._pages.shut()
        if actor is UNCHECKED:
            return self._pages.unchecked()
        check_pace(self._sessions, cookie)
        return await handler(request, Visit(actor=actor, cookie=cookie))

    async def is_still(self, visit: Visit) -> bool:
        """Tell whether a session goes on as it was; what cannot be asked is as if it did not."""
        try:
            found = await self._signing.actor(visit.cookie)
        except (FairbrushError, TimeoutError):
            return False
        then = visit.actor
        return isinstance(found, Actor) and (found.rank, found.tenant) == (then.rank, then.tenant)

    def check_attempt(self, request: web.Request) -> None:
        """Count an attempt to sign in; raises HTTPTooManyRequests."""
        check_pace(self._attempts, _address(request))
        check_pace(self._all_attempts, None)

    def cookie(self, request: web.Request) -> str:
        """Return what the browser holds of a session; empty: nothing."""
        names = [self._name(is_secure=True), self._name(is_secure=False)]
        return next((request.cookies[name] for name in names if request.cookies.get(name)), "")

    def let_in(self, request: web.Request, response: web.StreamResponse, cookie: str) -> None:
        """Have the browser hold a session: for no script, no other site, and no other path than the console's."""
        is_secure = self._is_secure(request)
        response.set_cookie(
            self._name(is_secure=is_secure),
            cookie,
            path=PATH,
            httponly=True,
            samesite="Strict",
            secure=is_secure,
            max_age=round(SESSION_S),
        )

    def let_out(self, response: web.StreamResponse) -> None:
        """Have the browser forget its session."""
        for is_secure in (True, False):
            name = self._name(is_secure=is_secure)
            response.del_cookie(name, path=PATH, httponly=True, samesite="Strict", secure=is_secure)

    def _name(self, *, is_secure: bool) -> str:
        # A browser takes a cookie of this prefix over https alone; it tells no ports apart, where names have to.
        return "__Secure-fairbrush-console" if is_secure else f"fairbrush_console_{self._port()}"

    def _is_secure(self, request: web.Request) -> bool:
        # By what the browser sees: a proxy speaks plainly to us.
        return (request.headers.get("Origin") or "").startswith("https://")

    def _check(self, request: web.Request) -> None:
        check_pace(self._addresses, _address(request))
        host = request.headers.get("Host", "")
        is_ours = is_own_host(host, self._port())
        if not is_ours and not self._is_public(f"//{host}"):
            raise web.HTTPMisdirectedRequest(text="The console is not at that address.")
        check_origin(
            request, lambda origin: (is_ours and origin == f"http://{host}") or self._is_public(origin), _ENTRANCES
        )

    def _is_public(self, address: str) -> bool:
        """Tell whether an origin, or a host behind `//`, is the public address's."""
        if self._public is None:
            return False
        try:
            said = urlsplit(address)
            scheme = said.scheme or self._public.scheme
            return (scheme, said.hostname, _port(said, scheme)) == (
                self._public.scheme,
                self._public.hostname,
                _port(self._public, self._public.scheme),
            ) and not (said.path or said.query or said.username)
        except ValueError:
            return False


async def _careful(answering: Awaitable[web.StreamResponse]) -> web.StreamResponse:
    """Give an answer the console's headers; those that every answer gets come later and replace none."""
    response = await answering
    if not response.prepared:
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
    return response


def _address(request: web.Request) -> str:
    """Return where a request comes from: behind a proxy of this machine, what it added last."""
    told = request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip()
    return (told or request.remote or "")[:64]


def _port(parts: SplitResult, scheme: str) -> int | None:
    return parts.port or _PORTS.get(scheme)
