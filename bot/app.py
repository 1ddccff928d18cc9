"""The composition root: picks the adapters, joins them to the use cases, and runs the whole as one service.

A service is: the store (an embedded engine, or the Redis that was named), files, a worker for each GPU, the noticeboard
of each chat platform, and the platform itself. Whatever ends it, the next one goes on where it was.
"""

import asyncio
import logging
import os
import secrets
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from adapters.comfyui.address import ComfyAddress
from adapters.comfyui.limits import ComfyLimits
from adapters.comfyui.server import ComfyServer
from adapters.files.links import LinkSigner
from adapters.files.local import LocalFiles
from adapters.redis.engine import open_engine
from adapters.redis.opening import RedisPool, open_redis
from adapters.redis.places import SERVICE_LOCK, lock_of
from adapters.redis.retention import Retention
from adapters.redis.vocabulary import TOLD_S
from adapters.web.chat import WebChat
from adapters.web.guests import Guest
from adapters.web.log import FileLog
from adapters.web.server import WebOptions, WebServer
from bot.attempt import Bench, WorkerLimits
from bot.desk import Desk
from bot.errors import FairbrushError
from bot.estimates import Estimates
from bot.holding import Terms
from bot.intake import Intake, Knowledge
from bot.jobs import Job, Place
from bot.laning import Laning
from bot.limits import limits_of, policy_of
from bot.noticeboard import Noticeboard, Patience, Sources
from bot.owning import Owning
from bot.pool import Workers
from bot.settings import Settings
from bot.status import Button, Described
from workflows.catalog import LIBRARY, Catalog, load_catalog
from workflows.vocabulary import Vocabulary, merged

_log = logging.getLogger(__name__)

REFRESH_S = 5.0  # how old the shared vocabulary, the catalog and the kept estimates may be
EAGER_S = 0.1
LAST_CARDS_S = 3.0
TIDY_S = 60.0
_DAY_S = 86_400
SPARED_S = 600.0
"""A file put so lately may be about to belong to another job with the same picture: a later tidying takes it."""

ORPHANED_S = 86_400.0
"""A file that no job refers to is taken after a day: whoever named the wrong Redis has time to notice."""

