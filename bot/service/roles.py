"""What a process of a service does."""

from collections.abc import Collection
from enum import StrEnum

from bot.settings import Settings


class Role(StrEnum):
    """A part of a service that may be a process of its own."""

    WORKER = "worker"  #: works on GPUs
    WEB = "web"  #: serves the chat page
    DISCORD = "discord"  #: is a bot in Discord
    SLACK = "slack"  #: is an app in Slack


AT_HOME = frozenset({Role.WORKER, Role.WEB})
"""What needs nobody's leave."""

_FRONTS = frozenset({Role.WEB, Role.DISCORD, Role.SLACK})


def roles_of(only: Collection[Role], settings: Settings) -> frozenset[Role]:
    """Return what a process is for: what was said, else everything that it can be, by the secrets that are there."""
    return frozenset(only) or AT_HOME | _invited(settings)


def _invited(settings: Settings) -> frozenset[Role]:
    # One setting is enough to be meant: which of the others it needs is then said, instead of nothing at all.
    slack = (
        settings.slack_token,
        settings.slack_app_token,
        settings.slack_signing_secret,
        settings.slack_client_secret,
        settings.slack_client_id,
    )
    found = {Role.DISCORD: settings.discord_token is not None, Role.SLACK: any(slack)}
    return frozenset(role for role, is_there in found.items() if is_there)


def is_whole(roles: Collection[Role]) -> bool:
    """Tell whether a process with these roles is a service by itself: it paints, and people can ask."""
    return Role.WORKER in roles and not _FRONTS.isdisjoint(roles)
