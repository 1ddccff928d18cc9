"""How a job's message is reached by the token of the interaction that asked for it: kept encrypted while that lives.

A reply is kept before its job is submitted: from then on any process may be the one that shows the job.
"""

import asyncio
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from bot.jobs import JobId
from bot.ports import SecretStore

ALIVE_S = 15 * 60.0
"""How long an interaction's token lives: nothing of it is kept for longer."""

LIMIT_KEPT_S = 24 * 3600.0
"""How long the size of attachments is remembered; what ends later is held to what everybody may attach."""

DEFAULT_LIMIT = 10 * 1024 * 1024
"""Bytes of one attachment where nothing better is known, such as in direct messages."""

ANSWERED_WITHIN_S = 3.0
"""Discord gives nobody longer for the first answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """The way to answer one interaction."""

    application: str
    token: str = field(repr=False)
    attachment_limit: int = DEFAULT_LIMIT  #: bytes of one file there


class Replies:
    """The replies of all jobs, and which of them this process is about to give its first answer."""

    def __init__(self, secrets: SecretStore) -> None:
        self._secrets = secrets
        self._answering: dict[JobId, asyncio.Event] = {}

    async def keep(self, job_id: JobId, reply: Reply) -> None:
        """Keep the way to a job's message for as long as its token lives."""
        kept = {"application": reply.application, "token": reply.token}
        await self._secrets.put(_name(job_id), json.dumps(kept), for_s=ALIVE_S)
        if reply.attachment_limit != DEFAULT_LIMIT:
            await self._secrets.put(_limit_name(job_id), str(reply.attachment_limit), for_s=LIMIT_KEPT_S)

    async def of(self, job_id: JobId) -> Reply | None:
        """Return the way to a job's message; None when no token is alive."""
        kept = await self._secrets.get(_name(job_id))
        if kept is None:
            return None
        limit = await self.attachment_limit(job_id)
        return Reply(**json.loads(kept), attachment_limit=limit)

    async def attachment_limit(self, job_id: JobId) -> int:
        """Return how many bytes one file may have where the job was asked for."""
        kept = await self._secrets.get(_limit_name(job_id))
        return DEFAULT_LIMIT if kept is None else int(kept)

    async def forget(self, job_id: JobId) -> None:
        """Forget a token that opens nothing."""
        await self._secrets.forget(_name(job_id))

    @contextmanager
    def answering(self, job_id: JobId) -> Iterator[None]:
        """Let nobody in this process fill in the answer before it was given: wrap submitting and answering in this."""
        given = self._answering.setdefault(job_id, asyncio.Event())
        try:
            yield
        finally:
            given.set()
            self._answering.pop(job_id, None)

    async def answered(self, job_id: JobId) -> None:
        """Wait until the first answer was given, if this process is about to; not for long, whatever becomes of it."""
        given = self._answering.get(job_id)
        if given is None:
            return
        try:
            async with asyncio.timeout(ANSWERED_WITHIN_S):
                await given.wait()
        except TimeoutError:
            return


def _name(job_id: JobId) -> str:
    return f"discord/reply/{job_id}"


def _limit_name(job_id: JobId) -> str:
    return f"discord/limit/{job_id}"
