"""What Slack's own client sends of what members type and choose: escaped, and only what the application registered."""

import re
from dataclasses import dataclass

from .pressing import CannotAsk
from .state import Channel, Message, Team, User
from .subscribing import Subscriptions
from .texts import BROADCASTS

_ADDRESS = re.compile(r"https?://[^\s<>|]+")
_NAME = re.compile(r"(?<![\w&])[@#][\w.\-]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A file that a member uploads in a message or a form."""

    name: str
    content: bytes


def escaped(team: Team, text: str, *, labelled: bool = False) -> str:
    """Return what was typed as Slack sends it: signs escaped, mentions and addresses between < and >."""
    ids = {shown: number for number, shown in team.names().items()}

    def named(found: re.Match[str]) -> str:
        shown = found[0]
        if shown[1:] in BROADCASTS and shown[0] == "@":
            return f"<!{shown[1:]}>"
        if shown not in ids:
            return shown
        sign = "!subteam^" if ids[shown] in team.usergroups else shown[0]
        return f"<{sign}{ids[shown]}|{shown[1:]}>" if labelled else f"<{sign}{ids[shown]}>"

    return _ADDRESS.sub(lambda found: f"<{found[0]}>", _NAME.sub(named, signs_escaped(text)))


def signs_escaped(text: str) -> str:
    """Return a text in which nothing means anything."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def command(known: Subscriptions, user: User, channel: Channel, name: str, text: str) -> str:
    """Return the text of a slash command as it is sent; raises CannotAsk."""
    check_is_in(user, channel)
    if user.home is not None or not user.team.is_installed:
        raise CannotAsk(f"{name} is not a valid command: it is not installed in the workspace of {user.name}")
    if not re.fullmatch(r"/[a-z0-9_\-]{1,31}", name) or (known.commands is not None and name not in known.commands):
        raise CannotAsk(f"{name} is not a valid command")
    if known.commands is None or known.commands[name]:
        return escaped(user.team, text, labelled=True)
    return signs_escaped(text)


def shortcut(known: Subscriptions, user: User, name: str, message: Message | None) -> str:
    """Return the callback_id of a shortcut; raises CannotAsk."""
    if user.home is not None or not user.team.is_installed or not known.is_interactive:
        raise CannotAsk(f"there is no shortcut {name}: it is not installed in the workspace of {user.name}")
    if known.shortcuts is None:
        return name
    wanted = "global" if message is None else "message"
    for callback_id, (shown, kind) in known.shortcuts.items():
        if kind == wanted and name in {callback_id, shown}:
            return callback_id
    raise CannotAsk(f"there is no {wanted} shortcut {name}")


def check_is_in(user: User, channel: Channel) -> None:
    """Raise CannotAsk where somebody cannot write."""
    if user.id not in channel.members or user.is_deleted:
        raise CannotAsk(f"{user.name} is not in {channel.name}")
    if channel.is_archived or (channel.is_read_only and not user.is_bot):
        raise CannotAsk(f"nobody can write in {channel.name}")
