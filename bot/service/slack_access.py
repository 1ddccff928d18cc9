"""How a service gets into Slack by its settings, and what is missing or does not fit: all of it at once, in words."""

import re
from collections.abc import Collection, Iterator, Mapping

from bot.service.roles import Role
from bot.settings import Settings, address, revealed

_BOT, _APP = "FAIRBRUSH_SLACK_TOKEN", "FAIRBRUSH_SLACK_APP_TOKEN"
_SIGNING = "FAIRBRUSH_SLACK_SIGNING_SECRET"
_CLIENT, _CLIENT_SECRET = "FAIRBRUSH_SLACK_CLIENT_ID", "FAIRBRUSH_SLACK_CLIENT_SECRET"

_NO_WORKSPACE = (
    f"Slack needs the token of one workspace's bot ({_BOT}), or what lets many workspaces install the app: {_CLIENT} "
    f"and {_CLIENT_SECRET}. fairbrush slack manifest prints what to make the app of."
)
_TWO_WAYS = (
    f"{_BOT} is for one workspace, {_CLIENT} and {_CLIENT_SECRET} are for many that install the app: set the one or "
    "the others."
)
_NO_DELIVERIES = (
    f"Slack needs a way to tell what people do: set {_APP} for Socket Mode, which needs no public address, or "
    f"{_SIGNING} for signed HTTP."
)
_NO_PAGE = (
    f"Without {_APP} Slack delivers by HTTP to the page's server: this process needs the role web, too, such as "
    "--only slack --only web."
)
_NO_ADDRESS = (
    "Whoever installs the app in their workspace comes back to us from Slack's page: set public_url to the https:// "
    "address that leads to this machine's page."
)
_TAKES: Mapping[str, tuple[str, str]] = {
    _BOT: (r"xoxb-[\w.-]+", "the bot's, which begins with xoxb- (OAuth & Permissions)"),
    _APP: (r"xapp-[\w.-]+", "the app's own, which begins with xapp- (Basic Information)"),
    _SIGNING: (r"(?!xox|xapp-)\S+", "the signing secret (Basic Information, App Credentials)"),
    _CLIENT: (r"[\w.]+", "the client id, such as 1234567890.1234567890 (Basic Information, App Credentials)"),
    _CLIENT_SECRET: (r"(?!xox|xapp-)\S+", "the client secret (Basic Information, App Credentials)"),
}
"""How each looks, and what to take instead of what does not."""

_KINDS = {"xoxb-": "a bot's token", "xapp-": "an app's token", "xoxp-": "a member's token", "xox": "another token"}


def by_socket(settings: Settings) -> bool:
    """Whether Slack tells by Socket Mode what people do; otherwise by signed HTTP."""
    return settings.slack_app_token is not None


def by_installing(settings: Settings) -> bool:
    """Whether workspaces install the app by themselves; otherwise the settings have the token of one."""
    return settings.slack_client_id is not None or settings.slack_client_secret is not None


def problems_in_slack(settings: Settings, roles: Collection[Role]) -> Iterator[str]:
    """Say all that keeps a process with these roles out of Slack; nothing of a token is repeated."""
    yield from _wrong_kinds(settings)
    yield from _wrong_workspaces(settings)
    yield from _wrong_deliveries(settings, roles)


def _wrong_kinds(settings: Settings) -> Iterator[str]:
    for name, text in _said(settings).items():
        pattern, takes = _TAKES[name]
        if text is not None and not re.fullmatch(pattern, text, re.ASCII):
            yield f"{name} holds {_kind_of(text)}: it takes {takes}."


def _kind_of(text: str) -> str:
    if re.search(r"\s", text):
        return "several words"
    return next((kind for begin, kind in _KINDS.items() if text.startswith(begin)), "something else")


def _wrong_workspaces(settings: Settings) -> Iterator[str]:
    halves = {_CLIENT: settings.slack_client_id, _CLIENT_SECRET: settings.slack_client_secret}
    if settings.slack_token and by_installing(settings):
        yield _TWO_WAYS
    elif not settings.slack_token and not by_installing(settings):
        yield _NO_WORKSPACE
    elif by_installing(settings):
        yield from (f"{name} is missing beside the other half of it." for name, half in halves.items() if half is None)
        if address(settings) is None:
            yield _NO_ADDRESS


def _wrong_deliveries(settings: Settings, roles: Collection[Role]) -> Iterator[str]:
    if by_socket(settings):
        return
    if settings.slack_signing_secret is None:
        yield _NO_DELIVERIES
    elif Role.WEB not in roles:
        yield _NO_PAGE


def _said(settings: Settings) -> Mapping[str, str | None]:
    return {
        _BOT: revealed(settings.slack_token),
        _APP: revealed(settings.slack_app_token),
        _SIGNING: revealed(settings.slack_signing_secret),
        _CLIENT: settings.slack_client_id,
        _CLIENT_SECRET: revealed(settings.slack_client_secret),
    }
