"""What `fairbrush check` says of the store: whether jobs may be lost, how much is kept, how good the estimates are."""

import asyncio
from pathlib import Path

from adapters.redis.durability import durability_warnings
from adapters.redis.opening import RedisPool, open_redis
from bot.cli.findings import Finding
from bot.cli.store import store_url
from bot.cli.terminal import FAILED, WRONG
from bot.errors import ConfigError, FairbrushError
from bot.estimates import Estimates
from bot.settings import Settings

_MIB = 1024**2
_DEADLINE_S = 3.0


def store_findings(settings: Settings, state: Path) -> list[Finding]:
    """Ask the store; an embedded engine that does not run is no fault."""
    url = store_url(settings, state)
    if url is None:
        return [Finding(subject="store", text="an engine of our own, which starts with the service")]
    return asyncio.run(_asked(url, settings))


async def _asked(url: str, settings: Settings) -> list[Finding]:
    try:
        async with open_redis(url, deadline_s=_DEADLINE_S) as pool:
            warnings = await durability_warnings(pool.edge)
            facts = [await _kept(pool, settings), await _accuracy(pool)]
    except FairbrushError as error:
        code = WRONG if isinstance(error, ConfigError) else FAILED
        return [Finding(subject="store", text=str(error), exit_code=code)]
    return [*(Finding(subject="store", text=warning, exit_code=FAILED) for warning in warnings), *facts]


async def _kept(pool: RedisPool, settings: Settings) -> Finding:
    held = await pool.retention.held()
    limits = f"at most {settings.keep_days:g} days and {settings.keep_gb} GB"
    return Finding(subject="kept", text=f"{held.jobs} ended jobs with {held.bytes / _MIB:.1f} MB of pictures, {limits}")


async def _accuracy(pool: RedisPool) -> Finding:
    accuracy = Estimates.of_state(await pool.estimates.read()).accuracy()
    if accuracy is None:
        return Finding(subject="estimates", text="nothing learned yet")
    text = f"half of the last {accuracy.jobs} jobs took within {accuracy.median_error:.0%} of what was quoted"
    return Finding(subject="estimates", text=text)
