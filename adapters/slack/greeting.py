"""The first thing that whoever installs the app hears of it: three lines for moderators, in their direct messages."""

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from slack_bolt.oauth.async_oauth_flow import AsyncOAuthFlow
from slack_bolt.oauth.async_oauth_settings import AsyncOAuthSettings
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_sdk.oauth.installation_store.models.installation import Installation
from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack.answers import answered
from adapters.slack.calls import Calls
from adapters.slack.installs import workspace_of
from adapters.slack.manifest import FAIRBRUSH
from adapters.slack.rooms import Rooms
from bot.errors import FairbrushError
from bot.presiding import MOD, greeting

_log = logging.getLogger(__name__)

WITHIN_S = 5.0
"""Their browser waits for it; then they read on Slack's page that it is done."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Greeting:
    """Greets."""

    calls: Calls
    rooms: Rooms

    async def greet(self, workspace: str, user: str) -> None:
        """Say how moderators begin; where that cannot be said nothing is lost."""
        try:
            async with asyncio.timeout(WITHIN_S):
                talk = await self.rooms.direct(workspace, user)
                message = answered(greeting(f"/{FAIRBRUSH} {MOD}"))
                await self.calls.ask(workspace, "chat.postMessage", {"channel": talk.channel, **message})
        except (FairbrushError, TimeoutError) as error:
            _log.info("nobody was greeted: workspace=%s %s", workspace, type(error).__name__)


class GreetingFlow(AsyncOAuthFlow):
    """How a workspace installs the app; once its token is kept, whoever did it is greeted."""

    def __init__(
        self,
        *,
        client: AsyncWebClient,
        settings: AsyncOAuthSettings,
        greeting: Greeting,
        named: Callable[[str, str], None],
    ) -> None:
        super().__init__(client=client, settings=settings)
        self._greeting, self._named = greeting, named

    async def store_installation(self, request: AsyncBoltRequest, installation: Installation) -> None:
        """Keep an installation; slack-bolt calls this."""
        await super().store_installation(request, installation)
        self._name(installation)
        # An organisation is no workspace yet: its own admins say later which of them get the app.
        if not installation.is_enterprise_install and installation.team_id and installation.user_id:
            workspace = workspace_of(installation.enterprise_id, installation.team_id, is_enterprise_install=False)
            await self._greeting.greet(workspace, installation.user_id)

    def _name(self, installation: Installation) -> None:
        """Tell what the workspace is called, or the organisation that has the app for all of its own."""
        is_wide = bool(installation.is_enterprise_install)
        name = installation.enterprise_name if is_wide else installation.team_name
        with suppress(ValueError):
            workspace = workspace_of(installation.enterprise_id, installation.team_id, is_enterprise_install=is_wide)
            self._named(workspace, name or "")
