"""What every request passes: the frozen server, the origin check, the answer to an unexpected error."""

import ipaddress
import urllib.parse
from collections.abc import Awaitable, Callable

from aiohttp import web
from aiohttp.typedefs import Middleware

from adapters.simulator.faults import Faults

MAX_BODY = 100 * 1024 * 1024
"""ComfyUI's --max-upload-size, which bounds every body."""

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def guards(faults: Faults) -> list[Middleware]:
    """The middlewares, outermost first."""

    @web.middleware
    async def frozen(request: web.Request, handler: Handler) -> web.StreamResponse:
        await faults.wait_until_thawed()
        response = await handler(request)
        await faults.wait_until_thawed()
        return response

    return [frozen, _trouble, _origin]


@web.middleware
async def _trouble(request: web.Request, handler: Handler) -> web.StreamResponse:
    try:
        return await handler(request)
    except web.HTTPException:
        raise
    except Exception:  # noqa: BLE001 — aiohttp answers so, too, but fills the log with ComfyUI's own faults
        response = web.Response(status=500, text="500 Internal Server Error\n\nServer got itself in trouble")
        response.force_close()
        return response


@web.middleware
async def _origin(request: web.Request, handler: Handler) -> web.StreamResponse:
    if _is_foreign(request.headers.get("Host", ""), request.headers.get("Origin", "")):
        return web.Response(status=403)
    if request.method == "OPTIONS":
        return web.Response()
    return await handler(request)


def _is_foreign(host: str, origin: str) -> bool:
    """True when a page of another origin talks to a server that was addressed as this machine."""
    mine, theirs = urllib.parse.urlsplit(f"//{host.lower()}"), urllib.parse.urlsplit(origin.lower())
    if not mine.hostname or not theirs.hostname or not _is_loopback(mine.hostname):
        return False
    if mine.port is None or theirs.port is None:
        return mine.hostname != theirs.hostname
    return mine.netloc != theirs.netloc


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
