"""The CDN on the same host: links that are signed, and that expire."""

import hashlib
import hmac
import struct

from aiohttp import web

from .shapes import Json
from .state import File, World

_PNG = b"\x89PNG\r\n\x1a\n"


def link(world: World, file: File) -> str:
    """Return a link to a file, good from now on for as long as the limits say."""
    issued = round(world.clock.now())
    until = issued + round(world.limits.link_s)
    path = f"/attachments/{file.channel}/{file.id}/{file.name}"
    return f"{world.host}{path}?ex={until:x}&is={issued:x}&hm={_signature(world, path, f'{until:x}')}&"


def _signature(world: World, path: str, until: str) -> str:
    return hmac.new(world.token.encode(), f"{path}|{until}".encode(), hashlib.sha256).hexdigest()


def size(file: File) -> Json:
    """Return width and height of a PNG; of anything else none."""
    if not file.content.startswith(_PNG) or len(file.content) < 24:
        return {}
    width, height = struct.unpack(">II", file.content[16:24])
    return {"width": width, "height": height}


async def serve(world: World, request: web.Request) -> web.Response:
    """Answer a download: 404 for what is not there, not signed, or expired."""
    file = world.files.get(int(request.match_info["file_id"]))
    until = request.query.get("ex", "0")
    signed = hmac.compare_digest(request.query.get("hm", ""), _signature(world, request.path, until))
    if file is None or not signed or int(until, 16) < world.clock.now():
        return web.Response(status=404, text="This content is no longer available.")
    if file.id in world.redirects:
        raise web.HTTPFound(world.redirects[file.id])
    return web.Response(body=file.content, content_type=file.kind)
