"""Slack's Web API, asked over real sockets with the real slack_sdk."""

import asyncio
import logging

import pytest
from slack_sdk.oauth.installation_store.models.installation import Installation

from adapters.slack.calls import Calls
from adapters.slack.installs import Installs, OneToken
from adapters.slack.pacing import TIERS
from adapters.slack.refusals import Refusal, Refused
from adapters.slack.shapes import Json
from tests.fakes.slack.faults import Dropped, Error, Held, Lost, Mishap, Status, TooMany
from tests.integration.slack.chat_scene import PNG, Office

POST, UPDATE = "chat.postMessage", "chat.update"


async def posted(here: Office, calls: Calls, words: str = "one") -> Json:
    made = await calls.ask(here.team.id, POST, {"channel": here.general.id, "text": words})
    return {"channel": made["channel"], "ts": made["ts"]}


async def refused(here: Office, calls: Calls, method: str, args: Json) -> Refused:
    with pytest.raises(Refused) as caught:
        await calls.ask(here.team.id, method, args)
    return caught.value


async def test_a_message_is_posted_changed_and_taken_away(here: Office, calls: Calls):
    made = await posted(here, calls)
    await calls.ask(here.team.id, UPDATE, {**made, "text": "two"})
    assert here.shown()[0].text == "two"

    await calls.ask(here.team.id, "chat.delete", made)
    assert here.shown() == []


@pytest.mark.parametrize("fault", [Dropped(), Lost(), Status(500), Status(503), Error("internal_error")], ids=str)
async def test_a_change_whose_answer_is_lost_is_made_again(here: Office, calls: Calls, fault: Dropped | Lost | Status):
    made = await posted(here, calls)
    here.slack.faults.plan(fault, UPDATE)
    await calls.ask(here.team.id, UPDATE, {**made, "text": "two"})

    assert here.shown()[0].text == "two"
    assert len(here.slack.record.of(UPDATE)) == 2


@pytest.mark.parametrize("then", [TooMany(1), Error("access_denied"), Error("invalid_arguments")], ids=str)
async def test_what_may_be_done_may_be_done_whatever_the_next_try_is_told(here: Office, calls: Calls, then: Mishap):
    made = await posted(here, calls)
    for fault in (Lost(), then):
        here.slack.faults.plan(fault, UPDATE)
    no = await refused(here, calls, UPDATE, {**made, "text": "two"})

    assert no.refusal is not Refusal.AWAY
    assert no.may_be_done


@pytest.mark.parametrize("fault", [Dropped(), Lost(), Status(503), Error("fatal_error")], ids=str)
async def test_a_post_is_never_made_again_and_may_have_been_made(here: Office, calls: Calls, fault: Dropped | Lost):
    here.slack.faults.plan(fault, POST)
    no = await refused(here, calls, POST, {"channel": here.general.id, "text": "one"})

    assert no.refusal is Refusal.AWAY
    assert no.may_be_done
    assert len(here.slack.record.of(POST)) == 1


@pytest.mark.parametrize("error", ["not_in_channel", "is_archived", "invalid_blocks", "token_revoked"])
async def test_what_slack_says_no_to_was_not_done(here: Office, calls: Calls, error: str):
    here.slack.faults.plan(Error(error), POST)
    no = await refused(here, calls, POST, {"channel": here.general.id, "text": "one"})

    assert no.error == error
    assert not no.may_be_done
    assert not no.gone


async def test_nobody_listening_is_known_not_to_have_done_anything(here: Office):
    async with Calls(here.tokens(), base_url="http://127.0.0.1:9/api/") as calls:
        no = await refused(here, calls, POST, {"channel": "C1", "text": "one"})

    assert no.refusal is Refusal.AWAY
    assert not no.may_be_done


async def test_a_call_that_hangs_ends_at_its_deadline(here: Office, calls: Calls):
    until = asyncio.Event()
    here.slack.faults.plan(Held(until), POST)
    with pytest.raises(Refused) as caught:
        await calls.ask(here.team.id, POST, {"channel": here.general.id, "text": "one"}, within_s=0.05)
    until.set()

    assert caught.value.refusal is Refusal.AWAY
    assert caught.value.may_be_done


async def test_a_429_is_heeded_for_as_long_as_it_says_where_it_says_so(here: Office, calls: Calls):
    made, cats = await posted(here, calls), here.team.channel("cats")
    here.slack.clock.advance(2)
    here.slack.faults.plan(TooMany(30), POST)
    no = await refused(here, calls, POST, {"channel": here.general.id, "text": "two"})
    assert (no.refusal, no.after_s) == (Refusal.TOO_MANY, 30.0)

    again = await refused(here, calls, POST, {"channel": here.general.id, "text": "two"})
    assert again.refusal is Refusal.TOO_MANY
    assert len(here.slack.record.of(POST)) == 2
    await calls.ask(here.team.id, UPDATE, {**made, "text": "else"})
    await calls.ask(here.team.id, POST, {"channel": cats.id, "text": "elsewhere"})

    here.slack.clock.advance(30)
    await posted(here, calls, "two")
    assert [each.text for each in here.shown()] == ["else", "two"]


