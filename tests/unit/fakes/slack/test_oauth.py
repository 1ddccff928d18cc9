"""Installing by OAuth: agreed, exchanged once, uninstalled and told."""

import base64
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from slack_sdk.oauth import AuthorizeUrlGenerator
from slack_sdk.web.async_client import AsyncWebClient

from tests.fakes.slack import oauth
from tests.fakes.slack.server import FakeSlack
from tests.fakes.slack.workspaces import Workspace
from tests.unit.fakes.slack.raw import Raw, raw

BACK = "https://pictures.example/slack/oauth_redirect"


def address(slack: FakeSlack, **changed: str) -> str:
    asked = {"client_id": slack.app.client_id, "scope": "chat:write,commands", "redirect_uri": BACK, "state": "s"}
    return f"{slack.world.host}/oauth/v2/authorize?{urlencode({**asked, **changed})}"


def code_of(back: str) -> str:
    return parse_qs(urlsplit(back).query)["code"][0]


def exchange(slack: FakeSlack, code: str, **changed: str) -> dict[str, Any]:
    app = slack.app
    return {
        "client_id": app.client_id,
        "client_secret": app.client_secret,
        "code": code,
        "redirect_uri": BACK,
        **changed,
    }


@pytest.fixture
def new(slack: FakeSlack) -> Workspace:
    """A team that has not installed the application."""
    return slack.team("New", is_installed=False)


async def test_a_code_becomes_a_token_with_the_scopes_that_were_agreed_to(slack: FakeSlack, new: Workspace):
    ada = new.user("ada")
    back = oauth.agree(slack.world, ada, address(slack))
    assert back.startswith(f"{BACK}?code=")
    assert back.endswith("&state=s")

    async with raw(slack, "") as client:
        said = await client.form("oauth.v2.access", **exchange(slack, code_of(back)))

    assert (said["team"]["id"], said["authed_user"]["id"]) == (new.id, ada.id)
    assert said["scope"] == "chat:write,commands"
    assert said["access_token"] == new.token
    async with raw(slack, said["access_token"]) as client:
        assert (await client.call("auth.test"))["team_id"] == new.id
        assert (await client.form("team.info")).error == "missing_scope"


@pytest.mark.filterwarnings("ignore:BasicAuth is deprecated")  # slack_sdk 3.47 uses it
async def test_the_official_client_installs(slack: FakeSlack, new: Workspace):
    app = slack.app
    generator = AuthorizeUrlGenerator(
        client_id=app.client_id,
        scopes=["chat:write"],
        redirect_uri=BACK,
        authorization_url=f"{slack.world.host}/oauth/v2/authorize",
    )
    code = code_of(oauth.agree(slack.world, new.user("ada"), generator.generate("s")))

    said = await AsyncWebClient(base_url=slack.url).oauth_v2_access(
        client_id=app.client_id, client_secret=app.client_secret, code=code, redirect_uri=BACK
    )

    assert said["bot_user_id"] == new.bot.id


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"client_id": "1.2"}, "invalid_client_id"),
        ({"client_secret": "guess"}, "bad_client_secret"),
        ({"redirect_uri": "https://elsewhere.example"}, "bad_redirect_uri"),
        ({"code": "nothing"}, "invalid_code"),
        ({"grant_type": "password"}, "invalid_grant_type"),
    ],
)
async def test_an_exchange_that_is_not_as_agreed_is_refused(
    slack: FakeSlack, new: Workspace, changed: dict[str, str], error: str
):
    code = code_of(oauth.agree(slack.world, new.user("ada"), address(slack)))

    async with raw(slack, "") as client:
        assert (await client.form("oauth.v2.access", **{**exchange(slack, code), **changed})).error == error
    assert not new.state.is_installed


async def test_a_code_is_good_once_and_for_ten_minutes(slack: FakeSlack, new: Workspace):
    first, late = (code_of(oauth.agree(slack.world, new.user("ada"), address(slack))) for _ in range(2))

    async with raw(slack, "") as client:
        assert (await client.form("oauth.v2.access", **exchange(slack, first))).ok
        assert (await client.form("oauth.v2.access", **exchange(slack, first))).error == "invalid_code"
        slack.clock.advance(601)
        assert (await client.form("oauth.v2.access", **exchange(slack, late))).error == "invalid_code"


async def test_an_application_says_who_it_is_by_basic(slack: FakeSlack, new: Workspace):
    args = exchange(slack, code_of(oauth.agree(slack.world, new.user("ada"), address(slack))))
    pair = f"{args.pop('client_id')}:{args.pop('client_secret')}".encode()
    headers = {"Authorization": f"Basic {base64.b64encode(pair).decode()}"}

    async with raw(slack, "") as client:
        assert (await client.post("oauth.v2.access", data=args, headers=headers)).ok
        broken = await client.post("oauth.v2.access", data=args, headers={"Authorization": "Basic ?"})
    assert broken.error == "invalid_client_id"


async def test_saying_no_leads_back_with_that(slack: FakeSlack):
    assert oauth.decline(slack.world, address(slack)) == f"{BACK}?error=access_denied&state=s"


async def test_an_address_of_another_application_leads_nowhere(slack: FakeSlack, client: Raw, new: Workspace):
    wrong = address(slack, client_id="1.2")

    with pytest.raises(oauth.CannotInstall, match="invalid_client_id"):
        oauth.agree(slack.world, new.user("ada"), wrong)
    async with client.session.get(wrong) as answer:
        assert answer.status == 400
    async with client.session.get(address(slack)) as answer:
        assert answer.status == 200


async def test_uninstalling_ends_tokens_and_is_told(slack: FakeSlack, client: Raw, team: Workspace):
    heard: list[str] = []
    slack.world.emit = lambda _, event: heard.append(event["type"])

    team.uninstall()

    assert heard == ["tokens_revoked", "app_uninstalled"]
    assert not team.state.is_installed
    assert (await client.call("auth.test")).error == "account_inactive"
    async with raw(slack, team.reinstall()) as again:
        assert (await again.call("auth.test")).ok


async def test_tokens_can_be_taken_back_without_uninstalling(slack: FakeSlack, client: Raw, team: Workspace):
    heard: list[str] = []
    slack.world.emit = lambda _, event: heard.append(event["type"])

    team.revoke()

    assert heard == ["tokens_revoked"]
    assert (await client.call("auth.test")).error == "token_revoked"


async def test_the_application_can_leave_by_itself(slack: FakeSlack, client: Raw, team: Workspace):
    app = slack.app

    guess = await client.form("apps.uninstall", client_id=app.client_id, client_secret="guess")
    slack.clock.advance(60)  # tier 1
    assert guess.error == "bad_client_secret"
    assert (await client.form("apps.uninstall", client_id=app.client_id, client_secret=app.client_secret)).ok
    assert not team.state.is_installed
