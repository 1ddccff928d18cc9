"""What `demo` and `serve` share: the state folder, the key, the signals, and what is said at the start."""

import asyncio
import os
import secrets
import signal
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path

from adapters.web.guests import Guest
from bot.app import ServiceOptions, serve
from bot.cli.terminal import note, say
from bot.errors import ConfigError
from bot.holding import Tenure
from bot.jobs import Place, Requester, Tenant
from bot.servers import ServerSpec
from bot.service.roles import Role
from bot.settings import Settings

KEY_BYTES = 32
"""As many as the signatures have that are made with it."""


async def run_service(
    settings: Settings,
    servers: Mapping[str, ServerSpec],
    people: tuple[str, ...],
    *,
    state: Path,
    host: str,
    port: int,
    roles: frozenset[Role],
) -> None:
    """Serve until Ctrl-C or SIGTERM, a second of which ends the grace of what runs; raises ConfigError."""
    stopping, hurry = asyncio.Event(), asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, _stop, stopping, hurry)
    options = ServiceOptions(
        settings=settings,
        state=state,
        key=_key(settings, state),
        servers=servers,
        guests=(_guest(people),),
        roles=roles,
        redis_url=settings.redis_url.get_secret_value() if settings.redis_url else None,
        host=host,
        port=port,
        hurry=hurry,
    )
    for remark in _remarks(roles, state, shares=options.redis_url is not None):
        note(remark)
    if options.redis_url is None:
        note(f"No FAIRBRUSH_REDIS_URL is set, so jobs are kept by an engine of our own in {state}.")
    await serve(options, stopping, _announce)


_AWAY = {Role.DISCORD: "Discord", Role.SLACK: "Slack"}


def _remarks(roles: frozenset[Role], state: Path, *, shares: bool) -> Iterator[str]:
    """Say what a process is for that is not the page alone, and what it takes from the others."""
    if Role.DISCORD in roles:
        yield "In Discord: fairbrush discord manifest prints the link that invites the bot."
    if Role.SLACK in roles:
        yield "In Slack: fairbrush slack manifest prints what the app there is made of."
    away = [name for role, name in _AWAY.items() if role in roles]
    if Role.WEB not in roles:
        whom = "whoever shares this Redis" if shares else " and ".join(away)
        yield f"Working for {whom}; there is no page here. Ctrl-C ends it."
    if away and Role.WORKER not in roles:
        yield (
            f"Pictures do not travel through Redis: this process needs the same state folder ({state}) and the same "
            "FAIRBRUSH_KEY as the workers."
        )


def state_folder(wished: Path | None) -> Path:
    """Return the folder of everything that lasts, made if it was not there; raises ConfigError."""
    base = Path(os.environ.get("XDG_STATE_HOME") or "~/.local/state")
    try:
        folder = (wished or base / "fairbrush").expanduser().absolute()
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except (OSError, RuntimeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "there is no such home folder"
        raise ConfigError([f"The state folder cannot be used: {reason}."]) from error
    return folder


def _stop(stopping: asyncio.Event, hurry: asyncio.Event) -> None:
    """Take a signal: the first one leaves what runs its grace, another one ends the grace."""
    if stopping.is_set():
        hurry.set()
    else:
        note(f"Ending: what runs has {Tenure().grace_s:g} s to finish. Once more hands it back at once.")
    stopping.set()


def _announce(url: str, remark: str | None) -> None:
    if remark:
        note(remark)
    say(url)
    note("Open it in a browser and type /imagine a lighthouse at dusk. Ctrl-C ends it; what waits goes on next time.")


def _guest(people: tuple[str, ...]) -> Guest:
    tenant = Tenant(platform="web", id="local")
    requesters = tuple(Requester(tenant=tenant, id=name.lower(), name=name) for name in people)
    return Guest(id="local", place=Place(tenant=tenant, channel="studio"), people=requesters)


def _key(settings: Settings, folder: Path) -> bytes:
    """Return what links and sessions are signed with: the environment's, else one that the state folder keeps."""
    if settings.key:
        key = settings.key.get_secret_value().encode()
        if len(key) < KEY_BYTES:
            raise ConfigError([f"FAIRBRUSH_KEY is too short: it needs {KEY_BYTES} random characters at least."])
        return key
    path = folder / "key"
    try:
        if not path.exists():
            _make_key(path)
    except OSError as error:
        raise ConfigError([f"{path} cannot be written: {error.strerror}."]) from error
    key = path.read_bytes()
    if len(key) < KEY_BYTES:
        raise ConfigError([f"{path} was cut short. Delete it; open pages will have to be loaded again."])
    return key


def _make_key(path: Path) -> None:
    """Make a key once, for its owner's eyes alone: the same one after a restart keeps every page's session."""
    aside = path.with_name(f"key.{secrets.token_hex(8)}")
    try:
        with os.fdopen(os.open(aside, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:
            file.write(secrets.token_bytes(KEY_BYTES))
        # Linked, not renamed: of two processes that begin together the first one's key stays, and no half is ever seen.
        with suppress(FileExistsError):
            os.link(aside, path)
    finally:
        aside.unlink(missing_ok=True)
