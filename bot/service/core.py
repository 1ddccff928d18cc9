"""What every role of a service needs: the store, the files, and what all processes know alike."""

import asyncio
from dataclasses import dataclass
from secrets import token_hex

from adapters.files.links import LinkSigner
from adapters.files.local import LocalFiles
from adapters.redis.opening import RedisPool
from adapters.redis.secrets import RedisSecrets, SecretKey
from bot.communities import Hearing
from bot.estimates import Estimates
from bot.laning import Laning
from bot.service.options import ServiceOptions
from bot.service.roster import Roster
from bot.service.shared import Shared
from workflows.catalog import LIBRARY, load_catalog


@dataclass(frozen=True, slots=True, kw_only=True)
class Core:
    """It, as one process has it."""

    options: ServiceOptions
    pool: RedisPool
    files: LocalFiles
    estimates: Estimates
    shared: Shared
    hearing: Hearing  #: what communities are called
    owner: str  #: this process, among those that own a server or a bucket

    @property
    def secrets(self) -> RedisSecrets:
        """Return the secrets that chat platforms keep in the store."""
        # Of the key that signs links, but not the same: what one of the two gives away opens nothing of the other.
        return self.pool.secrets(SecretKey(f"secrets of the store: {self.options.key.hex()}"))

    @property
    def alone(self) -> bool:
        """Whether no other process can have the store: it is an engine of our own."""
        return self.options.redis_url is None


async def core_of(options: ServiceOptions, pool: RedisPool) -> Core:
    """Look at the folder of workflows, the roster and what was learned; raises StoreLost."""
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
    return Core(
        options=options,
        pool=pool,
        files=LocalFiles(options.state / "files", LinkSigner(options.key), max_bytes=settings.max_result_mb * 1024**2),
        estimates=Estimates.of_state(await pool.estimates.read()),
        shared=shared,
        hearing=Hearing(names=pool.communities),
        # An engine of our own has one service at a time: what a killed one owned is ours at once.
        owner="only" if alone else token_hex(8),
    )
