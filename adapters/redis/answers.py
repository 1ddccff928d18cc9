"""What scripts answer, in our words."""

from typing import cast
from uuid import UUID

from adapters.redis.edge import Reply
from adapters.redis.serial import record_of
from bot.jobs import JobId, JobRecord


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
    return [JobId(UUID(text(each))) for each in rows(answer)]


def fields(answer: Reply) -> dict[str, str]:
    """Return a hash as such."""
    words = [text(word) for word in rows(answer)]
    return dict(zip(words[::2], words[1::2], strict=True))


def record(answer: Reply) -> JobRecord:
    """Return a snapshot as the scripts make it: hash, payload, result, id."""
    about, payload, result, job_id = rows(answer)
    return record_of(JobId(UUID(text(job_id))), fields(about), cast(bytes, payload), data(result))
