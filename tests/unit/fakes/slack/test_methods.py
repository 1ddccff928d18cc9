"""Methods do what Slack's do, and refuse what Slack refuses, by the names that Slack has for it."""

import asyncio
from typing import Any

import aiohttp
import pytest
from slack_sdk.web.async_client import AsyncWebClient

from tests.fakes.slack.faults import Dropped, Error, Held, Lost, Status, TooMany
from tests.fakes.slack.limits import Limits
from tests.fakes.slack.server import FakeSlack
from tests.fakes.slack.state import Channel
from tests.fakes.slack.workspaces import Workspace
from tests.unit.fakes.slack.raw import Raw, raw


@pytest.fixture
def general(team: Workspace) -> Channel:
    """A channel where the application is."""
    return team.channel("general")


def section(text: str = "hello", **more: Any) -> dict[str, Any]:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}, **more}


# tokens and scopes


@pytest.mark.parametrize(
    ("token", "error"),
    [
        ("", "not_authed"),
        ("xoxb-nobody", "invalid_auth"),
        ("xapp-1-A0FAIRBRUSH-3333333333-fake", "not_allowed_token_type"),
    ],
)
async def test_a_token_that_opens_nothing_is_refused(slack: FakeSlack, token: str, error: str):
    async with raw(slack, token) as client:
        assert (await client.call("auth.test")).error == error


async def test_a_token_says_whose_it_is(client: Raw, team: Workspace):
    said = await client.call("auth.test")

    assert (said["team_id"], said["user_id"], said["bot_id"]) == (team.id, team.bot.id, team.bot.bot_id)


async def test_a_token_in_a_json_body_is_not_looked_at(slack: FakeSlack, team: Workspace):
    async with raw(slack, "") as client:
        assert (await client.call("auth.test", token=team.token)).error == "invalid_auth"
        assert (await client.form("auth.test", token=team.token)).ok


async def test_a_missing_scope_is_named_with_what_is_there(slack: FakeSlack, team: Workspace):
    async with raw(slack, team.reinstall({"commands", "chat:write"})) as client:
        said = await client.form("users.info", user=team.bot.id)

    assert (said.error, said.body["needed"]) == ("missing_scope", "users:read")
    assert said.body["provided"] == "chat:write,commands"


async def test_the_scope_for_a_channel_is_that_of_its_kind(slack: FakeSlack, team: Workspace):
    secret = team.channel("secret", kind="group")
    async with raw(slack, team.reinstall({"channels:read"})) as client:
        assert (await client.get("conversations.info", channel=team.channel("open").id)).ok
        assert (await client.get("conversations.info", channel=secret.id)).body["needed"] == "groups:read"


async def test_revoking_a_token_ends_it(client: Raw):
    assert (await client.get("auth.revoke", test="1"))["revoked"] is False
    assert (await client.get("auth.revoke"))["revoked"] is True
    assert (await client.call("auth.test")).error == "token_revoked"


async def test_a_token_of_a_team_that_threw_the_application_out_is_inactive(client: Raw, team: Workspace):
    team.uninstall()

    assert (await client.call("auth.test")).error == "account_inactive"


async def test_sockets_are_opened_by_the_token_of_the_application(slack: FakeSlack, client: Raw):
    async with raw(slack, slack.app.token) as app:
        assert (await app.call("apps.connections.open"))["url"].startswith("ws://")
    assert (await client.call("apps.connections.open")).error == "not_allowed_token_type"


# how arguments are given


async def test_what_is_no_method_and_no_argument_is_refused(client: Raw, general: Channel):
    assert (await client.post("chat.shout")).error == "unknown_method"
    said = await client.call("chat.postMessage", channel=general.id, txt="hello")
    assert (said.error, said.messages) == ("invalid_arguments", ["[ERROR] no such argument: txt"])


async def test_bodies_that_cannot_be_read_are_refused(client: Raw):
    headers = {"Authorization": f"Bearer {client.token}", "Content-Type": "application/json"}

    assert (await client.post("auth.test", data=b"{", headers=headers)).error == "invalid_json"
    assert (await client.post("auth.test", data=b"[]", headers=headers)).error == "json_not_object"
    headers["Content-Type"] = "text/plain"
    assert (await client.post("auth.test", data=b"x", headers=headers)).error == "invalid_post_type"


