"""The simulator itself: one look-alike of a ComfyUI server on a port of this machine."""

import asyncio
import contextlib
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Self

from aiohttp import web

from adapters.simulator.definitions import node_classes
from adapters.simulator.executor import Executor
from adapters.simulator.faults import Faults
from adapters.simulator.files import Folders
from adapters.simulator.graphs import Prompt
from adapters.simulator.http_files import FileRoutes
from adapters.simulator.http_guards import MAX_BODY, guards
from adapters.simulator.http_info import InfoRoutes
from adapters.simulator.http_queue import QueueRoutes
from adapters.simulator.http_socket import SocketRoute
from adapters.simulator.options import SimulatorOptions
from adapters.simulator.queue import PromptQueue, QueueItem
from adapters.simulator.records import Records, RunRecord
from adapters.simulator.sockets import Sockets
from adapters.simulator.worker import Worker

# Handlers of a dying server are given this long; a killed process gives them nothing.
_SHUTDOWN_S = 0.05


class _Process:
    """One life of the server, from start to death: what it holds is lost with it."""

    def __init__(self, options: SimulatorOptions, folders: Folders, faults: Faults, records: Records) -> None:
        classes = node_classes(options)
        self.sockets = Sockets()
        self.queue = PromptQueue(self._announce)
        executor = Executor(
            options=options, classes=classes, folders=folders, sockets=self.sockets, faults=faults, records=records
        )
        self.socket_route = SocketRoute(self.sockets, self.queue, executor, faults)
        self.queue_routes = QueueRoutes(self.queue, executor, classes, folders, faults, records)
        self._routes = [
            *self.socket_route.routes(),
            *self.queue_routes.routes(),
            *FileRoutes(folders).routes(),
            *InfoRoutes(options, folders).routes(),
        ]
        self._faults = faults
        self._worker = Worker(self.queue, executor, faults)
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._runner: web.AppRunner | None = None

    async def start(self, host: str, port: int) -> int:
        """Listen and work; the port."""
        app = web.Application(client_max_size=MAX_BODY, middlewares=guards(self._faults))
        app.add_routes(self._routes)
        internal = "/internal/"
        app.add_routes([_under_api(route) for route in self._routes if not route.path.startswith(internal)])
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=_SHUTDOWN_S)
        await self._runner.setup()
        await web.TCPSite(self._runner, host, port).start()
        # Owned by this process, which cancels and awaits them in `kill`; a group could not be left to die alone.
        self._tasks = {
            "worker": asyncio.create_task(self._worker.run()),
            "publisher": asyncio.create_task(self.sockets.run()),
        }
        return int(self._runner.addresses[0][1])

    async def kill(self) -> None:
        """Drop every connection without a goodbye and end all tasks."""
        for task in self._tasks.values():
            task.cancel()
        await asyncio.gather(*self._tasks.values(), return_exceptions=True)
        if self._runner is None:
            return
        for site in list(self._runner.sites):
            await site.stop()
        for connection in self._runner.server.connections if self._runner.server else []:
            if connection.transport is not None:
                connection.transport.abort()
        await self._runner.cleanup()
        self._runner = None

    def kill_worker(self) -> None:
        """End the worker; what it was running stays "running"."""
        self._tasks["worker"].cancel()

    def _announce(self) -> None:
        self.sockets.publish("status", {"status": self.queue_info()})

    def queue_info(self) -> dict[str, object]:
        """What `status` tells of the queue."""
        return {"exec_info": {"queue_remaining": self.queue.remaining}}


class Simulator:
    """A ComfyUI look-alike; `async with Simulator(options) as simulator:` serves it at `simulator.url`."""

    def __init__(self, options: SimulatorOptions | None = None) -> None:
        self.options = options or SimulatorOptions()
        self.records = Records()
        self.faults = Faults(self)
        self._port = self.options.port
        self._process: _Process | None = None
        self._folders: Folders | None = None
        self._stack = contextlib.AsyncExitStack()

    async def __aenter__(self) -> Self:
        root = self.options.folder
        if root is None:
            root = Path(self._stack.enter_context(tempfile.TemporaryDirectory(prefix="simulated-comfyui-")))
        self._folders = Folders(root.resolve())
        await self.revive()
        return self

    async def __aexit__(self, *_: object) -> None:
        self.faults.thaw()
        await self.die()
        await self._stack.aclose()

    @property
    def url(self) -> str:
        """Where it listens."""
        host = f"[{self.options.host}]" if ":" in self.options.host else self.options.host
        return f"http://{host}:{self._port}"

    @property
    def runs(self) -> list[RunRecord]:
        """Every execution since the start, in order."""
        return list(self.records.runs)

    @property
    def history(self) -> Sequence[str]:
        """The prompt ids that it remembers, in order of completion."""
        return list(self._alive.queue.history)

    @property
    def folder(self) -> Path:
        """The folder that holds input/, output/ and temp/."""
        return self._known_folders.root

    async def die(self) -> None:
        """End the process; see Faults.die."""
        if self._process is not None:
            process, self._process = self._process, None
            await process.kill()

    async def revive(self) -> None:
        """Start a new process on the same port; see Faults.revive."""
        if self._process is None:
            await asyncio.to_thread(self._known_folders.create)
            self._process = _Process(self.options, self._known_folders, self.faults, self.records)
            self._port = await self._process.start(self.options.host, self._port)

    def kill_worker(self) -> None:
        """See Faults.kill_worker."""
        self._alive.kill_worker()

    def drop_sockets(self, client_id: str | None) -> None:
        """See Faults.drop_sockets."""
        self._alive.socket_route.drop(client_id)

    def deafen(self, client_id: str) -> None:
        """See Faults.deafen: the registry forgets the socket, as ComfyUI's does when an older one closes."""
        self._alive.sockets.unregister(client_id)

    def hold_events(self, *, held: bool) -> None:
        """See Faults.stall_events."""
        if held:
            self._alive.sockets.open.clear()
        else:
            self._alive.sockets.open.set()

    def submit(self, prompt_id: str, prompt: Prompt) -> None:
        """Queue a prompt without a client."""
        number = self._alive.queue_routes.next_number()
        self._alive.queue.put(QueueItem(number, prompt_id, prompt, {}, ["7"]))

    @property
    def _alive(self) -> _Process:
        if self._process is None:
            raise RuntimeError("the simulated server is not running")
        return self._process

    @property
    def _known_folders(self) -> Folders:
        if self._folders is None:
            raise RuntimeError("enter the simulator first")
        return self._folders


def _under_api(route: web.RouteDef) -> web.RouteDef:
    return web.RouteDef(route.method, f"/api{route.path}", route.handler, dict(route.kwargs))
