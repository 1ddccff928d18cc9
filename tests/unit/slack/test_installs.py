"""Where the app is installed, as slack-bolt asks for it and as our calls do."""

import pytest
from slack_sdk.oauth.installation_store.models.bot import Bot
from slack_sdk.oauth.installation_store.models.installation import Installation

from adapters.slack.installs import STATE_S, Installs, OneToken, States, workspace_of
from tests.integration.discord.chat_scene import Drawer

FIRST = "xoxb-1"


class Clock:
    """Time that stands still until it is pushed on."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def drawer(clock: Clock) -> Drawer:
    return Drawer(now=clock)


@pytest.fixture
def installs(drawer: Drawer) -> Installs:
    return Installs(drawer)


def installed(team: str | None = "T1", *, token: str = FIRST, **more: object) -> Installation:
    by = {"user_id": "U1", "bot_id": "B1", "bot_user_id": "U9", "bot_scopes": ["chat:write", "commands"], **more}
    return Installation(team_id=team, bot_token=token, **by)  # type: ignore[arg-type]


async def test_what_was_installed_is_found_by_bolt_and_by_our_calls(installs: Installs):
    await installs.async_save(installed())
    bot = await installs.async_find_bot(enterprise_id=None, team_id="T1")
    found = await installs.async_find_installation(enterprise_id="E1", team_id="T1", user_id="U7")

    assert bot is not None
    assert found is not None
    assert (bot.bot_token, bot.bot_user_id, [*bot.bot_scopes]) == ("xoxb-1", "U9", ["chat:write", "commands"])
    assert found.bot_token == await installs.token("T1") == "xoxb-1"


async def test_two_workspaces_are_kept_apart(installs: Installs):
    await installs.async_save(installed("T1"))
    await installs.async_save(installed("T2", token="xoxb-2"))

    assert (await installs.token("T1"), await installs.token("T2")) == ("xoxb-1", "xoxb-2")
    assert await installs.token("T3") is None


async def test_an_enterprise_that_installed_it_for_all_is_one_workspace(installs: Installs):
    await installs.async_save(installed(None, enterprise_id="E1", is_enterprise_install=True))
    found = await installs.async_find_bot(enterprise_id="E1", team_id="T1", is_enterprise_install=True)

    assert found is not None
    assert await installs.token("E1") == "xoxb-1"
    assert await installs.async_find_bot(enterprise_id="E1", team_id="T1") is None
    await installs.async_delete_all(enterprise_id="E1", team_id=None)
    assert await installs.token("E1") is None


async def test_a_second_installation_replaces_the_first(installs: Installs):
    await installs.async_save(installed(token="xoxb-1"))
    await installs.async_save(installed(token="xoxb-2"))

    assert await installs.token("T1") == "xoxb-2"


async def test_a_renewed_token_keeps_what_else_is_known(installs: Installs):
    await installs.async_save(installed(team_name="Acme"))
    await installs.async_save_bot(
        Bot(team_id="T1", bot_token="xoxb-2", bot_id="B1", bot_user_id="U9", installed_at=1.0)
    )
    found = await installs.async_find_installation(enterprise_id=None, team_id="T1")

    assert found is not None
    assert (found.bot_token, found.team_name) == ("xoxb-2", "Acme")


async def test_uninstalling_deletes_the_token_of_that_workspace_alone(installs: Installs, drawer: Drawer):
    await installs.async_save(installed("T1", enterprise_id="E1"))
    await installs.async_save(installed("T2", token="xoxb-2", enterprise_id="E1"))
    await installs.async_delete_all(enterprise_id="E1", team_id="T1")

    assert await installs.token("T1") is None
    assert await installs.token("T2") == "xoxb-2"
    assert not any("xoxb-1" in secret for _, secret in drawer.kept.values())


async def test_what_a_single_member_revokes_is_not_the_bots(installs: Installs):
    await installs.async_save(installed())
    await installs.async_delete_installation(enterprise_id=None, team_id="T1", user_id="U1")

    assert await installs.token("T1") == "xoxb-1"


async def test_no_token_of_a_member_is_kept(installs: Installs, drawer: Drawer):
    await installs.async_save(installed(user_token="xoxp-1", user_refresh_token="xoxe-1"))

    assert not any("xoxp-1" in secret or "xoxe-1" in secret for _, secret in drawer.kept.values())


def test_a_workspace_is_its_team_or_its_enterprise():
    assert workspace_of("E1", "T1", is_enterprise_install=False) == "T1"
    assert workspace_of("E1", "T1", is_enterprise_install=True) == "E1"
    with pytest.raises(ValueError, match="neither"):
        workspace_of(None, None, is_enterprise_install=False)


async def test_a_state_is_good_once_and_for_ten_minutes(drawer: Drawer, clock: Clock):
    states = States(drawer)
    state, late = await states.async_issue(), await states.async_issue()
    assert state != late
    assert await states.async_consume(state)
    assert not await states.async_consume(state)

    clock.now += STATE_S
    assert not await states.async_consume(late)


@pytest.mark.parametrize("state", ["", "made-up", "x" * 10_000])
async def test_a_state_that_nobody_issued_is_none(drawer: Drawer, state: str):
    assert not await States(drawer).async_consume(state)


async def test_one_token_opens_its_own_workspace_and_stands_in_no_repr():
    only = OneToken(workspace="T1", text="xoxb-1")

    assert (await only.token("T1"), await only.token("T2")) == ("xoxb-1", None)
    assert "xoxb-1" not in repr(only)