async def test_a_method_that_takes_no_json_sees_none_of_it(client: Raw, team: Workspace):
    assert (await client.call("users.info", user=team.bot.id)).error == "invalid_arguments"
    assert (await client.form("users.info", user=team.bot.id)).ok


async def test_blocks_come_as_json_in_a_form_too(client: Raw, general: Channel):
    said = await client.form("chat.postMessage", channel=general.id, blocks='[{"type": "divider"}]')

    assert said["message"]["blocks"][0]["type"] == "divider"
    bad = await client.form("chat.postMessage", channel=general.id, blocks='[{"type": "div')
    assert bad.error == "invalid_blocks_format"


# posting


async def test_a_message_is_there_as_it_was_said(client: Raw, general: Channel, team: Workspace):
    message = await client.posted(general, "hello")

    assert general.shown == [message]
    assert (message.text, message.author) == ("hello", team.bot)


async def test_where_the_application_is_not_it_cannot_post(client: Raw, team: Workspace):
    away = team.channel("away", has_bot=False)
    secret = team.channel("secret", kind="group", has_bot=False)
    old = team.channel("old")
    team.archive(old)
    read_only = team.channel("news")
    read_only.is_read_only = True

    async def posting(channel: str) -> str:
        return (await client.call("chat.postMessage", channel=channel, text="x")).error

    assert await posting(away.id) == "not_in_channel"
    assert await posting(secret.id) == "channel_not_found"
    assert await posting("C0NOWHERE") == "channel_not_found"
    assert await posting(old.id) == "is_archived"
    assert await posting(read_only.id) == "restricted_action_read_only_channel"


async def test_joining_a_public_channel_lets_it_post(client: Raw, team: Workspace):
    away = team.channel("away", has_bot=False)

    assert (await client.call("conversations.join", channel=away.id)).ok
    await client.posted(away)
    assert (await client.call("conversations.join", channel=away.id)).body["warning"] == "already_in_channel"


async def test_with_the_public_scope_it_posts_without_joining(slack: FakeSlack, team: Workspace):
    away = team.channel("away", has_bot=False)
    async with raw(slack, team.reinstall({"chat:write", "chat:write.public"})) as client:
        await client.posted(away)


async def test_a_message_to_a_user_goes_to_their_direct_messages(slack: FakeSlack, client: Raw, team: Workspace):
    ada = team.user("ada")

    said = await client.call("chat.postMessage", channel=ada.id, text="psst")

    assert (
        said["channel"]
        == slack.world.dm(ada).id
        == (await client.call("conversations.open", users=ada.id))["channel"]["id"]
    )


async def test_a_message_has_to_say_something(client: Raw, general: Channel):
    assert (await client.call("chat.postMessage", channel=general.id)).error == "no_text"
    assert (await client.call("chat.postMessage", channel=general.id, text="")).error == "no_text"
    both = await client.call("chat.postMessage", channel=general.id, text="a", markdown_text="b")
    assert both.error == "markdown_text_conflict"


async def test_a_very_long_text_is_cut(client: Raw, general: Channel):
    message = await client.posted(general, "x" * 40_001)

    assert len(message.text) == 40_000


async def test_a_thread_is_told_by_its_parent(client: Raw, general: Channel):
    parent = await client.posted(general)
    reply = await client.posted(general, "first", thread_ts=parent.ts)
    second = await client.posted(general, "second", thread_ts=reply.ts)  # a reply's own name leads to the parent

    assert (reply.thread_ts, second.thread_ts) == (parent.ts, parent.ts)
    told = await client.form("conversations.replies", channel=general.id, ts=parent.ts)
    assert [each["text"] for each in told["messages"]] == ["hello", "first", "second"]
    assert told["messages"][0]["reply_count"] == 2
    history = await client.call("conversations.history", channel=general.id)
    assert [each["text"] for each in history["messages"]] == ["hello"]
    lost = await client.call("chat.postMessage", channel=general.id, text="x", thread_ts="1.000001")
    assert lost.error == "cannot_reply_to_message"


