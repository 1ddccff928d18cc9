"""The versions of workflows that jobs were made for: read from the store, so a worker needs no workflow folder."""

import asyncio

from bot.errors import FileGone
from bot.jobs import Job
from bot.ports import JobStore
from workflows.workflow import Workflow, WorkflowFault, load_workflow

_KEPT = 32


class Shelf:
    """Workflows by digest, the last few of them kept ready."""

    def __init__(self, store: JobStore) -> None:
        self._store = store
        self._ready: dict[str, Workflow] = {}

    async def of(self, job: Job) -> Workflow:
        """Return the version that a job was made for; raises FileGone when it is not kept any more."""
        if job.digest not in self._ready:
            self._ready[job.digest] = await self._load(job)
            while len(self._ready) > _KEPT:
                del self._ready[next(iter(self._ready))]
        return self._ready[job.digest]

    async def _load(self, job: Job) -> Workflow:
        files = await self._store.workflow(job.digest)
        if files is None:
            raise FileGone("This version of the workflow is not kept any more.")
        try:
            return await asyncio.to_thread(load_workflow, job.workflow, *files)
        except WorkflowFault as fault:
            # It was good when the job was made: an older Fairbrush meets a manifest of a newer one.
            raise FileGone("This version of the workflow cannot be read any more.", detail=str(fault)) from fault
