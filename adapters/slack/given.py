"""What may differ between one app in Slack and another; read before anybody needs slack-bolt."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from time import time

from adapters.slack.outside import FILES, HOOKS
from bot.jobs import StoredFile

SLACK = "https://slack.com/api/"
PING_S = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class OAuth:
    """How workspaces install the app."""

    client_id: str
    client_secret: str = field(repr=False)
    public_url: str | None = None  #: where browsers reach us; None: wherever the app's own settings send them


@dataclass(frozen=True, slots=True, kw_only=True)
class SlackOptions:
    """How the app is in Slack: by a token in one workspace or by OAuth in many; by a socket or by signed HTTP."""

    token: str | None = field(default=None, repr=False)  #: of the one workspace's bot, xoxb-…
    oauth: OAuth | None = None
    app_token: str | None = field(default=None, repr=False)  #: for Socket Mode, xapp-…
    signing_secret: str | None = field(default=None, repr=False)  #: for HTTP
    groups: Callable[[str], frozenset[str]] = lambda _: frozenset()  #: user groups that settings name for a workspace
    link: Callable[[StoredFile], str | None] = lambda _: None  #: makes an expiring address of an original
    base_url: str = SLACK
    hooks: Collection[str] = HOOKS  #: where answers go to
    files: Collection[str] = FILES  #: where attachments are fetched from
    ping_s: float = PING_S
    now: Callable[[], float] = time
