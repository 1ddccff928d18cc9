"""Who works on which server: of all processes on one store only one may, for what a server holds is adopted by name."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass

from bot.errors import FairbrushError
from bot.outages import Outage
from bot.ports import NoticeStore

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Owning:
    """The right to work on servers, kept in the store under this process's name."""

    notices: NoticeStore  #: its buckets are rights of any kind
    owner: str
    term_s: float = 15.0  #: shorter than a lease: what a killed process held is adopted before it is rescued

    async def work(
        self, server: str, stopping: asyncio.Event, work: Callable[[], Coroutine[object, object, None]]
    ) -> None:
        """Do the work on a server whenever it is ours, until `stopping` is set; `work` raises nothing of its own.

        Work that ends before that gives the server up: whichever process asks next may have it.
        """
        warned, outage = False, Outage(_log, f"owning server={server}")
        while not stopping.is_set():
            ours, pause_s = await self._own(server, outage), self.term_s / 6
            if ours:
                await self._while_ours(server, work, outage)
                pause_s = self.term_s / 3  # Longer than the others': they are to be first.
            elif ours is False and not warned:
                # Once: processes that cannot use a server hand it to each other for as long as that lasts.
                _log.warning("another process works on server=%s, so it is left alone", server)
                warned = True
            with suppress(TimeoutError):
                async with asyncio.timeout(pause_s):
                    await stopping.wait()

    async def _while_ours(
        self, server: str, work: Callable[[], Coroutine[object, object, None]], outage: Outage
    ) -> None:
        async with self._handed_back(server), asyncio.TaskGroup() as tasks:
            working = tasks.create_task(work())
            keeping = tasks.create_task(self._keep(server, working, outage))
            await asyncio.wait((working,))
            keeping.cancel()

    async def _keep(self, server: str, working: asyncio.Task[None], outage: Outage) -> None:
        try:
            async with asyncio.timeout(self.term_s) as term:
                while True:
                    await asyncio.sleep(self.term_s / 3)
                    asked_s = asyncio.get_running_loop().time()
                    ours = await self._own(server, outage)
                    if ours is False:
                        _log.warning("another process took server=%s", server)
                        break
                    if ours:
                        term.reschedule(asked_s + self.term_s)
        except TimeoutError:
            # It may be this process alone that is cut off from the store, and the server another's by now.
            _log.warning("let go of server=%s: the store has not answered for %g s", server, self.term_s)
        # Pulling the plug: the run goes on, and whoever owns the server now, or again, adopts it.
        working.cancel()

    async def _own(self, server: str, outage: Outage) -> bool | None:
        """Ask for a server, or for more time with it; None: nobody knows."""
        try:
            ours = await self.notices.own(_bucket(server), self.owner, term_s=self.term_s)
        except FairbrushError as error:
            outage.lost(error)
            return None
        outage.over()
        return ours

    @asynccontextmanager
    async def _handed_back(self, server: str) -> AsyncIterator[None]:
        yield
        with suppress(FairbrushError):  # What is not handed back runs out.
            await self.notices.disown(_bucket(server), self.owner)


def _bucket(server: str) -> str:
    return f"server/{server}"
