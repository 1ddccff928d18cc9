"""Handing a run over: its pictures first, then its graph."""

import asyncio
import re
from collections.abc import Mapping

from adapters.comfyui.occupants import POOL_KEY
from adapters.comfyui.rejection import outputs_left_out, rejection_of
from adapters.comfyui.rest import Answer, Rest, translated
from adapters.comfyui.whereabouts import OUTPUTS_KEY
from bot.errors import GraphRejected, JobError, ServerLost, SubmitUncertain
from bot.jobs import Run

# ComfyUI takes a slash for a folder and stores other alphabets in more than one way, so names are kept plain.
_PLAIN_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,199}")


async def upload(rest: Rest, pictures: Mapping[str, bytes], *, deadline_s: float) -> None:
    """Put pictures where the graph expects them, all within the deadline; raises GraphRejected or ServerLost."""
    with translated():
        async with asyncio.timeout(deadline_s):
            for name, content in pictures.items():
                await _upload(rest, name, content)


async def _upload(rest: Rest, name: str, content: bytes) -> None:
    if not _PLAIN_NAME.fullmatch(name):
        raise GraphRejected(detail=f"an upload is called {name!r}")
    answer = await rest.upload("/upload/image", name, content, type="input", overwrite="true")
    if answer.status == 413:
        raise GraphRejected("The picture is too large for the GPU.", detail="POST /upload/image: HTTP 413")
    if answer.mapping().get("name") != name:
        raise GraphRejected(detail=f"the upload {name!r} was stored as {answer.body}"[:500])


async def hand_over(rest: Rest, run: Run, client_id: str, pool: str) -> JobError | None:
    """POST the graph under our run id and the mark of our pool; raises what `Server.submit` raises.

    Returned, not raised, is an error that stands although the server took the run: whoever calls has to stop it.
    No `number` and no `front`: two runs of one number kill the server's worker thread, and `extra_data` is never null
    for the same reason (0.3.64).
    """
    body = {
        "prompt": run.graph.wire(),
        "prompt_id": run.id,
        "client_id": client_id,
        "extra_data": {OUTPUTS_KEY: sorted(run.outputs), POOL_KEY: pool},
    }
    answer = await rest.post("/prompt", body, arrived=SubmitUncertain)
    if not answer.ok:
        raise _refusal(answer)
    given = answer.body.get("prompt_id") if isinstance(answer.body, dict) else None
    if given != run.id:
        # A page of a proxy, or a platform that gives ids of its own: what became of the run, `find` may tell.
        raise SubmitUncertain(detail=f"POST /prompt: accepted as {given!r}: {answer.text}"[:500])
    return rejection_of(answer.body) if outputs_left_out(answer.body, run.outputs) else None


def _refusal(answer: Answer) -> JobError:
    detail = f"POST /prompt: HTTP {answer.status} {answer.text}"
    match answer.status:
        case 400 if isinstance(answer.body, dict):
            return rejection_of(answer.body)
        case 413:
            return GraphRejected("The workflow is too large for the GPU.", detail=detail)
        case status if status < 500:
            # A sign-in page, a wrong path, a rate limit: whatever answered, it did not take the run.
            return ServerLost(detail=detail)
        case _:
            return SubmitUncertain(detail=detail)
