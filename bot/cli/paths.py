"""Paths as people type them."""

from pathlib import Path

from bot.errors import ConfigError


def expanded(path: Path) -> Path:
    """Put the home folder where a path begins with `~`; raises ConfigError when nobody has that account."""
    try:
        return path.expanduser()
    except RuntimeError as error:
        raise ConfigError([f"{path}: there is no home folder of that name."]) from error
