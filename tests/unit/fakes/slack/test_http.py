"""Signed HTTP: what is sent, how it is signed, when it comes again; and that slack-bolt refuses a forger's requests."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from urllib.parse import parse_qs

import pytest
from aiohttp import web
from slack_sdk.signature import SignatureVerifier

from tests.fakes.slack.asks import NoAnswer
from tests.fakes.slack.limits import Limits
from tests.fakes.slack.server import FakeSlack
from tests.fakes.slack.signing import Seal
from tests.unit.fakes.slack.scene import application, by_http


@dataclass(slots=True)
class Ear:
    """What an application without a library hears, and the answers that it gives in turn, then 200."""

    heard: list[tuple[dict[str, str], str]] = field(default_factory=list)
    answers: list[web.Response] = field(default_factory=list)


@asynccontextmanager
async def listening(slack: FakeSlack, *answers: web.Response) -> AsyncIterator[Ear]:
    ear = Ear(answers=[*answers])

    async def serve(request: web.Request) -> web.Response:
        ear.heard.append(({**request.headers}, await request.text()))
        return ear.answers.pop(0) if ear.answers else web.Response()

    site = web.Application()
    site.router.add_post("/slack/events", serve)
    runner = web.AppRunner(site, shutdown_timeout=0.1, access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        host, port = runner.addresses[0][:2]
        slack.delivery.url = f"http://{host}:{port}/slack/events"
        yield ear
    finally:
        await runner.cleanup()


async def test_every_kind_is_written_as_slack_writes_it_and_signed(slack: FakeSlack):
    team = slack.team()
    general, ada = team.channel("general"), team.member("ada")
    async with listening(slack) as ear:
        await ada.slash(general, "/imagine", "a cat")
        await ada.shortcut("new_picture")
        await ada.tell(general, "imagine a cat")

    (_, command), (_, shortcut), (_, event) = ear.heard
    assert parse_qs(command)["command"] == ["/imagine"]
    assert json.loads(parse_qs(shortcut)["payload"][0])["callback_id"] == "new_picture"
    assert json.loads(event)["event"]["type"] == "app_mention"
    verifier = SignatureVerifier(slack.app.signing_secret)
    assert all(verifier.is_valid_request(body, headers) for headers, body in ear.heard)


async def test_an_event_comes_again_and_says_why(slack: FakeSlack):
    team = slack.team()
    slack.delivery.retries_s = (0.0, 0.0, 0.0)
    async with listening(slack, web.Response(status=500), web.Response(status=404)) as ear:
        await team.member("ada").tell(team.channel("general"), "imagine a cat")

    said = [(headers.get("X-Slack-Retry-Num"), headers.get("X-Slack-Retry-Reason")) for headers, _ in ear.heard]
    assert said == [(None, None), ("1", "http_error"), ("2", "http_error")]
    assert len({body for _, body in ear.heard}) == 1


async def test_who_wants_no_retry_gets_none(slack: FakeSlack):
    team = slack.team()
    async with listening(slack, web.Response(status=500, headers={"X-Slack-No-Retry": "1"})) as ear:
        team.member("ada").say(team.channel("general"), "@fairbrush imagine a cat")
        await slack.until(lambda: bool(slack.delivery.unanswered))

    assert len(ear.heard) == 1


async def test_who_answers_too_late_has_not_answered():
    async with FakeSlack(Limits(ack_s=0.1)) as slack:
        team = slack.team()
        app = application(slack, team)
        held = []

        @app.command("/imagine")
        async def imagine(ack: object) -> None:
            held.append(ack)  # and never calls it

        async with by_http(slack, app):
            with pytest.raises(NoAnswer, match=r"http_timeout|http_error"):
                await team.member("ada").slash(team.channel("general"), "/imagine", "a cat")


@pytest.mark.parametrize("seal", [Seal.TAMPERED, Seal.STALE, Seal.FOREIGN, Seal.MISSING])
async def test_bolt_refuses_what_is_not_signed_well(slack: FakeSlack, seal: Seal):
    team = slack.team()
    app = application(slack, team)
    heard = []

    @app.command("/imagine")
    async def imagine(ack: object, command: dict[str, str]) -> None:
        heard.append(command)

    slack.delivery.seal = seal
    async with by_http(slack, app):
        with pytest.raises(NoAnswer, match="http_error"):
            await team.member("ada").slash(team.channel("general"), "/imagine", "a cat")

    assert slack.delivery.sent[0].tries[0].status == 401
    assert heard == []


async def test_a_replay_is_refused_once_it_is_old(slack: FakeSlack):
    team = slack.team()
    app = application(slack, team)
    heard = []

    @app.event("app_mention")
    async def mentioned(event: dict[str, str]) -> None:
        heard.append(event["text"])

    async with by_http(slack, app):
        asked = await team.member("ada").tell(team.channel("general"), "imagine a cat")
        young = await slack.delivery.again(asked.sent)
        old = await slack.delivery.again(asked.sent, Seal.STALE)
        await slack.until(lambda: len(heard) == 2)

    assert (young.status, young.number, old.status) == (200, 1, 401)


async def test_the_address_is_verified_by_a_challenge(slack: FakeSlack):
    async with by_http(slack, application(slack, slack.team())):
        assert await slack.delivery.verify()
        slack.delivery.seal = Seal.FOREIGN
        assert not await slack.delivery.verify()
