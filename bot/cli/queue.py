"""`fairbrush queue`: who waits for what, and whether everybody gets their share."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

from adapters.redis.opening import open_redis
from bot.cli.queue_rows import Coming, as_data, community_rows, lane_rows, next_rows
from bot.cli.service import state_folder
from bot.cli.setting_up import load_settings
from bot.cli.store import store_url
from bot.cli.terminal import say, say_json, say_table
from bot.errors import StoreLost
from bot.limits import policy_of
from bot.overview import Facts, next_jobs
from bot.ports import JobStore, Overview
from bot.settings import Settings

_DEADLINE_S = 3.0

_NOT_RUNNING = "No service runs here. What waits is kept until one starts: fairbrush serve, or fairbrush demo."
_NOBODY = "Nobody waits, and nothing runs."
_SEVERAL = "What several of them can do is counted with each."
_LEGEND = (
    "due: by weight, among those in the queue. had: of the last hour's GPU time.",
    "ahead: GPU time had beyond whoever's turn it is; −: so much is still theirs.",
)


def queue(*, state: Path | None, limit: int, as_json: bool) -> None:
    """Show the queue of the running service; raises StoreLost."""
    settings = load_settings()
    url = store_url(settings, state_folder(state or settings.state_dir))
    if url is None:
        raise StoreLost(_NOT_RUNNING)
    facts, coming = asyncio.run(_look(url, settings, limit))
    if as_json:
        say_json(as_data(facts, coming, limit))
    else:
        show(facts, coming, limit)


async def _look(url: str, settings: Settings, limit: int) -> tuple[Facts, list[Coming]]:
    async with open_redis(url, deadline_s=_DEADLINE_S, policy=policy_of(settings)) as pool:
        return await look(pool.overview, pool.store, limit)


async def look(overview: Overview, store: JobStore, limit: int) -> tuple[Facts, list[Coming]]:
    """Return how the queue stands, and the jobs that are claimed next with their workflows."""
    facts = await overview.facts(limit=limit)
    coming = [(each, await store.read(each.job.id)) for each in next_jobs(facts, limit)]
    return facts, [(each, record.job.workflow) for each, record in coming if record]


def show(facts: Facts, coming: Sequence[Coming], limit: int) -> None:
    """Print the lanes, the shares and the next jobs."""
    if not facts.waiting and not facts.running:
        say(_NOBODY)
        return
    say_table(lane_rows(facts), head=("GPUs", "waiting", "GPU time"), right=(1, 2))
    if len(facts.lanes) > 1:
        say(_SEVERAL)
    say("")
    say_table(
        community_rows(facts, limit),
        head=("who", "waiting", "running", "GPU time", "due", "had", "ahead"),
        right=(1, 2, 3, 4, 5, 6),
    )
    for line in _LEGEND:
        say(line)
    if coming:
        say("")
        say_table(next_rows(coming), head=("next", "workflow", "who", "takes", "starts"), right=(3, 4))