async def test_metadata_comes_back_only_when_asked_for(client: Raw, general: Channel):
    metadata = {"event_type": "job", "event_payload": {"id": 7}}
    message = await client.posted(general, metadata=metadata)

    async def told(**more: Any) -> dict[str, Any]:
        said = await client.call("conversations.history", channel=general.id, **more)
        return dict(said["messages"][0])

    assert "metadata" not in await told()
    assert (await told(include_all_metadata=True))["metadata"] == metadata
    await client.call("chat.update", channel=general.id, ts=message.ts, text="kept")
    assert message.now.metadata == metadata
    await client.call("chat.update", channel=general.id, ts=message.ts, text="gone", metadata={})
    assert message.now.metadata is None


@pytest.mark.parametrize("metadata", [{"event_type": "x"}, {"event_type": "x", "event_payload": 1}, "{", [1]])
async def test_metadata_of_another_shape_is_refused(client: Raw, general: Channel, metadata: Any):
    said = await client.call("chat.postMessage", channel=general.id, text="x", metadata=metadata)

    assert said.error == "invalid_metadata_format"


async def test_attachments_are_read_and_their_blocks_judged(client: Raw, general: Channel, team: Workspace):
    ada = team.user("ada")
    attached = [{"text": f"<@{ada.id}>"}, {"blocks": [section("inside")]}]

    message = await client.posted(general, "x", attachments=attached)
    wrong = await client.call(
        "chat.postMessage", channel=general.id, text="x", attachments=[{"blocks": [{"type": "x"}]}]
    )
    many = await client.call("chat.postMessage", channel=general.id, text="x", attachments=[{"text": "a"}] * 101)

    assert (message.text, message.pings) == ("x\n@ada\ninside", {ada.id})
    assert (wrong.error, many.error) == ("invalid_blocks", "too_many_attachments")
    await client.call("chat.update", channel=general.id, ts=message.ts, text="y")
    assert message.text == "y\n@ada\ninside"
    await client.call("chat.update", channel=general.id, ts=message.ts, text="y", attachments=[])
    assert message.text == "y"


# updates


async def test_an_update_keeps_what_was_shown_before(client: Raw, general: Channel):
    message = await client.posted(general, "one")

    said = await client.call("chat.update", channel=general.id, ts=message.ts, text="two")

    assert [each.text for each in message.versions] == ["one", "two"]
    assert said["message"]["edited"]


async def test_a_text_without_blocks_takes_the_blocks_away(client: Raw, general: Channel):
    message = await client.posted(general, "fallback", blocks=[section("seen")])
    assert message.text == "seen"

    await client.call("chat.update", channel=general.id, ts=message.ts, blocks=[section("new")], text="x")
    assert (message.text, message.now.is_edited) == ("new", False)
    await client.call("chat.update", channel=general.id, ts=message.ts, text="plain")
    assert (message.text, message.now.blocks) == ("plain", ())


async def test_what_cannot_be_updated_is_not(slack: FakeSlack, client: Raw, general: Channel, team: Workspace):
    ada = team.user("ada")
    mine = await client.posted(general)
    whispered = await client.call("chat.postEphemeral", channel=general.id, user=ada.id, text="psst")
    theirs = team.member("ada").say(general, "hi")

    async def updating(ts: str, **more: Any) -> str:
        return (await client.call("chat.update", channel=general.id, ts=ts, **{"text": "x", **more})).error

    assert await updating(whispered["message_ts"]) == "message_not_found"
    assert await updating("1.000001") == "message_not_found"
    assert await updating(theirs.ts) == "cant_update_message"
    assert await updating(mine.ts, text="x" * 4001) == "msg_too_long"
    assert await updating(mine.ts, text="") == "no_text"
    team.state.edit_window_s = 60
    slack.clock.advance(61)
    assert await updating(mine.ts) == "edit_window_closed"
    team.archive(general)
    assert await updating(mine.ts) == "is_inactive"


async def test_a_deleted_message_is_gone(client: Raw, general: Channel, team: Workspace):
    message = await client.posted(general)
    theirs = team.member("ada").say(general, "hi")

    assert (await client.call("chat.delete", channel=general.id, ts=message.ts)).ok
    assert message not in general.shown
    assert (await client.call("chat.delete", channel=general.id, ts=message.ts)).error == "message_not_found"
    assert (await client.call("chat.delete", channel=general.id, ts=theirs.ts)).error == "cant_delete_message"


