"""What comes over HTTP, and whether Slack sent it: nothing of what it did not sign is read as anything but bytes."""

import asyncio
import json
import re
from urllib.parse import parse_qs

from aiohttp import web
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_sdk.signature import SignatureVerifier

MOST_BYTES = 1024 * 1024
"""Of one delivery: a form of Slack's is 250 KB at most."""

_READ_S = 10.0
"""Slack hangs up after three seconds; whoever sends more slowly than this is not Slack."""

_TIME = re.compile("[0-9]{1,15}")
_SIGNATURE = re.compile("v0=[0-9a-f]{64}")

UNREADABLE = (ValueError, TypeError, LookupError, AttributeError, RecursionError)
"""What bolt comes to grief by on JSON that is not as Slack describes it: it looks for members without looking."""


class NotTaken(Exception):
    """A delivery that goes no further; `status` is what its sender is told."""

    def __init__(self, status: int) -> None:
        super().__init__(f"HTTP {status}")
        self.status = status


async def refuse_packed(request: web.Request) -> web.StreamResponse | None:
    """Refuse a body that is packed, without reading it, and hang up; None for all others.

    Slack packs nothing. aiohttp would unpack it, even if nobody asks for it: what is small by its length may be
    anything by then, and what is not packed as it says would be told with a traceback.
    """
    if request.headers.get("Content-Encoding", "identity").lower() == "identity":
        return None
    answer = web.Response(status=415, headers={"Connection": "close"})
    await answer.prepare(request)
    await answer.write_eof()
    request.protocol.force_close()
    return answer


async def signed_request(request: web.Request, verifier: SignatureVerifier) -> AsyncBoltRequest:
    """Return a delivery as bolt takes it; raises NotTaken for what Slack did not sign, just now, or cannot be read."""
    if (request.content_length or 0) > MOST_BYTES:
        raise NotTaken(413)
    time, signature = (request.headers.get(f"X-Slack-{each}", "") for each in ("Request-Timestamp", "Signature"))
    # Both before the verifier, which trips over a time that is none and a signature that is not ASCII.
    if not _TIME.fullmatch(time) or not _SIGNATURE.fullmatch(signature):
        raise NotTaken(401)
    body = await _body(request)
    if not verifier.is_valid(body, time, signature):
        raise NotTaken(401)
    _check_readable(body, request.content_type)
    try:
        return AsyncBoltRequest(body=body, query=request.query_string, headers={**request.headers})
    except UNREADABLE as error:
        raise NotTaken(400) from error


async def _body(request: web.Request) -> str:
    try:
        async with asyncio.timeout(_READ_S):
            # Whatever the server takes elsewhere; what says nothing of its length is read no further.
            return (await request.clone(client_max_size=MOST_BYTES).read()).decode()
    except web.HTTPRequestEntityTooLarge as error:
        raise NotTaken(413) from error
    except TimeoutError as error:
        raise NotTaken(408) from error
    except UnicodeDecodeError as error:
        raise NotTaken(401) from error  # Slack's own are UTF-8: no signature of its is on this


def _check_readable(body: str, content_type: str) -> None:
    """Raise NotTaken unless a body is what each of Slack's is: fields of a form, or one object of JSON."""
    try:
        written = body if content_type == "application/json" or body.startswith("{") else _payload(body)
        said = json.loads(written) if written is not None else {}
    except (ValueError, RecursionError) as error:
        raise NotTaken(400) from error
    if not isinstance(said, dict) or not isinstance(said.get("event", {}), dict):
        raise NotTaken(400)


def _payload(body: str) -> str | None:
    found = parse_qs(body, keep_blank_values=True).get("payload")
    return found[-1] if found else None
