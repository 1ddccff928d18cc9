"""The composition root: picks the adapters, joins them to the use cases, and runs the whole as one service.

A service is: the store (an embedded engine, or the Redis that was named), files, a worker for each GPU, the noticeboard
of each chat platform, and the platform itself. Whatever ends it, the next one goes on where it was. Its roles may be
processes of their own, as many as there are machines, on one Redis.
"""

import asyncio
import logging
import os
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from adapters.files.links import LinkSigner
from adapters.files.local import LocalFiles
from adapters.redis.engine import open_engine
from adapters.redis.opening import RedisPool, open_redis
from adapters.redis.places import SERVICE_LOCK, lock_of
from adapters.web.chat import WebChat
from adapters.web.guests import Guest
from adapters.web.log import FileLog
from adapters.web.server import WebOptions, WebServer
from bot.attempt import WorkerLimits
from bot.desk import Desk
from bot.errors import ConfigError, FairbrushError
from bot.estimates import Estimates
from bot.holding import Terms
from bot.intake import Intake, Knowledge
from bot.laning import Laning
from bot.limits import limits_of, policy_of
from bot.noticeboard import Noticeboard, Patience, Sources
from bot.outages import Outage
from bot.pool import ROSTER_S, Pool
from bot.servers import ServerSpec
from bot.service.joining import Parts, joined
from bot.service.reaching import connecting
from bot.service.roles import Role
from bot.service.roster import Roster
from bot.service.shared import Shared
from bot.service.tidying import Tidying
from bot.settings import Settings
from workflows.catalog import LIBRARY, load_catalog
from workflows.vocabulary import Vocabulary

_log = logging.getLogger(__name__)

REFRESH_S = 5.0  # how old the shared vocabulary, the catalog and the kept estimates may be
EAGER_S = 0.1
_SLOWER = 1.2
LAST_CARDS_S = 3.0
TIDY_S = 60.0

_NO_GPU = (
    "No GPU is configured. Name yours in fairbrush.toml (fairbrush init writes one to edit), or add one now: "
    "fairbrush servers add NAME URL."
)

