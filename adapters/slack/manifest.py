"""The app's manifest: what Slack has to know of the app, ready to paste. Pure.

Limits are those of Slack's own schema, github.com/slackapi/manifest-schema, schemas/manifest.schema.2.0.0.json.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from adapters.slack.home import NEW_PICTURE
from adapters.slack.shapes import Json
from bot.commands import IMAGINE, LeftOut, command_names
from bot.inert import label
from workflows.catalog import Catalog
from workflows.command import PROMPT
from workflows.workflow import Workflow

FAIRBRUSH = "fairbrush"
"""The command of all that is no picture: queue, cancel, history, usage, workflows, help; and of any workflow."""

REIMAGINE = "fairbrush_reimagine"
"""What the shortcut of a message says of itself."""

EVENTS_PATH, INSTALL_PATH, REDIRECT_PATH = "/slack/events", "/slack/install", "/slack/oauth_redirect"
"""Where Slack reaches the app without Socket Mode, where somebody installs it, and where they come back to."""

SCOPES: Mapping[str, str] = {
    "app_mentions:read": "to hear @fairbrush in threads, where Slack has no slash commands",
    "channels:history": "to look, after Slack's answer was lost, whether a message was posted: never a second one",
    "channels:read": "to know before a job costs anything whether a public channel can be posted in",
    "chat:write": "to post a job's message and keep it true",
    "commands": "for the slash commands and the shortcuts",
    "files:read": "to know when a picture may be shown, and to take pictures that people attach",
    "files:write": "to upload pictures, and to delete them again",
    "groups:history": "the same as channels:history in private channels that the app was invited to",
    "groups:read": "the same as channels:read in private channels that the app was invited to",
    "im:history": "the same as channels:history in direct messages with the app, and to answer what is written there",
    "im:read": "to tell a direct message with the app from a channel",
    "im:write": "to tell somebody in a direct message how a job ended that its channel cannot show any more, and to "
    "greet whoever installs the app",
    "mpim:history": "the same as channels:history in group messages that the app was added to",
    "mpim:read": "the same as channels:read in group messages that the app was added to",
    "usergroups:read": "to know who is in a user group that the settings name, for a tier or as its moderators",
    "users:read": "to know a requester's name, whether they are a guest, and whether they moderate",
}
"""What the app asks for when it is installed, and why: nothing of anybody's messages but in the cases named."""

EVENTS: Mapping[str, str] = {
    "app_home_opened": "to fill in App Home",
    "app_mention": "to hear @fairbrush in threads",
    "app_uninstalled": "to delete the workspace's token, and to cancel what waits or runs for it",
    "channel_archive": "to know at once that a channel cannot be posted in any more",
    "channel_deleted": "the same",
    "group_archive": "the same of private channels",
    "group_deleted": "the same",
    "member_left_channel": "to know at once that the app was removed from a channel; who else leaves is nothing to it",
    "message.im": "to answer what is written to the app in its own direct messages",
    "tokens_revoked": "the same as app_uninstalled",
}
"""What the app is told of, and why."""

