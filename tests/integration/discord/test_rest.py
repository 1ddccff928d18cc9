"""Discord's REST interface, asked over real sockets with the real discord.py."""

import asyncio
import json

import aiohttp
import pytest

from adapters.discord import calls, quiet
from adapters.discord.calls import Upload
from adapters.discord.library import discord
from adapters.discord.refusals import Refusal, Refused
from adapters.discord.rest import Rest
from bot.errors import ChatError, ConfigError
from tests.fakes.discord.faults import Dropped, Lost, Status, TooMany
from tests.fakes.discord.limits import Limits
from tests.fakes.discord.permissions import Can
from tests.integration.discord.chat_scene import LATER, Town

EDIT = "PATCH /channels/{channel_id}/messages/{message_id}"
SEND = "POST /channels/{channel_id}/messages"
CALLBACK = "POST /interactions/{interaction_id}/{interaction_token}/callback"
FOLLOW_UP = "POST /webhooks/{webhook_id}/{webhook_token}"
ME = "GET /users/@me"


def said(words: str) -> dict[str, object]:
    return {"content": words, "allowed_mentions": {"parse": []}}


async def test_a_message_is_sent_changed_and_taken_away(here: Town, rest: Rest):
    channel = str(here.general.id)
    made = await rest.send(channel, said("one"), nonce="n")
    changed = await rest.edit(channel, made["id"], said("two"))
    assert changed["content"] == "two"

    await rest.delete(channel, made["id"])
    await rest.delete(channel, made["id"])

    assert here.shown() == []


async def test_files_arrive_whole_with_their_descriptions(here: Town, rest: Rest):
    content = bytes(range(256)) * 12_000
    files = [
        Upload(name="a.png", content=content, description="a cat"),
        Upload(name="b.png", content=b"b", spoiler=True),
    ]
    await rest.send(str(here.general.id), said("look"), files, nonce="n")

    one, other = here.shown()[0].files
    assert (one.name, one.content, one.description) == ("a.png", content, "a cat")
    assert (other.name, other.content) == ("b.png", b"b")


async def test_who_has_not_logged_in_is_told_that_discord_is_away(here: Town):
    async with Rest(here.discord.token) as rest:
        with pytest.raises(Refused) as caught:
            await rest.open_dm("1")

    assert caught.value.refusal is Refusal.AWAY
    assert here.discord.calls == []


