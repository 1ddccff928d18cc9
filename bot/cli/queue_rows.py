"""The queue as rows of tables, and as data for scripts."""

from collections.abc import Iterable, Iterator, Sequence
from typing import TypeVar

from bot.cli.times import spell
from bot.overview import Community, Facts, Lane, Member, NextJob, due, had, lead_ms
from workflows.text import clean

_WIDTH = 26
"""Characters of a name: a community of Discord is not cut, and seven columns fit into a terminal of 80."""

_WORKFLOW_WIDTH = 20

Row = tuple[str, ...]
Coming = tuple[NextJob, str]
"""A job that will be claimed soon, and its workflow."""
_Account = TypeVar("_Account", Community, Member)


def lane_rows(facts: Facts) -> Iterator[Row]:
    """Show what waits for which GPUs."""
    for lane in facts.lanes:
        yield _gpus(lane), f"{lane.waiting}", "–" if _is_untold(lane) else spell(lane.waiting_ms)


def community_rows(facts: Facts, limit: int) -> Iterator[Row]:
    """Show communities with their members below them, those first for whom most waits; the rest of both together."""
    communities = _most(facts.communities, limit)
    for community in communities:
        tenant = community.tenant
        yield _row(facts, f"{tenant.platform} {tenant.id}", community, due(facts, community))
        members = _most(community.members, limit)
        for member in members:
            yield _row(facts, f"  {member.name}", member, due(facts, community, member))
        yield from _rest(facts, "  others", community, members)
    yield from _rest(facts, "everybody else", facts, communities)


def next_rows(coming: Iterable[Coming]) -> Iterator[Row]:
    """Show the jobs that are claimed next, the first first."""
    for each, workflow in coming:
        job, starts = each.job, "now" if each.wait_ms < 1000 else f"in {spell(each.wait_ms)}"
        yield f"{job.id}"[:8], _clipped(workflow, _WORKFLOW_WIDTH), _clipped(each.name), spell(job.estimate_ms), starts


def as_data(facts: Facts, coming: Iterable[Coming], limit: int) -> dict[str, object]:
    """Return all of it for a script: times in seconds, shares from 0 to 1, nothing where there is no answer."""
    return {
        "waiting": facts.waiting,
        "running": facts.running,
        "lanes": [
            {
                "name": each.name,
                "gpus": [*each.servers],
                "waiting": each.waiting,
                "gpu_s": None if _is_untold(each) else each.waiting_ms / 1000,
            }
            for each in facts.lanes
        ],
        "communities": [_community(facts, each, limit) for each in _most(facts.communities, limit)],
        "next": [_next(each, workflow) for each, workflow in coming],
    }


def _community(facts: Facts, community: Community, limit: int) -> dict[str, object]:
    return {
        "platform": community.tenant.platform,
        "id": community.tenant.id,
        **_data(facts, community, due(facts, community)),
        "members": [
            {"name": member.name, **_data(facts, member, due(facts, community, member))}
            for member in _most(community.members, limit)
        ],
    }


def _next(each: NextJob, workflow: str) -> dict[str, object]:
    return {
        "id": str(each.job.id),
        "workflow": workflow,
        "who": each.name,
        "lane": each.lane,
        "takes_s": each.job.estimate_ms / 1000,
        "starts_in_s": each.wait_ms / 1000,
    }


def _data(facts: Facts, account: Community | Member, share: float) -> dict[str, object]:
    lead = lead_ms(account.weight, account.tags)
    return {
        "waiting": account.waiting,
        "running": account.running,
        "gpu_s": account.waiting_ms / 1000,
        "due": share,
        "had": had(facts, account.used_ms),
        "ahead_s": None if lead is None else lead / 1000,
    }


def _row(facts: Facts, name: str, account: Community | Member, share: float) -> Row:
    lead = lead_ms(account.weight, account.tags)
    return (
        _clipped(name),
        f"{account.waiting}",
        f"{account.running}",
        spell(account.waiting_ms),
        f"{share:.0%}",
        _part(had(facts, account.used_ms)),
        "–" if lead is None else spell(lead),
    )


def _most(accounts: Sequence[_Account], limit: int) -> list[_Account]:
    return sorted(accounts, key=lambda each: (-each.waiting_ms, -each.running))[:limit]


def _rest(facts: Facts, name: str, whole: Facts | Community, listed: Sequence[Community | Member]) -> Iterator[Row]:
    """Sum up who is not listed, or has nothing in the queue any more, if there is anything to say of them."""
    waiting = whole.waiting - sum(each.waiting for each in listed)
    running = whole.running - sum(each.running for each in listed)
    used_ms = whole.used_ms - sum(each.used_ms for each in listed)
    if waiting or running or used_ms > 0:
        yield name, f"{waiting}", f"{running}", "–", "–", _part(had(facts, used_ms)), "–"


def _is_untold(lane: Lane) -> bool:
    """Tell whether nobody knows what waits there takes: all of it is somebody's who may not run now."""
    return lane.waiting > 0 and lane.waiting_ms == 0


def _gpus(lane: Lane) -> str:
    if not lane.name:
        return "none has what they need"
    names = ", ".join(lane.servers) or "none at the moment"
    return names if len(names) <= 2 * _WIDTH else f"{len(lane.servers)} GPUs, {lane.servers[0]} and others"


def _part(share: float | None) -> str:
    return "–" if share is None else f"{share:.0%}"


def _clipped(name: str, width: int = _WIDTH) -> str:
    # Whatever a name holds, it is one line; the indentation of a member stays.
    words = name[: len(name) - len(name.lstrip(" "))] + " ".join(clean(name).split())
    return words if len(words) <= width else words[: width - 1] + "…"