Announce = Callable[[str, str | None], None]
"""Told the page's address once it is served, and what is worth a remark."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceOptions:
    """What a service is made of."""

    settings: Settings
    state: Path  #: the folder of everything that lasts and is not in a Redis of somebody else's
    key: bytes = field(repr=False)  #: signs sessions and links
    servers: Mapping[str, ComfyAddress]
    guests: tuple[Guest, ...]
    redis_url: str | None = field(default=None, repr=False)
    host: str = "127.0.0.1"
    port: int = 8800
    terms: Terms = field(default_factory=Terms)
    hurry: asyncio.Event = field(default_factory=asyncio.Event)  #: set after `stopping`: hand back at once what runs


async def serve(options: ServiceOptions, stopping: asyncio.Event, announce: Announce) -> None:
    """Run until `stopping` is set; runs then have their grace, and what cannot end is handed back."""
    async with (
        _opened(options) as service,
        WebServer(desk=service.desk, chat=service.chat, files=service.files, options=service.web_options) as web,
    ):
        announce(web.url, web.note)
        await service.run(stopping)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Service:
    """Everything joined."""

    options: ServiceOptions
    pool: RedisPool
    files: LocalFiles
    estimates: Estimates
    shared: "_Shared"
    workers: Workers
    desk: Desk
    chat: WebChat
    noticeboard: Noticeboard
    kept: dict[str, Mapping[str, object]] = field(default_factory=dict)  #: as last written, so that only news is

    @property
    def web_options(self) -> WebOptions:
        options = self.options
        return WebOptions(key=options.key, guests=options.guests, host=options.host, port=options.port)

    async def run(self, stopping: asyncio.Event) -> None:
        """Work until stopped; cards go on being made true while the last runs end."""
        async with asyncio.TaskGroup() as tasks:
            beside = [
                tasks.create_task(self.noticeboard.run()),
                tasks.create_task(self._keep_fresh()),
                tasks.create_task(self.shared.lanes.run()),
                tasks.create_task(_again(TIDY_S, self._tidy)),
            ]
            await self.workers.run(stopping)
            await _tried(self._refresh)
            await _tried(self._last_cards)
            for task in beside:
                task.cancel()

    async def _last_cards(self) -> None:
        """Give the noticeboard a moment to show how the last jobs ended; the next start shows what is left."""
        with suppress(TimeoutError):
            async with asyncio.timeout(LAST_CARDS_S):
                while await self._has_ended_unseen():  # noqa: ASYNC110 - the noticeboard tells nobody, and it is for seconds
                    await asyncio.sleep(EAGER_S)

    async def _has_ended_unseen(self) -> bool:
        for job_id in await self.pool.notices.open_jobs(self.chat.name):
            record = await self.pool.store.read(job_id)
            if record is not None and record.state.is_final:
                return True
        return False

    async def _keep_fresh(self) -> None:
        # Until the first GPU has told what it offers nobody can ask for anything, so that is looked for eagerly.
        while True:
            await _tried(self._refresh)
            await asyncio.sleep(REFRESH_S if self.shared.vocabulary.choices else EAGER_S)

    async def _refresh(self) -> None:
        await self.shared.refresh(self.workers.vocabularies())
        state = self.estimates.state()
        if state != self.kept.get("estimates"):
            await self.pool.estimates.keep(state)
            self.kept["estimates"] = state

    async def _tidy(self) -> None:
        settings = self.options.settings
        retention = Retention(days=settings.keep_days, bytes=settings.keep_gb * 1024**3)
        swept = await self.pool.retention.sweep(retention)
        unwanted = {*swept.files, *await self._orphans()}
        gone = [key for key in sorted(unwanted) if await self.files.expire(key, spare_s=SPARED_S)]
        await self.pool.retention.deleted(gone)
        await self.files.sweep(older_than_s=SPARED_S)  # what a killed process left half written
        await self.chat.expire(older_than_s=settings.keep_days * _DAY_S)
        _log.info("tidied jobs=%s workflows=%s files=%s", swept.jobs, swept.workflows, len(gone))

    async def _orphans(self) -> Sequence[str]:
        """Name old files that no job ever referred to: of a refused submission, of a worker that lost its job."""
        old = [kept.key for kept in await self.files.kept(older_than_s=ORPHANED_S)]
        unknown = await self.pool.retention.unknown(old)
        if len(unknown) == len(old):
            # A store that knows not one of them is more likely the wrong store than a folder of orphans.
            return ()
        return unknown


@dataclass(slots=True)
class _Shared:
    """What all processes of a pool know alike: the catalog of the folder, and what the servers offer."""

    pool: RedisPool
    folder: Path
    default: str
    catalog: Catalog
    servers: frozenset[str]  #: the names of ours, of which some may be down
    lanes: Laning
    vocabulary: Vocabulary = field(default_factory=Vocabulary)
    _told_at: float = float("-inf")

    async def refresh(self, own: Mapping[str, Vocabulary]) -> None:
        """Read the workflow folder again, tell what our servers offer, learn what all do, and lay the lanes by it."""
        self.catalog = await asyncio.to_thread(load_catalog, self.folder, self.catalog)
        await self.offer(own)

    async def offer(self, own: Mapping[str, Vocabulary]) -> None:
        """Tell what our servers offer, learn what all do, and lay the lanes by it."""
        if time.monotonic() - self._told_at > TOLD_S / 3:
            await self.pool.vocabulary.told(self.servers)
            self._told_at = time.monotonic()
        offered = {**await self.pool.vocabulary.by_server()}
        for server, vocabulary in own.items():
            if offered.get(server) != vocabulary:
                await self.pool.vocabulary.keep(server, vocabulary)
                offered[server] = vocabulary
        # Before the vocabulary: nobody asks for what no lane is laid for.
        await self.lanes.refresh(offered, self.catalog.workflows.values())
        self.vocabulary = merged(offered.values())

    async def forget_others(self) -> None:
        """Forget the servers of an earlier start, where no other process may have them."""
        for server in (await self.pool.vocabulary.by_server()).keys() - self.servers:
            await self.pool.vocabulary.forget(server)

    async def default_workflow(self, place: Place) -> str:
        """Return a channel's choice, else its tenant's, else the operator's."""
        return str(await self.pool.settings.look_up(place, "default_workflow") or self.default)

    async def describe(self, job: Job) -> Described:
        """Return what cards say of a job's workflow as it is today."""
        workflow = self.catalog.workflows.get(job.workflow)
        if workflow is None:
            return Described(title=job.workflow)
        actions = {
            Button(name) for name, each in workflow.manifest.actions.items() if each.workflow in self.catalog.workflows
        }
        return Described(title=workflow.manifest.title, actions=frozenset(actions))