async def test_a_link_leads_to_the_message_and_its_thread(client: Raw, general: Channel):
    parent = await client.posted(general)
    reply = await client.posted(general, thread_ts=parent.ts)

    link = (await client.get("chat.getPermalink", channel=general.id, message_ts=reply.ts))["permalink"]

    assert link.endswith(f"/archives/{general.id}/p{reply.ts.replace('.', '')}?thread_ts={parent.ts}&cid={general.id}")


async def test_an_ephemeral_message_is_for_somebody_who_is_there(client: Raw, general: Channel, team: Workspace):
    ada, eve = team.user("ada"), team.user("eve")
    team.remove(general, eve)

    said = await client.call("chat.postEphemeral", channel=general.id, user=ada.id, text="psst")

    assert general.messages[said["message_ts"]].ephemeral_to is ada
    assert general.shown == []
    away = await client.call("chat.postEphemeral", channel=general.id, user=eve.id, text="psst")
    assert away.error == "user_not_in_channel"


# who is pinged, and what is seen


async def test_a_mention_pings_and_an_escaped_one_does_not(client: Raw, general: Channel, team: Workspace):
    ada = team.user("ada")
    group = team.usergroup("artists", ada)

    loud = await client.posted(general, f"<@{ada.id}> <!here> <!subteam^{group}> &amp; <https://example.com|a link>")
    quiet = await client.posted(general, f"&lt;@{ada.id}&gt; &lt;!here&gt; @here @ada")

    assert loud.pings == {ada.id, "here", group}
    assert loud.text == "@ada @here @artists & a link"
    assert loud.seen.links == ["https://example.com"]
    assert quiet.pings == set()
    assert quiet.text == f"<@{ada.id}> <!here> @here @ada"


async def test_names_are_looked_for_only_when_that_is_wanted(client: Raw, general: Channel, team: Workspace):
    ada = team.user("ada")

    assert (await client.posted(general, "@ada @channel", link_names=True)).pings == {ada.id, "channel"}
    assert (await client.posted(general, "@ada @channel", parse="full")).pings == {ada.id, "channel"}


async def test_blocks_ping_by_mrkdwn_and_never_by_plain_text(client: Raw, general: Channel, team: Workspace):
    ada = team.user("ada")
    plain = {"type": "header", "text": {"type": "plain_text", "text": f"<@{ada.id}>"}}

    assert (await client.posted(general, "x", blocks=[plain])).pings == set()
    assert (await client.posted(general, "x", blocks=[section(f"<@{ada.id}>")])).pings == {ada.id}
    rich = {"type": "rich_text_section", "elements": [{"type": "user", "user_id": ada.id}]}
    assert (await client.posted(general, "x", blocks=[{"type": "rich_text", "elements": [rich]}])).pings == {ada.id}


async def test_marks_are_told_apart_from_text(client: Raw, general: Channel):
    message = await client.posted(general, "*bold* and _italic_, 2 * 3 * 4, snake_case_name, `code` :cat:")

    assert message.seen.marks == [("code", "code"), ("bold", "bold"), ("italic", "italic"), ("emoji", "cat")]


async def test_an_update_pings_nobody(client: Raw, general: Channel, team: Workspace):
    message = await client.posted(general)

    await client.call("chat.update", channel=general.id, ts=message.ts, text=f"<@{team.user('ada').id}>")

    assert message.pings == set()


# places and people


