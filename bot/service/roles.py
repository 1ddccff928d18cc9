"""What a process of a service does."""

from collections.abc import Collection
from enum import StrEnum


class Role(StrEnum):
    """A part of a service that may be a process of its own."""

    WORKER = "worker"  #: works on GPUs
    WEB = "web"  #: serves the chat page
    DISCORD = "discord"  #: is a bot in Discord


AT_HOME = frozenset({Role.WORKER, Role.WEB})
"""What needs nobody's leave."""

_FRONTS = frozenset({Role.WEB, Role.DISCORD})


def roles_of(only: Collection[Role], *, has_token: bool) -> frozenset[Role]:
    """Return what a process is for: what was said, else everything that it can be."""
    return frozenset(only) or (AT_HOME | {Role.DISCORD} if has_token else AT_HOME)


def is_whole(roles: Collection[Role]) -> bool:
    """Tell whether a process with these roles is a service by itself: it paints, and people can ask."""
    return Role.WORKER in roles and not _FRONTS.isdisjoint(roles)
