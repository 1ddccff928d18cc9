"""Where the app is installed: the bot's token of every workspace, encrypted; and the states of OAuth's way there.

A workspace is named as a tenant is: by its team, or by its enterprise where the app is installed for all of it. What
an installation holds of the member who made it is not kept: the app acts as itself alone.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from logging import Logger, getLogger
from secrets import token_urlsafe
from typing import Any

from slack_sdk.oauth.installation_store.async_installation_store import AsyncInstallationStore
from slack_sdk.oauth.installation_store.models.bot import Bot
from slack_sdk.oauth.installation_store.models.installation import Installation
from slack_sdk.oauth.state_store.async_state_store import AsyncOAuthStateStore

from bot.ports import SecretStore

KEPT_S = 10 * 365 * 24 * 3600.0
"""An installation has no end of its own: it lasts until somebody uninstalls the app."""

STATE_S = 600.0
"""For so long somebody may look at Slack's page of consent, as long as the code is good that it gives."""

_log = getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class OneToken:
    """The token of the one workspace that the settings name; asked for another one there is none."""

    workspace: str
    text: str = field(repr=False)
    mend: str = ""

    async def token(self, workspace: str) -> str | None:
        """Return the token."""
        return self.text if workspace == self.workspace else None


class Installs(AsyncInstallationStore):
    """What slack-bolt calls an installation store, and where every call's token comes from. May raise StoreLost."""

    mend = "let somebody there install the app again, by /slack/install"

    def __init__(self, secrets: SecretStore) -> None:
        self._secrets = secrets

    @property
    def logger(self) -> Logger:
        """Return the logger."""
        return _log

    async def token(self, workspace: str) -> str | None:
        """Return the token of a workspace's bot; None where the app is not installed."""
        kept = await self._kept(workspace)
        return None if kept is None else kept.get("bot_token")

    async def forget(self, workspace: str, at_s: int) -> bool:
        """Forget the installation that ended then; False: there is a newer one, and what was told came late."""
        kept = await self._kept(workspace)
        # Slack tells whole seconds.
        if kept is not None and int(kept.get("installed_at") or 0) > at_s:
            return False
        await self._secrets.forget(_name(workspace))
        return True

    # ---- As slack-bolt calls it ----

    async def async_save(self, installation: Installation) -> None:
        """Keep an installation; a newer one replaces it."""
        workspace = workspace_of(
            installation.enterprise_id, installation.team_id, is_enterprise_install=installation.is_enterprise_install
        )
        kept = {name: getattr(installation, name) for name in _KEPT}
        await self._secrets.put(_name(workspace), json.dumps(kept), for_s=KEPT_S)

    async def async_save_bot(self, bot: Bot) -> None:
        """Keep what a renewed token changes."""
        workspace = workspace_of(bot.enterprise_id, bot.team_id, is_enterprise_install=bot.is_enterprise_install)
        known = {name: value for name in _KEPT if (value := getattr(bot, name, None)) is not None}
        await self._secrets.put(
            _name(workspace), json.dumps({**(await self._kept(workspace) or {}), **known}), for_s=KEPT_S
        )

    async def async_find_bot(
        self, *, enterprise_id: str | None, team_id: str | None, is_enterprise_install: bool | None = False
    ) -> Bot | None:
        """Return the bot of a workspace; None where the app is not installed."""
        found = await self.async_find_installation(
            enterprise_id=enterprise_id, team_id=team_id, is_enterprise_install=is_enterprise_install
        )
        return None if found is None else found.to_bot()

    async def async_find_installation(
        self,
        *,
        enterprise_id: str | None,
        team_id: str | None,
        user_id: str | None = None,
        is_enterprise_install: bool | None = False,
    ) -> Installation | None:
        """Return the installation of a workspace, whoever asks; None where there is none."""
        kept = await self._kept(workspace_of(enterprise_id, team_id, is_enterprise_install=is_enterprise_install))
        return None if kept is None else Installation(**{"user_id": "", **kept})

    async def async_delete_bot(self, *, enterprise_id: str | None, team_id: str | None) -> None:
        """Forget a token that was revoked, or of a workspace that the app was thrown out of."""
        for workspace in filter(None, (team_id, enterprise_id if team_id is None else None)):
            await self._secrets.forget(_name(workspace))

    async def async_delete_installation(
        self, *, enterprise_id: str | None, team_id: str | None, user_id: str | None = None
    ) -> None:
        """Forget an installation; what a single member revokes was never kept."""
        if user_id is None:
            await self.async_delete_bot(enterprise_id=enterprise_id, team_id=team_id)

    async def _kept(self, workspace: str) -> dict[str, Any] | None:
        kept = await self._secrets.get(_name(workspace))
        return None if kept is None else dict(json.loads(kept))


_KEPT = (
    "app_id", "enterprise_id", "enterprise_name", "team_id", "team_name", "bot_token", "bot_id", "bot_user_id",
    "bot_scopes", "bot_refresh_token", "bot_token_expires_at", "is_enterprise_install", "token_type", "installed_at",
)  # fmt: skip


class States(AsyncOAuthStateStore):
    """What ties the answer of Slack's page of consent to the browser that went there; each is good once."""

    def __init__(self, secrets: SecretStore, *, drawn: Callable[[], str] = token_urlsafe) -> None:
        self._secrets, self._drawn = secrets, drawn

    @property
    def logger(self) -> Logger:
        """Return the logger."""
        return _log

    async def async_issue(self, *args: object, **more: object) -> str:
        """Draw a new state."""
        state = self._drawn()
        await self._secrets.put(_state(state), "issued", for_s=STATE_S)
        return state

    async def async_consume(self, state: str) -> bool:
        """Tell whether a state is one of ours, and use it up. Two at the same moment meet a code that is good once."""
        if len(state) > _LONGEST_STATE or await self._secrets.get(_state(state)) is None:
            return False
        await self._secrets.forget(_state(state))
        return True


_LONGEST_STATE = 100


def workspace_of(enterprise: str | None, team: str | None, *, is_enterprise_install: bool | None) -> str:
    """Return what a workspace is called as a tenant; raises ValueError for none at all."""
    workspace = enterprise if is_enterprise_install else team or enterprise
    if not workspace:
        raise ValueError("Slack named neither a team nor an enterprise")
    return workspace


def _name(workspace: str) -> str:
    return f"slack/install/{workspace}"


def _state(state: str) -> str:
    return f"slack/state/{state}"
