"""`fairbrush discord sync`: registers the commands by hand."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict
from pathlib import Path

import typer

from adapters.discord.origins import PLATFORM
from adapters.discord.registration import commands_of
from adapters.discord.shapes import Json
from adapters.discord.syncing import Difference, difference, sync
from adapters.redis.opening import open_redis
from bot.cli.discord_calls import DiscordRefused, is_meant_as_id, logged_in, why
from bot.cli.service import state_folder
from bot.cli.setting_up import NOT_IN_DISCORD, load_settings, open_catalog
from bot.cli.store import store_url
from bot.cli.terminal import FAILED, note, say, say_json, say_table
from bot.commands import LeftOut, all_left_out
from bot.errors import ChatError, ConfigError
from bot.ports import TextStore
from bot.service.remembering import Remembering
from bot.settings import Settings

EVERYWHERE = "everywhere"
_STORE_S = 3.0


class _Forgetful:
    """For when no service runs here, which then finds out by itself what is registered: it registers once more."""

    async def get(self, name: str) -> str | None:
        """Know nothing."""
        return None

    async def put(self, name: str, value: str) -> None:
        """Keep nothing."""


def sync_commands(guild: str | None, *, remove: bool, state: Path | None, as_json: bool) -> None:
    """Register what the catalog holds, and say what changed; raises ConfigError, DiscordRefused or StoreLost."""
    settings = load_settings()
    if not settings.discord_token:
        raise ConfigError([NOT_IN_DISCORD])
    if guild is not None and not is_meant_as_id(guild):
        raise ConfigError(["--guild takes an id: right-click the server in Discord, Copy Server ID."])
    catalog = open_catalog(settings)
    registration = commands_of(catalog, settings.default_workflow)
    url = store_url(settings, state_folder(state or settings.state_dir))
    scopes = [guild] if guild else scopes_of(settings)
    found, refused = asyncio.run(_synced(settings, url, scopes, [] if remove else list(registration.commands)))
    left_out = () if remove else all_left_out(catalog, registration.left_out)
    if as_json:
        said = [{"where": scope or EVERYWHERE, **asdict(plan)} for scope, plan in found.items()]
        say_json({"registered": said, "refused": refused, "left_out": [asdict(each) for each in left_out]})
    else:
        _show_all(found, left_out)
    if refused and as_json:
        raise typer.Exit(FAILED)  # all has been said, in one document
    if refused:
        raise DiscordRefused("\n".join(refused))


def scopes_of(settings: Settings) -> list[str | None]:
    """Return where a service registers commands: in the communities for trying things out, else everywhere (None)."""
    return [*settings.discord.dev_guilds] or [None]


async def _synced(
    settings: Settings, url: str | None, scopes: Sequence[str | None], commands: Sequence[Json]
) -> tuple[Mapping[str | None, Difference], Sequence[str]]:
    """Return what changed where, and a sentence for each place that Discord refused: one keeps no other waiting."""
    found: dict[str | None, Difference] = {}
    refused: list[str] = []
    async with _remembered(url) as remembered, logged_in(settings) as rest:
        for guild in scopes:
            try:
                registered = await rest.commands(rest.application, guild)
                await sync(rest, remembered, commands, application=rest.application, guild=guild, anew=True)
            except ChatError as error:
                refused.append(f"In {guild}: {why(error)}" if guild else why(error))
            else:
                found[guild] = difference(registered, commands)
    return found, refused


@asynccontextmanager
async def _remembered(url: str | None) -> AsyncIterator[TextStore]:
    if url is None:
        yield _Forgetful()
        return
    async with open_redis(url, deadline_s=_STORE_S) as pool:
        yield Remembering(settings=pool.settings, platform=PLATFORM)


def _show_all(found: Mapping[str | None, Difference], left_out: Iterable[LeftOut]) -> None:
    for scope, plan in found.items():
        _show(plan, scope)
    for each in left_out:
        note(f"Left out: {each}")


def _show(found: Difference, guild: str | None) -> None:
    where = f"In {guild}, at once:" if guild else "Everywhere, in an open Discord once it is reloaded:"
    say(where)
    rows: Mapping[str, tuple[str, ...]] = asdict(found)
    say_table((f"  {what}", str(len(names)), ", ".join(names)) for what, names in rows.items() if names)
