"""Where a command finds what a service keeps."""

from pathlib import Path
from urllib.parse import quote

from adapters.redis.places import engine_runs, socket_of
from bot.settings import Settings


def store_url(settings: Settings, state: Path) -> str | None:
    """Return the URL of the Redis that is set, else of the embedded engine; None while that does not run."""
    if settings.redis_url:
        return settings.redis_url.get_secret_value()
    # The lock tells, not the socket: a killed service leaves one behind.
    if not engine_runs(state / "store"):
        return None
    return f"unix://{quote(str(socket_of(state / 'store')))}"
