"""What scripts answer, in our words."""

from typing import cast

from adapters.redis import keys
from adapters.redis.edge import Reply
from adapters.redis.serial import record_of
from bot.jobs import JobId, JobRecord
from bot.leases import Held, Lease


def rows(answer: Reply) -> list[Reply]:
    """Return a list as such."""
    return cast("list[Reply]", answer or [])


def text(answer: Reply) -> str:
    """Return a string as such."""
    return cast(bytes, answer).decode()


def data(answer: Reply) -> bytes | None:
    """Return bytes as such, or nothing."""
    return cast("bytes | None", answer)


def number(answer: Reply) -> int:
    """Return a number as such."""
    return int(cast("int | bytes", answer))


def ids(answer: Reply) -> list[JobId]:
    """Return ids of jobs."""
    return [keys.job_id(cast(bytes, each)) for each in rows(answer)]


def fields(answer: Reply) -> dict[str, str]:
    """Return a hash as such."""
    words = [word.decode() if isinstance(word, bytes) else str(word) for word in rows(answer)]
    return dict(zip(words[::2], words[1::2], strict=True))


def record(answer: Reply) -> JobRecord:
    """Return a snapshot as the scripts make it: hash, payload, result, name."""
    return _told(answer)[1]


def _told(answer: Reply) -> tuple[dict[str, str], JobRecord]:
    about, payload, result, name = rows(answer)
    told = fields(about)
    return told, record_of(keys.job_id(cast(bytes, name)), told, cast(bytes, payload), data(result))


def held(expires: Reply, snapshot: Reply, others: Reply = None) -> Held:
    """Return a held job by the end of its lease and its snapshot."""
    about, found = _told(snapshot)
    lease = Lease(
        job_id=found.job.id,
        server=found.server or "",
        attempt=found.attempt,
        fence=int(about["fence"]),
        expires_ms=number(expires),
    )
    return Held(lease=lease, record=found, others=tuple(sorted(ids(others))))