MOST_COMMANDS = 50
_LONGEST_COMMAND = 32
_LONGEST_DESCRIPTION = 150  # of 2,000 that Slack takes: it shows one line
_LONGEST_HINT = 100
_LONGEST_NAME = 35
_HINT = "[what to paint] [steps:30 seed:42 …]"
_DOES = "Paints pictures with the workflows of our own GPUs."


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What is pasted, and what is missing in it."""

    body: Json
    left_out: tuple[LeftOut, ...] = ()


def manifest_of(
    catalog: Catalog, *, name: str = "Fairbrush", address: str | None = None, installed_at: str | None = None
) -> Manifest:
    """Return the manifest; `address` is where Slack delivers to, None for Socket Mode.

    `installed_at` is where browsers come back to that installed the app, None where one workspace's token is in use.
    Raises ValueError for an address that is not https://HOST or begins otherwise.
    """
    base = None if address is None else _base(address)
    own = [_command(IMAGINE, command_names(catalog)[IMAGINE], _HINT), _command(FAIRBRUSH, *_OF_FAIRBRUSH)]
    workflows, left_out = _workflow_commands(catalog, MOST_COMMANDS - len(own))
    commands = [each if base is None else {**each, "url": base + EVENTS_PATH} for each in (*own, *workflows)]
    shown = label(name, _LONGEST_NAME) or "Fairbrush"
    body = {
        "_metadata": {"major_version": 2},
        "display_information": {"name": shown, "description": _DOES},
        "features": {
            "app_home": {
                "home_tab_enabled": True,
                "messages_tab_enabled": True,
                "messages_tab_read_only_enabled": False,
            },
            "bot_user": {"display_name": shown, "always_online": True},
            "shortcuts": [*_SHORTCUTS],
            "slash_commands": commands,
        },
        "oauth_config": {**_redirects(installed_at), "scopes": {"bot": [*SCOPES]}},
        "settings": _settings(base),
    }
    return Manifest(body=body, left_out=tuple(left_out))


_OF_FAIRBRUSH = (
    "Your queue, history and usage, all workflows, and help.",
    "[queue | cancel | history | usage | workflows | mydata | help | mod | NAME of a workflow]",
)

_SHORTCUTS: Sequence[Json] = (
    {
        "name": "New picture",
        "type": "global",
        "callback_id": NEW_PICTURE,
        "description": "Opens a form for a new picture.",
    },
    {
        "name": "Reimagine this picture",
        "type": "message",
        "callback_id": REIMAGINE,
        "description": "Begins with the picture of this message.",
    },
)


def _base(address: str) -> str:
    parts = urlsplit(address)
    if parts.scheme != "https" or not parts.hostname or parts.query or parts.fragment:
        raise ValueError("Slack takes an address such as https://fairbrush.example")
    return address.rstrip("/")


def _redirects(installed_at: str | None) -> Json:
    return {} if installed_at is None else {"redirect_urls": [_base(installed_at) + REDIRECT_PATH]}


def _settings(base: str | None) -> Json:
    # Slack asks the address whether it is ours as soon as the manifest is saved: the service has to run by then.
    events: Json = {} if base is None else {"request_url": base + EVENTS_PATH}
    interactivity: Json = {} if base is None else {**events, "message_menu_options_url": base + EVENTS_PATH}
    return {
        "event_subscriptions": {**events, "bot_events": [*EVENTS]},
        "interactivity": {"is_enabled": True, **interactivity},
        "org_deploy_enabled": True,
        "socket_mode_enabled": base is None,
        "token_rotation_enabled": False,
    }


def _workflow_commands(catalog: Catalog, most: int) -> tuple[list[Json], list[LeftOut]]:
    legal = {name: each for name, each in catalog.workflows.items() if not _objection(name)}
    left_out = [LeftOut(what=f"/{name}", reason=_objection(name)) for name in catalog.workflows if name not in legal]
    reason = f"Slack takes {MOST_COMMANDS} commands; it can be had by /{FAIRBRUSH} NAME."
    left_out += [LeftOut(what=f"/{name}", reason=reason) for name in [*legal][most:]]
    return [_workflow_command(name, legal[name]) for name in [*legal][:most]], left_out


def _objection(name: str) -> str:
    if name in (IMAGINE, FAIRBRUSH):
        return "Fairbrush has a command of that name: rename the workflow's folder."
    if len(f"/{name}") > _LONGEST_COMMAND:
        return f"Slack takes commands of {_LONGEST_COMMAND} characters, / included: rename the workflow's folder."
    return ""


def _workflow_command(name: str, workflow: Workflow) -> Json:
    manifest = workflow.manifest
    hint = _HINT if PROMPT in manifest.parameters else f"[{' '.join(f'{each}:…' for each in manifest.parameters)}]"
    return _command(name, manifest.summary or manifest.title, hint)


def _command(name: str, does: str, hint: str) -> Json:
    # Unescaped: whoever is named stands in a prompt as they were typed. Of our own command moderators name people.
    return {
        "command": f"/{name}",
        "description": label(does, _LONGEST_DESCRIPTION) or name,
        "usage_hint": label(hint, _LONGEST_HINT) or "[…]",
        "should_escape": name == FAIRBRUSH,
    }
