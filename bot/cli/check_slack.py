"""What `fairbrush check` says of Slack: whether its settings fit, what the tokens open, and what they may do."""

import asyncio
from collections.abc import Awaitable, Iterator

from adapters.slack.given import SLACK
from adapters.slack.manifest import EVENTS_PATH, INSTALL_PATH, SCOPES
from adapters.slack.tokens import alone, ask_alone
from bot.cli.findings import Finding
from bot.cli.terminal import FAILED, WRONG
from bot.errors import ChatError, ConfigError
from bot.service.roles import Role, roles_of
from bot.service.slack_access import by_installing, by_socket, problems_in_slack
from bot.settings import Settings, address, revealed

_SUBJECT = "Slack"
_ASKED_S = 20.0

_NOT_THERE = "no FAIRBRUSH_SLACK_TOKEN and no other secret of Slack's, so Fairbrush is not there"
_AWAY = "Slack cannot be reached at the moment. Try again shortly."
_NO_ADDRESS = "Slack has to reach us: set public_url to the https:// address that leads to the page's server"


def slack_findings(settings: Settings, base_url: str = SLACK) -> list[Finding]:
    """Look at the settings, try the tokens, and change nothing."""
    roles = roles_of((), settings)
    if Role.SLACK not in roles:
        return [Finding(subject=_SUBJECT, text=_NOT_THERE)]
    if problems := [*problems_in_slack(settings, roles)]:
        return [Finding(subject=_SUBJECT, text=problem, exit_code=WRONG) for problem in problems]
    return [*asyncio.run(_asked(settings, base_url)), *_installing(settings), *_delivering(settings)]


async def _asked(settings: Settings, base_url: str) -> list[Finding]:
    found: list[Finding] = []
    if token := revealed(settings.slack_token):
        found += await _told(_bot(token, base_url))
    if token := revealed(settings.slack_app_token):
        found += await _told(_app(token, base_url))
    return found


async def _told(asked: Awaitable[list[Finding]]) -> list[Finding]:
    try:
        async with asyncio.timeout(_ASKED_S):
            return await asked
    except ConfigError as error:
        return [Finding(subject=_SUBJECT, text=problem, exit_code=WRONG) for problem in error.problems]
    except (ChatError, TimeoutError):
        return [Finding(subject=_SUBJECT, text=_AWAY, exit_code=FAILED)]


async def _bot(token: str, base_url: str) -> list[Finding]:
    async with alone(base_url, token, what="bot token") as calls:
        told = await calls.ask("", "auth.test")
        where = told.get("enterprise_id") if told.get("is_enterprise_install") else told.get("team_id")
        text = f"the token opens {told.get('team')} ({where}) as {told.get('user')}"
        return [Finding(subject=_SUBJECT, text=text), _granted(await calls.scopes(""))]


async def _app(token: str, base_url: str) -> list[Finding]:
    await ask_alone(base_url, token, "apps.connections.open", what="app token")
    return [Finding(subject=f"{_SUBJECT}, socket", text="the app token opens a connection")]


def _granted(scopes: frozenset[str]) -> Finding:
    subject = f"{_SUBJECT}, scopes"
    missing = [scope for scope in SCOPES if scope not in scopes]
    if not missing:
        return Finding(subject=subject, text=f"all {len(SCOPES)} that are needed")
    text = f"missing: {', '.join(missing)}. Give the app the manifest of fairbrush slack manifest, and install it again"
    return Finding(subject=subject, text=text, exit_code=FAILED)


def _installing(settings: Settings) -> Iterator[Finding]:
    if by_installing(settings):
        text = f"workspaces install the app at {settings.public_url}{INSTALL_PATH}"
        yield Finding(subject=f"{_SUBJECT}, installing", text=text)


def _delivering(settings: Settings) -> Iterator[Finding]:
    subject = f"{_SUBJECT}, HTTP"
    if by_socket(settings):
        return
    if (base := address(settings)) is None:
        yield Finding(subject=subject, text=_NO_ADDRESS, exit_code=FAILED)
        return
    text = f"signed, to {base}{EVENTS_PATH}, which has to lead to the page's {EVENTS_PATH}"
    yield Finding(subject=subject, text=text)
