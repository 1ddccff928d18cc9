"""What the commands about Slack say: against the fake, over real sockets."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from adapters.slack.manifest import SCOPES
from bot.cli.check_slack import slack_findings
from bot.cli.findings import Finding
from bot.cli.slack_manifest import print_manifest
from bot.cli.terminal import DONE, FAILED, WRONG
from bot.errors import ConfigError
from bot.settings import read_settings
from tests.fakes.slack.application import App
from tests.fakes.slack.faults import Status
from tests.fakes.slack.server import FakeSlack
from workflows.catalog import LIBRARY

PUBLIC = "https://paint.example.org"
VARIABLES = ("TOKEN", "APP_TOKEN", "SIGNING_SECRET", "CLIENT_ID", "CLIENT_SECRET")


@pytest.fixture(autouse=True)
def _nobody_elses_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("CONFIG", "PUBLIC_URL", *(f"SLACK_{each}" for each in VARIABLES)):
        monkeypatch.delenv(f"FAIRBRUSH_{name}", raising=False)


@pytest.fixture
async def slack() -> AsyncIterator[FakeSlack]:
    async with FakeSlack(app=App(scopes=frozenset(SCOPES))) as fake:
        yield fake


def given(monkeypatch: pytest.MonkeyPatch, **variables: str) -> None:
    for name, text in variables.items():
        monkeypatch.setenv(f"FAIRBRUSH_{name.upper()}", text)


# ---- the manifest ----


@pytest.fixture
def printed(capsys: pytest.CaptureFixture[str]) -> "Printed":
    return Printed(capsys)


class Printed:
    """What a manifest is, and what is remarked beside it."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys

    def __call__(self, *, http: bool | None = None, many: bool | None = None) -> tuple[dict[str, object], str]:
        print_manifest("Fairbrush", http=http, many=many)
        told = self._capsys.readouterr()
        return json.loads(told.out), told.err


def test_without_a_word_the_manifest_is_of_the_way_that_needs_no_address(printed: Printed) -> None:
    body, said = printed()

    assert body["settings"]["socket_mode_enabled"] is True  # type: ignore[index]
    assert "redirect_urls" not in body["oauth_config"]  # type: ignore[operator]
    assert [name for name in ("SLACK_TOKEN", "SLACK_APP_TOKEN", "api.slack.com/apps") if name not in said] == []


def test_with_a_signing_secret_slack_is_told_where_we_are(printed: Printed, monkeypatch: pytest.MonkeyPatch) -> None:
    given(monkeypatch, slack_signing_secret="8f74", slack_token="xoxb-1", public_url=PUBLIC)
    body, said = printed()

    assert body["settings"]["event_subscriptions"]["request_url"] == f"{PUBLIC}/slack/events"  # type: ignore[index]
    assert "8f74" not in json.dumps(body) + said
    assert printed(http=False)[0]["settings"]["socket_mode_enabled"] is True  # type: ignore[index]


def test_for_many_workspaces_it_says_where_browsers_come_back_and_where_to_install(
    printed: Printed, monkeypatch: pytest.MonkeyPatch
) -> None:
    given(monkeypatch, slack_app_token="xapp-1", slack_client_id="1.2", public_url=PUBLIC)
    body, said = printed()

    assert body["oauth_config"]["redirect_urls"] == [f"{PUBLIC}/slack/oauth_redirect"]  # type: ignore[index]
    assert f"{PUBLIC}/slack/install" in said
    assert "redirect_urls" not in printed(many=False)[0]["oauth_config"]  # type: ignore[operator]


@pytest.mark.parametrize("way", [{"http": True}, {"many": True}])
@pytest.mark.parametrize("address", [None, "http://paint.example.org"])
def test_what_needs_an_address_is_a_sentence_without_one(
    printed: Printed, monkeypatch: pytest.MonkeyPatch, way: dict[str, bool], address: str | None
) -> None:
    if address:
        given(monkeypatch, public_url=address)

    with pytest.raises(ConfigError, match="set public_url to the https"):
        printed(**way)


def test_what_is_left_out_is_said_beside_the_manifest(
    printed: Printed, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "mine" / "broken").mkdir(parents=True)
    same = tmp_path / "mine" / "fairbrush"
    same.mkdir()
    for name in ("manifest.toml", "graph.json"):
        (same / name).write_bytes((LIBRARY / "txt2img" / name).read_bytes())
    given(monkeypatch, workflows_dir=str(tmp_path / "mine"))
    _, said = printed()

    assert "Left out: /fairbrush: Fairbrush has a command of that name" in said
    assert "Left out: broken: manifest.toml cannot be read" in said


