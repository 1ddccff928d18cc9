"""Tokens that the settings name: what they open is asked once; one that opens nothing is the operator's to mend."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from adapters.slack.calls import Calls
from adapters.slack.installs import OneToken, workspace_of
from adapters.slack.refusals import Refusal, Refused
from adapters.slack.shapes import Json
from bot.errors import ConfigError
from bot.outages import Outage

_log = logging.getLogger(__name__)

KNOWN_WITHIN_S = 10.0
"""For so long a call waits for a workspace that is not known yet."""

_FIRST_S, _LONGEST_S = 1.0, 60.0
_NOT_ALLOWED = frozenset({"not_allowed_token_type", "missing_scope"})


@asynccontextmanager
async def alone(base_url: str, token: str, *, what: str) -> AsyncIterator[Calls]:
    """Open the way for a token, called `what`, whatever workspace it is of: that is "" here.

    Raises ConfigError where it opens nothing.
    """
    async with Calls(OneToken(workspace="", text=token), base_url=base_url) as calls:
        try:
            yield calls
        except Refused as refused:
            if refused.refusal is not Refusal.REVOKED and refused.error not in _NOT_ALLOWED:
                raise
            raise ConfigError([f"Slack takes the {what} no more, or never did: {refused.error}."]) from refused


async def ask_alone(base_url: str, token: str, method: str, *, what: str) -> Json:
    """Ask for something that is about a token alone, called `what`. Raises Refused; ConfigError if it opens nothing."""
    async with alone(base_url, token, what=what) as calls:
        return await calls.ask("", method)


@dataclass(slots=True, kw_only=True)
class OwnToken:
    """The token of the one workspace; which one that is, Slack says."""

    text: str = field(repr=False)
    base_url: str
    named: Callable[[str, str], None] = lambda *_: None  #: told what the workspace is called
    mend: str = field(default="install the app there again and set FAIRBRUSH_SLACK_TOKEN anew", init=False)
    _known: OneToken | None = field(default=None, init=False, repr=False)
    _is_known: asyncio.Event = field(default_factory=asyncio.Event, init=False, repr=False)

    async def token(self, workspace: str) -> str | None:
        """Return it for its workspace; waits a moment for what is not known yet. Raises Refused."""
        try:
            async with asyncio.timeout(KNOWN_WITHIN_S):
                await self._is_known.wait()
        except TimeoutError as error:
            raise Refused(Refusal.AWAY, detail="the workspace of the token is not known yet") from error
        return await self._known.token(workspace) if self._known else None

    async def learn(self) -> None:
        """Ask Slack for the workspace until it answers. Raises ConfigError for a token that opens nothing."""
        outage, pause_s = Outage(_log, "Slack"), _FIRST_S
        while self._known is None:
            try:
                self._known = OneToken(workspace=await self._workspace(), text=self.text)
            except Refused as refused:
                outage.lost(refused)
                await asyncio.sleep(pause_s)
                pause_s = min(2 * pause_s, _LONGEST_S)
        outage.over()
        self._is_known.set()

    async def _workspace(self) -> str:
        told = await ask_alone(self.base_url, self.text, "auth.test", what="bot token")
        is_enterprise = bool(told.get("is_enterprise_install"))
        workspace = workspace_of(told.get("enterprise_id"), told.get("team_id"), is_enterprise_install=is_enterprise)
        self.named(workspace, str(told.get("team") or ""))
        return workspace
