"""Socket Mode by its protocol, without a library: what goes over it, what has to come back, what Slack does if not."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
import pytest

from tests.fakes.slack.asks import NoAnswer
from tests.fakes.slack.limits import Limits
from tests.fakes.slack.server import FakeSlack
from tests.fakes.slack.shapes import Json


class Raw:
    """One connection."""

    def __init__(self, ws: aiohttp.ClientWebSocketResponse) -> None:
        self.ws = ws

    async def frame(self) -> Json:
        return dict(await self.ws.receive_json(timeout=10))

    async def acknowledge(self, frame: Json, **payload: object) -> None:
        await self.ws.send_json({"envelope_id": frame["envelope_id"], **({"payload": payload} if payload else {})})

    async def end(self) -> aiohttp.WSMsgType:
        return (await self.ws.receive(timeout=10)).type


@asynccontextmanager
async def connected(slack: FakeSlack, *, greeted: bool = True) -> AsyncIterator[Raw]:
    async with aiohttp.ClientSession() as session, session.ws_connect(slack.socket.address(), autoping=False) as ws:
        raw = Raw(ws)
        if greeted:
            assert (await raw.frame())["type"] == "hello"
        yield raw


async def test_it_greets_and_names_the_application(slack: FakeSlack):
    async with connected(slack, greeted=False) as raw:
        hello = await raw.frame()

    assert (hello["type"], hello["num_connections"]) == ("hello", 1)
    assert hello["connection_info"] == {"app_id": slack.app.id}


async def test_an_address_is_good_once_and_not_for_long(slack: FakeSlack):
    address, old = slack.socket.address(), slack.socket.address()
    async with aiohttp.ClientSession() as session:
        async with session.ws_connect(address):
            with pytest.raises(aiohttp.WSServerHandshakeError):
                await session.ws_connect(address)
        slack.clock.advance(slack.world.limits.ticket_s + 1)
        with pytest.raises(aiohttp.WSServerHandshakeError):
            await session.ws_connect(old)


async def test_a_connection_too_many_is_sent_away():
    limits = Limits(socket_connections=1)
    async with FakeSlack(limits) as slack, connected(slack), connected(slack, greeted=False) as second:
        said, end = await second.frame(), await second.end()

    assert (said["type"], said["reason"]) == ("disconnect", "too_many_websockets")
    assert end is aiohttp.WSMsgType.CLOSE


async def test_a_command_goes_out_whole_and_its_answer_is_posted(slack: FakeSlack):
    team = slack.team()
    general, ada = team.channel("general"), team.member("ada")
    async with connected(slack) as raw:
        asked = await ada.slash(general, "/imagine", "a <cat> & @ada", wait=False)
        frame = await raw.frame()
        await raw.acknowledge(frame, text="Painting", response_type="in_channel")
        message = await asked.shows("Painting")

    assert (frame["type"], frame["accepts_response_payload"]) == ("slash_commands", True)
    payload = frame["payload"]
    assert payload["text"] == f"a &lt;cat&gt; &amp; <@{ada.id}|ada>"
    assert (payload["command"], payload["user_id"], payload["team_id"]) == ("/imagine", ada.id, team.id)
    assert (payload["channel_id"], payload["channel_name"]) == (general.id, "general")
    assert payload["response_url"].startswith(slack.world.host)
    assert not message.is_ephemeral


async def test_what_nobody_acknowledges_is_not_sent_again_if_a_member_did_it():
    async with FakeSlack(Limits(ack_s=0.1)) as slack:
        team = slack.team()
        general, ada = team.channel("general"), team.member("ada")
        async with connected(slack) as raw:
            with pytest.raises(NoAnswer, match="/imagine failed: timeout"):
                await ada.slash(general, "/imagine", "a cat")
            frame = await raw.frame()
            await raw.acknowledge(frame)
            await slack.until(lambda: bool(slack.delivery.late))

    assert [len(each.tries) for each in slack.delivery.sent] == [1]
    assert [each.name for each in slack.delivery.unanswered] == ["/imagine"]


async def test_without_a_connection_a_command_fails_at_once(slack: FakeSlack):
    team = slack.team()
    with pytest.raises(NoAnswer, match="connection_failed"):
        await team.member("ada").slash(team.channel("general"), "/imagine", "a cat")


async def test_an_event_that_nobody_acknowledges_comes_again_at_once_after_a_minute_and_after_five():
    async with FakeSlack(Limits(ack_s=0.05)) as slack:
        team = slack.team()
        ada, general = team.member("ada"), team.channel("general")
        async with connected(slack) as raw:
            ada.say(general, "@fairbrush imagine a cat")
            frames = [await raw.frame(), await raw.frame()]
            for wait_s in (60, 300):
                await slack.until(lambda: all(each.failure for each in slack.delivery.sent[0].tries))
                slack.clock.advance(wait_s)
                frames.append(await raw.frame())
            await slack.until(lambda: slack.delivery.sent[0].is_over)

    assert [each["retry_attempt"] for each in frames] == [0, 1, 2, 3]
    assert [each["retry_reason"] for each in frames] == ["", "timeout", "timeout", "timeout"]
    assert len({each["payload"]["event_id"] for each in frames}) == 1
    assert len({each["envelope_id"] for each in frames}) == 4
    assert [each.name for each in slack.delivery.unanswered] == ["app_mention"]


async def test_an_acknowledged_event_does_not_come_again(slack: FakeSlack):
    team = slack.team()
    ada, general = team.member("ada"), team.channel("general")
    async with connected(slack) as raw:
        ada.say(general, "@fairbrush imagine a cat")
        await raw.acknowledge(await raw.frame())
        await slack.until(lambda: slack.delivery.sent[0].is_over)

    assert len(slack.delivery.sent[0].tries) == 1
    assert slack.delivery.unanswered == slack.delivery.late == []


async def test_an_event_on_a_connection_that_drops_comes_again_on_the_next(slack: FakeSlack):
    team = slack.team()
    ada, general = team.member("ada"), team.channel("general")
    slack.delivery.retries_s = (0.0, 0.0, 60.0)
    async with connected(slack) as first, connected(slack) as second:
        ada.say(general, "@fairbrush imagine a cat")
        await slack.until(lambda: any(each.carried for each in slack.socket.connections))
        carrying = next(each for each in slack.socket.connections if each.carried)
        heard, other = (first, second) if carrying is slack.socket.connections[0] else (second, first)
        await heard.frame()
        carrying.abort()
        again = await other.frame()
        await other.acknowledge(again)
        await slack.until(lambda: slack.delivery.sent[0].acked_at is not None)

    assert (again["retry_attempt"], again["retry_reason"]) == (1, "connection_failed")


async def test_an_acknowledgement_that_goes_unheard_brings_the_event_again():
    async with FakeSlack(Limits(ack_s=0.2)) as slack:
        team = slack.team()
        ada, general = team.member("ada"), team.channel("general")
        slack.delivery.deaf = 1
        async with connected(slack) as raw:
            ada.say(general, "@fairbrush imagine a cat")
            first = await raw.frame()
            await raw.acknowledge(first)
            again = await raw.frame()
            await raw.acknowledge(again)
            await slack.until(lambda: slack.delivery.sent[0].is_over)

    assert first["payload"] == again["payload"]
    assert slack.delivery.unanswered == []


async def test_what_acknowledges_nothing_is_noticed(slack: FakeSlack):
    async with connected(slack) as raw:
        await raw.ws.send_json({"envelope_id": "of nobody"})
        await raw.ws.send_str("no json")
        await slack.until(lambda: len(slack.socket.strange) == 2)

    assert slack.socket.strange == [{"envelope_id": "of nobody"}, {}]


async def test_a_ping_is_answered_unless_the_connection_is_silent(slack: FakeSlack):
    async with connected(slack) as raw:
        await raw.ws.ping(b"one")
        assert (await raw.ws.receive(timeout=10)).data == b"one"
        slack.socket.silence()
        await raw.ws.ping(b"two")
        with pytest.raises(TimeoutError):
            await raw.ws.receive(timeout=0.1)


@pytest.mark.parametrize(("reason", "ends"), [("warning", False), ("refresh_requested", True), ("link_disabled", True)])
async def test_a_disconnect_is_said_before_it_happens(slack: FakeSlack, reason: str, ends: bool):
    async with connected(slack) as raw:
        slack.socket.disconnect(reason)
        said = await raw.frame()
        if ends:
            assert await raw.end() is aiohttp.WSMsgType.CLOSE

    assert (said["type"], said["reason"]) == ("disconnect", reason)
    assert slack.world.is_app_token_good == (reason != "link_disabled")
