"""What stands between: a proxy with a path prefix and a password, and servers that answer whatever a test wants."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager

import aiohttp
from aiohttp import web

SIGN_IN = "<html>please sign in</html>"

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@asynccontextmanager
async def serving(
    routes: Mapping[str, Handler], *, tls: ssl.SSLContext | None = None, host: str = "127.0.0.1"
) -> AsyncIterator[str]:
    """Serve handlers by path (`GET /queue`, or `/{tail:.*}` for any method); the URL."""
    app = web.Application(client_max_size=2**26)
    for route, handler in routes.items():
        method, _, path = route.rpartition(" ")
        app.router.add_route(method or "*", path, handler)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.05)
    await runner.setup()
    site = web.TCPSite(runner, host, 0, ssl_context=tls)
    await site.start()
    port = runner.addresses[0][1]
    try:
        yield f"{'https' if tls else 'http'}://{host}:{port}"
    finally:
        await runner.cleanup()


@asynccontextmanager
async def proxying(
    target: str,
    *,
    prefix: str = "",
    password: str | None = None,
    tls: ssl.SSLContext | None = None,
    holds: tuple[str, asyncio.Event, asyncio.Event] | None = None,
) -> AsyncIterator[str]:
    """A reverse proxy; whoever lacks the password gets a sign-in page.

    `holds` names a path: a POST there sets the first event and goes on when the second one is set.
    """
    async with aiohttp.ClientSession(auto_decompress=False) as session:

        async def forward(request: web.Request) -> web.StreamResponse:
            if password is not None and request.headers.get("Authorization") != password:
                return web.Response(status=401, text=SIGN_IN, content_type="text/html")
            url = target + str(request.rel_url).removeprefix(prefix)
            if request.path.endswith("/ws"):
                return await _relay(request, session, url)
            body = await request.read()
            if holds and request.method == "POST" and request.path == holds[0]:
                holds[1].set()
                await holds[2].wait()
            kept = {"Content-Type": request.headers["Content-Type"]} if "Content-Type" in request.headers else {}
            async with session.request(request.method, url, data=body, headers=kept) as answer:
                content = await answer.read()
                return web.Response(status=answer.status, body=content, headers={"Content-Type": answer.content_type})

        async with serving({prefix + "/{tail:.*}": forward}, tls=tls) as url:
            yield url + prefix


async def _relay(request: web.Request, session: aiohttp.ClientSession, url: str) -> web.WebSocketResponse:
    near = web.WebSocketResponse(max_msg_size=0)
    await near.prepare(request)
    async with session.ws_connect(url, max_msg_size=0) as far, asyncio.TaskGroup() as group:
        copies = [group.create_task(_copy(near, far)), group.create_task(_copy(far, near))]
        await asyncio.wait(copies, return_when=asyncio.FIRST_COMPLETED)
        for copy in copies:
            copy.cancel()
    return near


async def _copy(
    source: web.WebSocketResponse | aiohttp.ClientWebSocketResponse,
    sink: web.WebSocketResponse | aiohttp.ClientWebSocketResponse,
) -> None:
    async for message in source:
        if message.type is aiohttp.WSMsgType.TEXT:
            await sink.send_str(message.data)
        elif message.type is aiohttp.WSMsgType.BINARY:
            await sink.send_bytes(message.data)
