"""The gateway's protocol, frame by frame, for what no library would send."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest

from tests.fakes.discord.limits import Limits
from tests.fakes.discord.server import FakeDiscord

Socket = aiohttp.ClientWebSocketResponse


def identify(fake: FakeDiscord, **more: Any) -> dict[str, Any]:
    return {"op": 2, "d": {"token": fake.token, "intents": 1, "properties": {}, **more}}


@asynccontextmanager
async def connected(fake: FakeDiscord, query: str = "?v=10&encoding=json") -> AsyncIterator[Socket]:
    async with aiohttp.ClientSession() as session, session.ws_connect(fake.gateway.url + query) as ws:
        assert (await ws.receive_json())["op"] == 10
        yield ws


async def closed_with(ws: Socket) -> int | None:
    async with asyncio.timeout(10):
        while (await ws.receive()).type is aiohttp.WSMsgType.TEXT:
            pass
    return ws.close_code


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"token": "wrong"}, 4004),
        ({"shard": [2, 2]}, 4010),
        ({"intents": 1 << 30}, 4013),
        ({"intents": 1 << 15}, 4014),
    ],
)
async def test_an_identify_that_is_not_sound_is_closed_with_its_code(
    fake: FakeDiscord, change: dict[str, Any], code: int
):
    async with connected(fake) as ws:
        await ws.send_json(identify(fake, **change))

        assert await closed_with(ws) == code


@pytest.mark.parametrize(
    ("frame", "code"),
    [
        ("{", 4002),
        ('{"op": 2, "d": null}', 4002),
        ('{"op": 3, "d": {}}', 4003),
        ('{"op": 1, "d": "' + "x" * 4096 + '"}', 4002),
        ('{"op": 6, "d": {"token": "wrong"}}', 4004),
    ],
)
async def test_a_frame_that_is_not_sound_is_closed_with_its_code(fake: FakeDiscord, frame: str, code: int):
    async with connected(fake) as ws:
        await ws.send_str(frame)

        assert await closed_with(ws) == code


@pytest.mark.parametrize(("op", "code"), [(2, 4005), (6, 4005), (99, 4001)])
async def test_after_ready_a_second_identify_and_unknown_ops_are_closed(fake: FakeDiscord, op: int, code: int):
    async with connected(fake) as ws:
        await ws.send_json(identify(fake))
        assert (await ws.receive_json())["t"] == "READY"
        await ws.send_json({"op": op, "d": {}})

        assert await closed_with(ws) == code


async def test_a_wrong_version_is_closed(fake: FakeDiscord):
    async with connected(fake, "?v=6&encoding=json") as ws:
        assert await closed_with(ws) == 4012


async def test_who_sends_too_much_is_closed():
    async with FakeDiscord(Limits(gateway_sends=3)) as fake, connected(fake) as ws:
        for _ in range(4):
            await ws.send_json({"op": 1, "d": None})

        assert await closed_with(ws) == 4008


async def test_a_resume_of_nothing_is_invalid_and_one_from_the_future_closed(fake: FakeDiscord):
    async with connected(fake) as ws:
        await ws.send_json({"op": 6, "d": {"token": fake.token, "session_id": "none", "seq": 1}})
        assert (await ws.receive_json()) == {"op": 9, "d": False, "s": None, "t": None}
        await ws.send_json(identify(fake))
        session = (await ws.receive_json())["d"]["session_id"]
        async with connected(fake) as other:
            await other.send_json({"op": 6, "d": {"token": fake.token, "session_id": session, "seq": 99}})

            assert await closed_with(other) == 4007


async def test_a_session_that_was_closed_for_good_cannot_be_resumed(fake: FakeDiscord):
    async with connected(fake) as ws:
        await ws.send_json(identify(fake))
        ready = await ws.receive_json()
        await ws.close(code=1000)
    await fake.until(lambda: not fake.gateway.connected)
    async with connected(fake) as ws:
        await ws.send_json({"op": 6, "d": {"token": fake.token, "session_id": ready["d"]["session_id"], "seq": 1}})

        assert (await ws.receive_json())["op"] == 9


async def test_two_identifies_at_once_are_too_many_where_that_is_held_to():
    async with FakeDiscord(Limits(identify_s=5)) as fake, connected(fake) as one, connected(fake) as other:
        await one.send_json(identify(fake))
        assert (await one.receive_json())["t"] == "READY"
        await other.send_json(identify(fake))

        assert (await other.receive_json())["op"] == 9


async def test_a_close_code_of_the_gateways_choice_arrives(fake: FakeDiscord):
    async with connected(fake) as ws:
        fake.gateway.close(4009)

        assert await closed_with(ws) == 4009
