"""The pool as rows of a table, and as data for scripts."""

from collections.abc import Iterable, Iterator

from bot.cli.times import spell
from bot.gpus import Seen

HEAD = ("GPU", "state", "for", "jobs", "slots", "labels", "from", "")
RIGHT = (3, 4)

Row = tuple[str, ...]


def as_rows(servers: Iterable[Seen]) -> Iterator[Row]:
    """Show the servers of the pool."""
    for each in servers:
        if not each.removed:
            yield (
                each.name,
                each.state,
                "" if each.since_ms is None else spell(each.since_ms),
                f"{each.status.jobs}" if each.status else "",
                "" if each.slots is None else f"{each.slots}",
                ", ".join(each.labels or ()),
                each.source,
                each.reason,
            )


def as_data(each: Seen) -> dict[str, object]:
    """Return one for a script: times in seconds, nothing where nobody knows."""
    status = each.status
    return {
        "name": each.name,
        "state": each.state,
        "for_s": None if each.since_ms is None else each.since_ms / 1000,
        "reason": each.reason or None,
        "jobs": status.jobs if status else None,
        "others": status.others if status else None,
        "slots": each.slots,
        "labels": None if each.labels is None else list(each.labels),
        "memory": (status.memory if status else 0) or None,
        "version": (status.version if status else "") or None,
        "from": each.source,
    }