# ---- the check ----


async def looked(slack: FakeSlack) -> list[Finding]:
    found = await asyncio.to_thread(slack_findings, read_settings(None), slack.url)
    said = " ".join(each.text for each in found)
    app = slack.app
    secrets = (app.token, app.signing_secret, app.client_secret, *slack.world.tokens)
    assert [each for each in secrets if each in said] == []
    return found


def code_of(findings: list[Finding]) -> int:
    return max(each.exit_code for each in findings)


async def test_without_a_secret_slack_is_no_fault(slack: FakeSlack) -> None:
    [found] = await looked(slack)

    assert "so Fairbrush is not there" in found.text
    assert found.exit_code == DONE


async def test_a_check_names_the_workspace_the_scopes_and_the_socket_and_changes_nothing(
    slack: FakeSlack, monkeypatch: pytest.MonkeyPatch
) -> None:
    acme = slack.team("Acme")
    given(monkeypatch, slack_token=acme.token, slack_app_token=slack.app.token)
    found = await looked(slack)

    assert [each.text for each in found] == [
        f"the token opens Acme ({acme.id}) as fairbrush",
        f"all {len(SCOPES)} that are needed",
        "the app token opens a connection",
    ]
    assert code_of(found) == DONE
    assert {call.name for call in slack.calls} == {"auth.test", "apps.connections.open"}


async def test_a_scope_that_is_missing_fails_and_says_how_to_get_it(
    slack: FakeSlack, monkeypatch: pytest.MonkeyPatch
) -> None:
    acme = slack.team("Acme")
    acme.state.tokens[-1].scopes -= {"files:write", "commands"}
    given(monkeypatch, slack_token=acme.token, slack_app_token=slack.app.token)
    found = await looked(slack)

    assert "missing: commands, files:write." in found[1].text
    assert (code_of(found), found[2].exit_code) == (FAILED, DONE)


@pytest.mark.parametrize(
    ("wrong", "codes"),
    [({"slack_token": "xoxb-1-wrong"}, [WRONG, DONE]), ({"slack_app_token": "xapp-1-wrong"}, [DONE, DONE, WRONG])],
)
async def test_a_token_that_opens_nothing_is_wrong_beside_what_the_other_one_opens(
    slack: FakeSlack, monkeypatch: pytest.MonkeyPatch, wrong: dict[str, str], codes: list[int]
) -> None:
    given(monkeypatch, slack_token=slack.team("Acme").token, slack_app_token=slack.app.token)
    given(monkeypatch, **wrong)
    found = await looked(slack)

    assert [each.exit_code for each in found] == codes
    assert "token no more, or never did: invalid_auth" in found[codes.index(WRONG)].text


async def test_settings_that_do_not_fit_are_told_and_nobody_is_asked(
    slack: FakeSlack, monkeypatch: pytest.MonkeyPatch
) -> None:
    given(monkeypatch, slack_token="xapp-1-a")
    found = await looked(slack)

    assert len(found) == 2
    assert code_of(found) == WRONG
    assert slack.calls == []


async def test_a_slack_that_is_away_fails(slack: FakeSlack, monkeypatch: pytest.MonkeyPatch) -> None:
    given(monkeypatch, slack_token=slack.team("Acme").token, slack_app_token=slack.app.token)
    for _ in range(9):
        slack.faults.plan(Status(503), "auth.test")
    found = await looked(slack)

    assert [each.exit_code for each in found] == [FAILED, DONE]
    assert "Slack cannot be reached at the moment" in found[0].text


async def test_many_workspaces_over_http_have_an_address_to_deliver_to_and_one_to_install_at(
    slack: FakeSlack, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = slack.app
    given(monkeypatch, slack_client_id=app.client_id, slack_client_secret=app.client_secret)
    given(monkeypatch, slack_signing_secret=app.signing_secret, public_url=PUBLIC)
    installing, delivering = await looked(slack)

    assert f"{PUBLIC}/slack/install" in installing.text
    assert f"{PUBLIC}/slack/events" in delivering.text


async def test_http_without_an_address_fails(slack: FakeSlack, monkeypatch: pytest.MonkeyPatch) -> None:
    given(monkeypatch, slack_token=slack.team("Acme").token, slack_signing_secret=slack.app.signing_secret)
    found = await looked(slack)

    assert "set public_url" in found[-1].text
    assert code_of(found) == FAILED
