"""What stands behind a chat platform."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from bot.desk import Desk
from bot.jobs import JobRecord
from bot.ports import FileStore, LiveBoard, SecretStore, TurnStore
from bot.status import StatusCard


@dataclass(frozen=True, slots=True, kw_only=True)
class Backing:
    """It, the same for all platforms and processes."""

    desk: Desk
    files: FileStore
    live: LiveBoard
    secrets: SecretStore
    turns: TurnStore
    card: Callable[[JobRecord], Awaitable[StatusCard]]