async def test_discord_may_be_away_when_the_service_starts(here: Town, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("adapters.discord.rest._FIRST_RETRY_S", 0.01)
    here.discord.faults.plan(Dropped(), ME, times=2)
    here.discord.faults.plan(Status(503), ME, times=2)
    async with Rest(here.discord.token) as rest, asyncio.TaskGroup() as tasks:
        running = tasks.create_task(rest.run())
        await here.discord.until(lambda: rest.application == str(here.discord.world.application))
        running.cancel()

    assert len(here.discord.record.of(ME)) == 5


async def test_a_token_that_was_never_good_is_the_operators_problem(here: Town):
    async with Rest("nonsense") as rest:
        with pytest.raises(ConfigError, match="FAIRBRUSH_DISCORD_TOKEN"):
            await rest.run()

    assert len(here.discord.calls) == 1


async def test_a_token_that_is_reset_stops_every_call_and_is_told_once(
    here: Town, rest: Rest, caplog: pytest.LogCaptureFixture
):
    here.discord.world.token = "another"
    for _ in range(5):
        with pytest.raises(ChatError) as caught:
            await rest.open_dm(str(here.ada.user.id))
        assert not caught.value.gone

    assert here.discord.record.statuses()[401] == 1
    assert [each.message for each in caplog.records if each.levelname == "ERROR"] == [
        "Discord refuses the bot's token: nothing is sent to it any more"
    ]
    with pytest.raises(ConfigError):
        await rest.run()


async def test_no_answer_is_ever_held_back_by_discord_py(here: Town, rest: Rest):
    """discord.py would keep the answer that uses up a bucket for the rest of its five seconds."""
    channel = str(here.general.id)
    made = await rest.send(channel, said("0"), nonce="n")
    async with asyncio.timeout(here.discord.world.limits.edits_s * 0.8):
        for number in range(here.discord.world.limits.edits):
            await rest.edit(channel, made["id"], said(str(number)))
        with pytest.raises(Refused) as caught:
            await rest.edit(channel, made["id"], said("too many"))

    assert caught.value.refusal is Refusal.TOO_MANY
    assert caught.value.after_s > 0
    assert here.discord.record.too_many == []


async def test_many_at_once_in_a_fresh_bucket_never_provoke_a_429(here: Town, rest: Rest):
    channel = str(here.general.id)
    made = await rest.send(channel, said("0"), nonce="n")
    edits = [rest.edit(channel, made["id"], said(str(number))) for number in range(12)]
    results = await asyncio.gather(*edits, return_exceptions=True)

    assert here.discord.record.too_many == []
    assert sum(isinstance(each, dict) for each in results) == here.discord.world.limits.edits


async def test_what_the_bot_does_in_many_channels_stays_under_the_limit_for_all(here: Town, rest: Rest):
    channels = [here.discord.channel(here.guild, f"c{number}") for number in range(60)]
    await asyncio.gather(*(rest.send(str(each.id), said("x"), nonce="n" + each.name) for each in channels))

    assert here.discord.record.too_many == []
    assert all(len(here.shown(each)) == 1 for each in channels)


@pytest.mark.parametrize("fault", [Dropped(), Lost(), Status(500), Status(503)], ids=str)
async def test_an_edit_whose_answer_is_lost_is_made_again(here: Town, rest: Rest, fault: Dropped | Lost | Status):
    channel = str(here.general.id)
    made = await rest.send(channel, said("one"), nonce="n")
    here.discord.faults.plan(fault, EDIT)

    await rest.edit(channel, made["id"], said("two"), [Upload(name="a.png", content=b"a")])

    assert here.shown()[0].text == "two"
    assert len(here.discord.record.of(EDIT)) == 2


async def test_a_message_whose_answer_is_lost_is_not_made_twice(here: Town, rest: Rest):
    here.discord.faults.plan(Lost(), SEND)
    made = await rest.send(str(here.general.id), said("one"), nonce="n")

    assert [str(each.id) for each in here.shown()] == [made["id"]]


async def test_a_follow_up_whose_answer_is_lost_is_rather_said_twice_than_never(here: Town, rest: Rest):
    asked = await here.ada.slash(here.general, "imagine", wait=False)
    token = asked.interaction.token
    await rest.answer(str(asked.interaction.id), token, 4, said("one"))
    here.discord.faults.plan(Lost(), FOLLOW_UP)

    await rest.follow_up(rest.application, token, said("two"))

    assert [each.text for each in asked.messages] == ["one", "two", "two"]


FOR_NOW = [TooMany(0.05), TooMany(0.05, via=False), Status(503), Status(403), Status(404), Status(408), Dropped()]


@pytest.mark.parametrize("mishap", FOR_NOW, ids=str)
async def test_what_discord_refuses_for_now_of_an_answer_or_a_follow_up_is_said_all_the_same(
    here: Town, rest: Rest, mishap: TooMany | Status | Dropped
):
    asked = await here.ada.slash(here.general, "imagine", wait=False)
    token = asked.interaction.token
    here.discord.faults.plan(mishap, CALLBACK)
    here.discord.faults.plan(mishap, FOLLOW_UP)
    await rest.answer(str(asked.interaction.id), token, 4, said("one"))
    await rest.follow_up(rest.application, token, said("two"))

    assert [each.text for each in asked.messages] == ["one", "two"]


async def test_an_edit_that_is_refused_for_now_at_our_cost_is_left_to_who_comes_again(here: Town, rest: Rest):
    channel = str(here.general.id)
    made = await rest.send(channel, said("one"), nonce="n")
    here.discord.faults.plan(Status(403), EDIT)

    with pytest.raises(Refused) as caught:
        await rest.edit(channel, made["id"], said("two"))

    assert caught.value.refusal is Refusal.AWAY
    assert len(here.discord.record.of(EDIT)) == 1


async def test_an_answer_that_discord_would_take_too_late_is_given_up(here: Town, rest: Rest):
    asked = await here.ada.slash(here.general, "imagine", wait=False)
    here.discord.faults.plan(TooMany(60.0), CALLBACK)

    with pytest.raises(Refused) as caught:
        await rest.answer(str(asked.interaction.id), asked.interaction.token, 4, said("one"))

    assert caught.value.refusal is Refusal.TOO_MANY


async def test_a_first_answer_whose_answer_is_lost_was_given(here: Town, rest: Rest):
    asked = await here.ada.slash(here.general, "imagine", wait=False)
    here.discord.faults.plan(Lost(), CALLBACK)

    await rest.answer(str(asked.interaction.id), asked.interaction.token, 4, said("one"))

    assert asked.text == "one"
    assert [each.code for each in here.discord.record.of(CALLBACK)] == [0, 40060]


async def test_only_the_first_of_two_processes_answers_and_neither_complains(here: Town, rest: Rest):
    asked = await here.ada.slash(here.general, "imagine", wait=False)
    told = asked.interaction
    async with Rest(here.discord.token) as other:
        await other.login()
        await rest.answer(str(told.id), told.token, LATER)
        await other.answer(str(told.id), told.token, LATER)

    assert len(asked.messages) == 1


async def test_an_answer_that_is_late_is_told_so_at_once(here: Town, rest: Rest):
    asked = await here.ada.slash(here.general, "imagine", wait=False)
    here.discord.clock.advance(31)

    with pytest.raises(Refused) as caught:
        await rest.answer(str(asked.interaction.id), asked.interaction.token, LATER)

    assert caught.value.refusal is Refusal.TOKEN_DEAD
    assert len(here.discord.record.of(CALLBACK)) == 1


@pytest.mark.parametrize("has_via", [True, False], ids=["of Discord", "of Cloudflare"])
async def test_a_429_is_told_at_once_and_never_tried_again_in_silence(here: Town, rest: Rest, has_via: bool):
    here.discord.faults.plan(TooMany(after_s=5.0, via=has_via), SEND)

    with pytest.raises(Refused) as caught:
        await rest.send(str(here.general.id), said("one"), nonce="n")

    assert caught.value.refusal is Refusal.TOO_MANY
    assert caught.value.after_s == (5.0 if has_via else 0.0)
    assert len(here.discord.record.of(SEND)) == 1


async def test_after_a_429_nothing_goes_into_its_bucket_before_discord_said_so(here: Town, rest: Rest):
    channel, other = str(here.general.id), str(here.discord.channel(here.guild, "other").id)
    made = await rest.send(channel, said("one"), nonce="n")
    elsewhere = await rest.send(other, said("one"), nonce="m")
    here.discord.faults.plan(TooMany(after_s=60.0), EDIT)

    for _ in range(3):
        with pytest.raises(Refused) as caught:
            await rest.edit(channel, made["id"], said("two"))
        assert caught.value.refusal is Refusal.TOO_MANY
        assert 50 < caught.value.after_s <= 60

    assert len(here.discord.record.too_many) == 1
    await rest.edit(other, elsewhere["id"], said("two"))


async def test_a_short_429_is_waited_for(here: Town, rest: Rest):
    channel = str(here.general.id)
    made = await rest.send(channel, said("one"), nonce="n")
    here.discord.faults.plan(TooMany(after_s=0.3), EDIT)
    with pytest.raises(Refused):
        await rest.edit(channel, made["id"], said("two"))

    await rest.edit(channel, made["id"], said("three"))

    refused, done = here.discord.record.of(EDIT)
    assert done.at - refused.at >= 0.29


async def test_a_global_429_holds_the_bots_token_everywhere_and_no_answer_to_whoever_asks(here: Town, rest: Rest):
    asked = await here.ada.slash(here.general, "imagine", wait=False)
    here.discord.faults.plan(TooMany(after_s=60.0, is_global=True), SEND)
    for each in (here.general, here.discord.channel(here.guild, "other")):
        with pytest.raises(Refused) as caught:
            await rest.send(str(each.id), said("one"), nonce="n")
        assert caught.value.refusal is Refusal.TOO_MANY
    assert len(here.discord.record.of(SEND)) == 1

    await rest.answer(str(asked.interaction.id), asked.interaction.token, 4, said("one"))
    assert asked.text == "one"


async def test_a_global_429_of_an_interactions_token_holds_all(here: Town, rest: Rest):
    asked = [await here.ada.slash(here.general, "imagine", wait=False) for _ in range(2)]
    here.discord.faults.plan(TooMany(after_s=60.0, is_global=True), CALLBACK)
    for each in asked:
        with pytest.raises(Refused):
            await rest.answer(str(each.interaction.id), each.interaction.token, 4, said("one"))
    with pytest.raises(Refused):
        await rest.send(str(here.general.id), said("one"), nonce="n")

    assert (len(here.discord.record.of(CALLBACK)), len(here.discord.record.of(SEND))) == (1, 0)


@pytest.mark.parametrize("told", ["NaN", "1e999", "-5", '"soon"', "true", "[]"])
async def test_a_number_that_is_none_is_as_if_it_were_not_told(
    here: Town, rest: Rest, monkeypatch: pytest.MonkeyPatch, told: str
):
    async def said_oddly(_: object) -> object:
        return json.loads(f'{{"code": {told}, "retry_after": {told}}}')

    monkeypatch.setattr(calls, "_said", said_oddly)
    here.discord.faults.plan(TooMany(), SEND)

    with pytest.raises(Refused) as caught:
        await rest.send(str(here.general.id), said("one"), nonce="n")

    assert (caught.value.refusal, caught.value.after_s) == (Refusal.TOO_MANY, 0.0)


async def test_an_answer_that_cannot_be_read_is_as_one_that_is_lost(
    here: Town, rest: Rest, monkeypatch: pytest.MonkeyPatch
):
    asked = await here.ada.slash(here.general, "imagine", wait=False)
    read = discord.http.json_or_text
    broken = iter([True])

    async def broken_once(response: aiohttp.ClientResponse) -> object:
        return json.loads('{"id": "12') if next(broken, False) else await read(response)

    monkeypatch.setattr(discord.http, "json_or_text", broken_once)
    await rest.answer(str(asked.interaction.id), asked.interaction.token, 4, said("one"))

    assert asked.text == "one"
    assert [each.code for each in here.discord.record.of(CALLBACK)] == [0, 40060]


async def test_a_discord_that_is_silent_is_given_up(here: Town, rest: Rest, monkeypatch: pytest.MonkeyPatch):
    from tests.fakes.discord.faults import Held

    monkeypatch.setattr(calls, "RETRY_AFTER_S", ())
    monkeypatch.setattr(calls.Call, "deadline_s", 0.05)
    released = asyncio.Event()
    here.discord.faults.plan(Held(released), SEND)

    with pytest.raises(Refused) as caught:
        await rest.send(str(here.general.id), said("one"), nonce="n")

    released.set()
    assert caught.value.refusal is Refusal.AWAY


async def test_an_old_message_that_was_edited_too_often_is_told_as_such(here: Town, rest: Rest):
    here.discord.world.limits = Limits(old_edits=1, ack_s=30)
    channel = str(here.general.id)
    made = await rest.send(channel, said("one"), nonce="n")
    here.discord.clock.advance(3601)
    await rest.edit(channel, made["id"], said("two"))

    with pytest.raises(Refused) as caught:
        await rest.edit(channel, made["id"], said("three"))

    assert caught.value.refusal is Refusal.TOO_OLD
    young = await rest.send(channel, said("one"), nonce="m")
    await rest.edit(channel, young["id"], said("two"))
    assert here.discord.record.statuses()[429] == 1


async def test_a_bot_that_is_refused_again_and_again_goes_quiet_long_before_it_is_banned(
    here: Town, rest: Rest, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(quiet, "ESSENTIAL_FROM", 3)
    monkeypatch.setattr(quiet, "SILENT_FROM", 5)
    here.discord.deny(here.general, Can.SEND_MESSAGES)
    channel = str(here.general.id)

    async def refusal(*, essential: bool) -> Refusal:
        with pytest.raises(Refused) as caught:
            await rest.send(channel, said("one"), nonce="n", essential=essential)
        return caught.value.refusal

    progress = [await refusal(essential=False) for _ in range(4)]
    ends = [await refusal(essential=True) for _ in range(4)]

    assert progress == [Refusal.FORBIDDEN] * 3 + [Refusal.TOO_MANY]
    assert ends == [Refusal.FORBIDDEN] * 2 + [Refusal.TOO_MANY] * 2
    assert len(here.discord.record.invalid) == 5


async def test_commands_are_put_everywhere_and_in_one_guild(here: Town, rest: Rest):
    shape = {"name": "queue", "description": "What waits", "type": 1}
    [kept] = await rest.put_commands(rest.application, None, [shape])
    await rest.put_commands(rest.application, str(here.guild.id), [shape])

    assert kept["name"] == "queue"
    assert [*here.discord.commands()] == [*here.discord.commands(here.guild)] == ["queue"]


async def test_nothing_secret_is_in_what_is_raised_or_printed(here: Town, rest: Rest, caplog: pytest.LogCaptureFixture):
    caplog.set_level("INFO")
    with pytest.raises(Refused) as caught:
        await rest.edit_reply(rest.application, "s3cret", said("private words"))

    told = f"{caught.value!r} {caught.value} {caught.value.detail} {caplog.text}"
    assert "s3cret" not in told
    assert "private words" not in told
    assert caught.value.refusal is Refusal.TOKEN_DEAD
