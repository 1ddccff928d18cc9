"""The one application of this Slack, as its owner registered it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class App:
    """The application as its owner registered it."""

    id: str = "A0FAIRBRUSH"
    name: str = "Fairbrush"
    client_id: str = "1111111111.2222222222"
    client_secret: str = "fake-client-secret"
    signing_secret: str = "8f742231b10e8888abcd99yyyzzz85a5"
    token: str = "xapp-1-A0FAIRBRUSH-3333333333-fake"
    scopes: frozenset[str] = frozenset(
        {
            "app_mentions:read", "channels:history", "channels:join", "channels:read", "chat:write", "commands",
            "files:read", "files:write", "groups:history", "groups:read", "im:history", "im:read", "im:write",
            "mpim:read", "mpim:write", "team:read", "usergroups:read", "users:read",
        }
    )  # fmt: skip
