"""Attachments come from Discord's own hosts, in bounded bytes and time."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest
from aiohttp import web

from adapters.discord.cdn import ORIGINS, Cdn
from adapters.fetching import trusted
from bot.errors import ImageRefused
from bot.images import MAX_BYTES

Answering = Callable[[web.Request], Awaitable[web.StreamResponse]]


@asynccontextmanager
async def host(answering: Answering) -> AsyncIterator[str]:
    """Serve every path on 127.0.0.1 by this; yields the origin."""
    app = web.Application()
    app.router.add_get("/{path:.*}", answering)
    runner = web.AppRunner(app, shutdown_timeout=0.1, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


@pytest.mark.parametrize(
    "address",
    [
        "https://cdn.discordapp.com/attachments/1/2/cat.png?ex=6&is=5&hm=4&",
        "https://media.discordapp.net/ephemeral-attachments/1/2/cat.png",
        "https://CDN.discordapp.com:443/attachments/1/2/cat.png",
    ],
)
def test_discords_own_hosts_are_trusted(address: str) -> None:
    url = trusted(address, ORIGINS)
    assert url is not None
    assert url.host in {"cdn.discordapp.com", "media.discordapp.net"}


@pytest.mark.parametrize(
    "address",
    [
        "http://cdn.discordapp.com/attachments/1/2/cat.png",
        "https://cdn.discordapp.com.evil.example/cat.png",
        "https://evil.example/cdn.discordapp.com/cat.png",
        "https://cdn.discordapp.com@evil.example/cat.png",
        "https://cdn.discordapp.com:8443/cat.png",
        "https://someone:secret@cdn.discordapp.com/cat.png",
        "https://cdn.discordapp.com\\@evil.example/cat.png",
        "https://127.0.0.1/cat.png",
        "https://[::1]/cat.png",
        "file:///etc/passwd",
        "//cdn.discordapp.com/cat.png",
        "cat.png",
        "",
        "https://",
        "https://cdn.discordapp.com:99999999/cat.png",
    ],
)
async def test_every_other_host_is_refused_before_it_is_asked(address: str) -> None:
    assert trusted(address, ORIGINS) is None
    with pytest.raises(ImageRefused, match="not kept by Discord"):
        await Cdn().fetch(address)


async def test_the_bytes_arrive_with_the_signature_as_it_was_given() -> None:
    asked: list[str] = []

    async def answer(request: web.Request) -> web.Response:
        asked.append(request.raw_path)
        return web.Response(body=b"a cat")

    async with host(answer) as origin:
        path = "/attachments/1/2/my%20cat.png?ex=66aa&is=66a9&hm=abc&"
        assert await Cdn(origins={origin}).fetch(origin + path) == b"a cat"
    assert asked == [path]


async def test_no_redirect_is_followed() -> None:
    asked: list[str] = []

    async def answer(request: web.Request) -> web.Response:
        asked.append(request.path)
        raise web.HTTPFound("/somewhere/else")

    async with host(answer) as origin:
        with pytest.raises(ImageRefused, match="Attach it again"):
            await Cdn(origins={origin}).fetch(f"{origin}/cat.png")
    assert asked == ["/cat.png"]


async def test_an_expired_link_is_told_as_what_to_do() -> None:
    async def answer(request: web.Request) -> web.Response:
        return web.Response(status=404, text="This content is no longer available.")

    async with host(answer) as origin:
        with pytest.raises(ImageRefused, match="Attach it again"):
            await Cdn(origins={origin}).fetch(f"{origin}/cat.png")


async def test_no_more_is_read_than_the_gate_looks_at() -> None:
    sent = 0

    async def answer(request: web.Request) -> web.StreamResponse:
        nonlocal sent
        response = web.StreamResponse()
        await response.prepare(request)
        while sent < 4 * MAX_BYTES:
            await response.write(bytes(1024 * 1024))
            sent += 1024 * 1024
        return response

    async with host(answer) as origin:
        with pytest.raises(ImageRefused, match="larger than 32 MB"):
            await Cdn(origins={origin}).fetch(f"{origin}/cat.png")
    assert sent < 2 * MAX_BYTES


async def test_a_host_that_says_nothing_is_waited_for_no_longer_than_the_deadline() -> None:
    never = asyncio.Event()

    async def answer(request: web.Request) -> web.Response:
        await never.wait()
        return web.Response()

    async with host(answer) as origin:
        with pytest.raises(ImageRefused, match="did not hand the picture over"):
            await Cdn(origins={origin}, deadline_s=0.05).fetch(f"{origin}/cat.png")
        never.set()


async def test_four_are_fetched_at_once_and_no_more() -> None:
    inside, most, full, go = 0, 0, asyncio.Event(), asyncio.Event()

    async def answer(request: web.Request) -> web.Response:
        nonlocal inside, most
        inside += 1
        most = max(most, inside)
        if inside == 4:
            full.set()
        await go.wait()
        inside -= 1
        return web.Response(body=b"a cat")

    async with host(answer) as origin:
        cdn = Cdn(origins={origin})
        async with asyncio.timeout(10), asyncio.TaskGroup() as tasks:
            fetched = [tasks.create_task(cdn.fetch(f"{origin}/{number}.png")) for number in range(9)]
            await full.wait()
            go.set()
    assert [each.result() for each in fetched] == [b"a cat"] * 9
    assert most == 4
