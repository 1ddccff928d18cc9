"""`fairbrush reports`: which pictures members say should not be there."""

import asyncio
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

from adapters.redis.opening import open_redis
from bot.cli.service import state_folder
from bot.cli.setting_up import load_settings
from bot.cli.store import store_url
from bot.cli.terminal import say, say_json, say_table
from bot.errors import StoreLost
from bot.jobs import Requester
from bot.policy.periods import IN_UTC
from bot.reports import Report
from workflows.text import clean

_DEADLINE_S = 3.0
_WIDTH = 26

_NOT_RUNNING = "No service runs here. What was reported is kept until one starts: fairbrush serve, or fairbrush demo."
_NOTHING = "Nothing was reported."


def reports(*, state: Path | None, limit: int, as_json: bool) -> None:
    """Show the newest reports; raises StoreLost."""
    settings = load_settings()
    url = store_url(settings, state_folder(state or settings.state_dir))
    if url is None:
        raise StoreLost(_NOT_RUNNING)
    found = asyncio.run(_look(url, limit))
    if as_json:
        say_json({"reports": [as_data(each) for each in found]})
    else:
        show(found)


async def _look(url: str, limit: int) -> Sequence[Report]:
    async with open_redis(url, deadline_s=_DEADLINE_S) as pool:
        return await pool.reports.newest(None, limit=limit)


def show(found: Sequence[Report]) -> None:
    """Print a table."""
    if not found:
        say(_NOTHING)
        return
    say_table(rows(found), head=(f"when {IN_UTC}", "where", "job", "asked by", "reported by", "reason"))


def rows(found: Iterable[Report]) -> Iterator[tuple[str, ...]]:
    """Return a row for each report; jobs as `fairbrush queue` shows them."""
    for each in found:
        place = each.place
        yield (
            _when(each),
            _clipped(f"{place.tenant.platform} {place.tenant.id} {place.channel}", 2 * _WIDTH),
            f"{each.job_id}"[:8],
            _clipped(each.requester.name),
            _clipped(each.reporter.name),
            " ".join(clean(each.reason).split()) or "–",
        )


def as_data(report: Report) -> dict[str, object]:
    """Return a report for a script."""
    place = report.place
    return {
        "at": _when(report),
        "platform": place.tenant.platform,
        "community": place.tenant.id,
        "channel": place.channel,
        "job": str(report.job_id),
        "workflow": report.workflow,
        "requester": _person(report.requester),
        "reporter": _person(report.reporter),
        "reason": report.reason,
    }


def _person(requester: Requester) -> dict[str, str]:
    return {"id": requester.id, "name": requester.name}


def _when(report: Report) -> str:
    return f"{datetime.fromtimestamp(report.at_ms / 1000, UTC):%Y-%m-%d %H:%M:%S}"


def _clipped(text: str, width: int = _WIDTH) -> str:
    text = " ".join(clean(text).split())
    return text if len(text) <= width else text[: width - 1] + "…"
