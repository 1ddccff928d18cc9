"""Deliveries by HTTP as anybody may send them: what Slack did not sign is not read, and nothing breaks the server."""

import asyncio
import gzip
import json
import logging
from collections.abc import AsyncIterator
from contextlib import suppress
from io import BytesIO
from pathlib import Path
from urllib.parse import urlencode

import aiohttp
import pytest

from adapters.slack import signed
from adapters.slack.given import OAuth
from adapters.slack.manifest import INSTALL_PATH
from tests.fakes.slack.signing import Seal, seal
from tests.integration.slack.stage import Stage, running, staged

JSON, FIELDS = "application/json", "application/x-www-form-urlencoded"
DEEP = b'{"type":' * 100_000
DEEP_WELL_FORMED = b'{"a":' * 100_000 + b"1" + b"}" * 100_000
EVENT = {"type": "event_callback", "team_id": "T1", "event_id": "Ev1"}


@pytest.fixture
async def stage(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> AsyncIterator[Stage]:
    async with staged(tmp_path, app_token=None) as here, running(here):
        yield here
    assert [each for each in caplog.records if each.exc_info] == []


@pytest.fixture
async def wire() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=1)) as session:
        yield session


def sealed(stage: Stage, body: bytes, kind: Seal = Seal.SOUND) -> dict[str, str]:
    return seal(stage.office.slack.app.signing_secret, body, kind)[1]


async def posted(
    stage: Stage, wire: aiohttp.ClientSession, body: bytes, headers: dict[str, str], content_type: str = JSON
) -> int:
    url = str(stage.office.slack.delivery.url)
    async with wire.post(url, data=BytesIO(body), headers={"Content-Type": content_type, **headers}) as answer:
        await answer.read()
        return answer.status


async def is_still_served(stage: Stage, wire: aiohttp.ClientSession) -> bool:
    body = json.dumps({"type": "url_verification", "challenge": "abc"}).encode()
    return await posted(stage, wire, body, sealed(stage, body)) == 200


@pytest.mark.parametrize("body", [b"1", b"{", DEEP, b"\xff\xfe", b"payload=1", b"", b'{"type":"url_verification"}'])
@pytest.mark.parametrize("kind", [Seal.MISSING, Seal.FOREIGN, Seal.STALE, Seal.MALFORMED])
async def test_what_slack_did_not_sign_reaches_no_parser(stage, wire, monkeypatch, body, kind):
    monkeypatch.setattr(signed, "AsyncBoltRequest", None)
    monkeypatch.setattr(signed, "json", None)

    assert await posted(stage, wire, body, sealed(stage, body, kind)) == 401


@pytest.mark.parametrize("signature", ["v0=ärger", "v0=" + "é" * 64, "", "v0=", "v1=" + "0" * 64, "v0=" + "0" * 100_0])
async def test_a_signature_that_is_none_is_refused(stage, wire, signature):
    headers = {**sealed(stage, b"{}"), "X-Slack-Signature": signature}

    assert await posted(stage, wire, b"{}", headers) == 401
    assert await is_still_served(stage, wire)


@pytest.mark.parametrize("time", ["", "-1", "1.5", "٣", "9" * 400, "1e9"])
async def test_a_time_that_is_none_is_refused(stage, wire, time):
    headers = {**sealed(stage, b"{}"), "X-Slack-Request-Timestamp": time}

    assert await posted(stage, wire, b"{}", headers) == 401


@pytest.mark.parametrize("body", [gzip.compress(b"0" * 50_000_000), b"not packed at all"])
@pytest.mark.parametrize("encoding", ["gzip", "deflate", "GZIP", "gzip, gzip"])
async def test_what_is_packed_is_refused_before_it_is_read(stage, wire, body, encoding):
    # The server hangs up: whoever still sends then may not read why.
    with suppress(aiohttp.ClientConnectionError):
        headers = {**sealed(stage, body), "Content-Encoding": encoding}
        assert await posted(stage, wire, body, headers) in (400, 415)  # 400: aiohttp cannot unpack it

    assert await is_still_served(stage, wire)


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"1", JSON),
        (b"[]", JSON),
        (b"null", JSON),
        (b"{", JSON),
        (DEEP, JSON),
        (DEEP_WELL_FORMED, JSON),
        (b"{", FIELDS),
        (b"payload=1", FIELDS),
        (b"payload=[]", FIELDS),
        (b"payload=null", FIELDS),
        (b"payload=", FIELDS),
        (urlencode({"payload": b"[" * 100_000}).encode(), FIELDS),
        (json.dumps({**EVENT, "event": 1}).encode(), JSON),
    ],
)
async def test_what_is_signed_and_no_delivery_is_refused_and_the_connection_lives(stage, wire, body, content_type):
    assert await posted(stage, wire, body, sealed(stage, body), content_type) == 400
    assert await is_still_served(stage, wire)


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"type": 1},
        {"type": []},
        {**EVENT, "event": {}},
        {**EVENT, "event": {"type": 5}},
        {**EVENT, "event": {"type": "message", "channel": {"id": 4}}},
        {**EVENT, "event": {"type": "app_mention", "channel": []}},
        {**EVENT, "authorizations": 1, "event": {"type": "app_mention"}},
        {**EVENT, "authorizations": [1], "event": {"type": "app_mention"}},
        {"type": "block_actions", "actions": 1},
        {"type": "block_actions", "actions": [1], "team": "T1", "user": 5},
        {"type": "view_submission", "view": "no"},
        {"type": "block_actions", "view": 1, "container": [], "channel": 3, "message": 4, "actions": [{}]},
        {"command": {"a": 1}},
        {"type": "url_verification"},
        {"type": "view_submission", "view": {"response_urls": [1]}},
    ],
)
async def test_what_is_signed_and_strange_is_no_fault_of_the_server(stage, wire, said):
    body = json.dumps(said).encode()

    assert await posted(stage, wire, body, sealed(stage, body)) < 500
    assert await is_still_served(stage, wire)
    assert stage.desk.submissions == []


async def test_what_is_too_large_is_not_read(stage, wire):
    body = b"x" * (signed.MOST_BYTES + 1)

    assert await posted(stage, wire, body, sealed(stage, body)) == 413


async def test_what_comes_too_slowly_is_not_waited_for(stage, wire, monkeypatch):
    monkeypatch.setattr(signed, "_READ_S", 0.05)
    never = asyncio.Event()

    async def slowly():
        yield b"{"
        await never.wait()

    url = str(stage.office.slack.delivery.url)
    async with wire.post(url, data=slowly(), headers=sealed(stage, b"{}")) as answer:
        assert answer.status == 408
        never.set()


async def test_the_way_to_install_reads_no_body(tmp_path, wire, caplog):
    many = OAuth(client_id="1.2", client_secret="x")
    async with staged(tmp_path, app_token=None, token=None, oauth=many) as stage, running(stage):
        address = str(stage.office.slack.delivery.url).replace("/slack/events", INSTALL_PATH)
        async with wire.get(address, data=b"1", headers={"Content-Type": JSON}) as answer:
            assert answer.status == 200
    assert [each for each in caplog.records if each.levelno >= logging.ERROR] == []
