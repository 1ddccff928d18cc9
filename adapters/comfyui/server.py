"""One ComfyUI server behind the `Server` port: REST for the truth, the event socket for the news."""

import asyncio
from collections.abc import AsyncGenerator, Collection
from contextlib import AsyncExitStack, aclosing, suppress
from typing import NoReturn, Self

from adapters.comfyui.address import ComfyAddress
from adapters.comfyui.asking import where
from adapters.comfyui.census import Census
from adapters.comfyui.clearing import Clearer
from adapters.comfyui.fetching import read_result
from adapters.comfyui.limits import ComfyLimits
from adapters.comfyui.offering import read_offer, read_vocabulary
from adapters.comfyui.patience import Since
from adapters.comfyui.pictures import PictureStore
from adapters.comfyui.rest import Rest, hung_up
from adapters.comfyui.runs import Post, Runs
from adapters.comfyui.socket import Listener
from adapters.comfyui.stopping import Stopper
from adapters.comfyui.submitting import hand_over, upload
from adapters.comfyui.system import check_floor, read_facts
from adapters.comfyui.watching import Follower
from adapters.comfyui.whereabouts import Nowhere, Over
from bot.errors import JobError, ServerLost, SubmitUncertain
from bot.events import OutputFile, RunEvent
from bot.jobs import Run
from bot.ports import Finding, Found, Handle, NotFound, ServerFacts, Stopping
from workflows.definitions import Definitions
from workflows.vocabulary import Vocabulary


class ComfyServer:
    """A ComfyUI from 0.3.64 on, or something that speaks like one. Handles are run ids (ComfyUI: prompt_id).

    Entering asks for the version (ConfigError when it is too old, ServerLost when nothing answers) and opens the event
    socket; a server without a socket still works, by asking it every `poll_s`.
    """

    def __init__(self, name: str, address: ComfyAddress, *, limits: ComfyLimits | None = None, pool: str = "") -> None:
        """Take the operator's name for it, where it is, and the identity of the pool, which all of its runs bear."""
        self._name = name
        self._limits = limits or ComfyLimits()
        self._rest = Rest(address, self._limits)
        self._runs = Runs(limit=self._limits.watched_runs, store=PictureStore(self._limits.kept_bytes))
        self._pool = pool
        self._census = Census(self._rest, self._runs, self._limits, pool)
        self._listener = Listener(address, self._limits, self._runs, self._census.told)
        self._stopper = Stopper(self._rest, self._runs, self._limits)
        self._clearer = Clearer(self._census, self._stopper, self._limits, pool)
        self._hung_up = Since()
        self._open = AsyncExitStack()

    async def __aenter__(self) -> Self:
        """Check the server and begin to listen."""
        async with AsyncExitStack() as opening:
            await opening.enter_async_context(self._rest)
            await check_floor(self._rest, self._name)
            tasks = await opening.enter_async_context(asyncio.TaskGroup())
            for beside in (self._listener.listen(), self._census.watch(self._listener.greeted)):
                opening.callback(tasks.create_task(beside).cancel)
            with suppress(TimeoutError):
                async with asyncio.timeout(self._limits.connect_s):
                    await self._listener.tried.wait()
            self._open = opening.pop_all()
        return self

    async def __aexit__(self, *_: object) -> None:
        """Stop listening and close every connection; runs go on on the server."""
        await self._open.aclose()

    @property
    def name(self) -> str:
        """Return the operator's name for it."""
        return self._name

    async def definitions(self) -> Definitions:
        """Ask for every node class, to check workflows against; raises ServerLost."""
        return await read_offer(self._rest)

    @property
    def others(self) -> int:
        """Return how many runs of strangers there were when its queue was last heard of."""
        return self._census.others

    async def facts(self) -> ServerFacts:
        """Ask the server about itself; raises ServerLost."""
        return await read_facts(self._rest, self._census)

    async def vocabulary(self) -> Vocabulary | None:
        """Ask which choices it offers; None on a platform that does not tell. Raises ServerLost."""
        return await read_vocabulary(self._rest, self._limits)

    async def submit(self, run: Run) -> Handle:
        """Upload, then hand over under our run id; see `Server.submit` for what it raises."""
        watch = self._runs.expect(run)
        try:
            await upload(self._rest, run.uploads, deadline_s=self._limits.upload_s)
            watch.client_id, watch.post = self._listener.client_id, Post.UNANSWERED
            error = await hand_over(self._rest, run, watch.client_id, self._pool)
            watch.post = Post.ANSWERED
            if error:
                await self._take_back(run, error)
        except SubmitUncertain:
            raise  # it may run: whoever finds it follows it
        except JobError:
            self._runs.forget(run.id)
            raise
        return Handle(run.id)

    async def _take_back(self, run: Run, error: JobError) -> NoReturn:
        """Stop a run that was accepted without what is wanted of it; raises the error, or SubmitUncertain."""
        if await self._stopper.stop(run.id) is Stopping.UNCONFIRMED:
            raise SubmitUncertain(detail=f"run {run.id} may not have stopped: {error.detail}") from error
        raise error

    async def follow(self, handle: Handle) -> AsyncGenerator[RunEvent]:
        """Report what a run does until its end; see `Server.follow`."""
        watch = self._runs.adopt(handle)
        follower = Follower(self._rest, self._listener, self._limits, self._runs, watch)
        try:
            async with aclosing(follower.events()) as events:
                async for event in events:
                    if watch.course.ended:
                        # Before the end is told: whoever hears it may leave without closing this.
                        self._runs.forget(handle)
                    yield event
        finally:
            self._runs.forget(handle)

    async def find(self, handle: Handle) -> Finding:
        """Ask the queue and the history about a run; what a server had that has died is not there any more."""
        try:
            place = await where(self._rest, handle, self._runs.wanted(handle))
        except ServerLost as error:
            return NotFound.ABSENT if self._has_died(error) else NotFound.UNKNOWN
        self._hung_up.over()
        match place:
            case Nowhere():
                self._runs.miss(handle)
                return NotFound.ABSENT
            case Over(end=end):
                return Found(end=end)
            case _:
                return Found(end=None)

    def _has_died(self, error: ServerLost) -> bool:
        if not hung_up(error):
            self._hung_up.over()
            return False
        return self._hung_up.lasts(asyncio.get_running_loop().time()) >= self._limits.refused_s

    async def interrupt(self, handle: Handle) -> Stopping:
        """Stop a run and confirm it."""
        return await self._stopper.stop(handle)

    async def clear(self, keep: Collection[Handle]) -> int:
        """Stop what bears the mark of this pool, except these; without a mark there is nothing that could."""
        return await self._clearer.clear(keep)

    async def forget(self, handle: Handle) -> None:
        """Delete a run's history entry, and what is kept here of its pictures."""
        self._runs.store.drop(handle)
        with suppress(ServerLost):
            await self._stopper.forget([handle])

    def fetch(self, file: OutputFile) -> AsyncGenerator[bytes]:
        """Read a result in chunks, at most `file_bytes`."""
        return read_result(self._rest, self._runs.store, self._limits, file)
