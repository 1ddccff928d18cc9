"""The real slack-bolt against the fake, in both of its modes: commands, buttons, forms, mentions, the App Home."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from typing import Any

import pytest
from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.web.async_client import AsyncWebClient

from tests.fakes.slack.faults import Lost
from tests.fakes.slack.members import Member
from tests.fakes.slack.pressing import CannotAsk
from tests.fakes.slack.server import FakeSlack
from tests.fakes.slack.state import Channel
from tests.fakes.slack.workspaces import Workspace
from tests.unit.fakes.slack.scene import application, by_http, by_socket

CANCEL = {"type": "button", "text": {"type": "plain_text", "text": "Cancel"}, "action_id": "cancel", "value": "job-1"}
BLOCKS = [
    {"type": "section", "text": {"type": "mrkdwn", "text": "*Painting* a cat"}},
    {"type": "actions", "block_id": "job", "elements": [CANCEL]},
]
FORM: dict[str, Any] = {
    "type": "modal",
    "callback_id": "imagine",
    "title": {"type": "plain_text", "text": "New picture"},
    "submit": {"type": "plain_text", "text": "Paint"},
    "blocks": [
        {
            "type": "input",
            "block_id": "prompt",
            "label": {"type": "plain_text", "text": "Prompt"},
            "element": {"type": "plain_text_input", "action_id": "text", "max_length": 100},
        },
        {
            "type": "input",
            "block_id": "steps",
            "optional": True,
            "label": {"type": "plain_text", "text": "Steps"},
            "element": {
                "type": "number_input",
                "action_id": "number",
                "is_decimal_allowed": False,
                "min_value": "1",
                "max_value": "50",
            },
        },
    ],
}


def painting(slack: FakeSlack, team: Workspace) -> AsyncApp:
    """Return an application that paints in words."""
    app = application(slack, team)
    _asking(app)
    _clicking(app)
    return app


def _asking(app: AsyncApp) -> None:
    @app.command("/imagine")
    async def imagine(ack: Any, command: Any, client: Any) -> None:
        await ack()
        if command["text"]:
            await client.chat_postMessage(channel=command["channel_id"], text="Painting", blocks=BLOCKS)
        else:
            await client.views_open(trigger_id=command["trigger_id"], view=FORM)

    @app.event("app_mention")
    async def mentioned(event: Any, say: Any) -> None:
        await say(text=f"Heard <@{event['user']}>", thread_ts=event.get("thread_ts", event["ts"]))

    @app.event("app_home_opened")
    async def home(event: Any, client: Any) -> None:
        blocks = [{"type": "section", "text": {"type": "plain_text", "text": "No jobs"}}]
        await client.views_publish(user_id=event["user"], view={"type": "home", "blocks": blocks})


def _clicking(app: AsyncApp) -> None:
    @app.action("cancel")
    async def cancel(ack: Any, body: Any, client: Any, respond: Any) -> None:
        await ack()
        channel, ts = body["channel"]["id"], body["message"]["ts"]
        await client.chat_update(channel=channel, ts=ts, text=f"Cancelled by <@{body['user']['id']}>")
        await respond(text=f"You cancelled {body['actions'][0]['value']}", replace_original=False)

    @app.view("imagine")
    async def submitted(ack: Any, view: Any, body: Any, client: Any) -> None:
        prompt = view["state"]["values"]["prompt"]["text"]["value"]
        if prompt == "nothing":
            await ack(response_action="errors", errors={"prompt": "Something, please."})
            return
        await ack()
        await client.chat_postMessage(channel=body["user"]["id"], text=f"Painting {prompt}")

    @app.shortcut("reimagine")
    async def reimagine(ack: Any, body: Any, respond: Any) -> None:
        await ack()
        await respond(text=f"Again: {body['message']['text']}", response_type="ephemeral")


class Scene:
    """One workspace with a running application."""

    def __init__(self, slack: FakeSlack) -> None:
        self.slack = slack
        self.team = slack.team("Acme")
        self.general: Channel = self.team.channel("general")
        self.ada: Member = self.team.member("ada")


def _running(scene: Scene, mode: str) -> AbstractAsyncContextManager[object]:
    app = painting(scene.slack, scene.team)
    return by_socket(scene.slack, app) if mode == "socket" else by_http(scene.slack, app)


@pytest.fixture(params=["socket", "http"])
async def scene(slack: FakeSlack, request: pytest.FixtureRequest) -> AsyncIterator[Scene]:
    made = Scene(slack)
    async with _running(made, request.param):
        yield made
    assert slack.record.too_many == []
    assert slack.record.refused == []
    assert slack.socket.strange == []


async def test_a_command_is_answered_by_a_message(scene: Scene):
    asked = await scene.ada.slash(scene.general, "/imagine", "a cat steps:30")
    message = await asked.shows("Painting", "a cat")

    assert message.labels == ["Cancel"]
    assert message.author is scene.team.bot
    assert asked.took_s < scene.slack.world.limits.ack_s


async def test_a_click_changes_the_message_and_tells_the_clicker_alone(scene: Scene):
    bob = scene.team.member("bob")
    message = await (await scene.ada.slash(scene.general, "/imagine", "a cat")).shows("Painting")
    clicked = await bob.click(message, "Cancel")
    await clicked.shows("Cancelled by @bob")
    told = await clicked.shows("You cancelled job-1")

    assert told.is_ephemeral
    assert told in bob.sees(scene.general)
    assert told not in scene.ada.sees(scene.general)
    assert [len(message.versions), message.labels] == [2, []]


async def test_a_command_without_a_text_opens_a_form_that_is_filled_in(scene: Scene):
    asked = await scene.ada.slash(scene.general, "/imagine")
    form = await asked.opens("New picture")
    sent = await scene.ada.submit(form, prompt="a cat", steps=30)
    message = await sent.shows("Painting a cat")

    assert not form.is_open
    assert message.channel is scene.ada.dm


async def test_faults_stand_at_their_fields_and_the_form_stays(scene: Scene):
    form = await (await scene.ada.slash(scene.general, "/imagine")).opens("New picture")
    sent = await scene.ada.submit(form, prompt="nothing")

    assert sent.errors == {"prompt": "Something, please."}
    assert form.is_open
    await (await scene.ada.submit(form, prompt="a cat")).shows("Painting a cat")


async def test_a_shortcut_on_a_message_is_answered_to_its_user_alone(scene: Scene):
    said = scene.team.member("bob").say(scene.general, "a cat")
    asked = await scene.ada.shortcut("reimagine", said)

    assert (await asked.shows("Again: a cat")).ephemeral_to is scene.ada.user


async def test_a_mention_in_a_thread_is_answered_there(scene: Scene):
    start = scene.ada.say(scene.general, "cats?")
    asked = await scene.ada.tell(scene.general, "imagine a cat", thread=start)
    message = await asked.shows("Heard @ada")

    assert message.thread_ts == start.ts
    assert message.pings == {scene.ada.id}


async def test_the_app_home_is_published_when_it_is_opened(scene: Scene):
    assert (await scene.ada.home("No jobs")).user is scene.ada.user


async def test_a_connection_that_drops_is_replaced(slack: FakeSlack):
    scene = Scene(slack)
    async with by_socket(slack, painting(slack, scene.team), ping_s=0.1):
        slack.socket.drop()
        await slack.until(lambda: not slack.socket.connections)
        await slack.until(lambda: slack.socket.opened >= 2 and bool(slack.socket.connections))
        await (await scene.ada.slash(scene.general, "/imagine", "a cat")).shows("Painting")


async def test_a_connection_that_is_turned_away_is_tried_again(slack: FakeSlack):
    scene = Scene(slack)
    slack.socket.refusals = 1
    async with by_socket(slack, painting(slack, scene.team), ping_s=0.1):
        await (await scene.ada.slash(scene.general, "/imagine", "a cat")).shows("Painting")

    assert slack.socket.refusals == 0


async def test_a_silent_connection_is_replaced(slack: FakeSlack):
    scene = Scene(slack)
    async with by_socket(slack, painting(slack, scene.team), ping_s=0.3):
        slack.socket.silence()
        await slack.until(lambda: slack.socket.opened >= 2)
        slack.socket.speak()


async def test_who_is_asked_to_come_again_does(slack: FakeSlack):
    scene = Scene(slack)
    async with by_socket(slack, painting(slack, scene.team)):
        slack.socket.disconnect("warning")
        await slack.until(lambda: slack.socket.opened >= 2 and len(slack.socket.connections) == 1)
        await (await scene.ada.slash(scene.general, "/imagine", "a cat")).shows("Painting")


async def test_what_falls_between_two_connections_is_heard_on_a_later_one(slack: FakeSlack):
    """Slack_sdk sees both the message and the close, and may reconnect twice: a command in between is lost."""
    scene = Scene(slack)
    slack.delivery.retries_s = (0.05,) * 20
    async with by_socket(slack, painting(slack, scene.team)):
        slack.socket.disconnect("refresh_requested")
        asked = await scene.ada.tell(scene.general, "imagine a cat")
        await asked.shows("Heard @ada")
        await slack.until(lambda: asked.sent.is_over)

    assert asked.sent.acked_at is not None


async def test_an_event_that_comes_again_is_heard_again(slack: FakeSlack):
    """Slack-bolt does not remember event_ids; an application has to."""
    scene = Scene(slack)
    async with by_socket(slack, painting(slack, scene.team)):
        asked = await scene.ada.tell(scene.general, "imagine a cat")
        await asked.shows("Heard")
        await slack.delivery.again(asked.sent)
        await slack.until(lambda: len(scene.general.shown) == 3)


async def test_a_lost_answer_lets_slack_sdk_post_twice(slack: FakeSlack):
    """It tries again by itself after a connection that broke; an application has to switch that off."""
    scene = Scene(slack)
    async with by_socket(slack, painting(slack, scene.team)):
        slack.faults.plan(Lost(), "chat.postMessage")
        await scene.ada.slash(scene.general, "/imagine", "a cat")
        await slack.until(lambda: len(slack.record.of("chat.postMessage")) == 2)
        await slack.until(lambda: len(scene.general.shown) == 2)


async def test_two_workspaces_with_the_same_user_id_are_served_apart(slack: FakeSlack):
    acme, zeta = slack.team("Acme", bot="U0BOT"), slack.team("Zeta", bot="U0BOT")
    tokens = {each.id: each.token for each in (acme, zeta)}

    async def authorize(team_id: str | None, **_: Any) -> AuthorizeResult:
        return AuthorizeResult(enterprise_id=None, team_id=team_id, bot_user_id="U0BOT", bot_token=tokens[str(team_id)])

    app = AsyncApp(
        client=AsyncWebClient(base_url=slack.url), signing_secret=slack.app.signing_secret, authorize=authorize
    )

    @app.command("/imagine")
    async def imagine(ack: Any, command: Any, say: Any) -> None:
        await ack()
        await say(f"Painting {command['text']} for <@{command['user_id']}>")

    places = {each.name: (each.channel("general"), each.member(each.name, number="U0SAME")) for each in (acme, zeta)}
    async with by_socket(slack, app):
        for name, (general, member) in places.items():
            asked = await member.slash(general, "/imagine", f"a cat of {name}")
            await asked.shows("Painting", f"@{name}")

    shown = {name: [each.text for each in general.shown] for name, (general, _) in places.items()}
    assert shown == {name: [f"Painting a cat of {name} for @{name}"] for name in places}


async def test_thirty_at_once_are_each_acknowledged(slack: FakeSlack):
    scene = Scene(slack)
    crowd = [scene.team.member(f"user-{number}") for number in range(30)]
    channels = [scene.team.channel(f"room-{number}") for number in range(30)]
    async with by_socket(slack, painting(slack, scene.team)):
        pairs = zip(crowd, channels, strict=True)
        asked = await asyncio.gather(*(member.slash(room, "/imagine", "a cat") for member, room in pairs))
        await asyncio.gather(*(each.shows("Painting") for each in asked))

    assert slack.record.too_many == slack.delivery.late == slack.delivery.unanswered == []


async def test_who_is_thrown_out_hears_of_it_and_of_nothing_else(slack: FakeSlack):
    scene = Scene(slack)
    app, heard = painting(slack, scene.team), []

    @app.event("app_uninstalled")
    async def uninstalled(body: Any) -> None:
        heard.append(body["event"]["type"])

    @app.event("tokens_revoked")
    async def revoked(body: Any) -> None:
        heard.append(body["event"]["type"])

    async with by_socket(slack, app):
        message = await (await scene.ada.slash(scene.general, "/imagine", "a cat")).shows("Painting")
        scene.team.uninstall()
        await slack.until(lambda: len(heard) == 2)
        with pytest.raises(CannotAsk):
            await scene.ada.click(message, "Cancel")
        with pytest.raises(CannotAsk):
            await scene.ada.slash(scene.general, "/imagine", "a dog")

    assert sorted(heard) == ["app_uninstalled", "tokens_revoked"]
