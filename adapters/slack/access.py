"""Whether the tokens of workspaces still open them: what the operator reads when one does not, once for each time."""

import logging
from dataclasses import dataclass, field

from adapters.slack.refusals import Refused
from bot.outages import Outage

_log = logging.getLogger(__name__)

_MOST_SHUT = 1000
"""Workspaces that are remembered to be shut: beyond that one may be told of twice."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """What is known of it in this process; `mend` says what the operator can do about a workspace that is shut."""

    mend: str
    _shut: dict[str, Outage] = field(default_factory=dict, init=False)

    def shut(self, workspace: str, refused: Refused) -> None:
        """Note that its token opens it no more, or that there is none."""
        if workspace not in self._shut:
            if len(self._shut) >= _MOST_SHUT:
                self._shut.clear()
            self._shut[workspace] = Outage(_log, f"the way into Slack's workspace {workspace} ({self.mend})")
        self._shut[workspace].lost(refused)

    def open(self, workspace: str) -> None:
        """Note that it is open."""
        outage = self._shut.pop(workspace, None)
        if outage is not None:
            outage.over()
