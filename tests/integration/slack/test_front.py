"""The app as a whole: its sockets, signatures, tokens, and what becomes of an answer that fails."""

import asyncio
import logging
from collections.abc import AsyncIterator
from dataclasses import replace
from html import unescape
from pathlib import Path
from urllib.parse import urlsplit

import aiohttp
import pytest
from slack_sdk.oauth.installation_store.models.installation import Installation

from adapters.slack.given import OAuth
from adapters.slack.manifest import EVENTS_PATH, INSTALL_PATH, REDIRECT_PATH
from adapters.slack.opening import front_of
from bot import attending
from bot.errors import ConfigError, QueueFull, StoreLost
from bot.telling import DATA_NAME
from tests.fakes.slack import oauth
from tests.fakes.slack.asks import NoAnswer
from tests.fakes.slack.faults import Dropped, Error, Lost, Mishap, Status, TooMany
from tests.fakes.slack.signing import Seal
from tests.fakes.slack.state import Message
from tests.integration.slack.stage import Stage, running, served, staged


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    async with staged(tmp_path) as here, running(here):
        yield here
    assert here.office.slack.record.too_many == []


async def test_a_command_is_acknowledged_in_time_whatever_the_store_does(stage: Stage):
    stage.desk.gate.clear()
    asked = await stage.ada.slash(stage.general, "/imagine", "a cat")
    await stage.until_asked()
    stage.desk.trouble.append(StoreLost())
    stage.desk.gate.set()

    assert asked.took_s < stage.office.slack.world.limits.ack_s
    assert (await asked.shows(str(StoreLost()))).is_ephemeral


