"""One request, read: parameters, JSON and uploads; and what is answered."""

import json
import re
from dataclasses import dataclass, field
from typing import Any

from aiohttp import BodyPartReader, web

from .gateway import Gateway
from .refusals import Refused, invalid, refused
from .shapes import Fault
from .state import World

_MOST_READ = 64 * 1024 * 1024
"""Bytes that are read although the answer is clear: a client hears a 413 only once it has sent everything."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """One file of a multipart body; `index` is the n of `files[n]`."""

    index: int
    name: str
    kind: str
    content: bytes


@dataclass(slots=True, kw_only=True)
class Ask:
    """What a handler is given."""

    world: World
    gateway: Gateway
    params: dict[str, str]
    query: dict[str, str]
    body: Any = None
    uploads: list[Upload] = field(default_factory=list)

    def number(self, name: str) -> int:
        """Return an id of the path; raises 50035 for what is none."""
        text = self.params[name]
        if not re.fullmatch(r"\d{1,20}", text):
            raise _bad(name, text)
        return int(text)

    def asks_for(self, name: str) -> bool:
        """Whether a switch of the query is on."""
        return self.query.get(name, "").lower() in {"1", "true"}


def _bad(name: str, text: str) -> Refused:
    return invalid([Fault(path=(name,), code="NUMBER_TYPE_COERCE", message=f'Value "{text}" is not snowflake.')])


@dataclass(frozen=True, slots=True)
class Answer:
    """Status and JSON; no JSON for a 204."""

    status: int
    body: Any = None


DONE = Answer(204)


async def read(request: web.Request, limit: int) -> tuple[Any, list[Upload]]:
    """Return the JSON and the uploads of a request; raises 40005 and 50109."""
    if request.content_type == "multipart/form-data":
        return await _multipart(request, limit)
    if not request.can_read_body:
        return None, []
    raw = await request.read()
    if len(raw) > limit:
        raise refused(40005)
    if not raw:
        return None, []
    if request.content_type != "application/json":
        raise refused(50109)
    return _parsed(raw), []


def _parsed(raw: bytes) -> Any:
    try:
        return json.loads(raw)
    except ValueError:
        raise refused(50109) from None


async def _multipart(request: web.Request, limit: int) -> tuple[Any, list[Upload]]:
    body: Any = {}
    uploads: list[Upload] = []
    total = 0
    async for part in await request.multipart():
        if not isinstance(part, BodyPartReader):
            raise refused(50109)
        raw = bytes(await part.read())
        total += len(raw)
        if total > _MOST_READ:
            break
        if part.name == "payload_json":
            body = _parsed(raw)
        elif found := re.fullmatch(r"files\[(\d+)\]", part.name or ""):
            kind = part.headers.get("Content-Type", "application/octet-stream")
            uploads.append(Upload(index=int(found[1]), name=part.filename or "unknown", kind=kind, content=raw))
        else:
            raise refused(50109)
    if total > limit:
        raise refused(40005)
    return body, uploads
