"""`fairbrush serve`: the real thing, on the GPUs that the settings name."""

from collections.abc import Iterator, Sequence
from getpass import getuser
from pathlib import Path

from bot.cli.addresses import located, mistakes
from bot.cli.loops import run
from bot.cli.service import run_service, state_folder
from bot.cli.setting_up import NOT_IN_DISCORD, load_settings
from bot.cli.terminal import note
from bot.errors import ConfigError
from bot.service.roles import Role, is_whole, roles_of
from bot.service.slack_access import problems_in_slack
from bot.settings import Settings

_ALONE = (
    "--only shares the work among processes, and the engine of our own belongs to one: set FAIRBRUSH_REDIS_URL to a "
    "Redis that all of them reach."
)


def serve(*, host: str, port: int, state: Path | None, only: Sequence[Role]) -> None:
    """Serve until Ctrl-C; raises ConfigError."""
    settings = load_settings()
    roles = roles_of(only, settings)
    seeds = {server.name: server.spec for server in settings.servers}
    if problems := [*_lacking(settings, roles), *mistakes(seeds.values())]:
        raise ConfigError(problems)
    if Role.WORKER in roles:
        _tell_lacks(settings)
    folder = state_folder(state or settings.state_dir)
    # Nobody signs in yet, so the page is for whoever sits at this machine, and speaks for them alone.
    run(run_service(settings, seeds, (_user(),), state=folder, host=host, port=port, roles=roles))


def _lacking(settings: Settings, roles: frozenset[Role]) -> Iterator[str]:
    if not is_whole(roles) and not settings.redis_url:
        yield _ALONE
    if Role.DISCORD in roles and not settings.discord_token:
        yield NOT_IN_DISCORD
    if Role.SLACK in roles:
        yield from problems_in_slack(settings, roles)


def _tell_lacks(settings: Settings) -> None:
    """Say of which GPUs this machine lacks a credential or a file, now that somebody reads it; the others work."""
    for each in located(settings, None).values():
        if isinstance(each, ConfigError):
            note(f"{each} Until then this process does not work on it.")


def _user() -> str:
    try:
        return getuser().capitalize()
    except (KeyError, OSError):
        return "You"