Announce = Callable[[str, str | None], None]
"""Told the page's address once it is served, and what is worth a remark."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceOptions:
    """What a service is made of."""

    settings: Settings
    state: Path  #: the folder of everything that lasts and is not in a Redis of somebody else's
    key: bytes = field(repr=False)  #: signs sessions and links
    servers: Mapping[str, ServerSpec]  #: what the pool begins with; what was changed at run time wins
    guests: tuple[Guest, ...]
    roles: frozenset[Role] = frozenset(Role)
    redis_url: str | None = field(default=None, repr=False)
    host: str = "127.0.0.1"
    port: int = 8800
    terms: Terms = field(default_factory=Terms)
    hurry: asyncio.Event = field(default_factory=asyncio.Event)  #: set after `stopping`: hand back at once what runs

    @property
    def web(self) -> WebOptions:
        """Return what the page is made of."""
        return WebOptions(key=self.key, guests=self.guests, host=self.host, port=self.port)


async def serve(options: ServiceOptions, stopping: asyncio.Event, announce: Announce) -> None:
    """Run until `stopping` is set; runs then have their grace, and what cannot end is handed back.

    Without the page's role there is no page, and nothing is announced.
    """
    async with AsyncExitStack() as stack:
        service = await stack.enter_async_context(_opened(options))
        roster = service.core.shared.roster
        if service.workers and not (roster.seeds or roster.listed):
            raise ConfigError([_NO_GPU])
        if front := service.front:
            page = WebServer(desk=front.desk, chat=front.chat, files=service.core.files, options=options.web)
            web = await stack.enter_async_context(page)
            announce(web.url, " ".join(filter(None, (web.note, roster.remark))) or None)
        await service.run(stopping)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Core:
    """What every role needs."""

    options: ServiceOptions
    pool: RedisPool
    files: LocalFiles
    estimates: Estimates
    shared: Shared
    owner: str  #: this process, among those that own a server or a bucket

    @property
    def alone(self) -> bool:
        """Whether no other process can have the store: it is an engine of our own."""
        return self.options.redis_url is None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Front:
    """The web role: where people ask, and see what became of it."""

    desk: Desk
    chat: WebChat
    noticeboard: Noticeboard


@dataclass(slots=True, kw_only=True)
class _Service:
    """Everything joined; a role that this process does not have is None."""

    core: _Core
    workers: Pool | None
    front: _Front | None
    tidying: Tidying
    kept: int = 0  #: facts that the kept estimates know of

    async def run(self, stopping: asyncio.Event) -> None:
        """Work until stopped; cards go on being made true while the last runs end."""
        async with asyncio.TaskGroup() as tasks:
            beside = [
                tasks.create_task(self._keep_fresh()),
                tasks.create_task(_again(ROSTER_S, self._heed, "following the roster")),
                tasks.create_task(self.core.shared.lanes.run()),
                tasks.create_task(_again(TIDY_S, self.tidying.tidy, "tidying")),
            ]
            if self.front:
                beside.append(tasks.create_task(self.front.noticeboard.run()))
            await (self.workers.run(stopping) if self.workers else stopping.wait())
            await _tried(self._refresh, Outage(_log, "the last look"))
            await _tried(self._last_cards, Outage(_log, "the last cards"))
            for task in beside:
                task.cancel()

    async def _last_cards(self) -> None:
        """Give the noticeboard a moment to show how the last jobs ended; the next start shows what is left.

        It is looked for again and again: the noticeboard tells nobody, and it is for seconds.
        """
        with suppress(TimeoutError):
            async with asyncio.timeout(LAST_CARDS_S):
                while self.front and await self._has_ended_unseen(self.front.chat.name):  # noqa: ASYNC110 - see above
                    await asyncio.sleep(EAGER_S)

    async def _has_ended_unseen(self, platform: str) -> bool:
        for job_id in await self.core.pool.notices.open_jobs(platform):
            record = await self.core.pool.store.read(job_id)
            if record is not None and record.state.is_final:
                return True
        return False

    async def _keep_fresh(self) -> None:
        # Until the first GPU has told what it offers nobody can ask for anything, so that is looked for eagerly;
        # but a page may be there long before any worker.
        pause_s, outage = EAGER_S, Outage(_log, "what all processes share")
        while True:
            await _tried(self._refresh, outage)
            await asyncio.sleep(REFRESH_S if self.core.shared.vocabulary.choices else pause_s)
            pause_s = min(_SLOWER * pause_s, REFRESH_S)

    async def _heed(self) -> None:
        await self.core.shared.heed(self._offers())

    def _offers(self) -> Mapping[str, Vocabulary]:
        return self.workers.vocabularies() if self.workers else {}

    async def _refresh(self) -> None:
        estimates, store = self.core.estimates, self.core.pool.estimates
        await self.core.shared.refresh(self._offers())
        if not self.core.alone:
            estimates.take_in(await store.read())
        if estimates.learned != self.kept:
            kept = estimates.learned
            await store.keep(estimates.state())
            self.kept = kept


@asynccontextmanager
async def _opened(options: ServiceOptions) -> AsyncIterator[_Service]:
    async with AsyncExitStack() as stack:
        if Role.WEB in options.roles:
            # The log of the channels has one writer. Workers share the folder of files with it, and with each other.
            stack.callback(os.close, await lock_of(options.state, SERVICE_LOCK))
        url = options.redis_url
        if url is None:
            url = await stack.enter_async_context(open_engine(options.state / "store"))
        policy, lease_s = policy_of(options.settings), options.terms.lease_s
        pool = await stack.enter_async_context(open_redis(url, policy=policy, lease_s=lease_s))
        core = await _core(options, pool)
        workers = await _workers(core) if Role.WORKER in options.roles else None
        front = _front(core) if Role.WEB in options.roles else None
        await core.shared.refresh({})
        chat = front.chat if front else None
        tidying = Tidying(pool=pool, files=core.files, settings=options.settings, chat=chat)
        yield _Service(core=core, workers=workers, front=front, tidying=tidying)


async def _core(options: ServiceOptions, pool: RedisPool) -> _Core:
    settings = options.settings
    folder = settings.workflows_dir or LIBRARY
    shared = Shared(
        pool=pool,
        folder=folder,
        default=settings.default_workflow,
        catalog=await asyncio.to_thread(load_catalog, folder),
        roster=Roster(seeds=options.servers, store=pool.servers),
        lanes=Laning(store=pool.lanes),
    )
    await shared.roster.look()
    alone = options.redis_url is None
    if alone:
        await shared.forget_others()
    return _Core(
        options=options,
        pool=pool,
        files=LocalFiles(options.state / "files", LinkSigner(options.key), max_bytes=settings.max_result_mb * 1024**2),
        estimates=Estimates.of_state(await pool.estimates.read()),
        shared=shared,
        # An engine of our own has one service at a time: what a killed one owned is ours at once.
        owner="only" if alone else secrets.token_hex(8),
    )


async def _workers(core: _Core) -> Pool:
    options = core.options
    parts = Parts(
        shared=core.shared,
        files=core.files,
        estimates=core.estimates,
        owner=core.owner,
        connect=connecting(options.settings, await core.pool.identity()),
        limits=WorkerLimits(terms=options.terms, run_deadline_s=options.settings.run_deadline_s),
        hurry=options.hurry,
    )
    return joined(core.pool, parts)


def _front(core: _Core) -> _Front:
    pool, shared, settings = core.pool, core.shared, core.options.settings
    desk = _desk(core)
    chat = WebChat(FileLog(core.options.state / "channels.jsonl"))
    sources = Sources(
        jobs=pool.store,
        queue=pool.queue,
        live=pool.live,
        notices=pool.notices,
        describe=shared.describe,
        quote=desk.quote_s,
        awaited=shared.lanes.awaited,
    )
    patience = Patience(answer_s=2.0, lease_s=2.0, ping_after_s=settings.ping_after_s or None)
    return _Front(desk=desk, chat=chat, noticeboard=Noticeboard(chat, sources, owner=core.owner, patience=patience))


def _desk(core: _Core) -> Desk:
    pool, shared, limits = core.pool, core.shared, limits_of(core.options.settings)
    knowledge = Knowledge(
        catalog=lambda: shared.catalog,
        vocabulary=lambda: shared.vocabulary,
        default_workflow=shared.default_workflow,
    )
    intake = Intake(
        queue=pool.queue,
        store=pool.store,
        files=core.files,
        estimates=core.estimates,
        knowledge=knowledge,
        lanes=shared.lanes,
        limits=limits,
    )
    return Desk(
        intake=intake,
        job_queue=pool.queue,
        store=pool.store,
        live=pool.live,
        knowledge=knowledge,
        limits=limits,
        gpus=shared.lanes.gpus,
        awaited=shared.lanes.awaited,
    )


async def _again(pause_s: float, step: Callable[[], Awaitable[None]], what: str) -> None:
    outage = Outage(_log, what)
    while True:
        await _tried(step, outage)
        await asyncio.sleep(pause_s)


async def _tried(step: Callable[[], Awaitable[None]], outage: Outage) -> None:
    """Do a step that is done again soon: one that fails is put off, not fatal."""
    try:
        await step()
    except FairbrushError as error:
        outage.lost(error)
    else:
        outage.over()
