"""What Slack's Block Kit does not take, the fake does not take, and says where the fault is."""

from typing import Any

import pytest

from tests.fakes.slack import blocks as block_kit
from tests.fakes.slack.limits import Limits
from tests.fakes.slack.server import FakeSlack
from tests.fakes.slack.shapes import Fault
from tests.fakes.slack.shapes_blocks import Surface
from tests.fakes.slack.workspaces import Workspace
from tests.unit.fakes.slack.raw import Raw

LIMITS = Limits()


def plain(text: str = "x") -> dict[str, Any]:
    return {"type": "plain_text", "text": text}


def mrkdwn(text: str = "x") -> dict[str, Any]:
    return {"type": "mrkdwn", "text": text}


def section(text: str = "x", **more: Any) -> dict[str, Any]:
    return {"type": "section", "text": mrkdwn(text), **more}


def actions(*elements: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"type": "actions", "elements": [*elements], **more}


def button(**more: Any) -> dict[str, Any]:
    return {"type": "button", "text": plain("Go"), **more}


def option(**more: Any) -> dict[str, Any]:
    return {"text": plain("a"), "value": "a", **more}


def select(*options: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"type": "static_select", "options": [*options], **more}


def field(element: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    return {"type": "input", "label": plain(), "element": element or {"type": "plain_text_input"}, **more}


def image(**more: Any) -> dict[str, Any]:
    return {"type": "image", "alt_text": "a cat", "image_url": "https://example.com/a.png", **more}


def modal(*blocks: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"type": "modal", "title": plain("Form"), "blocks": [*blocks], **more}


def brief(fault: Fault) -> str:
    return f"{fault.message} @ {'/'.join(map(str, fault.path))}"


def said(blocks: Any, surface: Surface = "message") -> list[str]:
    return [brief(each) for each in block_kit.faults(blocks, surface, LIMITS, lambda _: True)]


def said_of_view(view: Any) -> list[str]:
    return [brief(each) for each in block_kit.view_faults(view, LIMITS, lambda _: True)]


many = [option(value=str(number)) for number in range(101)]
cell = {"type": "raw_text", "text": "1"}

TAKEN: list[dict[str, Any]] = [
    section("x" * 3000),
    section(fields=[mrkdwn("x" * 2000)] * 10),
    {"type": "section", "fields": [plain()]},
    section(accessory=button(action_id="a" * 255, value="v" * 2000, style="danger")),
    section(accessory=image()),
    section(accessory={"type": "overflow", "options": [option(value=str(n)) for n in range(5)]}),
    {"type": "header", "text": plain("x" * 150)},
    {"type": "divider", "block_id": "b" * 255},
    {"type": "context", "elements": [mrkdwn(), plain(), *[image()] * 8]},
    actions(*[button(action_id=str(n)) for n in range(25)]),
    actions(select(*many[:100], placeholder=plain("p" * 150))),
    actions(
        button(confirm={"title": plain("t" * 100), "text": mrkdwn("x" * 300), "confirm": plain(), "deny": plain()})
    ),
    image(alt_text="x" * 2000, title=plain("t" * 2000)),
    {"type": "image", "alt_text": "a", "slack_file": {"id": "F1"}},
    {"type": "markdown", "text": "x" * 12_000},
    {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": [{"type": "text", "text": "a"}]}]},
    {"type": "table", "rows": [[cell, cell]]},
    {
        "type": "plan",
        "title": "Painting",
        "tasks": [{"type": "task_card", "task_id": "1", "title": "a", "status": "complete"}],
    },
    {"type": "card", "title": mrkdwn("a"), "hero_image": image(), "actions": [button()]},
    {"type": "carousel", "elements": [{"type": "card", "title": plain("a")}] * 10},
    {
        "type": "context_actions",
        "elements": [{"type": "icon_button", "icon": "trash", "text": plain("Delete"), "action_id": "d"}],
    },
]

MESSAGE_FAULTS: list[tuple[Any, str]] = [
    (section("x" * 3001), "must be less than 3001 characters @ blocks/0/text/text"),
    (section(""), "must be more than 0 characters @ blocks/0/text/text"),
    ({"type": "section"}, "missing required field: text @ blocks/0"),
    ({"text": mrkdwn()}, "missing required field: type @ blocks/0"),
    ("x", "must be an object @ blocks/0"),
    ({"type": "sections"}, "unsupported type: sections @ blocks/0/type"),
    (section(colour="red"), "invalid additional property: colour @ blocks/0"),
    (section(fields=[mrkdwn()] * 11), "no more than 10 items allowed @ blocks/0/fields"),
    (section(fields=[mrkdwn("x" * 2001)]), "must be less than 2001 characters @ blocks/0/fields/0/text"),
    (section(accessory={"type": "plain_text_input"}),
     "unsupported type: plain_text_input as an accessory @ blocks/0/accessory/type"),
    ({"type": "header", "text": plain("x" * 151)}, "must be less than 151 characters @ blocks/0/text/text"),
    ({"type": "header", "text": mrkdwn()}, "must be a valid enum value: plain_text @ blocks/0/text/type"),
    ({"type": "divider", "block_id": "b" * 256}, "must be less than 256 characters @ blocks/0/block_id"),
    ({"type": "context", "elements": [plain()] * 11}, "no more than 10 items allowed @ blocks/0/elements"),
    ({"type": "context", "elements": [button()]},
     "unsupported type: button in a context @ blocks/0/elements/0/type"),
    (actions(), "no fewer than 1 items allowed @ blocks/0/elements"),
    (actions(*[button()] * 26), "no more than 25 items allowed @ blocks/0/elements"),
    (actions(button(text=plain("x" * 76))), "must be less than 76 characters @ blocks/0/elements/0/text/text"),
    (actions(button(text=mrkdwn())),
     "must be a valid enum value: plain_text @ blocks/0/elements/0/text/type"),
    (actions(button(value="v" * 2001)), "must be less than 2001 characters @ blocks/0/elements/0/value"),
    (actions(button(action_id="a" * 256)), "must be less than 256 characters @ blocks/0/elements/0/action_id"),
    (actions(button(style="default")),
     "must be a valid enum value: primary, danger @ blocks/0/elements/0/style"),
    (actions(button(url="u" * 3001)), "must be less than 3001 characters @ blocks/0/elements/0/url"),
    (actions(button(action_id="a"), button(action_id="a")), '`action_id` "a" already exists @ blocks/0'),
    (actions(select(*many)), "no more than 100 items allowed @ blocks/0/elements/0/options"),
    (actions({"type": "static_select"}),
     "must have exactly one of: options, option_groups @ blocks/0/elements/0"),
    (actions(select(option(text=plain("x" * 76)))),
     "must be less than 76 characters @ blocks/0/elements/0/options/0/text/text"),
    (actions(select(option(value="v" * 151))),
     "must be less than 151 characters @ blocks/0/elements/0/options/0/value"),
    (actions(select(option(), option())), "duplicate option value: a @ blocks/0/elements/0"),
    (actions(select(option(), initial_option=option(value="b"))),
     "the initial option does not match any of the options @ blocks/0/elements/0"),
    (actions({"type": "overflow", "options": many[:6]}),
     "no more than 5 items allowed @ blocks/0/elements/0/options"),
    (image(alt_text=""), "must be more than 0 characters @ blocks/0/alt_text"),
    (image(alt_text="x" * 2001), "must be less than 2001 characters @ blocks/0/alt_text"),
    ({"type": "image", "image_url": "https://example.com/a.png"},
     "missing required field: alt_text @ blocks/0"),
    ({"type": "image", "alt_text": "a"}, "must have exactly one of: image_url, slack_file @ blocks/0"),
    (image(slack_file={"id": "F1"}), "must have exactly one of: image_url, slack_file @ blocks/0"),
    (image(title=plain("t" * 2001)), "must be less than 2001 characters @ blocks/0/title/text"),
    ({"type": "markdown", "text": "x" * 12_001}, "must be less than 12001 characters @ blocks/0/text"),
    (field({"type": "file_input"}),
     "unsupported type: file_input in an input here @ blocks/0/element/type"),
    ({"type": "alert", "text": plain()}, "unsupported type: alert @ blocks/0/type"),
]  # fmt: skip


@pytest.mark.parametrize("block", TAKEN, ids=lambda each: each["type"])
def test_what_is_just_within_the_limits_is_taken(block: dict[str, Any]):
    assert said([block]) == []


@pytest.mark.parametrize(("block", "fault"), MESSAGE_FAULTS, ids=[fault for _, fault in MESSAGE_FAULTS])
def test_what_is_just_beyond_them_is_named_with_its_place(block: Any, fault: str):
    assert fault in said([block])


def test_a_message_has_fifty_blocks_at_most():
    assert said([section()] * 50) == []
    assert said([section()] * 51) == ["no more than 50 items allowed @ blocks"]


def test_a_block_id_is_used_once():
    twice = [section(block_id="b"), section(block_id="b")]

    assert said(twice) == ["block_id already exists: b @ blocks/1"]


def test_the_same_action_id_may_stand_in_two_blocks():
    assert said([actions(button(action_id="a")), actions(button(action_id="a"))]) == []


def test_all_markdown_of_a_message_counts_together():
    half = {"type": "markdown", "text": "x" * 6001}

    assert said([half, half]) == ["markdown blocks must be less than 12001 characters together @ blocks"]


def test_blocks_without_ids_are_given_some():
    [block, other] = block_kit.identified([actions(button()), section(block_id="mine")])

    assert block["block_id"]
    assert block["elements"][0]["action_id"]
    assert other["block_id"] == "mine"


def test_a_form_within_the_limits_is_taken():
    fields = [
        field({"type": "plain_text_input", "max_length": 3000, "multiline": True, "initial_value": "a cat"}),
        field({"type": "number_input", "is_decimal_allowed": False, "min_value": "1", "max_value": "50"}),
        field(select(*many[:100], initial_option=many[5]), optional=True),
        field({"type": "file_input", "filetypes": ["png"], "max_files": 10}, hint=plain("h" * 2000)),
        field({"type": "checkboxes", "options": [option(text=mrkdwn("*a*"))]}, label=plain("l" * 2000)),
        {"type": "alert", "text": mrkdwn(), "level": "warning"},
    ]
    view = modal(*fields, submit=plain("s" * 24), private_metadata="m" * 3000, callback_id="c" * 255)

    assert said_of_view(view) == []
    assert said_of_view(modal(*[section()] * 100)) == []
    assert said_of_view({"type": "home", "blocks": [*[section()] * 100]}) == []


@pytest.mark.parametrize(
    ("view", "fault"),
    [
        (modal(*[section()] * 101), "no more than 100 items allowed @ view/blocks"),
        (modal(title=plain("t" * 25)), "must be less than 25 characters @ view/title/text"),
        (modal(submit=plain("t" * 25)), "must be less than 25 characters @ view/submit/text"),
        (modal(close=plain("t" * 25)), "must be less than 25 characters @ view/close/text"),
        (modal(private_metadata="m" * 3001), "must be less than 3001 characters @ view/private_metadata"),
        (modal(callback_id="c" * 256), "must be less than 256 characters @ view/callback_id"),
        ({"type": "modal", "blocks": []}, "missing required field: title @ view"),
        (modal(field()), "missing required field: submit @ view"),
        (modal(field(label=plain("l" * 2001)), submit=plain()),
         "must be less than 2001 characters @ view/blocks/0/label/text"),
        (modal(field({"type": "plain_text_input", "max_length": 3001}), submit=plain()),
         "must be between 1 and 3000 @ view/blocks/0/element/max_length"),
        (modal(field({"type": "plain_text_input", "max_length": 3, "initial_value": "long"}), submit=plain()),
         "the initial value is out of bounds @ view/blocks/0/element"),
        (modal(field({"type": "number_input"}), submit=plain()),
         "missing required field: is_decimal_allowed @ view/blocks/0/element"),
        (modal(field({"type": "number_input", "is_decimal_allowed": False, "min_value": 1}), submit=plain()),
         "must be a string @ view/blocks/0/element/min_value"),
        (modal(field({"type": "number_input", "is_decimal_allowed": False, "initial_value": "1.5"}), submit=plain()),
         "must not be a decimal @ view/blocks/0/element/initial_value"),
        (modal(field(button()), submit=plain()), "unsupported type: button in an input @ view/blocks/0/element/type"),
        (modal({"type": "markdown", "text": "x"}), "unsupported type: markdown in a modal @ view/blocks/0/type"),
        ({"type": "home", "blocks": [], "title": plain()}, "invalid additional property: title @ view"),
        ({"type": "home", "blocks": [field({"type": "file_input"})]},
         "unsupported type: file_input in an input here @ view/blocks/0/element/type"),
        ({"type": "page"}, "unsupported type: page @ view/type"),
    ],
)  # fmt: skip
def test_a_view_beyond_the_limits_is_not_taken(view: dict[str, Any], fault: str):
    assert fault in said_of_view(view)


def test_only_one_field_has_the_focus():
    focused = {"type": "plain_text_input", "focus_on_load": True}

    assert "focus_on_load" in said_of_view(modal(field(focused), field(focused), submit=plain()))[0]


async def test_a_method_answers_with_every_fault(slack: FakeSlack, client: Raw, team: Workspace):
    channel = team.channel("general").id
    wrong = [{"type": "header", "text": plain("x" * 151)}, {"type": "image", "image_url": "https://example.com/a.png"}]

    said = await client.call("chat.postMessage", channel=channel, text="x", blocks=wrong)

    assert said.error == "invalid_blocks"
    assert said.body["errors"] == [
        "must be less than 151 characters [json-pointer:/blocks/0/text/text]",
        "missing required field: alt_text [json-pointer:/blocks/1]",
    ]
    assert said.messages[0] == f"[ERROR] {said.body['errors'][0]}"
    assert slack.record.refused[-1].messages == tuple(said.messages)
    nothing = await client.call("chat.postMessage", channel=channel, text="x", blocks={"type": "divider"})
    assert nothing.error == "invalid_blocks_format"


async def test_a_view_answers_with_its_faults(slack: FakeSlack, client: Raw, team: Workspace):
    trigger = slack.world.trigger(team.user("ada"))

    wrong = await client.call("views.open", trigger_id=trigger.id, view=modal(title=plain("t" * 25)))
    large = modal(*[section("x" * 3000)] * 90)

    assert (wrong.error, len(wrong.messages)) == ("invalid_arguments", 1)
    assert (await client.call("views.open", trigger_id=trigger.id, view=large)).error == "view_too_large"
    assert (await client.call("views.open", trigger_id=trigger.id, view=modal(section()))).ok


async def test_much_text_in_few_blocks_is_too_much(client: Raw, team: Workspace):
    general = team.channel("general")
    long = [section("x" * 3000)] * 5

    posted = await client.call("chat.postMessage", channel=general.id, text="x", blocks=long)
    message = await client.posted(general)
    updated = await client.call("chat.update", channel=general.id, ts=message.ts, text="x", blocks=long)

    assert (posted.error, updated.error) == ("msg_blocks_too_long", "msg_too_long")