async def test_what_is_known_of_channels_and_users(client: Raw, general: Channel, team: Workspace):
    ada = team.user("ada")
    team.stranger("sam", "T0ELSEWHERE")
    team.user("gus").is_guest = True

    told = await client.form("conversations.info", channel=general.id, include_num_members=True)
    assert (told["channel"]["is_member"], told["channel"]["num_members"]) == (True, 4)
    members = await client.form("conversations.members", channel=general.id, limit=1)
    assert len(members["members"]) == 1
    following = members["response_metadata"]["next_cursor"]
    more = await client.form("conversations.members", channel=general.id, limit=10, cursor=following)
    assert ada.id in [*members["members"], *more["members"]]
    assert (await client.form("users.info", user=ada.id))["user"]["is_restricted"] is False
    assert (await client.form("users.info", user=team.user("gus").id))["user"]["is_restricted"] is True
    sam = (await client.form("users.info", user=team.user("sam").id))["user"]
    assert (sam["is_stranger"], sam["team_id"]) == (True, "T0ELSEWHERE")
    assert (await client.form("users.info", user="U0NOBODY")).error == "user_not_found"
    assert (await client.get("team.info"))["team"]["id"] == team.id
    group = team.usergroup("artists", ada)
    assert (await client.form("usergroups.users.list", usergroup=group))["users"] == [ada.id]
    assert (await client.form("usergroups.users.list", usergroup="S0")).error == "no_such_subteam"


async def test_several_users_share_direct_messages(client: Raw, team: Workspace):
    both = f"{team.user('ada').id},{team.user('bob').id}"

    first = (await client.call("conversations.open", users=both))["channel"]["id"]

    assert (await client.call("conversations.open", users=both, return_im=True))["channel"]["is_mpim"]
    assert (await client.call("conversations.open", users=both))["channel"]["id"] == first
    assert (await client.call("conversations.open")).error == "users_list_not_supplied"


async def test_two_teams_are_kept_apart(slack: FakeSlack, client: Raw, team: Workspace):
    other = slack.team("Other")
    ada, also_ada = team.user("ada", number="U0SAME"), other.user("ada", number="U0SAME")
    there = other.channel("general")

    assert ada is not also_ada
    assert slack.world.dm(ada) is not slack.world.dm(also_ada)
    assert (await client.call("chat.postMessage", channel=there.id, text="x")).error == "channel_not_found"
    async with raw(slack, other.token) as client_there:
        said = await client_there.call("chat.postMessage", channel="U0SAME", text="x")
    assert said["channel"] == slack.world.dm(also_ada).id


# views


def modal(**more: Any) -> dict[str, Any]:
    return {"type": "modal", "title": {"type": "plain_text", "text": "Form"}, "blocks": [section()], **more}


async def test_a_trigger_opens_one_view_and_only_at_once(slack: FakeSlack, client: Raw, team: Workspace):
    world, ada = slack.world, team.user("ada")
    first, late = world.trigger(ada), world.trigger(ada)

    assert (await client.call("views.open", trigger_id=first.id, view=modal()))["view"]["hash"]
    again = await client.call("views.open", trigger_id=first.id, view=modal())
    slack.clock.advance(3.1)
    tardy = await client.call("views.open", trigger_id=late.id, view=modal())
    strange = await client.call("views.open", trigger_id="1.2.3", view=modal())

    assert [each.error for each in (again, tardy, strange)] == [
        "exchanged_trigger_id",
        "expired_trigger_id",
        "invalid_trigger_id",
    ]


async def test_a_view_is_changed_only_by_whom_it_expects(slack: FakeSlack, client: Raw, team: Workspace):
    trigger = slack.world.trigger(team.user("ada"))
    view = (await client.call("views.open", trigger_id=trigger.id, view=modal(external_id="mine")))["view"]

    changed = await client.call("views.update", external_id="mine", hash=view["hash"], view=modal(external_id="mine"))
    assert changed["view"]["id"] == view["id"]
    stale = await client.call("views.update", view_id=view["id"], hash=view["hash"], view=modal())
    assert stale.error == "hash_conflict"
    other = slack.world.trigger(team.user("bob"))
    twice = await client.call("views.open", trigger_id=other.id, view=modal(external_id="mine"))
    assert twice.error == "duplicate_external_id"
    assert (await client.call("views.update", view_id="V0", view=modal())).error == "not_found"


async def test_views_are_stacked_three_high(slack: FakeSlack, client: Raw, team: Workspace):
    world, ada = slack.world, team.user("ada")
    number = (await client.call("views.open", trigger_id=world.trigger(ada).id, view=modal()))["view"]["id"]
    for _ in range(2):
        inside = world.trigger(ada, world.views[number])
        number = (await client.call("views.push", trigger_id=inside.id, view=modal()))["view"]["id"]

    inside = world.trigger(ada, world.views[number])

    assert (await client.call("views.push", trigger_id=inside.id, view=modal())).error == "push_limit_reached"
    assert (await client.call("views.push", trigger_id=world.trigger(ada).id, view=modal())).error == "not_found"


