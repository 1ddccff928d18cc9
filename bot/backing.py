"""What stands behind a chat platform."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from bot.desk import Desk
from bot.jobs import JobRecord, Tenant
from bot.ports import FileStore, LiveBoard, SecretStore, TurnStore
from bot.status import StatusCard

Named = Callable[[Tenant, str], None]
"""Takes a community and what it is called."""


def unheard(_: Tenant, __: str) -> None:
    """Heed no name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Backing:
    """It, the same for all platforms and processes."""

    desk: Desk
    files: FileStore
    live: LiveBoard
    secrets: SecretStore
    turns: TurnStore
    card: Callable[[JobRecord], Awaitable[StatusCard]]
    named: Named = unheard  #: told what a community is called, as often as a platform says it
