"""What is kept for too long, or that nobody refers to, is taken away: jobs, files, cards."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass

from adapters.files.local import LocalFiles
from adapters.redis.opening import RedisPool
from adapters.redis.retention import Retention
from adapters.web.chat import WebChat
from bot.settings import Settings

_log = logging.getLogger(__name__)

_DAY_S = 86_400
SPARED_S = 600.0
"""A file put so lately may be about to belong to another job with the same picture: a later tidying takes it."""

ORPHANED_S = 86_400.0
"""A file that no job refers to is taken after a day: whoever named the wrong Redis has time to notice."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tidying:
    """One process's share of it: the store is everybody's, files and cards are those of its state folder."""

    pool: RedisPool
    files: LocalFiles
    settings: Settings
    chat: WebChat | None

    async def tidy(self) -> None:
        """Do it once; raises StoreLost."""
        retention = Retention(days=self.settings.keep_days, bytes=self.settings.keep_gb * 1024**3)
        swept = await self.pool.retention.sweep(retention)
        unwanted = {*swept.files, *await self._orphans()}
        gone = [key for key in sorted(unwanted) if await self.files.expire(key, spare_s=SPARED_S)]
        await self.pool.retention.deleted(gone)
        await self.files.sweep(older_than_s=SPARED_S)  # what a killed process left half written
        if self.chat:
            await self.chat.expire(older_than_s=self.settings.keep_days * _DAY_S)
        _log.info("tidied jobs=%s workflows=%s files=%s", swept.jobs, swept.workflows, len(gone))

    async def _orphans(self) -> Sequence[str]:
        """Name old files that no job ever referred to: of a refused submission, of a worker that lost its job."""
        old = [kept.key for kept in await self.files.kept(older_than_s=ORPHANED_S)]
        unknown = await self.pool.retention.unknown(old)
        if len(unknown) == len(old):
            # A store that knows not one of them is more likely the wrong store than a folder of orphans.
            return ()
        return unknown
