"""How a service gets into Slack: what does not fit together is named at once, and no secret is repeated."""

import pytest

from bot.service.roles import Role
from bot.service.slack_access import problems_in_slack
from bot.settings import Settings

ONE, SOCKET, HTTP = {"token": "xoxb-1-a"}, {"app_token": "xapp-1-a"}, {"signing_secret": "8f74223"}
MANY = {"client_id": "1.2", "client_secret": "s3cret"}
PUBLIC = "https://paint.example.org"


def problems(*roles: Role, public_url: str | None = PUBLIC, **given: str) -> list[str]:
    settings = Settings(public_url=public_url, **{f"slack_{name}": text for name, text in given.items()})  # type: ignore[arg-type]
    found = [*problems_in_slack(settings, roles or (Role.SLACK, Role.WEB))]
    assert [secret for secret in given.values() if len(secret) > 3 and secret in " ".join(found)] == []
    return found


@pytest.mark.parametrize("workspaces", [ONE, MANY])
@pytest.mark.parametrize("deliveries", [SOCKET, HTTP, {**SOCKET, **HTTP}])
def test_one_workspace_or_many_by_socket_or_http_are_all_ways_in(
    workspaces: dict[str, str], deliveries: dict[str, str]
) -> None:
    assert problems(**workspaces, **deliveries) == []


def test_socket_mode_for_one_workspace_needs_neither_address_nor_page() -> None:
    assert problems(Role.SLACK, public_url=None, **ONE, **SOCKET) == []


@pytest.mark.parametrize(
    ("given", "names"),
    [
        ({**ONE, **MANY, **SOCKET}, ["SLACK_TOKEN", "CLIENT_ID", "CLIENT_SECRET"]),
        (SOCKET, ["SLACK_TOKEN", "CLIENT_ID", "CLIENT_SECRET"]),
        (ONE, ["SLACK_APP_TOKEN", "SLACK_SIGNING_SECRET"]),
        ({"client_id": "1.2", **SOCKET}, ["SLACK_CLIENT_SECRET"]),
        ({"client_secret": "s3cret", **SOCKET}, ["SLACK_CLIENT_ID"]),
        ({"token": "xoxp-1-a", **SOCKET}, ["SLACK_TOKEN holds a member's token", "xoxb-"]),
        ({"token": "xapp-1-a", **SOCKET}, ["SLACK_TOKEN holds an app's token", "xoxb-"]),
        ({"token": "xoxe.xoxb-1-a", **SOCKET}, ["SLACK_TOKEN holds another token"]),
        ({"token": "xoxb-1 xoxb-2", **SOCKET}, ["SLACK_TOKEN holds several words"]),
        ({**ONE, "app_token": "xoxb-2-b"}, ["SLACK_APP_TOKEN holds a bot's token", "xapp-"]),
        ({**ONE, "signing_secret": "xapp-1-b"}, ["SLACK_SIGNING_SECRET holds an app's token"]),
        ({**MANY, "client_id": "my-app!", **SOCKET}, ["SLACK_CLIENT_ID holds something else"]),
        ({**MANY, "client_secret": "xoxb-1-b", **SOCKET}, ["SLACK_CLIENT_SECRET holds a bot's token"]),
    ],
)
def test_what_does_not_fit_is_one_sentence_that_names_the_variable(given: dict[str, str], names: list[str]) -> None:
    [said] = problems(**given)

    assert [name for name in names if name not in said] == []


def test_nothing_at_all_lacks_a_workspace_and_a_way_to_hear() -> None:
    assert len(problems()) == 2


@pytest.mark.parametrize("public_url", [None, "http://paint.example.org"])
def test_installing_needs_an_address_that_browsers_come_back_to(public_url: str | None) -> None:
    [said] = problems(public_url=public_url, **MANY, **SOCKET)

    assert "public_url" in said


def test_http_needs_the_page_that_serves_it() -> None:
    [said] = problems(Role.SLACK, Role.WORKER, **ONE, **HTTP)

    assert "--only web" in said
