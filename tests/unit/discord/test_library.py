"""What is used of discord.py that it promises to nobody: whoever raises its version finds out here what moved."""

import asyncio
import inspect

from adapters.discord.client import GatewayClient, GatewayOptions
from adapters.discord.library import discord
from adapters.discord.pacing import PacedHTTP


async def test_its_buckets_have_what_ours_are_made_of() -> None:
    bucket = discord.http.Ratelimit(None)
    assert bucket._loop is asyncio.get_running_loop()
    for name in ("limit", "remaining", "outgoing", "expires", "reset_after", "dirty", "_last_request"):
        assert hasattr(bucket, name), name
    assert not bucket._pending_requests
    bucket._wake(1)
    assert {"acquire", "is_expired", "reset", "update", "__aexit__"} <= vars(discord.http.Ratelimit).keys()


async def test_its_rest_client_asks_for_a_bucket_where_ours_are_given() -> None:
    http = PacedHTTP(asyncio.get_running_loop())
    assert http.get_ratelimit("channel") is http._buckets["channel"]
    http._try_clear_expired_ratelimits()
    assert "self.get_ratelimit(" in inspect.getsource(discord.http.HTTPClient.request)
    await http.close()


async def test_its_gateway_client_hands_events_to_parsers_and_connects_by_launch_shard() -> None:
    client = GatewayClient(GatewayOptions(token="x"), heard=lambda *_: None, ready=lambda: None)
    assert client._connection.parsers["INTERACTION_CREATE"] == client._hear
    assert "self.launch_shard(" in inspect.getsource(discord.AutoShardedClient.launch_shards)
