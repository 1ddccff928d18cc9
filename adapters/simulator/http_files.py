"""Files in and out: /view, /upload/image, /upload/mask."""

import asyncio
import io
import json
import mimetypes
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from aiohttp import web
from PIL import Image

from adapters.simulator.files import FOLDERS, Folders

_DOWNLOADED = frozenset({"text/html", "text/html-sandboxed", "application/xhtml+xml", "text/javascript", "text/css"})
"""Types that a browser would run; they are sent as plain bytes."""
_PREVIEW_QUALITY = 90

Save = Callable[[Path, bytes], None]


@dataclass(slots=True)
class FileRoutes:
    """The routes of the three folders."""

    _folders: Folders

    def routes(self) -> list[web.RouteDef]:
        """The routes."""
        return [
            web.get("/view", self._view),
            web.post("/upload/image", self._upload_image),
            web.post("/upload/mask", self._upload_mask),
        ]

    async def _view(self, request: web.Request) -> web.StreamResponse:
        query = request.query
        if "filename" not in query:
            return web.Response(status=404)
        name, folder = self._folders.annotated(query["filename"])
        folder = folder or query.get("type", "output")
        if not name or name.startswith("/") or ".." in name or folder not in FOLDERS:
            return web.Response(status=400)
        place = _below(self._folders.folder(folder), query.get("subfolder", ""))
        if place is None:
            return web.Response(status=403)
        path = place / Path(name).name
        if not await asyncio.to_thread(path.is_file):
            return web.Response(status=404)
        return await _shown(path, query)

    async def _upload_image(self, request: web.Request) -> web.Response:
        return await self._upload(await request.post(), _write)

    async def _upload_mask(self, request: web.Request) -> web.Response:
        post = await request.post()

        def save(path: Path, data: bytes) -> None:
            self._save_masked(path, data, json.loads(str(post["original_ref"])))

        return await self._upload(post, save)

    async def _upload(self, post: Mapping[str, str | bytearray | bytes | web.FileField], save: Save) -> web.Response:
        folder, image = str(post.get("type", "input")), post.get("image")
        if not image:
            return web.Response(status=400)
        if not isinstance(image, web.FileField) or folder not in FOLDERS:
            raise TypeError("what ComfyUI trips over")
        subfolder = str(post.get("subfolder", ""))
        place = _below(self._folders.folder(folder), subfolder)
        if place is None or _below(self._folders.folder(folder), str(place / image.filename)) is None:
            return web.Response(status=400)
        overwrite = post.get("overwrite") in ("true", "1")
        data = await asyncio.to_thread(image.file.read)
        name = await asyncio.to_thread(_store, place, image.filename, data, save, overwrite=overwrite)
        return web.json_response({"name": name, "subfolder": subfolder, "type": folder})

    def _save_masked(self, path: Path, data: bytes, reference: Mapping[str, str]) -> None:
        """The original with the mask's alpha channel; nothing at all when the original cannot be named or found."""
        name, folder = self._folders.annotated(reference["filename"])
        folder = folder or reference.get("type", "output")
        if not name or name.startswith("/") or ".." in name or folder not in FOLDERS:
            return
        place = _below(self._folders.folder(folder), reference.get("subfolder", ""))
        if place is None or not (place / name).is_file():
            return
        with Image.open(place / name) as original, Image.open(io.BytesIO(data)) as mask:
            masked = original.convert("RGBA")
            masked.putalpha(mask.convert("RGBA").getchannel("A"))
        masked.save(path, "PNG", compress_level=4)


def _below(root: Path, subfolder: str) -> Path | None:
    """The folder of this name, None when it lies outside of the root."""
    path = Path(os.path.normpath(root / subfolder))
    return path if path.is_relative_to(root) else None


def _store(place: Path, filename: str, data: bytes, save: Save, *, overwrite: bool) -> str:
    """Write an upload under a name that is free, unless it may overwrite or is there already; the name."""
    place.mkdir(parents=True, exist_ok=True)
    stem, suffix = os.path.splitext(filename)  # noqa: PTH122 — of the name as sent, which may hold a slash
    name, count = filename, 1
    while not overwrite and (place / name).exists():
        if (place / name).read_bytes() == data:
            return name
        name, count = f"{stem} ({count}){suffix}", count + 1
    save(place / name, data)
    return name


def _write(path: Path, data: bytes) -> None:
    path.write_bytes(data)


async def _shown(path: Path, query: Mapping[str, str]) -> web.StreamResponse:
    headers = {"Content-Disposition": f'filename="{path.name}"'}
    channel = query.get("channel", "rgba")
    if "preview" in query:
        kind, data = await asyncio.to_thread(_preview, path, query["preview"], query.get("channel", ""))
        return web.Response(body=data, content_type=f"image/{kind}", headers=headers)
    if channel in ("rgb", "a"):
        data = await asyncio.to_thread(_channel, path, channel)
        return web.Response(body=data, content_type="image/png", headers=headers)
    kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    headers["Content-Type"] = "application/octet-stream" if kind in _DOWNLOADED else kind
    return web.FileResponse(path, headers=headers)


def _preview(path: Path, wanted: str, channel: str) -> tuple[str, bytes]:
    kind, *_, quality = [*wanted.split(";"), wanted.split(";")[-1]]
    if kind not in ("webp", "jpeg") or "a" in channel:
        kind = "webp"
    buffer = io.BytesIO()
    with Image.open(path) as image:
        shown = image.convert("RGB") if kind == "jpeg" or channel == "rgb" else image
        shown.save(buffer, kind, quality=int(quality) if quality.isdigit() else _PREVIEW_QUALITY)
    return kind, buffer.getvalue()


def _channel(path: Path, channel: str) -> bytes:
    buffer = io.BytesIO()
    with Image.open(path) as image:
        if channel == "rgb":
            shown = image.convert("RGB")
        else:
            shown = Image.new("RGBA", image.size)
            shown.putalpha(image.getchannel("A") if image.mode == "RGBA" else Image.new("L", image.size, 255))
    shown.save(buffer, "PNG")
    return buffer.getvalue()
