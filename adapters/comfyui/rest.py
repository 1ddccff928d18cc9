"""The REST half of a server: bounded, with deadlines, and with foreign exceptions translated once, here."""

import asyncio
import errno
import json
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from io import BytesIO

import aiohttp

from adapters.comfyui.address import ComfyAddress
from adapters.comfyui.limits import ComfyLimits
from bot.errors import ServerLost, ServerRefused, ServerUnreached

PARSE_IN_THREAD_BYTES = 1024 * 1024
"""From this size on JSON is parsed off the loop: a megabyte takes about 10 ms."""

UNKNOWN_ROUTE = frozenset({404, 405, 501})
"""How a server says that it has no such route (0.3.64: 405 for a POST, since its pages are served by GET)."""

NO_NAME = "The GPU cannot be reached: its name leads nowhere."
NO_TRUST = "The GPU cannot be reached: its TLS is not trusted."

_CHUNK = 256 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A status and its JSON; `body` is None where the answer was no JSON (a proxy's page, plain text, nothing)."""

    status: int
    body: object = field(default=None, repr=False)
    text: str = field(default="", repr=False)  #: the beginning of what was no JSON, for the log

    @property
    def ok(self) -> bool:
        """Whether the server did what it was asked."""
        return self.status == 200

    def mapping(self) -> Mapping[str, object]:
        """Return the JSON object of a good answer; raises ServerLost when it is anything else."""
        if not self.ok or not isinstance(self.body, dict):
            raise ServerLost(detail=f"HTTP {self.status}: {self.text}")
        return self.body


@contextmanager
def translated(*, arrived: type[ServerLost] = ServerLost) -> Iterator[None]:
    """Turn whatever a connection can die of into ServerLost, or into `arrived` once the question may have arrived.

    ServerUnreached says that it cannot have.
    """
    try:
        yield
    except aiohttp.ClientConnectorError as error:
        raise _unreached(error) from error
    except aiohttp.ConnectionTimeoutError as error:
        raise ServerUnreached("The GPU does not answer.", detail="connecting took too long") from error
    except TimeoutError as error:
        raise arrived("The GPU does not answer.", detail="no answer in time") from error
    except (aiohttp.ClientError, OSError) as error:
        raise arrived("The GPU broke off the connection.", detail=f"{type(error).__name__}: {error}") from error


def _unreached(error: aiohttp.ClientConnectorError) -> ServerUnreached:
    if isinstance(error, aiohttp.ClientConnectorDNSError):
        return ServerUnreached(NO_NAME, detail=type(error).__name__)
    if isinstance(error, aiohttp.ClientSSLError):
        return ServerUnreached(NO_TRUST, detail=type(error).__name__)
    if error.os_error.errno == errno.ECONNREFUSED:
        return ServerRefused(detail=type(error).__name__)
    return ServerUnreached(detail=type(error).__name__)


def hung_up(error: ServerLost) -> bool:
    """Tell whether a connection was refused or reset, which a server that only is slow, or far away, does not do."""
    if isinstance(error, ServerUnreached):
        return isinstance(error, ServerRefused)
    return isinstance(error.__cause__, aiohttp.ServerDisconnectedError | aiohttp.ClientOSError)


class Rest:
    """Asks one server questions. Entered as an async context manager; connections are kept and used again."""

    def __init__(self, address: ComfyAddress, limits: ComfyLimits) -> None:
        self._address = address
        self._limits = limits
        self._session: aiohttp.ClientSession

    async def __aenter__(self) -> "Rest":
        """Open the pool of connections; nothing is sent yet."""
        self._session = aiohttp.ClientSession(
            headers=self._address.headers,
            # ComfyUI keeps an idle connection for 75 s; ours give up first, so that a POST does not meet a dead one.
            connector=aiohttp.TCPConnector(ssl=self._address.tls or True, keepalive_timeout=15),
            timeout=aiohttp.ClientTimeout(total=None, sock_connect=self._limits.connect_s),
            cookie_jar=aiohttp.DummyCookieJar(),
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close every connection."""
        await self._session.close()

    async def get(self, path: str, params: Mapping[str, str] | None = None, *, limit: int | None = None) -> Answer:
        """GET a JSON answer of at most `limit` bytes; raises ServerLost."""
        return await self._ask("GET", path, params=params, limit=limit)

    async def post(self, path: str, body: object = None, *, arrived: type[ServerLost] = ServerLost) -> Answer:
        """POST JSON; raises ServerLost, or `arrived` when the server may have taken it in."""
        # As a stream: aiohttp warns of large bodies that are handed over as bytes.
        content = aiohttp.BytesIOPayload(BytesIO(json.dumps(body).encode()), content_type="application/json")
        return await self._ask("POST", path, data=content, arrived=arrived)

    async def upload(self, path: str, name: str, content: bytes, **fields: str) -> Answer:
        """POST a form that holds a picture as its field `image`; raises ServerLost."""
        form = aiohttp.FormData(quote_fields=False)
        form.add_field("image", BytesIO(content), filename=name, content_type="application/octet-stream")
        for field_name, value in fields.items():
            form.add_field(field_name, value)
        return await self._ask("POST", path, data=form, deadline=self._limits.upload_s)

    async def _ask(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, str] | None = None,
        data: aiohttp.FormData | aiohttp.BytesIOPayload | None = None,
        limit: int | None = None,
        deadline: float | None = None,
        arrived: type[ServerLost] = ServerLost,
    ) -> Answer:
        with translated(arrived=arrived):
            async with (
                asyncio.timeout(deadline or self._limits.answer_s),
                # A redirect leads to a sign-in page, and would take the headers along.
                self._session.request(
                    method, self._address.route(path), params=params, data=data, allow_redirects=False
                ) as response,
            ):
                content = await _read(response, limit or self._limits.json_bytes)
        return await _answer(response.status, content)

    @asynccontextmanager
    async def download(self, path: str, params: Mapping[str, str]) -> AsyncIterator["Download"]:
        """GET a file; the body is read by the caller, chunk by chunk. Raises ServerLost."""
        with translated():
            async with asyncio.timeout(self._limits.answer_s):
                response = await self._session.get(self._address.route(path), params=params, allow_redirects=False)
        async with response:
            yield Download(response, self._limits)


class Download:
    """A file on its way."""

    def __init__(self, response: aiohttp.ClientResponse, limits: ComfyLimits) -> None:
        self._response = response
        self._read_s = limits.read_s
        self._left_s = limits.fetch_s
        self.status = response.status
        self.media_type = response.content_type
        self.size = response.content_length

    async def read(self) -> bytes:
        """Read the next piece, empty at the end; raises ServerLost when the line breaks, stalls or only drips.

        Only the waiting counts: how long the caller takes for a piece is not the server's fault.
        """
        now = asyncio.get_running_loop().time
        began = now()
        with translated():
            async with asyncio.timeout(min(self._read_s, self._left_s)):
                piece = await self._response.content.read(_CHUNK)
        self._left_s -= now() - began
        return piece


async def _read(response: aiohttp.ClientResponse, limit: int) -> bytes:
    content = bytearray()
    async for chunk in response.content.iter_chunked(_CHUNK):
        content += chunk
        if len(content) > limit:
            raise aiohttp.ClientPayloadError(f"the answer is over {limit} bytes")
    return bytes(content)


async def _answer(status: int, content: bytes) -> Answer:
    try:
        body = (
            await asyncio.to_thread(json.loads, content)
            if len(content) > PARSE_IN_THREAD_BYTES
            else json.loads(content or b"null")
        )
    except (ValueError, RecursionError):
        return Answer(status=status, text=content[:500].decode(errors="replace"))
    return Answer(status=status, body=body)
