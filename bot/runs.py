"""One attempt at a job on one server, as named steps: prepare, submit, follow, stop.

Whoever drives the steps decides what to do between them; what is promised here is that a run is never submitted twice
on a doubt, and that it always has an end.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import aclosing
from functools import partial
from typing import assert_never

from bot.errors import JobCancelled, JobTimedOut, ServerLost, SubmitUncertain
from bot.events import Failed, Interrupted, RunEnd, RunEvent, Succeeded
from bot.jobs import JobId, JobRecord, Run, run_id_of
from bot.ports import Finding, Found, Handle, Lease, NotFound, Server, Stopping
from bot.progress import Motion
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


def handle_of(record: JobRecord, lease: Lease) -> Handle:
    """Name the run that a held job has, or will have."""
    return Handle(record.run_id or run_id_of(record.job.id, lease.attempt))


async def submit(server: Server, run: Run) -> Handle:
    """Hand a run over; after a lost answer, find out instead of asking for it twice.

    Raises what `Server.submit` raises, except SubmitUncertain: it ends as the handle or as ServerLost.
    """
    try:
        return await server.submit(run)
    except SubmitUncertain as doubt:
        handle = Handle(run.id)
        # A little longer than the window, for its last question to be answered.
        if isinstance(await locate(server, handle, patience_s=AMBIGUITY_S + 2 * _ASK_AGAIN_S), Found):
            return handle
        raise ServerLost(detail=f"run {run.id} was submitted without an answer and did not appear") from doubt


async def follow(
    server: Server, handle: Handle, report: Report, *, deadline_s: float, waiting_s: float | None = None
) -> Succeeded:
    """Report what happens until the run succeeds; raises the JobError of any other end.

    A run that has no end within the deadline, which counts from when it begins to execute, is stopped, and JobTimedOut
    is raised, unless its end came first. So is one that does not begin within `waiting_s`; None: the same time.
    """
    clock, motion = asyncio.get_running_loop().time, Motion()

    async def watched(event: RunEvent) -> None:
        if motion.took_in(event, clock()):
            deadline.reschedule(clock() + deadline_s)
        await report(event)

    try:
        async with asyncio.timeout(deadline_s if waiting_s is None else waiting_s) as deadline:
            return await _until_success(server, handle, watched)
    except TimeoutError:
        if not deadline.expired():
            raise
        still_s = clock() - motion.moved_s
        return await _stopped_at_deadline(server, handle, given_s=deadline_s, still_s=still_s)


async def stop(server: Server, run: Run) -> Stopping:
    """Stop a run whose submit may not even have been answered."""
    return await server.interrupt(Handle(run.id))


async def locate(server: Server, handle: Handle, *, patience_s: float) -> Finding:
    """Find out what became of a run: found, or absent for the whole ambiguity window, or unknown for all patience."""
    loop = asyncio.get_running_loop()
    asked_from, finding = loop.time(), NotFound.UNKNOWN
    try:
        async with asyncio.timeout(patience_s):
            while True:
                match await server.find(handle):
                    case Found() as found:
                        return found
                    case finding:
                        if finding is NotFound.ABSENT and loop.time() - asked_from >= AMBIGUITY_S:
                            return finding
                await asyncio.sleep(_ASK_AGAIN_S)
    except TimeoutError:
        return finding


async def _until_success(server: Server, handle: Handle, report: Report) -> Succeeded:
    async with aclosing(server.follow(handle)) as events:
        async for event in events:
            await report(event)
            if isinstance(event, RunEnd):
                return _success(event)
    raise ServerLost(detail=f"run {handle}: the events ended without an end")


async def _stopped_at_deadline(server: Server, handle: Handle, *, given_s: float, still_s: float) -> Succeeded:
    late = partial(JobTimedOut, detail=f"run {handle}: no end within {given_s:g} s", given_s=given_s, still_s=still_s)
    match await server.interrupt(handle):
        case Stopping.STOPPED:
            raise late()
        case Stopping.TOO_LATE:
            finding = await server.find(handle)
            if isinstance(finding, Found) and finding.end:
                return _success(finding.end)
    raise late("The GPU took too long. It was asked to stop the job, but has not confirmed it.")


def _success(end: RunEnd) -> Succeeded:
    match end:
        case Succeeded():
            return end
        case Failed(error=error):
            raise error
        case Interrupted():
            raise JobCancelled
        case _:
            assert_never(end)