@asynccontextmanager
async def _opened(options: ServiceOptions) -> AsyncIterator[_Service]:
    async with AsyncExitStack() as stack:
        stack.callback(os.close, await lock_of(options.state, SERVICE_LOCK))
        url = options.redis_url
        if url is None:
            url = await stack.enter_async_context(open_engine(options.state / "store"))
        pool = await stack.enter_async_context(open_redis(url, policy=policy_of(options.settings)))
        yield await _joined(options, pool)


async def _joined(options: ServiceOptions, pool: RedisPool) -> _Service:
    settings = options.settings
    folder = settings.workflows_dir or LIBRARY
    catalog = await asyncio.to_thread(load_catalog, folder)
    shared = _Shared(
        pool, folder, settings.default_workflow, catalog, frozenset(options.servers), Laning(store=pool.lanes)
    )
    if options.redis_url is None:
        await shared.forget_others()
    estimates = Estimates.of_state(await pool.estimates.read())
    files = LocalFiles(options.state / "files", LinkSigner(options.key), max_bytes=settings.max_result_mb * 1024**2)
    bench = Bench(
        queue=pool.queue,
        store=pool.store,
        live=pool.live,
        files=files,
        estimates=estimates,
        hurry=options.hurry,
    )
    # An engine of our own has one service at a time: what a killed one owned is ours at once.
    owner = secrets.token_hex(8) if options.redis_url else "only"
    workers = Workers(
        {name: partial(_connect, settings, name, address) for name, address in options.servers.items()},
        bench,
        Owning(notices=pool.notices, owner=owner),
        WorkerLimits(terms=options.terms, run_deadline_s=settings.run_deadline_s),
        tell=shared.offer,
    )
    desk = _desk(options, pool, files, estimates, shared, workers)
    await shared.refresh({})
    chat = WebChat(FileLog(options.state / "channels.jsonl"))
    sources = Sources(
        jobs=pool.store,
        queue=pool.queue,
        live=pool.live,
        notices=pool.notices,
        describe=shared.describe,
        quote=desk.quote_s,
    )
    return _Service(
        options=options,
        pool=pool,
        files=files,
        estimates=estimates,
        shared=shared,
        workers=workers,
        desk=desk,
        chat=chat,
        noticeboard=Noticeboard(
            chat,
            sources,
            owner=owner,
            patience=Patience(answer_s=2.0, lease_s=2.0, ping_after_s=settings.ping_after_s or None),
        ),
    )


def _desk(
    options: ServiceOptions,
    pool: RedisPool,
    files: LocalFiles,
    estimates: Estimates,
    shared: _Shared,
    workers: Workers,
) -> Desk:
    knowledge = Knowledge(
        catalog=lambda: shared.catalog,
        vocabulary=lambda: shared.vocabulary,
        default_workflow=shared.default_workflow,
    )
    intake = Intake(
        queue=pool.queue,
        store=pool.store,
        files=files,
        estimates=estimates,
        knowledge=knowledge,
        lanes=shared.lanes,
        limits=limits_of(options.settings),
    )
    return Desk(
        intake=intake,
        job_queue=pool.queue,
        store=pool.store,
        live=pool.live,
        knowledge=knowledge,
        limits=limits_of(options.settings),
        gpus=lambda lane, lanes: shared.lanes.gpus(lane, lanes, workers.away()),
    )


def _connect(settings: Settings, name: str, address: ComfyAddress) -> ComfyServer:
    return ComfyServer(name, address, limits=ComfyLimits(file_bytes=settings.max_result_mb * 1024**2))


async def _again(pause_s: float, step: Callable[[], Awaitable[None]]) -> None:
    while True:
        await _tried(step)
        await asyncio.sleep(pause_s)


async def _tried(step: Callable[[], Awaitable[None]]) -> None:
    """Do a step that is done again soon: one that fails is put off, not fatal."""
    try:
        await step()
    except FairbrushError as error:
        _log.warning("put off step=%s code=%s detail=%s", step.__name__, error.code, error.detail)
