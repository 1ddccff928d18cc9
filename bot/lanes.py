"""Lanes: servers that can serve the same of all that is asked for stand in one. Pure.

One LoRA more does not make a lane: only what some known requirement needs tells two servers apart.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from itertools import count

from bot.leases import LaneTable
from workflows.requirements import Requirement, serves
from workflows.vocabulary import Vocabulary

UNSAID = ""
"""The requirement of a job that says none, as jobs of an older version do: every lane may take it."""

Group = frozenset[str]
"""Servers that serve the same."""


def lay(
    table: LaneTable, offers: Mapping[str, Vocabulary], requirements: Mapping[str, Requirement | None]
) -> LaneTable:
    """Return the table that these servers and requirements make; the very same one when nothing changed.

    A group keeps the name of the lane with which it shares most servers. A requirement that no server serves leads
    nowhere; one that cannot be read (None: a newer version wrote it) leads where it led.
    """
    served = {server: _served(offer, requirements) for server, offer in offers.items()}
    groups = _grouped(served)
    names = _named(groups, table.servers)
    servers = {server: names[group] for group in groups for server in group}
    lanes = sorted(names.values())
    routes = {
        key: tuple(sorted(names[group] for group in groups if key in served[min(group)]))
        if requirement
        else tuple(lane for lane in table.routes.get(key, ()) if lane in lanes)
        for key, requirement in requirements.items()
    }
    if lanes:
        routes[UNSAID] = tuple(lanes)
    if servers == table.servers and routes == {key: tuple(lanes) for key, lanes in table.routes.items()}:
        return table
    return replace(table, servers=servers, routes=routes)


def sharing(table: LaneTable, lane: str, lanes: Collection[str]) -> float:
    """Return how many servers work off what is before a job in a lane, if it may run in these lanes.

    Beside the lane's own, those of narrower lanes, which serve nothing that this one does not serve: all of them where
    the job may run there too. Where it may not, they help with others' jobs only: half is what a simulation finds. None
    where no server stands in the lane itself: whatever the others work off, the job's turn does not come there.
    """
    if lane not in table.servers.values():
        return 0.0
    routes = table.routes.values()
    narrower = {each for each in table.servers.values() if all(lane in there for there in routes if each in there)}
    return sum(1.0 if each == lane or each in lanes else 0.5 for each in table.servers.values() if each in narrower)


def _served(offer: Vocabulary, requirements: Mapping[str, Requirement | None]) -> frozenset[str]:
    return frozenset(key for key, each in requirements.items() if each and serves(each, offer))


def _grouped(served: Mapping[str, frozenset[str]]) -> list[Group]:
    alike: dict[frozenset[str], set[str]] = {}
    for server, keys in served.items():
        alike.setdefault(keys, set()).add(server)
    return sorted(map(frozenset, alike.values()), key=min)


def _named(groups: Iterable[Group], present: Mapping[str, str]) -> dict[Group, str]:
    """Give every group the name of the lane that most of it stands in, each name once; the others get new ones."""
    members: dict[str, set[str]] = {}
    for server, lane in present.items():
        members.setdefault(lane, set()).add(server)
    pairs = [(-len(group & there), lane, group) for group in groups for lane, there in members.items() if group & there]
    names: dict[Group, str] = {}
    for _, lane, group in sorted(pairs, key=lambda pair: (pair[0], pair[1], min(pair[2]))):
        if group not in names and lane not in names.values():
            names[group] = lane
    # Never the name of a lane that ends now: what is remembered of it belongs to other servers.
    fresh = (name for name in map(str, count(1)) if name not in members)
    return {group: names.get(group) or next(fresh) for group in groups}