async def test_many_at_once_never_provoke_a_429(here: Office, calls: Calls):
    made = await posted(here, calls)
    edits = [calls.ask(here.team.id, UPDATE, {**made, "text": str(number)}) for number in range(60)]
    results = await asyncio.gather(*edits, return_exceptions=True)

    assert here.slack.record.too_many == []
    assert sum(isinstance(each, dict) for each in results) == TIERS[3]
    assert {each.refusal for each in results if isinstance(each, Refused)} == {Refusal.TOO_MANY}


async def test_posts_into_one_channel_come_one_by_one_and_those_of_others_do_not_wait(here: Office, calls: Calls):
    others = [here.team.channel(f"c{number}") for number in range(20)]
    everywhere = [here.general, here.general, here.general, here.general, *others]
    posts = [calls.ask(here.team.id, POST, {"channel": each.id, "text": "x"}) for each in everywhere]
    results = await asyncio.gather(*posts, return_exceptions=True)

    one, two = (each.at for each in here.slack.record.of(POST) if each.args["channel"] == here.general.id)
    assert two - one >= 1.0
    assert sum(isinstance(each, Refused) for each in results) == 2
    assert here.slack.record.too_many == []


async def test_where_the_app_is_not_installed_nobody_is_asked(here: Office, calls: Calls):
    with pytest.raises(Refused) as caught:
        await calls.ask("T0ELSEWHERE", POST, {"channel": "C1", "text": "one"})

    assert caught.value.refusal is Refusal.REVOKED
    assert here.slack.calls == []


async def test_each_workspace_is_reached_by_its_own_token_until_it_uninstalls_the_app(here: Office):
    other, installs = here.slack.team("Bemca"), Installs(here.drawer)
    for team in (here.team, other):
        await installs.async_save(Installation(team_id=team.id, bot_token=team.token, user_id="U1"))
    async with here.calls(installs) as calls:
        for team in (here.team, other):
            await calls.ask(team.id, POST, {"channel": team.channel("general").id, "text": team.name})
        await installs.async_delete_all(enterprise_id=None, team_id=other.id)
        with pytest.raises(Refused):
            await calls.ask(other.id, POST, {"channel": other.channel("general").id, "text": "again"})

    assert [each.text for each in here.shown()] == ["Acme"]
    assert [each.text for each in here.shown(other.channel("general"))] == ["Bemca"]


async def test_a_file_is_sent_as_it_is(here: Office, calls: Calls):
    told = await calls.ask(here.team.id, "files.getUploadURLExternal", {"filename": "a.png", "length": len(PNG)})
    await calls.upload(told["upload_url"], PNG)

    assert here.team.state.files[told["file_id"]].content == PNG


@pytest.mark.parametrize(
    ("fault", "refusal"),
    [(Status(413), Refusal.NO_FILES), (Status(503), Refusal.AWAY), (Lost(), Refusal.AWAY)],
    ids=str,
)
async def test_a_file_that_does_not_arrive_is_told(here: Office, calls: Calls, fault: Status | Lost, refusal: Refusal):
    told = await calls.ask(here.team.id, "files.getUploadURLExternal", {"filename": "a.png", "length": len(PNG)})
    here.slack.faults.plan(fault, "upload")
    with pytest.raises(Refused) as caught:
        await calls.upload(told["upload_url"], PNG)

    assert caught.value.refusal is refusal


async def test_no_token_and_no_prompt_is_logged_or_shown(here: Office, calls: Calls, caplog: pytest.LogCaptureFixture):
    with caplog.at_level(logging.DEBUG):
        await posted(here, calls, "a secret garden")
        await refused(here, calls, POST, {"channel": "C0NOWHERE", "text": "a secret garden"})

    ours = [each.getMessage() for each in caplog.records if not each.name.startswith("aiohttp")]
    assert not any("garden" in each or here.team.token in each for each in ours)
    assert here.team.token not in repr(calls) + repr(OneToken(workspace="T", text=here.team.token))


async def test_whoever_is_not_opened_reaches_nobody(here: Office):
    no = await refused(here, Calls(here.tokens(), base_url=here.slack.url), POST, {"channel": "C1", "text": "x"})

    assert no.refusal is Refusal.AWAY
    assert not no.may_be_done


async def test_a_workspace_that_takes_back_its_token_is_told_of_once_with_what_to_mend(
    here: Office, caplog: pytest.LogCaptureFixture
):
    installs = Installs(here.drawer)
    old = here.team.token
    await installs.async_save(Installation(team_id=here.team.id, bot_token=old, user_id="U1"))
    async with here.calls(installs) as calls:
        here.slack.faults.plan(Error("token_revoked"), "users.info", times=2)
        told = [await refused(here, calls, "users.info", {"user": here.ada.id}) for _ in range(2)]
        await calls.ask(here.team.id, "users.info", {"user": here.ada.id})

    said = [each.getMessage() for each in caplog.records if each.levelno == logging.WARNING]
    assert [each.rpartition(": ")[2].split(" ")[0] for each in said] == ["lost", "back"]
    assert here.team.id in said[0]
    assert "install the app again" in said[0]
    assert old not in "".join(said)
    assert all("taken back my access" in str(each) for each in told)
