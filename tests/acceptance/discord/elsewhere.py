"""The command line as it is installed, but its Discord is where the environment says, and deadlines are of seconds.

So a message whose process was killed is another's within seconds. How the deadlines stand to each other is as it ships.
"""

import os
from dataclasses import replace
from typing import Any

import yarl

from adapters.discord import cdn
from adapters.discord.library import discord
from bot import app
from bot.app import ServiceOptions
from bot.cli import service
from bot.cli.main import main
from tests.acceptance.service.brisk import TERMS

API, GATEWAY, HOST = "FAKE_DISCORD_API", "FAKE_DISCORD_GATEWAY", "FAKE_DISCORD_CDN"


def _brisk(**given: Any) -> ServiceOptions:
    return ServiceOptions(**{**given, "terms": TERMS})


if __name__ == "__main__":
    discord.http.Route.BASE = os.environ[API]
    discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(os.environ[GATEWAY])
    cdn.ORIGINS = frozenset({os.environ[HOST]})
    app.FAR = replace(app.FAR, answer_s=1.5, lease_s=0.5)  # type: ignore[attr-defined]
    service.ServiceOptions = _brisk  # type: ignore[assignment, attr-defined]
    main()
