"""The command line as it is installed, but its Discord is where the environment says, and deadlines are of seconds.

So a message whose process was killed is another's within seconds. How the deadlines stand to each other is as it ships.
"""

import os
from dataclasses import replace
from typing import Any

from adapters.discord.given import DiscordOptions
from bot import app
from bot.app import ServiceOptions
from bot.cli import service
from bot.cli.main import main
from tests.acceptance.service.brisk import TENURE
from tests.fakes.discord.pointing import point_at

API, GATEWAY, HOST = "FAKE_DISCORD_API", "FAKE_DISCORD_GATEWAY", "FAKE_DISCORD_CDN"


def _brisk(**given: Any) -> ServiceOptions:
    return ServiceOptions(**{**given, "tenure": TENURE, "in_discord": _near})


def _near(options: DiscordOptions) -> DiscordOptions:
    return replace(options, origins=frozenset({os.environ[HOST]}))


if __name__ == "__main__":
    point_at(api=os.environ[API], gateway=os.environ[GATEWAY])
    app.FAR = replace(app.FAR, answer_s=1.5, lease_s=0.5)  # type: ignore[attr-defined]
    service.ServiceOptions = _brisk  # type: ignore[assignment, attr-defined]
    main()
