"""Discord as a part of a service."""

from bot.desk import Desk
from bot.noticeboard import Sources
from bot.service.core import Core
from bot.service.fronts import Front


def discord_front(core: Core, desk: Desk, sources: Sources) -> Front:
    """Return the bot in Discord, which logs in when it runs."""
    raise NotImplementedError
