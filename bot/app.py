"""The composition root: picks the adapters, joins them to the use cases, and runs the whole as one service.

A service is: the store (an embedded engine, or the Redis that was named), files, a worker for each GPU, the noticeboard
of each chat platform, and the platforms themselves. Whatever ends it, the next one goes on where it was. Its roles may
be processes of their own, as many as there are machines, on one Redis. Its parts stand in bot.service.
"""

import asyncio
import os
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager

from adapters.redis.engine import open_engine
from adapters.redis.opening import open_redis
from adapters.redis.places import SERVICE_LOCK, lock_of
from adapters.web.server import Route, WebServer
from bot.attempt import WorkerLimits
from bot.backing import Backing
from bot.errors import ConfigError
from bot.limits import policy_of
from bot.pool import Pool
from bot.service.asking import desk_of, sources_of
from bot.service.core import Core, core_of
from bot.service.fronts import FAR, NEAR, Stand, WebFront, stand_of, web_front
from bot.service.joining import Parts, joined
from bot.service.options import Announce, ServiceOptions
from bot.service.reaching import connecting
from bot.service.roles import Role
from bot.service.running import Service
from bot.service.tidying import Tidying
from bot.signing_in import LOCAL
from bot.vouching import Itself

__all__ = ["ServiceOptions", "opened", "serve"]

_NO_GPU = (
    "No GPU is configured. Name yours in fairbrush.toml (fairbrush init writes one to edit), or add one now: "
    "fairbrush servers add NAME URL."
)


async def serve(options: ServiceOptions, stopping: asyncio.Event, announce: Announce) -> None:
    """Run until `stopping` is set; runs then have their grace, and what cannot end is handed back.

    Without the page's role there is no page, and nothing is announced. Raises ConfigError.
    """
    async with opened(options, announce) as service:
        roster = service.core.shared.roster
        if service.workers and not (roster.seeds or roster.listed):
            raise ConfigError([_NO_GPU])
        await service.run(stopping)


@asynccontextmanager
async def opened(options: ServiceOptions, announce: Announce = lambda *_: None) -> AsyncIterator[Service]:
    """Open everything and join it, ready to run; closed again afterwards. Raises ConfigError."""
    async with AsyncExitStack() as stack:
        if Role.WEB in options.roles:
            # The log of the channels has one writer. Workers share the folder of files with it, and with each other.
            stack.callback(os.close, await lock_of(options.state, SERVICE_LOCK))
        url = options.redis_url
        if url is None:
            url = await stack.enter_async_context(open_engine(options.state / "store"))
        policy, lease_s = policy_of(options.settings), options.tenure.lease_s
        pool = await stack.enter_async_context(open_redis(url, policy=policy, lease_s=lease_s))
        core = await core_of(options, pool)
        workers = await _workers(core) if Role.WORKER in options.roles else None
        stands = tuple(_stands(core, announce))
        await core.shared.refresh({})
        chat = next((each.front.platform for each in stands if isinstance(each.front, WebFront)), None)
        tidying = Tidying(pool=pool, files=core.files, settings=options.settings, chat=chat)
        yield Service(core=core, workers=workers, stands=stands, tidying=tidying)


async def _workers(core: Core) -> Pool:
    options = core.options
    parts = Parts(
        shared=core.shared,
        files=core.files,
        estimates=core.estimates,
        owner=core.owner,
        connect=connecting(options.settings, await core.pool.identity()),
        limits=WorkerLimits(tenure=options.tenure, run_deadline_s=options.settings.run_deadline_s),
        hurry=options.hurry,
    )
    return joined(core.pool, parts)


def _stands(core: Core, announce: Announce) -> Iterator[Stand]:
    """Join every chat platform of this process; they share one desk."""
    desk = desk_of(core)
    sources = sources_of(core, desk)
    backing = Backing(
        desk=desk,
        files=core.files,
        live=core.pool.live,
        secrets=core.secrets,
        turns=core.pool.turns,
        card=sources.card,
        named=core.hearing.heard,
    )
    beside: Sequence[Route] = ()
    # Here, for each takes half a second: whoever is not in Discord or Slack does not wait for its library.
    if Role.SLACK in core.options.roles:
        from bot.service.slack import slack_front  # noqa: PLC0415

        slack = slack_front(core, backing)
        beside = slack.routes()
        yield stand_of(core, slack, sources, FAR, {slack.platform.name: slack.voucher})
    if Role.DISCORD in core.options.roles:
        from bot.service.discord import discord_front  # noqa: PLC0415

        discord = discord_front(core, backing)
        yield stand_of(core, discord, sources, FAR, {discord.platform.name: discord.voucher})
    if Role.WEB in core.options.roles:

        def served(page: WebServer) -> None:
            announce(page.url, " ".join(filter(None, (page.note, core.shared.roster.remark))) or None)

        page = web_front(core, desk, served, beside)
        yield stand_of(core, page, sources, NEAR, {page.platform.name: page.voucher, LOCAL: Itself()})
