"""`fairbrush init`: a settings file to edit, every setting in it with its default and a sentence."""

from importlib.resources import files
from pathlib import Path

from bot.cli.setting_up import settings_path
from bot.cli.terminal import note, say
from bot.errors import ConfigError


def write_settings(*, force: bool) -> None:
    """Write the commented file; raises ConfigError when one is there already."""
    path = settings_path()
    try:
        with path.open("wb" if force else "xb") as file:
            file.write(template())
    except FileExistsError as error:
        raise ConfigError([f"{path} is there already. --force replaces it."]) from error
    except OSError as error:
        raise ConfigError([f"{path} cannot be written: {error.strerror}."]) from error
    say(str(path))
    note("Name your GPUs in it, then run: fairbrush check")


def template() -> bytes:
    """Return the file as it ships."""
    return Path(str(files("bot.cli"))).joinpath("fairbrush.toml").read_bytes()
