"""How much a body may be, and how long it may take to arrive."""

import asyncio

import pytest
from aiohttp import web

from adapters.web.bodies import body_of, json_of

MOST = 8


async def _read(request: web.Request) -> web.Response:
    return web.Response(body=await body_of(request, most=MOST, within_s=20.0))


async def _read_at_once(request: web.Request) -> web.Response:
    return web.Response(body=await body_of(request, most=MOST, within_s=0.01))


async def _read_json(request: web.Request) -> web.Response:
    return web.Response(text=f"{await json_of(request, most=MOST, within_s=20.0)}")


@pytest.fixture
async def port():
    app = web.Application()
    app.add_routes([web.post("/", _read), web.post("/at-once", _read_at_once), web.post("/json", _read_json)])
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    yield runner.addresses[0][1]
    await runner.cleanup()


async def sent(port: int, path: str, body: bytes, *, says: int, kind: str = "text/plain") -> tuple[int, str]:
    """Send the beginning of a body that says how long it is, and return what is answered."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    head = f"POST {path} HTTP/1.0\r\nHost: here\r\nContent-Type: {kind}\r\nContent-Length: {says}\r\n\r\n"
    writer.write(head.encode() + body)
    async with asyncio.timeout(10):
        answer = (await reader.readuntil(b"\r\n\r\n")).decode()
        length = int(answer.lower().partition("content-length: ")[2].split()[0])
        text = (await reader.readexactly(length)).decode()
    writer.close()
    return int(answer.split()[1]), text


async def test_a_body_of_as_much_as_may_be_is_read(port):
    assert await sent(port, "/", b"12345678", says=8) == (200, "12345678")


async def test_a_body_that_becomes_too_large_is_read_no_further(port):
    assert await sent(port, "/", b"123456789", says=9_000_000) == (413, "That is too large.")


async def test_a_body_that_does_not_arrive_is_not_waited_for(port):
    assert await sent(port, "/at-once", b"1", says=8) == (408, "That took too long to arrive.")


async def test_what_does_not_say_that_it_is_json_is_not_read(port):
    assert await sent(port, "/json", b"", says=9_000_000) == (415, "Send JSON.")
    assert await sent(port, "/json", b'{"a": 1}', says=8, kind="application/json") == (200, "{'a': 1}")
