"""What every request passes before any route: address, origin, session, pace; and what every answer carries."""

import ipaddress
from collections.abc import Awaitable, Callable, Collection
from math import ceil
from time import monotonic
from urllib.parse import urlsplit

from aiohttp import web
from aiohttp.typedefs import Middleware

from adapters.web.guests import Door, Session
from adapters.web.limits import WebLimits
from bot.errors import ConfigError
from bot.policy.pace import Pace

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

_SESSION = web.RequestKey("session", Session)

_ENTRANCES = frozenset({"/"})
"""What any page may lead to: it begins a session and does nothing else."""

_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; media-src 'self'; "
        "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Frame-Options": "DENY",
    "Cache-Control": "no-store",
}


def session_of(request: web.Request) -> Session:
    """Return the session that the guards found."""
    session: Session | None = request.get(_SESSION)
    if session is None:
        raise web.HTTPForbidden(text="Open the page first.")
    return session


def check_host(host: str) -> None:
    """Refuse to listen where others could come in: there is no sign-in. Raises ConfigError."""
    if not _is_loopback(host):
        raise ConfigError(
            [f"The web page has no sign-in, so it is served to this machine only: {host} is not a loopback address."]
        )


def cookie_name(port: int) -> str:
    """Name the session's cookie; a browser does not tell ports apart, and two pages must not forget each other."""
    return f"fairbrush_{port}"


class Guards:
    """The middlewares. The port is asked for late: it is chosen when the page is served."""

    def __init__(self, door: Door, limits: WebLimits, port: Callable[[], int]) -> None:
        self._door = door
        self._port = port
        self._pace = Pace(rate=limits.rate)
        self._open: set[web.AbstractRoute] = set()

    def leave_open(self, routes: Collection[web.AbstractRoute]) -> None:
        """Let these be asked from other machines, under a name that is not ours, without a session."""
        self._open.update(routes)

    def middlewares(self) -> list[Middleware]:
        """Return them, outermost first."""

        @web.middleware
        async def armoured(request: web.Request, handler: Handler) -> web.StreamResponse:
            try:
                return await handler(request)
            except web.HTTPException as error:
                for name, value in _HEADERS.items():
                    error.headers.setdefault(name, value)
                raise

        @web.middleware
        async def guarded(request: web.Request, handler: Handler) -> web.StreamResponse:
            # By what was resolved, never by how the path begins: nothing else comes in beside it.
            if request.match_info.route not in self._open:
                self._check_source(request)
                self._check_session(request)
            return await handler(request)

        return [armoured, guarded]

    def _check_source(self, request: web.Request) -> None:
        # A name of the attacker's that resolves to 127.0.0.1 still says its own name here.
        if not is_own_host(request.headers.get("Host", ""), self._port()):
            raise web.HTTPMisdirectedRequest(text="This page is only served under this machine's own name.")
        check_origin(request, lambda origin: origin == f"http://{request.headers.get('Host')}", _ENTRANCES)

    def _check_session(self, request: web.Request) -> None:
        session = self._door.known(request.cookies.get(cookie_name(self._port()), ""))
        if session is not None:
            request[_SESSION] = session
        elif request.path != "/" and not request.path.startswith("/static/"):
            # Only the page, which begins a session, and what it is made of are served without one.
            raise web.HTTPForbidden(text="Open the page first.")
        if request.method == "POST" and session is not None:
            # By the guest: whoever drops their cookie is the same one.
            check_pace(self._pace, session.guest.id)


async def put_headers(_: web.Request, response: web.StreamResponse) -> None:
    """Give every answer the headers that keep a browser careful; a route may have set its own."""
    for name, value in _HEADERS.items():
        response.headers.setdefault(name, value)


def is_own_host(host: str, port: int) -> bool:
    """Tell whether a Host header names this machine and our port; browsers leave out the 80 of http."""
    try:
        parts = urlsplit(f"//{host}")
        return parts.hostname is not None and _is_loopback(parts.hostname) and (parts.port or 80) == port
    except ValueError:
        return False


def check_origin(request: web.Request, is_ours: Callable[[str], bool], entrances: Collection[str]) -> None:
    """Refuse what another page began; raises HTTPForbidden. `entrances`: the paths that any page may lead to."""
    origin = request.headers.get("Origin")
    if not (_is_harmless(request, entrances) if origin is None else is_ours(origin)):
        raise web.HTTPForbidden(text="This came from another page.")


def check_pace(pace: Pace, who: str | None) -> None:
    """Count a request of somebody, or of everybody together; raises HTTPTooManyRequests."""
    if refused := pace.refusal(who, monotonic()):
        after = {"Retry-After": f"{ceil(refused.retry_after_s)}"}
        raise web.HTTPTooManyRequests(text=f"{refused} Wait a moment.", headers=after)


def _is_harmless(request: web.Request, entrances: Collection[str]) -> bool:
    """Tell whether a request may do without an origin: a look that no other page began, or at an entrance."""
    # Browsers send an origin with every POST and every socket; what has none is no page of ours.
    if request.method != "GET" or request.headers.get("Upgrade"):
        return False
    return request.headers.get("Sec-Fetch-Site", "none") in ("none", "same-origin") or request.path in entrances


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
