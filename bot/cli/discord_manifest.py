"""`fairbrush discord manifest`: what to open, and what will be registered; from settings and workflows alone."""

from base64 import urlsafe_b64decode
from collections.abc import Iterator, Sequence
from typing import Any

from adapters.discord.origins import NAMES
from adapters.discord.registration import PERMISSIONS, Registration, commands_of, install_url, invite_url
from bot.cli.discord_calls import is_meant_as_id
from bot.cli.setting_up import load_settings, open_catalog
from bot.cli.terminal import note, say, say_json, say_table
from bot.commands import LeftOut, all_left_out
from bot.errors import ConfigError
from bot.settings import Settings

_UNTOLD = (
    "Which application? Set FAIRBRUSH_DISCORD_TOKEN, or give its id: --application ID. It stands in Discord's "
    "developer portal, on the page General Information."
)
_NO_BOT = (
    "FAIRBRUSH_DISCORD_TOKEN holds no bot's token. Take it from Discord's developer portal (Bot, Reset Token): three "
    "parts with dots between them, no client secret and no public key."
)
_NO_ID = "--application takes an id such as 123456789012345678: General Information in Discord's developer portal."


def print_manifest(application: str | None, *, as_json: bool) -> None:
    """Print links, permissions, commands and what had to be left out; raises ConfigError."""
    settings = load_settings()
    number = application_of(settings, application)
    catalog = open_catalog(settings)
    registration = commands_of(catalog, settings.default_workflow)
    left_out = all_left_out(catalog, registration.left_out)
    if as_json:
        say_json(_as_data(number, registration, left_out))
    else:
        _show(number, registration, left_out)


def application_of(settings: Settings, named: str | None) -> str:
    """Return the id of the application that was named, else of the token's; raises ConfigError."""
    if named is not None and not is_meant_as_id(named):
        raise ConfigError([_NO_ID])
    token = settings.discord_token.get_secret_value() if settings.discord_token else ""
    if found := named or told_by(token):
        return found
    raise ConfigError([_NO_BOT if token else _UNTOLD])


def told_by(token: str) -> str | None:
    """Return the id that a token begins with, which is its application's but for old ones; None where it is none."""
    first = token.partition(".")[0]
    try:
        found = urlsafe_b64decode(first + "=" * (-len(first) % 4)).decode("ascii")
    except ValueError:  # binascii's and the decoding's are both one
        return None
    return found if is_meant_as_id(found) else None


def _show(application: str, registration: Registration, left_out: Sequence[LeftOut]) -> None:
    say("Invite the bot to a server of yours:")
    say(f"  {invite_url(application)}")
    say("Or take its commands along wherever you are:")
    say(f"  {install_url(application)}")
    say("\nIt asks for these permissions, no privileged intent, and never for Administrator:")
    say_table((f"  {title}", reason) for title, reason in _permissions())
    say(f"\nIt registers {len(registration.commands)} commands:")
    say_table((f"  {name}", str(each.get("description", "on a message: Apps"))) for name, each in _named(registration))
    if left_out:
        say("\nLeft out:")
        say_table((f"  {each.what}", each.reason) for each in left_out)
    note("The commands as they are sent: fairbrush discord manifest --json")


def _permissions() -> Iterator[tuple[str, str]]:
    for right, reason in PERMISSIONS.items():
        yield NAMES[right], reason


def _named(registration: Registration) -> Iterator[tuple[str, dict[str, Any]]]:
    for each in registration.commands:
        yield (f"/{each['name']}" if "description" in each else str(each["name"])), each


def _as_data(application: str, registration: Registration, left_out: Sequence[LeftOut]) -> dict[str, object]:
    return {
        "application": application,
        "invite": invite_url(application),
        "install": install_url(application),
        "permissions": [{"name": title, "why": reason} for title, reason in _permissions()],
        "commands": list(registration.commands),
        "left_out": [{"what": each.what, "reason": each.reason} for each in left_out],
    }
