"""Servers that answer whatever a test wants, and a client in front of each."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

from aiohttp import web

from adapters.comfyui.limits import ComfyLimits
from adapters.comfyui.server import ComfyServer
from bot.ports import Handle
from tests.integration.comfyui.proxy import SIGN_IN, Handler, serving
from tests.integration.comfyui.scene import QUICK, client

OURS = Handle("0b9f2a44-58ac-5f7c-8f3d-1d3b6c2f9a01")


def says(body: object, status: int = 200) -> Handler:
    async def answer(_request: web.Request) -> web.Response:
        return web.json_response(body, status=status)

    return answer


def page(status: int = 200) -> Handler:
    async def answer(_request: web.Request) -> web.Response:
        return web.Response(status=status, text=SIGN_IN, content_type="text/html")

    return answer


def in_turn(*handlers: Handler) -> Handler:
    """Answer by one handler after the other; the last one stays."""
    waiting = list(handlers)

    async def answer(request: web.Request) -> web.StreamResponse:
        return await (waiting.pop(0) if len(waiting) > 1 else waiting[0])(request)

    return answer


RUNNING = {"queue_running": [[0, OURS, {}, {}, []]], "queue_pending": []}
PENDING = {"queue_running": [], "queue_pending": [[0, OURS, {}, {}, []]]}
EMPTY = {"queue_running": [], "queue_pending": []}
STOPPED = {OURS: {"status": {"status_str": "error", "messages": [["execution_interrupted", {}]]}}}
DONE = {OURS: {"outputs": {"9": {"text": ["done"]}}, "status": {"status_str": "success"}}}


@asynccontextmanager
async def against(routes: Mapping[str, Handler], limits: ComfyLimits = QUICK) -> AsyncIterator[ComfyServer]:
    """A client of a server that has these routes and next to no others: no socket, for one, and no version."""
    async with serving({"GET /system_stats": says({"system": {}}), **routes}) as url, client(url, limits) as server:
        yield server
