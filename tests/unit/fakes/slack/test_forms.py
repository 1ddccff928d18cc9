"""Forms on the real slack-bolt: faults, changes, one on another, closed; menus that suggest; buttons at home."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from slack_bolt.async_app import AsyncApp

from tests.fakes.slack.asks import NoAnswer
from tests.fakes.slack.members import Member
from tests.fakes.slack.orders import Picture
from tests.fakes.slack.pressing import CannotAsk
from tests.fakes.slack.server import FakeSlack
from tests.fakes.slack.shapes import Json
from tests.fakes.slack.workspaces import Workspace
from tests.unit.fakes.slack.scene import application, by_socket


def text(shown: str) -> Json:
    return {"type": "plain_text", "text": shown}


def form(title: str, *more: Json) -> Json:
    element = {"type": "plain_text_input", "action_id": "text"}
    field = {"type": "input", "block_id": "prompt", "label": text("Prompt"), "element": element}
    shape = {
        "type": "modal",
        "callback_id": "form",
        "title": text(title),
        "submit": text("Go"),
        "blocks": [field, *more],
    }
    return {**shape, "notify_on_close": True}


STYLE = {
    "type": "input",
    "block_id": "style",
    "optional": True,
    "label": text("Style"),
    "element": {"type": "external_select", "action_id": "style", "min_query_length": 1},
}
MORE = {"type": "button", "action_id": "more", "text": text("More"), "value": "1"}
ANSWERS: dict[str, Json] = {
    "update": {"response_action": "update", "view": form("Updated")},
    "push": {"response_action": "push", "view": form("Pushed")},
    "clear": {"response_action": "clear"},
    "close": {},
    "elsewhere": {"response_action": "errors", "errors": {"seed": "No such field"}},
    "broken": {"response_action": "update", "view": form("A title that is far too long")},
    "strange": {"response_action": "explode"},
}


@pytest.fixture
def heard() -> list[Json]:
    """What the application heard of forms that were closed, and of buttons."""
    return []


@pytest.fixture
async def app(slack: FakeSlack, team: Workspace, heard: list[Json]) -> AsyncIterator[AsyncApp]:
    app = application(slack, team)

    @app.shortcut("new")
    async def new(ack: Any, body: Any, client: Any) -> None:
        await ack()
        actions = {"type": "actions", "block_id": "actions", "elements": [MORE]}
        await client.views_open(trigger_id=body["trigger_id"], view=form("Asked", STYLE, actions))

    @app.view("form")
    async def submitted(ack: Any, view: Any) -> None:
        await ack(ANSWERS.get(view["state"]["values"]["prompt"]["text"]["value"], {}))

    @app.view_closed("form")
    async def closed(ack: Any, body: Any) -> None:
        await ack()
        heard.append(body)

    @app.options("style")
    async def styles(ack: Any, body: Any) -> None:
        await ack(options=[{"text": text(f"{body['value']} {name}"), "value": name} for name in ("oil", "ink")])

    @app.action("more")
    async def more(ack: Any, body: Any, client: Any) -> None:
        await ack()
        heard.append(body)
        if body["view"]["type"] == "modal":
            await client.views_push(trigger_id=body["trigger_id"], view=form("Even more"))

    async with by_socket(slack, app):
        yield app


async def opened(ada: Member) -> Any:
    return await (await ada.shortcut("new")).opens("Asked")


@pytest.fixture
def ada(team: Workspace, app: AsyncApp) -> Member:
    return team.member("ada")


async def test_a_form_can_be_changed_by_its_acknowledgement(ada: Member):
    first = await opened(ada)
    sent = await ada.submit(first, prompt="update")

    assert sent.modal is first
    assert (await sent.opens("Updated")).hash == first.hash
    assert len(first.versions) == 2


async def test_a_form_lies_on_another_and_shows_it_again_when_it_goes(ada: Member):
    first = await opened(ada)
    second = await (await ada.submit(first, prompt="push")).opens("Pushed")
    assert (second.previous, second.root, first.is_open) == (first.id, first.id, True)
    after = await ada.submit(second, prompt="close")

    assert after.modal is first


async def test_clear_closes_all_of_them(ada: Member):
    first = await opened(ada)
    second = await (await ada.submit(first, prompt="push")).opens("Pushed")
    await ada.submit(second, prompt="clear")

    assert (first.is_open, second.is_open) == (False, False)


@pytest.mark.parametrize(
    ("prompt", "why"),
    [("elsewhere", "invalid_errors"), ("broken", "invalid_arguments"), ("strange", "invalid_response_action")],
)
async def test_an_acknowledgement_that_slack_cannot_follow_is_shown_as_a_failure(ada: Member, prompt: str, why: str):
    first = await opened(ada)
    with pytest.raises(NoAnswer, match=why):
        await ada.submit(first, prompt=prompt)

    assert first.is_open


async def test_closing_is_told_where_the_form_asks_for_it(ada: Member, heard: list[Json]):
    first = await opened(ada)
    second = await (await ada.submit(first, prompt="push")).opens("Pushed")
    await ada.close(second, is_all=True)

    assert [each["view"]["id"] for each in heard] == [second.id, first.id]
    assert all(each["is_cleared"] for each in heard)
    with pytest.raises(CannotAsk, match="no such view"):
        await ada.submit(first, prompt="close")


async def test_a_menu_suggests_what_the_application_knows(ada: Member):
    first = await opened(ada)
    offered = await ada.suggest(first, "Style", "in")

    assert [each["text"]["text"] for each in offered] == ["in oil", "in ink"]
    sent = await ada.submit(first, prompt="close", style=offered[1])
    state = sent.sent.payload["view"]["state"]["values"]
    assert state["style"]["style"]["selected_option"]["value"] == "ink"


async def test_a_button_in_a_form_may_lay_another_on_it(ada: Member, heard: list[Json]):
    first = await opened(ada)
    pressed = await ada.click(first, "More")
    second = await pressed.opens("Even more")

    assert second.previous == first.id
    assert heard[0]["container"] == {"type": "view", "view_id": first.id}
    assert "response_url" not in heard[0]


async def test_a_button_in_the_app_home_names_it(slack: FakeSlack, ada: Member, heard: list[Json], app: AsyncApp):
    view = {"type": "home", "blocks": [{"type": "actions", "block_id": "actions", "elements": [MORE]}]}
    await app.client.views_publish(user_id=ada.id, view=view)
    home = next(each for each in slack.world.views.values() if each.kind == "home")
    await ada.click(home, "More")
    await slack.until(lambda: bool(heard))

    assert heard[0]["view"]["type"] == "home"


async def test_a_picture_is_uploaded_with_a_form(ada: Member, app: AsyncApp, slack: FakeSlack):
    element = {"type": "file_input", "action_id": "file", "max_files": 1}
    field = {"type": "input", "block_id": "picture", "label": text("Picture"), "element": element}
    view = await opened(ada)
    await app.client.views_update(view_id=view.id, view=form("With a picture", field))
    sent = await ada.submit(view, prompt="close", picture=Picture(name="cat.png", content=b"\x89PNG\r\n\x1a\n"))

    (file,) = sent.sent.payload["view"]["state"]["values"]["picture"]["file"]["files"]
    assert (file["name"], file["mimetype"]) == ("cat.png", "image/png")
