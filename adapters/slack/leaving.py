"""A workspace that throws the app out: its token goes, and so does whatever waits there for nobody who could see it.

And a channel that does, or is shut: nobody believes any more that we can post there.
"""

import logging
from dataclasses import dataclass

from adapters.slack.installs import Installs
from adapters.slack.origins import heard, workspace_of_event
from adapters.slack.shapes import Json
from adapters.slack.standing import PLATFORM, Conversation
from bot.desk import Desk
from bot.jobs import Tenant

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Departure:
    """What Slack tells of it."""

    workspace: str
    at_s: int  #: when it happened, by Slack's clock


def departure_of(body: Json) -> Departure | None:
    """Read an event; None for one after which our token still opens something. Pure; what is sent is foreign JSON."""
    try:
        event: Json = body["event"]
        if event["type"] != "app_uninstalled" and not (event.get("tokens") or {}).get("bot"):
            return None
        return Departure(workspace=workspace_of_event(body), at_s=int(body["event_time"]))
    except (KeyError, TypeError, ValueError, AttributeError, IndexError):
        return None


def shut_out_of(body: Json) -> Conversation | None:
    """Read where we cannot post any more; None where it is somebody else who left. Pure, of foreign JSON."""
    try:
        event: Json = body["event"]
        if event["type"] == "member_left_channel" and event["user"] != heard(body).get("user_id"):
            return None
        return Conversation(workspace=workspace_of_event(body), channel=str(event["channel"]))
    except (KeyError, TypeError, ValueError, AttributeError, IndexError):
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaving:
    """Does what follows. What the workspace's jobs left behind goes when their time is over, as everybody's does."""

    desk: Desk
    installs: Installs | None  #: None: the settings have the token

    async def leave(self, departure: Departure) -> None:
        """Forget the token and cancel what is under way, unless the app is back already. Raises StoreLost."""
        if self.installs is not None and not await self.installs.forget(departure.workspace, departure.at_s):
            return
        cancelled = await self.desk.cancel_all(Tenant(platform=PLATFORM, id=departure.workspace))
        _log.info("a workspace threw the app out: jobs cancelled=%d", cancelled)
