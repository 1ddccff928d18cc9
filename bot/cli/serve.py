"""`fairbrush serve`: the real thing, on the GPUs that the settings name."""

from getpass import getuser
from pathlib import Path

from bot.cli.addresses import addresses
from bot.cli.loops import run
from bot.cli.service import run_service, state_folder
from bot.cli.setting_up import load_settings
from bot.errors import ConfigError


def serve(*, host: str, port: int, state: Path | None) -> None:
    """Serve until Ctrl-C; raises ConfigError."""
    settings = load_settings()
    servers = addresses(settings, None)
    if not servers:
        raise ConfigError(["No GPU is configured. Name yours in fairbrush.toml: fairbrush init writes one to edit."])
    folder = state_folder(state or settings.state_dir)
    # Nobody signs in yet, so the page is for whoever sits at this machine, and speaks for them alone.
    run(run_service(settings, servers, (_user(),), state=folder, host=host, port=port))


def _user() -> str:
    try:
        return getuser().capitalize()
    except (KeyError, OSError):
        return "You"
