"""Jobs as lines of the console. Pure."""

from dataclasses import replace

from bot.console.views import JobLine
from bot.histories import words_of
from bot.inert import NAME, label
from bot.jobs import JobRecord
from bot.servers import server_of

WORDS = 200
"""Characters of a prompt: what fits into a line."""

WHOLE = 4_000
"""Characters of a prompt where somebody decides by it: more than any platform lets anybody write."""


def words(record: JobRecord) -> str:
    """Return a job's prompt, cut to a line."""
    return label(words_of(record), WORDS)


def whole(record: JobRecord) -> str:
    """Return a job's prompt as it was asked for, made visible."""
    return label(words_of(record), WHOLE)


def whole_line(record: JobRecord) -> JobLine:
    """Return a job with all of its prompt: for whoever judges it."""
    return replace(job_line(record), words=whole(record))


def job_line(record: JobRecord) -> JobLine:
    """Return a job in a line."""
    job = record.job
    return JobLine(
        id=job.id,
        user=job.requester.id,
        name=label(job.requester.name, NAME),
        tenant=job.requester.tenant,
        workflow=job.workflow,
        words=words(record),
        state=record.state,
        server=server_of(record.server) if record.server else None,
        since_ms=job.created_ms,
    )