async def test_the_home_of_each_user_is_their_own(slack: FakeSlack, client: Raw, team: Workspace):
    home = {"type": "home", "blocks": [section("yours")]}
    ada = team.user("ada")

    first = (await client.call("views.publish", user_id=ada.id, view=home))["view"]
    second = (await client.call("views.publish", user_id=ada.id, view=home, hash=first["hash"]))["view"]
    stale = await client.call("views.publish", user_id=ada.id, view=home, hash=first["hash"])

    assert (second["id"], stale.error) == (first["id"], "hash_conflict")
    assert (await client.call("views.publish", user_id="U0NOBODY", view=home)).error == "invalid_arguments"
    wrong = await client.call("views.publish", user_id=ada.id, view=modal())
    assert wrong.error == "invalid_arguments"
    slack.world.is_home_enabled = False
    assert (await client.call("views.publish", user_id=ada.id, view=home)).error == "not_enabled"


# streams


async def test_a_stream_is_written_bit_by_bit(client: Raw, general: Channel, team: Workspace):
    whom = {"recipient_user_id": team.user("ada").id, "recipient_team_id": team.id}
    parent = await client.posted(general)
    ts = (await client.call("chat.startStream", channel=general.id, thread_ts=parent.ts, markdown_text="Pain", **whom))[
        "ts"
    ]
    message = general.messages[ts]

    await client.call("chat.appendStream", channel=general.id, ts=ts, markdown_text="ting")
    busy = await client.call("chat.update", channel=general.id, ts=ts, text="x")
    for status in ("in_progress", "complete"):
        chunk = {"type": "task_update", "id": "1", "title": "Steps", "status": status}
        await client.call("chat.appendStream", channel=general.id, ts=ts, markdown_text="", chunks=[chunk])
    await client.call("chat.stopStream", channel=general.id, ts=ts, blocks=[section("done")])

    assert busy.error == "streaming_state_conflict"
    assert [each["type"] for each in message.now.blocks] == ["markdown", "task_card", "section"]
    assert message.now.blocks[1]["status"] == "complete"
    assert message.text == "Painting\nSteps\ndone"
    over = await client.call("chat.appendStream", channel=general.id, ts=ts, markdown_text="x")
    assert over.error == "message_not_in_streaming_state"


async def test_a_stream_that_is_not_as_it_has_to_be_is_refused(
    slack: FakeSlack, client: Raw, general: Channel, team: Workspace
):
    nobody = await client.call("chat.startStream", channel=general.id)
    dm = slack.world.dm(team.user("ada"))
    ts = (await client.call("chat.startStream", channel=dm.id))["ts"]
    strange = await client.call("chat.appendStream", channel=dm.id, ts=ts, markdown_text="", chunks=[{"type": "x"}])
    slack.clock.advance(301)
    dead = await client.call("chat.appendStream", channel=dm.id, ts=ts, markdown_text="x")

    assert [each.error for each in (nobody, strange, dead)] == [
        "missing_recipient_user_id",
        "invalid_chunks",
        "message_not_in_streaming_state",
    ]


# answers to a response_url


async def answered(slack: FakeSlack, url: str, **body: Any) -> tuple[int, str]:
    async with aiohttp.ClientSession() as session, session.post(url, json=body) as answer:
        return answer.status, await answer.text()


async def test_a_response_url_is_good_five_times(slack: FakeSlack, general: Channel, team: Workspace):
    back = slack.world.response(general, team.user("ada"), of_command=True)

    assert await answered(slack, back.url, text="psst") == (200, "ok")
    assert back.messages[0].ephemeral_to is team.user("ada")
    for _ in range(4):
        await answered(slack, back.url, text="for all", response_type="in_channel")

    assert len(general.shown) == 4
    status, said = await answered(slack, back.url, text="once more")
    assert (status, "used_url" in said) == (404, True)


