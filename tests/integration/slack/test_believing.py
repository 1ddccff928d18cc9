"""What is known of rooms and people: found out once for all processes, given up when Slack says otherwise."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from adapters.slack.calls import Calls
from adapters.slack.groups import Groups
from adapters.slack.notes import Notes
from adapters.slack.persons import MODERATES_S, Persons
from adapters.slack.refusals import Refusal, Refused
from adapters.slack.rooms import Rooms, Unpostable
from adapters.slack.standing import Conversation
from tests.fakes.slack.faults import Status, TooMany
from tests.integration.slack.chat_scene import Office
from tests.integration.slack.stage import Stage, running, staged

LOOK, WHO, OPEN, UPDATE = "conversations.info", "users.info", "conversations.open", "chat.update"
WEEK_S = 7 * 24 * 3600.0

LOSSES: dict[str, Callable[[Stage], None]] = {
    "channel_archive": lambda stage: stage.office.team.archive(stage.general),
    "channel_deleted": lambda stage: stage.office.team.delete_channel(stage.general),
    "member_left_channel": lambda stage: stage.office.team.remove(stage.general),
}


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    async with staged(tmp_path) as opened, running(opened):
        yield opened


async def asked(stage: Stage, number: int) -> None:
    await stage.ada.slash(stage.general, "/imagine", "a cat")
    await stage.until_asked(number)


# ---- Between processes ----


def rooms_of(here: Office, calls: Calls) -> Rooms:
    return Rooms(calls=calls, notes=Notes(here.drawer), clock=here.slack.clock.now)


async def test_what_one_process_found_out_no_other_asks_again(here: Office):
    for _ in range(3):
        async with here.calls() as calls:
            rooms = rooms_of(here, calls)
            persons = Persons(calls=calls, groups=Groups(calls=calls), notes=rooms.notes)
            await rooms.check(Conversation(workspace=here.team.id, channel=here.general.id))
            assert (await persons.person(here.team.id, here.ada.id)).name == "ada"
            assert (await rooms.direct(here.team.id, here.ada.id)).channel == here.ada.dm.id

    assert [len(here.slack.record.of(each)) for each in (LOOK, WHO, OPEN)] == [1, 1, 1]


async def test_who_is_no_admin_any_more_moderates_nothing_a_minute_later(here: Office):
    ada = here.ada.user
    ada.is_admin = True
    async with here.calls() as calls:
        persons = Persons(calls=calls, groups=Groups(calls=calls), notes=rooms_of(here, calls).notes)
        assert (await persons.rights(here.team.id, ada.id)).moderates
        ada.is_admin = False
        here.slack.clock.advance(MODERATES_S + 1)

        assert not (await persons.rights(here.team.id, ada.id)).moderates


async def test_direct_messages_with_us_are_looked_at_once_and_channels_now_and_then(here: Office, calls: Calls):
    rooms = rooms_of(here, calls)
    direct, general = (Conversation(workspace=here.team.id, channel=each.id) for each in (here.ada.dm, here.general))
    for _ in range(2):
        await rooms.check(direct)
        await rooms.check(general)
        here.slack.clock.advance(WEEK_S)

    looks = [each.args["channel"] for each in here.slack.record.of(LOOK)]
    assert looks == [direct.channel, general.channel, general.channel]


async def test_a_429_is_heeded_by_whoever_comes_after_a_restart(here: Office):
    async with here.calls() as calls:
        made = await calls.ask(here.team.id, "chat.postMessage", {"channel": here.general.id, "text": "one"})
        change = {"channel": made["channel"], "ts": made["ts"], "text": "two"}
        here.slack.faults.plan(TooMany(after_s=15), UPDATE)
        with pytest.raises(Refused):
            await calls.ask(here.team.id, UPDATE, change)
    async with here.calls() as calls:
        with pytest.raises(Refused) as caught:
            await calls.ask(here.team.id, UPDATE, change)
        assert (caught.value.refusal, len(here.slack.record.of(UPDATE))) == (Refusal.TOO_MANY, 1)
        assert caught.value.after_s > 10
        here.slack.clock.advance(15)
        await calls.ask(here.team.id, UPDATE, change)

    assert here.shown()[0].text == "two"


# ---- What Slack says of it ----


@pytest.mark.parametrize("loss", LOSSES)
async def test_where_slack_says_that_a_channel_is_lost_it_is_looked_at_again(stage: Stage, loss: str):
    await asked(stage, 1)
    LOSSES[loss](stage)
    slack = stage.office.slack
    await slack.until(lambda: any(each.acked_at for each in slack.delivery.of(loss)))

    with pytest.raises(Unpostable):
        await stage.front.rooms.check(Conversation(workspace=stage.office.team.id, channel=stage.general.id))


async def test_that_somebody_else_leaves_changes_nothing(stage: Stage):
    await asked(stage, 1)
    slack = stage.office.slack
    stage.office.team.remove(stage.general, stage.office.team.user("bob"))
    await slack.until(lambda: any(each.acked_at for each in slack.delivery.of("member_left_channel")))
    await asked(stage, 2)

    assert len(slack.record.of(LOOK)) == 1


# ---- What Slack does not say in time ----


@pytest.mark.parametrize("fault", [TooMany(after_s=30), Status(503)], ids=str)
async def test_a_room_that_cannot_be_looked_at_is_taken_as_it_is(stage: Stage, fault: TooMany | Status):
    stage.office.slack.faults.plan(fault, LOOK, times=3)
    await asked(stage, 1)


async def test_whoever_cannot_be_looked_up_is_told_why_and_not_let_in(stage: Stage):
    stage.office.slack.faults.plan(TooMany(after_s=30), WHO)
    told = await (await stage.ada.slash(stage.general, "/imagine", "a cat")).shows("who you are")

    assert told.is_ephemeral
    assert stage.desk.submissions == []


async def test_into_a_chosen_conversation_nobody_posts_unseen(stage: Stage):
    form = await (await stage.ada.shortcut("fairbrush_new")).opens("Where to")
    stage.office.slack.faults.plan(TooMany(after_s=30), LOOK)
    sent = await stage.ada.submit(form, Prompt="a cat", where_to=stage.general.id)

    assert "who reads there" in str(sent.errors)
    assert stage.desk.submissions == []
