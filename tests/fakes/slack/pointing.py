"""Points an app's options at the fake: it is in this Slack and lives in its time. The fake itself knows no app."""

from dataclasses import replace
from typing import Any, TypeVar

from .server import FakeSlack

PING_S = 0.3

Options = TypeVar("Options", bound=Any)
"""Those of an app, with the names of `adapters.slack.given.SlackOptions`."""


def near(slack: FakeSlack, options: Options) -> Options:
    """Return the options of an app that is nowhere else."""
    host = slack.world.host
    here = replace(options, base_url=slack.url, hooks={host}, files={host})
    return replace(here, ping_s=PING_S, now=slack.clock.now)
