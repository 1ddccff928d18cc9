"""What `fairbrush check` says of Discord: whether the token opens it, and whether the commands are there."""

import asyncio
from collections.abc import Iterator

from adapters.discord.registration import Registration, commands_of
from adapters.discord.rest import Rest, Sessions
from adapters.discord.syncing import Difference, difference
from bot.cli.discord_calls import AWAY, logged_in
from bot.cli.discord_sync import scopes_of
from bot.cli.findings import Finding
from bot.cli.terminal import FAILED, WRONG
from bot.errors import ConfigError, FairbrushError
from bot.settings import Settings
from workflows.catalog import Catalog

_SUBJECT = "Discord"
_ASKED_S = 15.0
_FEW = 10
"""So few connections are gone after a bad hour."""


def discord_findings(settings: Settings, catalog: Catalog) -> list[Finding]:
    """Log in, look, and change nothing."""
    if not settings.discord_token:
        return [Finding(subject=_SUBJECT, text="no FAIRBRUSH_DISCORD_TOKEN, so Fairbrush is not there")]
    registration = commands_of(catalog, settings.default_workflow)
    return [*asyncio.run(_asked(settings, registration)), *_left_out(registration)]


async def _asked(settings: Settings, registration: Registration) -> list[Finding]:
    try:
        async with asyncio.timeout(_ASKED_S), logged_in(settings) as rest:
            return [
                await _named(rest),
                _connections(await rest.sessions()),
                *await _commands(rest, settings, registration),
            ]
    except ConfigError as error:
        return [Finding(subject=_SUBJECT, text=problem, exit_code=WRONG) for problem in error.problems]
    except FairbrushError as error:
        return [Finding(subject=_SUBJECT, text=str(error), exit_code=FAILED)]
    except TimeoutError:
        return [Finding(subject=_SUBJECT, text=AWAY, exit_code=FAILED)]


async def _named(rest: Rest) -> Finding:
    return Finding(subject=_SUBJECT, text=f"the token opens {await rest.name()} (application {rest.application})")


def _connections(sessions: Sessions) -> Finding:
    shards = f"{sessions.shards} connection{'s' if sessions.shards > 1 else ''} at a time"
    text = f"{shards}; {sessions.left} of {sessions.of} left, anew in {sessions.anew_in_s / 3600:.0f} h"
    code = FAILED if sessions.left < max(_FEW, sessions.shards) else 0
    return Finding(subject=f"{_SUBJECT}, gateway", text=text, exit_code=code)


async def _commands(rest: Rest, settings: Settings, registration: Registration) -> list[Finding]:
    return [
        _compared(difference(await rest.commands(rest.application, guild), registration.commands), guild)
        for guild in scopes_of(settings)
    ]


def _compared(found: Difference, guild: str | None) -> Finding:
    subject = f"{_SUBJECT}, commands" + (f" in {guild}" if guild else "")
    parts = {"missing": found.added, "different": found.changed, "no longer ours": found.removed}
    differing = [f"{what}: {', '.join(names)}" for what, names in parts.items() if names]
    if not differing:
        return Finding(subject=subject, text=f"{len(found.unchanged)} registered, all as the workflows say")
    how = "fairbrush discord sync" + (f" --guild {guild}" if guild else "")
    text = f"{'; '.join(differing)}. A service registers them when it starts; by hand: {how}"
    return Finding(subject=subject, text=text, exit_code=FAILED)


def _left_out(registration: Registration) -> Iterator[Finding]:
    for each in registration.left_out:
        yield Finding(subject=f"{_SUBJECT}, left out", text=str(each))
