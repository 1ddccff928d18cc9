"""What the server tells about itself: node classes, models, features, memory."""

import asyncio
import sys
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path

from aiohttp import web

from adapters.simulator.definitions import object_info
from adapters.simulator.files import FOLDERS, Folders
from adapters.simulator.http_socket import FEATURES
from adapters.simulator.models import MODEL_FOLDERS, NOT_EXPERIMENTAL, metadata_of, size_of
from adapters.simulator.options import SimulatorOptions

_MIB = 1024 * 1024
# Machine memory beside the GPU's; any plausible number serves.
_RAM_BYTES = 64 * 1024 * _MIB


@dataclass(slots=True)
class InfoRoutes:
    """The routes that only tell."""

    _options: SimulatorOptions
    _folders: Folders
    _started: float = field(default_factory=time.time)

    def routes(self) -> list[web.RouteDef]:
        """The routes."""
        return [
            web.get("/object_info", self._object_info),
            web.get("/object_info/{name}", self._object_info_of),
            web.get("/system_stats", self._system_stats),
            web.get("/features", _answer(FEATURES)),
            web.get("/models", _answer(list(MODEL_FOLDERS))),
            web.get("/models/{folder}", self._models),
            web.get("/experiment/models", self._model_folders),
            web.get("/experiment/models/{folder}", self._model_files),
            web.get("/view_metadata/{folder}", self._metadata),
            web.get("/embeddings", _answer([])),
            web.get("/extensions", _answer([])),
            web.get("/users", _answer({"storage": "server", "migrated": False})),
            web.get("/settings", _answer({})),
            web.get("/userdata", _answer([])),
            web.get("/internal/logs", _answer("")),
            web.get("/internal/files/{folder}", self._files),
            web.get("/{unknown:.*}", _missing),  # last: everything else is looked for among the files of the web page
        ]

    async def _object_info(self, _request: web.Request) -> web.Response:
        return web.json_response(await asyncio.to_thread(self._known))

    async def _object_info_of(self, request: web.Request) -> web.Response:
        name = request.match_info["name"]
        known = await asyncio.to_thread(self._known)
        return web.json_response({name: known[name]} if name in known else {})

    def _known(self) -> dict[str, object]:
        return object_info(self._options, self._folders.inputs())

    async def _system_stats(self, _request: web.Request) -> web.Response:
        memory = self._options.memory_mb * _MIB
        system = {
            "os": "posix",
            "ram_total": _RAM_BYTES,
            "ram_free": _RAM_BYTES // 2,
            "comfyui_version": self._options.version,
            "required_frontend_version": "1.27.10",
            "installed_templates_version": "0.1.95",
            "required_templates_version": "0.1.95",
            "python_version": sys.version,
            "pytorch_version": "simulated",
            "embedded_python": False,
            "argv": ["main.py", "--preview-method", "latent2rgb"],
        }
        device = {
            "name": "cuda:0 Simulated (no GPU)",
            "type": "cuda",
            "index": 0,
            "vram_total": memory,
            "vram_free": memory * 9 // 10,
            "torch_vram_total": 0,
            "torch_vram_free": 0,
        }
        return web.json_response({"system": system, "devices": [device]})

    async def _models(self, request: web.Request) -> web.Response:
        folder = request.match_info["folder"]
        if folder not in MODEL_FOLDERS:
            return web.Response(status=404)
        return web.json_response(sorted(self._options.files().get(folder, ())))

    async def _model_folders(self, _request: web.Request) -> web.Response:
        return web.json_response(
            [
                {"name": name, "folders": [f"/simulated/models/{name}"]}
                for name in MODEL_FOLDERS
                if name not in NOT_EXPERIMENTAL
            ]
        )

    async def _model_files(self, request: web.Request) -> web.Response:
        folder = request.match_info["folder"]
        if folder not in MODEL_FOLDERS:
            return web.Response(status=404)
        times = {"pathIndex": 0, "modified": self._started, "created": self._started}
        names = sorted(self._options.files().get(folder, ()))
        return web.json_response([{"name": name, **times, "size": size_of(folder, name)} for name in names])

    async def _metadata(self, request: web.Request) -> web.Response:
        folder, name = request.match_info["folder"], request.query.get("filename", "")
        metadata = metadata_of(folder, name) if name in self._options.files().get(folder, ()) else None
        return web.json_response(metadata) if metadata is not None else web.Response(status=404)

    async def _files(self, request: web.Request) -> web.Response:
        folder = request.match_info["folder"]
        if folder not in FOLDERS:
            return web.json_response({"error": "Invalid directory type"}, status=400)
        return web.json_response(await asyncio.to_thread(_newest_first, self._folders.folder(folder)))


async def _missing(_request: web.Request) -> web.Response:
    return web.Response(status=404)


def _newest_first(folder: Path) -> list[str]:
    files = [path for path in folder.iterdir() if path.is_file()]
    return [path.name for path in sorted(files, key=_modified, reverse=True)]


def _modified(path: Path) -> float:
    return path.stat().st_mtime


def _answer(body: object) -> Callable[[web.Request], Awaitable[web.Response]]:
    async def handler(_request: web.Request) -> web.Response:
        return web.json_response(body)

    return handler
