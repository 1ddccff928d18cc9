"""Slack as a part of a service."""

from adapters.slack.front import SlackFront
from adapters.slack.given import OAuth, SlackOptions
from adapters.slack.opening import Backing, front_of
from bot.desk import Desk
from bot.errors import ConfigError
from bot.noticeboard import Sources
from bot.service.core import Core
from bot.service.originals import originals
from bot.service.slack_access import problems_in_slack
from bot.settings import Settings, revealed


def slack_front(core: Core, desk: Desk, sources: Sources) -> SlackFront:
    """Return the app in Slack, which listens when it runs. Raises ConfigError for settings that do not fit together."""
    settings = core.options.settings
    if problems := [*problems_in_slack(settings, core.options.roles)]:
        raise ConfigError(problems)
    options = SlackOptions(
        token=revealed(settings.slack_token),
        oauth=_oauth(settings),
        app_token=revealed(settings.slack_app_token),
        signing_secret=revealed(settings.slack_signing_secret),
        takes_guests=settings.slack.guests,
        link=originals(core),
    )
    backing = Backing(desk=desk, files=core.files, secrets=core.secrets, card=sources.card)
    return front_of(core.options.in_slack(options), backing)


def _oauth(settings: Settings) -> OAuth | None:
    secret = revealed(settings.slack_client_secret)
    if settings.slack_client_id is None or secret is None:
        return None
    return OAuth(client_id=settings.slack_client_id, client_secret=secret, public_url=settings.public_url)
