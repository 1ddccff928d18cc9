"""The command line as it is installed, but its Slack is where the environment says, and deadlines are of seconds.

So a message whose process was killed is another's within seconds. How the deadlines stand to each other is as it ships.
"""

import os
from dataclasses import replace
from typing import Any

from adapters.slack import files
from adapters.slack.given import SlackOptions
from bot import app
from bot.app import ServiceOptions
from bot.cli import service
from bot.cli.main import main
from tests.acceptance.service.brisk import TENURE

HOST = "FAKE_SLACK_HOST"


def _brisk(**given: Any) -> ServiceOptions:
    return ServiceOptions(**{**given, "tenure": TENURE, "in_slack": _near})


def _near(options: SlackOptions) -> SlackOptions:
    host = os.environ[HOST]
    return replace(options, base_url=f"{host}/api/", hooks=frozenset({host}), files=frozenset({host}), ping_s=0.5)


if __name__ == "__main__":
    app.FAR = replace(app.FAR, answer_s=3.0, lease_s=0.5)  # type: ignore[attr-defined]
    files.SEND_S, files.READY_S, files.LOST_S = 1.5, 0.8, 2.0
    service.ServiceOptions = _brisk  # type: ignore[assignment, attr-defined]
    main()
