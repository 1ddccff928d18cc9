"""Socket Mode: slack_sdk's client, replaced by a new one when nothing is heard through it any more.

It mends what it notices by itself. It does not notice everything: an address that was refused once it tries for good.
"""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NoReturn

from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack.given import PING_S
from adapters.slack.tokens import ask_alone
from bot.errors import ChatError
from bot.outages import Outage
from bot.supervising import Pauses, Supervisor

_log = logging.getLogger(__name__)
_quiet = logging.getLogger(f"{__name__}.sdk")
# Its messages hold the socket's address, which is a secret; what is lost and back is noted here.
_quiet.setLevel(logging.CRITICAL)

CONNECT_S = 20.0

_SILENT_PINGS = 6
"""slack_sdk replaces a connection that was silent for four; this is for when it does not."""


class SocketLost(ChatError):
    """Nothing is heard from Slack for now."""

    sentence = "Slack's Socket Mode cannot be reached."


@dataclass(frozen=True, slots=True, kw_only=True)
class Listening:
    """Hears by Socket Mode for as long as the service runs."""

    app: AsyncApp
    token: str = field(repr=False)  #: the app's own, xapp-…
    base_url: str
    ping_s: float = PING_S

    async def run(self) -> None:
        """Listen for good. Raises ConfigError for a token that opens nothing."""
        await Supervisor(listen=self._listen, outage=Outage(_log, "Slack's Socket Mode"), pauses=Pauses()).run()

    async def _listen(self, connected: Callable[[], None]) -> NoReturn:
        opened = await ask_alone(self.base_url, self.token, "apps.connections.open", what="app token")
        web = AsyncWebClient(base_url=self.base_url, logger=_quiet, retry_handlers=[])
        handler = AsyncSocketModeHandler(self.app, self.token, logger=_quiet, web_client=web, ping_interval=self.ping_s)
        client = handler.client
        client.wss_uri = str(opened.get("url"))
        try:
            async with asyncio.timeout(CONNECT_S):
                await client.connect()  # type: ignore[no-untyped-call] # slack_sdk's
            connected()
            await self._watch(handler)
        except TimeoutError as error:
            raise SocketLost(detail="no connection in time") from error
        finally:
            await handler.close_async()  # type: ignore[no-untyped-call] # slack_bolt's

    async def _watch(self, handler: AsyncSocketModeHandler) -> NoReturn:
        """Look whether it is connected until it was not for long; raises SocketLost then."""
        silent = 0
        while silent < _SILENT_PINGS:
            await asyncio.sleep(self.ping_s)
            silent = 0 if await handler.client.is_connected() else silent + 1
        raise SocketLost(detail="silent")
