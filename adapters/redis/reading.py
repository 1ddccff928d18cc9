"""Jobs, read whole by their names: so few by one script that nobody waits long behind it, nor behind its answer."""

from collections.abc import Sequence

from adapters.redis import answers
from adapters.redis.edge import Edge
from bot.jobs import JobRecord

AT_ONCE = 200
"""Jobs that are read by one script."""


async def records_of(edge: Edge, names: Sequence[str] | Sequence[bytes]) -> list[JobRecord]:
    """Return those of these jobs that are kept, in their order; raises StoreLost."""
    found: list[JobRecord] = []
    for begin in range(0, len(names), AT_ONCE):
        some = await edge.run("read", *names[begin : begin + AT_ONCE])
        found += [answers.record(each) for each in answers.rows(some)]
    return found
