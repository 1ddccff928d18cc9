"""Who is in which user group of a workspace: asked only of groups that settings name, and believed for a minute."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from time import monotonic

from adapters.slack.calls import Calls
from adapters.slack.pacing import MINUTE_S, TIERS
from adapters.slack.refusals import PASSING, Refusal, Refused
from adapters.slack.shapes import Json

_log = logging.getLogger(__name__)

KNOWN_S = 60.0
"""For so long a group is believed to be as it was: whoever is taken out of it has lost their rights within a minute."""

_TIER = 2  # of usergroups.users.list
_MOST_KNOWN = 2000


def _none(_: str) -> frozenset[str]:
    return frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Groups:
    """What is known of user groups."""

    calls: Calls
    named: Callable[[str], frozenset[str]] = _none  #: the ids that settings name for a workspace
    clock: Callable[[], float] = monotonic
    # None: Slack does not tell at the moment.
    _members: dict[tuple[str, str], tuple[float, frozenset[str] | None]] = field(default_factory=dict, init=False)
    _doors: dict[str, asyncio.Lock] = field(default_factory=dict, init=False, repr=False)

    async def of(self, workspace: str, user: str, *, is_vital: bool = False) -> tuple[str, ...]:
        """Return in which of the named groups somebody is: in none of which Slack does not tell. Raises StoreLost.

        `is_vital`: where Slack does not tell at the moment, Refused is raised instead.
        """
        named = self.named(workspace)
        if not named:
            return ()
        # More groups than Slack lets us ask for in a minute are asked for less often.
        known_s = max(KNOWN_S, len(named) * MINUTE_S / TIERS[_TIER])
        if len(self._doors) >= _MOST_KNOWN:
            self._doors.clear()
        # One after the other: of a crowd that asks at once, the first one finds out for all.
        async with self._doors.setdefault(workspace, asyncio.Lock()):
            told = {each: await self._told(workspace, each, known_s) for each in sorted(named)}
        found = tuple(each for each, members in told.items() if members and user in members)
        if is_vital and None in told.values():
            raise Refused(Refusal.AWAY, detail="who is in a user group")
        return found

    async def _told(self, workspace: str, group: str, known_s: float) -> frozenset[str] | None:
        until, known = self._members.get((workspace, group), (0.0, None))
        if until > self.clock():
            return known
        try:
            told: Json | None = await self.calls.ask(workspace, "usergroups.users.list", {"usergroup": group})
        except Refused as refused:
            # A group of another workspace, an app without the scope, a Slack in trouble: nobody has a right by it then.
            _log.warning("nobody is known to be in a user group: group=%s %s", group, refused.brief)
            told = None if refused.refusal in PASSING else {}
        members = None if told is None else frozenset(map(str, told.get("users") or ()))
        if len(self._members) >= _MOST_KNOWN:
            self._members.clear()
        self._members[workspace, group] = (self.clock() + known_s, members)
        return members
