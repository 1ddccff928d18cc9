"""Slack as a part of a service."""

from adapters.slack.front import SlackFront
from adapters.slack.given import OAuth, SlackOptions
from adapters.slack.opening import front_of
from adapters.slack.standing import PLATFORM
from bot.backing import Backing
from bot.errors import ConfigError
from bot.jobs import Tenant
from bot.limits import named_roles
from bot.service.core import Core
from bot.service.originals import originals
from bot.service.slack_access import problems_in_slack
from bot.settings import Settings, revealed


def slack_front(core: Core, backing: Backing) -> SlackFront:
    """Return the app in Slack, which listens when it runs. Raises ConfigError for settings that do not fit together."""
    settings = core.options.settings
    if problems := [*problems_in_slack(settings, core.options.roles)]:
        raise ConfigError(problems)
    options = SlackOptions(
        token=revealed(settings.slack_token),
        oauth=_oauth(settings),
        app_token=revealed(settings.slack_app_token),
        signing_secret=revealed(settings.slack_signing_secret),
        groups=lambda workspace: named_roles(settings, Tenant(platform=PLATFORM, id=workspace)),
        link=originals(core),
    )
    return front_of(core.options.in_slack(options), backing)


def _oauth(settings: Settings) -> OAuth | None:
    secret = revealed(settings.slack_client_secret)
    if settings.slack_client_id is None or secret is None:
        return None
    return OAuth(client_id=settings.slack_client_id, client_secret=secret, public_url=settings.public_url)