async def test_a_form_is_acknowledged_in_time_whatever_the_store_does(stage: Stage, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("adapters.slack.answering.ACK_BY_S", 0.05)
    stage.desk.gate.clear()
    stage.desk.trouble.append(StoreLost())
    form = await (await stage.ada.slash(stage.general, "/imagine")).opens("Prompt")
    await stage.ada.submit(form, Prompt="a cat")
    stage.desk.gate.set()

    assert not form.is_open
    ada, general, words = stage.ada, stage.general, str(StoreLost())
    await stage.office.slack.until(lambda: any(words in each.text for each in ada.sees(general) if each.is_ephemeral))


async def test_a_form_that_is_refused_after_it_closed_opens_again_as_it_was_filled(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("adapters.slack.answering.ACK_BY_S", 0.05)
    stage.desk.gate.clear()
    stage.desk.trouble.append(QueueFull(retry_after_s=60.0))
    form = await (await stage.ada.slash(stage.general, "/imagine")).opens("Prompt")
    sent = await stage.ada.submit(form, Prompt="a cat & a *dog*", Seed="42")
    stage.desk.gate.set()
    ada, general = stage.ada, stage.general
    told: list[Message] = []

    def is_told() -> bool:
        told[:] = [each for each in ada.sees(general) if each.is_ephemeral and "Edit again" in each.text]
        return bool(told)

    await stage.office.slack.until(is_told)
    assert not form.is_open
    assert sent.errors == {}
    again = await (await ada.click(told[0], "Edit again")).opens("Prompt")
    await ada.submit(again, Steps="7")
    await stage.until_asked(2)
    values = (await stage.job()).job.values
    assert (values["prompt"], values["seed"], values["steps"]) == ("a cat & a *dog*", 42, 7)


async def test_what_the_store_refuses_at_once_keeps_the_form_open(stage: Stage):
    stage.desk.trouble.append(StoreLost())
    form = await (await stage.ada.slash(stage.general, "/imagine")).opens("Prompt")
    sent = await stage.ada.submit(form, Prompt="a cat")

    assert len(sent.errors) == 1
    assert form.is_open


async def test_what_nobody_foresaw_is_told_by_a_reference_and_ends_nothing(
    stage: Stage, caplog: pytest.LogCaptureFixture
):
    stage.desk.trouble.append(RuntimeError("boom"))
    asked = await stage.ada.slash(stage.general, "/imagine", "a secret cat")
    told = await asked.shows("reference")
    reference = told.text.split("reference ")[1][:8]
    await stage.ada.slash(stage.general, "/imagine", "a cat")
    await stage.until_asked(2)

    assert [each for each in caplog.records if reference in each.getMessage()]
    assert "a secret cat" not in "".join(each.getMessage() for each in caplog.records if each.levelno >= logging.INFO)


async def test_what_comes_too_late_to_be_said_over_app_home_is_said_in_direct_messages(stage: Stage):
    await stage.picture()
    view = await stage.ada.home("a lighthouse at dusk")
    stage.desk.gate.clear()
    stage.desk.trouble.append(StoreLost())
    await stage.ada.click(view, "🎲 Reroll")
    await stage.until_asked(2)
    stage.office.slack.clock.advance(10)
    stage.desk.gate.set()
    words = str(StoreLost())
    await stage.office.slack.until(lambda: any(words in each.text for each in stage.ada.sees(stage.ada.dm)))


async def test_more_than_can_be_attended_to_are_told_so(stage: Stage, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(attending, "AT_ONCE", 1)
    stage.desk.gate.clear()
    await stage.ada.slash(stage.general, "/imagine", "a cat")
    await stage.until_asked()
    asked = await stage.ada.slash(stage.general, "/imagine", "a dog")
    await asked.shows("Too many people ask at once")
    stage.desk.gate.set()


async def test_whoever_waits_while_the_app_ends_is_told_so(tmp_path: Path):
    async with staged(tmp_path) as stage:
        async with running(stage):
            stage.desk.gate.clear()
            asked = await stage.ada.slash(stage.general, "/imagine", "a cat")
            await stage.until_asked()

        assert "restarted" in asked.text


async def test_thirty_people_at_once_are_heard_without_one_429(stage: Stage):
    people = [stage.office.team.member(f"user{number}") for number in range(30)]
    async with asyncio.TaskGroup() as tasks:
        for each in people:
            tasks.create_task(each.slash(stage.general, "/imagine", f"a cat of {each.user.name}"))
    await stage.until_asked(30)

    assert len({each.job_id for each in stage.desk.submissions}) == 30
    assert len(stage.office.slack.record.of("conversations.info")) == 1


@pytest.mark.parametrize("how", ["drop", "silence", "warning"])
async def test_a_connection_that_fails_is_replaced(stage: Stage, how: str):
    socket = stage.office.slack.socket
    if how == "drop":
        socket.drop()
    elif how == "silence":
        socket.silence()
    else:
        socket.disconnect("warning")
    await stage.office.slack.until(lambda: socket.opened >= 2 and bool(socket.connections))
    socket.speak()
    await stage.office.slack.until(lambda: len(socket.connections) == 1)
    await stage.ada.slash(stage.general, "/imagine", "a cat")
    await stage.until_asked()


async def test_a_token_that_opens_nothing_is_the_operators_to_mend(tmp_path: Path):
    async with staged(tmp_path) as stage:
        for wrong in (
            replace(stage.options, token="xoxb-wrong"),
            replace(stage.options, app_token="xapp-wrong"),
        ):
            with pytest.raises(ConfigError):
                await front_of(wrong, stage.backing).run()


async def test_whoever_asks_with_a_token_that_was_taken_back_reads_what_is_so(stage: Stage):
    stage.office.slack.faults.plan(Error("token_revoked"), "users.info", times=5)
    asked = await stage.ada.slash(stage.general, "/imagine", "a cat")
    told = await asked.shows("taken back my access", "install me here again")

    assert told.is_ephemeral
    assert stage.desk.submissions == []


@pytest.mark.parametrize("mishap", [Status(500), TooMany(), Dropped(), Lost()], ids=str)
async def test_what_its_own_address_does_not_take_is_told_in_the_channel(tmp_path: Path, mishap: Mishap):
    async with staged(tmp_path) as stage, running(stage):
        slack = stage.office.slack
        slack.faults.plan(mishap, "response_url")
        asked = await stage.ada.slash(stage.general, "/imagine", "a fox steps:9999")
        told = await asked.shows("steps")
        await slack.until(lambda: bool(slack.record.of("chat.postEphemeral")))

        assert told.is_ephemeral
        assert stage.desk.submissions == []


@pytest.mark.parametrize("mishap", [Status(500), Dropped(), Lost()], ids=str)
async def test_a_form_whose_opening_was_not_answered_is_opened_once_and_nothing_is_said(stage: Stage, mishap: Mishap):
    stage.office.slack.faults.plan(mishap, "views.open")
    asked = await stage.ada.slash(stage.general, "/imagine")
    form = await asked.opens("Prompt")
    await stage.office.slack.until(lambda: len(stage.office.slack.record.of("views.open")) == 2)
    await stage.ada.submit(form, Prompt="a cat")
    await stage.until_asked()

    assert len(stage.office.slack.world.views) == 1
    assert asked.messages == []


@pytest.mark.parametrize(
    ("mishap", "said"), [(TooMany(), "did not open the form"), (Status(500), "If you see none, try again.")], ids=str
)
async def test_a_form_that_slack_does_not_open_is_told_of_in_true_words(tmp_path: Path, mishap: Mishap, said: str):
    async with staged(tmp_path) as stage, running(stage):
        stage.office.slack.faults.plan(mishap, "views.open", times=3)
        asked = await stage.ada.slash(stage.general, "/imagine")

        assert (await asked.shows("Slack did not", said)).is_ephemeral
        assert stage.office.slack.world.views == {}


async def test_data_that_were_handed_out_unheard_are_handed_out_once_and_said_to_be(stage: Stage):
    slack = stage.office.slack
    slack.faults.plan(Lost(), "files.completeUploadExternal")
    asked = await stage.ada.slash(stage.general, "/fairbrush", "mydata")
    told = await asked.shows("in your direct messages with me")
    dm = stage.ada.dm
    await slack.until(lambda: any(each.files for each in dm.messages.values()))

    assert told.is_ephemeral
    assert [file.name for each in dm.messages.values() for file in each.files] == [DATA_NAME]


@pytest.mark.parametrize("seal", [Seal.STALE, Seal.TAMPERED])
async def test_what_slack_did_not_sign_or_not_just_now_is_refused(tmp_path: Path, seal: Seal):
    async with staged(tmp_path, app_token=None) as stage, running(stage):
        stage.office.slack.delivery.seal = seal
        asked = await stage.ada.slash(stage.general, "/imagine", "a cat", wait=False)
        await stage.office.slack.until(lambda: asked.sent.is_over)

        assert stage.desk.submissions == []
        assert asked.sent.acked_at is None


async def test_what_is_delivered_while_the_app_ends_is_sent_again_or_said_to_have_failed(tmp_path: Path):
    async with staged(tmp_path, app_token=None) as stage, served(stage), asyncio.TaskGroup() as tasks:
        with pytest.raises(NoAnswer):
            await stage.ada.slash(stage.general, "/imagine", "a cat")
        stage.ada.say(stage.general, "@fairbrush imagine a fox")
        [event] = stage.office.slack.delivery.of("app_mention")
        await stage.office.slack.until(lambda: len(event.tries) == 2)
        app = tasks.create_task(stage.front.run())
        await stage.office.slack.until(lambda: bool(stage.office.slack.record.of("auth.test")))
        stage.office.slack.clock.advance(60)
        await stage.until_asked()
        app.cancel()

        assert [each.text for each in stage.desk.submissions] == ["a fox"]


async def test_two_workspaces_with_the_same_user_id_are_kept_apart(tmp_path: Path):
    many = OAuth(client_id="1.2", client_secret="secret")
    async with staged(tmp_path, app_token=None, token=None, oauth=many) as stage:
        slack = stage.office.slack
        zeta = slack.team("Zeta")
        twin = zeta.member("zoe", number=stage.ada.id)
        for each in (stage.office.team, zeta):
            await _install(stage, each.id, each.token)
        async with running(stage):
            await stage.ada.slash(stage.general, "/imagine", "a cat")
            await stage.until_asked(1)
            await twin.slash(zeta.channel("general"), "/imagine", "a dog")
            await stage.until_asked(2)
            first, second = (await stage.job(0)).job, (await stage.job(1)).job
            history = await twin.slash(zeta.channel("general"), "/fairbrush", "history")
            await history.shows("a dog")

            assert first.requester.id == second.requester.id
            assert (first.requester.tenant.id, second.requester.tenant.id) == (stage.office.team.id, zeta.id)
            assert "a cat" not in history.text


async def test_a_workspace_that_throws_the_app_out_takes_its_token_along(tmp_path: Path):
    many = OAuth(client_id="1.2", client_secret="secret")
    async with staged(tmp_path, app_token=None, token=None, oauth=many) as stage:
        team = stage.office.team
        await _install(stage, team.id, team.token)
        async with running(stage):
            kept = stage.front.leaving.installs
            assert kept is not None
            assert await kept.token(team.id) == team.token
            team.uninstall()
            await stage.office.slack.until(lambda: not any("install" in each for each in stage.office.drawer.kept))

            assert await kept.token(team.id) is None


@pytest.mark.filterwarnings("ignore:BasicAuth is deprecated")  # slack_sdk 3.47 uses it
async def test_a_workspace_installs_the_app_and_is_served(tmp_path: Path):
    async with staged(tmp_path, app_token=None, token=None, oauth=OAuth(client_id="1.2", client_secret="x")) as stage:
        slack = stage.office.slack
        stage.options = replace(
            stage.options, oauth=OAuth(client_id=slack.app.client_id, client_secret=slack.app.client_secret)
        )
        new = slack.team("New", is_installed=False)
        ada = new.member("ada")
        async with running(stage), aiohttp.ClientSession() as browser:
            here = str(slack.delivery.url).removesuffix(EVENTS_PATH)
            async with browser.get(f"{here}{INSTALL_PATH}") as page:
                said = (await page.text()).partition("https://slack.com/oauth")
                link = unescape(said[1] + said[2].partition('"')[0])
                cookie = page.headers["Set-Cookie"].split(";")[0]
            back = urlsplit(oauth.agree(slack.world, ada.user, link))
            async with browser.get(f"{here}{REDIRECT_PATH}?{back.query}", headers={"Cookie": cookie}) as done:
                assert done.status == 200
            [greeting] = ada.dm.messages.values()
            assert "/fairbrush mod audit" in greeting.text
            await ada.slash(new.channel("general"), "/imagine", "a cat")
            await stage.until_asked()

            assert (await stage.job()).job.place.tenant.id == new.id


async def _install(stage: Stage, team: str, token: str) -> None:
    installs = front_of(stage.options, stage.backing).leaving.installs
    assert installs is not None
    await installs.async_save(Installation(user_id="U1", team_id=team, bot_token=token))
