"""What the application has registered: its commands, shortcuts and events, as its manifest says."""

from dataclasses import dataclass, field
from typing import Self

from .shapes import Json
from .state import Team

_ALWAYS = {"app_uninstalled", "tokens_revoked"}
"""They come when there is no token left."""
_OF_MESSAGES = {"channel": "message.channels", "group": "message.groups", "im": "message.im", "mpim": "message.mpim"}
_SCOPES = {
    "app_mention": "app_mentions:read",
    "message.channels": "channels:history",
    "message.groups": "groups:history",
    "message.im": "im:history",
    "message.mpim": "mpim:history",
    "file_shared": "files:read",
    "channel_archive": "channels:read",
    "channel_deleted": "channels:read",
    "group_archive": "groups:read",
    "group_deleted": "groups:read",
    "member_joined_channel": "channels:read",
    "member_left_channel": "channels:read",
}


@dataclass(slots=True, kw_only=True)
class Subscriptions:
    """What the application hears of; commands and shortcuts that are None are not looked at."""

    events: set[str] = field(
        default_factory=lambda: {
            "app_home_opened",
            "app_mention",
            "app_uninstalled",
            "channel_archive",
            "channel_deleted",
            "group_archive",
            "group_deleted",
            "member_left_channel",
            "message.im",
            "tokens_revoked",
        }
    )
    commands: dict[str, bool] | None = None  #: name -> whether its text has mentions and links escaped
    shortcuts: dict[str, tuple[str, str]] | None = None  #: callback_id -> name, and "message" or "global"
    is_interactive: bool = True  #: whether buttons, shortcuts and forms reach it

    @classmethod
    def of(cls, manifest: Json) -> Self:
        """Return what an app manifest registers."""
        features, settings = manifest.get("features", {}), manifest.get("settings", {})
        return cls(
            is_interactive=bool(settings.get("interactivity", {}).get("is_enabled", False)),
            events={*settings.get("event_subscriptions", {}).get("bot_events", ())},
            commands={each["command"]: each.get("should_escape", False) for each in features.get("slash_commands", ())},
            shortcuts={each["callback_id"]: (each["name"], each["type"]) for each in features.get("shortcuts", ())},
        )

    def covers(self, team: Team, event: Json) -> bool:
        """Whether the application hears of an event: subscribed to, installed, and with the scope that it takes."""
        name = str(event["type"])
        if name == "message":
            name = _OF_MESSAGES[event.get("channel_type", "channel")]
        if name not in self.events:
            return False
        scope = _SCOPES.get(name)
        holds = any(not each.revoked and (scope is None or scope in each.scopes) for each in team.tokens)
        return holds or name in _ALWAYS
