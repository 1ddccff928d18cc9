"""Telling the queue how an attempt ended: one verb of it for each outcome."""

from typing import assert_never

from bot.outcomes import Ending, Moved, Outcome, Painted, Refusal
from bot.ports import JobQueue, Lease


async def settle(queue: JobQueue, lease: Lease, outcome: Outcome, *, gpu_ms: int) -> bool:
    """Settle a job or hand it back; False when that changed nothing. Raises StoreLost.

    A run is charged what it took on the GPU, which counts the time in which it loaded its models, and not that in
    which it waited. So whoever's run comes first on a cold server pays for the load. Over time that evens out by
    itself: having paid more, they are the later next time, and the slack for loaded models is bounded.
    """
    match outcome:
        case Painted(files=files, texts=texts):
            return await queue.succeed(lease, files=files, texts=texts, gpu_ms=gpu_ms)
        case Refusal(code=code, sentence=sentence, server_fault=fault):
            return await queue.fail(lease, code=code, sentence=sentence, gpu_ms=gpu_ms, server_fault=fault)
        case Moved(requirement=requirement):
            return await queue.requeue(lease, costs_attempt=False, requirement=requirement)
        case Ending.CANCELLED:
            return await queue.confirm_cancel(lease, gpu_ms=gpu_ms)
        case Ending.UNTOUCHED | Ending.VANISHED:
            return await queue.requeue(lease, costs_attempt=outcome is Ending.VANISHED)
        case Ending.LEASE_LOST | Ending.LEFT:
            return False
        case _:
            assert_never(outcome)