async def test_a_response_url_is_good_for_half_an_hour(slack: FakeSlack, general: Channel, team: Workspace):
    back = slack.world.response(general, team.user("ada"))
    slack.clock.advance(1801)

    assert "expired_url" in (await answered(slack, back.url, text="late"))[1]
    assert slack.record.refused[-1].name == "response_url"


async def test_a_response_url_replaces_and_deletes_what_was_clicked(
    slack: FakeSlack, client: Raw, general: Channel, team: Workspace
):
    ada = team.user("ada")
    said = await client.call("chat.postEphemeral", channel=general.id, user=ada.id, text="one")
    message = general.messages[said["message_ts"]]
    back = slack.world.response(general, ada, message)

    await answered(slack, back.url, replace_original=True, text="two")
    assert message.text == "two"
    await answered(slack, back.url, delete_original=True)
    assert message.deleted_at is not None
    assert "message_not_found" in (await answered(slack, back.url, delete_original=True))[1]


async def test_a_response_url_takes_no_blocks_that_are_wrong(slack: FakeSlack, general: Channel, team: Workspace):
    back = slack.world.response(general, team.user("ada"))

    assert "invalid_blocks" in (await answered(slack, back.url, blocks=[{"type": "nonsense"}]))[1]
    assert "invalid_payload" in (await answered(slack, back.url, response_kind="x"))[1]


# what goes wrong on demand


async def test_faults_come_as_planned_and_are_over_then(slack: FakeSlack, client: Raw, general: Channel):
    slack.faults.plan(Status(503), "chat.postMessage")
    slack.faults.plan(TooMany(7), "chat.postMessage")
    slack.faults.plan(Error("internal_error"), "chat.postMessage")

    async def posting() -> tuple[int, str | None]:
        said = await client.call("chat.postMessage", channel=general.id, text="x")
        return said.status, said.headers.get("Retry-After")

    assert await posting() == (503, None)
    assert await posting() == (429, "7")
    assert (await client.call("chat.postMessage", channel=general.id, text="x")).error == "internal_error"
    assert general.shown == []
    assert await posting() == (200, None)


async def test_what_is_lost_was_done_and_what_is_dropped_was_not(slack: FakeSlack, client: Raw, general: Channel):
    slack.faults.plan(Lost(), "chat.postMessage")
    slack.faults.plan(Dropped(), "chat.postMessage")

    for text in ("lost", "dropped"):
        with pytest.raises(aiohttp.ClientConnectionError):
            await client.call("chat.postMessage", channel=general.id, text=text)

    assert [each.text for each in general.shown] == ["lost"]
    assert [each.status for each in slack.record.of("chat.postMessage")] == [0, 0]


async def test_what_is_held_goes_on_when_it_is_let_go(slack: FakeSlack, client: Raw, general: Channel):
    event = asyncio.Event()
    slack.faults.plan(Held(event), "chat.postMessage")

    async with asyncio.TaskGroup() as group:
        group.create_task(client.posted(general))
        await slack.until(lambda: bool(slack.record.of("chat.postMessage")))
        assert general.shown == []
        event.set()

    assert len(general.shown) == 1


async def test_a_world_can_have_numbers_of_its_own():
    async with FakeSlack(Limits(update_text=5)) as slack:
        team = slack.team()
        async with raw(slack, team.token) as client:
            message = await client.posted(team.channel("general"))
            said = await client.call("chat.update", channel=message.channel.id, ts=message.ts, text="longer")

    assert said.error == "msg_too_long"


async def test_the_official_client_posts_twice_when_an_answer_is_lost(
    slack: FakeSlack, general: Channel, team: Workspace
):
    client = AsyncWebClient(team.token, base_url=slack.url)
    slack.faults.plan(Lost(), "chat.postMessage")

    await client.chat_postMessage(channel=general.id, text="once")  # it asks again by itself, which nobody told it to

    assert [each.text for each in general.shown] == ["once", "once"]


async def test_the_official_client_can_be_told_not_to(slack: FakeSlack, general: Channel, team: Workspace):
    client = AsyncWebClient(team.token, base_url=slack.url, retry_handlers=[])
    slack.faults.plan(Lost(), "chat.postMessage")

    with pytest.raises(aiohttp.ClientConnectionError):
        await client.chat_postMessage(channel=general.id, text="once")

    assert [each.text for each in general.shown] == ["once"]
