"""What pages are made of: scripts, styles and marks. Public, and named by their content."""

from aiohttp import web

from adapters.web.rendering import HERE

_TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}


class Assets:
    """Serves them from memory."""

    def __init__(self) -> None:
        folder = HERE / "static"
        self._static = {path.name: (path.read_bytes(), _TYPES[path.suffix]) for path in folder.iterdir()}

    async def serve(self, request: web.Request) -> web.Response:
        """Answer with the one that an address names; raises HTTPNotFound."""
        found = self._static.get(request.match_info["name"])
        if found is None:
            raise web.HTTPNotFound
        content, media_type = found
        # Addressed by content, so it may be kept for ever.
        headers = {"Cache-Control": "public, max-age=31536000, immutable"}
        return web.Response(body=content, content_type=media_type, charset="utf-8", headers=headers)
