"""One attempt at a job on one server, as named steps: prepare, submit, follow, stop.

Whoever drives the steps decides what to do between them; what is promised here is that a run is never submitted twice
on a doubt, and that it always has an end.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping

from bot.errors import JobCancelled, JobTimedOut, ServerLost, SubmitUncertain
from bot.events import Failed, Interrupted, RunEvent, Succeeded
from bot.jobs import JobId, Run, run_id_of
from bot.ports import Found, Handle, NotFound, Server, Stopping
from workflows.values import Values
from workflows.workflow import Workflow

AMBIGUITY_S = 10.0
"""How long a run may stay invisible after a lost answer before it counts as never accepted."""

_ASK_AGAIN_S = 0.25

Report = Callable[[RunEvent], Awaitable[None]]


def prepare(workflow: Workflow, values: Values, job_id: JobId, attempt: int, uploads: Mapping[str, bytes]) -> Run:
    """Bind the values (seeds drawn) into a graph of its own, under an id that a successor can derive again."""
    return Run(
        id=run_id_of(job_id, attempt),
        graph=workflow.bind(values),
        outputs=frozenset(output.node for output in workflow.manifest.outputs),
        uploads=uploads,
    )


async def submit(server: Server, run: Run) -> Handle:
    """Hand a run over; after a lost answer, find out instead of asking for it twice.

    Raises what `Server.submit` raises, except SubmitUncertain: it ends as the handle or as ServerLost.
    """
    try:
        return await server.submit(run)
    except SubmitUncertain as doubt:
        handle = Handle(run.id)
        if await _appears(server, handle):
            return handle
        raise ServerLost(detail=f"run {run.id} was submitted without an answer and did not appear") from doubt


async def follow(server: Server, handle: Handle, report: Report, *, deadline_s: float) -> Succeeded:
    """Report what happens until the run succeeds; raises the JobError of any other end.

    A run that has no end within the deadline is stopped, and JobTimedOut is raised.
    """
    try:
        async with asyncio.timeout(deadline_s) as deadline:
            return await _until_success(server, handle, report)
    except TimeoutError as error:
        if not deadline.expired():
            raise
        await server.interrupt(handle)
        raise JobTimedOut(detail=f"run {handle}: no end within {deadline_s:g} s") from error


async def stop(server: Server, run: Run) -> Stopping:
    """Stop a run whose submit may not even have been answered."""
    return await server.interrupt(Handle(run.id))


async def _appears(server: Server, handle: Handle) -> bool:
    try:
        async with asyncio.timeout(AMBIGUITY_S):
            while True:
                match await server.find(handle):
                    case Found():
                        return True
                    case NotFound():
                        await asyncio.sleep(_ASK_AGAIN_S)
    except TimeoutError:
        return False


async def _until_success(server: Server, handle: Handle, report: Report) -> Succeeded:
    async for event in server.follow(handle):
        await report(event)
        match event:
            case Succeeded():
                return event
            case Failed(error=error):
                raise error
            case Interrupted():
                raise JobCancelled
    raise ServerLost(detail=f"run {handle}: the events ended without an end")
