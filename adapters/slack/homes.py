"""App Home: published when somebody looks at it and after what they click there, as often as Slack takes it."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass

from adapters.slack.calls import Calls
from adapters.slack.home import LATEST, home
from adapters.slack.notes import Notes
from adapters.slack.origins import Origin
from adapters.slack.refusals import Refusal, Refused
from adapters.slack.rooms import Rooms
from adapters.slack.shapes import Json
from bot.desk import Desk
from bot.jobs import JobId, JobRecord
from bot.policy.places import is_for_adults

_log = logging.getLogger(__name__)

_NOT_TAKEN = frozenset({Refusal.INVALID, Refusal.NOT_READY, Refusal.FILE_GONE})


@dataclass(frozen=True, slots=True, kw_only=True)
class Homes:
    """Publishes them."""

    desk: Desk
    calls: Calls
    notes: Notes
    rooms: Rooms

    async def publish(self, origin: Origin) -> None:
        """Make somebody's App Home true. What cannot be shown now is logged: it is shown when they look again."""
        records = await self.desk.history(origin.requester)
        roles = (await self.rooms.rights(origin.workspace, origin.requester.id)).roles
        usage = await self.desk.usage(origin.requester, roles)
        pictures = await self._pictures(origin, records)
        try:
            try:
                await self._put(origin, home(records, usage, pictures))
            except Refused as refused:
                if not pictures or refused.refusal not in _NOT_TAKEN:
                    raise
                await self._put(origin, home(records, usage))
        except Refused as refused:
            _log.warning("an App Home is not up to date: %s", refused.brief)
            _log.debug("an App Home is not up to date: %s", refused.detail)

    async def _put(self, origin: Origin, view: Json) -> None:
        await self.calls.ask(origin.workspace, "views.publish", {"user_id": origin.requester.id, "view": view})

    async def _pictures(self, origin: Origin, records: Sequence[JobRecord]) -> dict[JobId, str]:
        """Return a picture of each job that is shown with one and may be seen there, of those that Slack has."""
        found: dict[JobId, str] = {}
        shows_all = self.desk.ruled(origin.spot()).adults_only
        workflows = self.desk.catalog().workflows
        for record in [each for each in records if each.state.is_final][:LATEST]:
            is_fit = record.files and (shows_all or not is_for_adults(record.job, workflows))
            uploaded = await self.notes.uploaded(record.job.id) if is_fit else None
            first = next(iter(uploaded.ids.values()), None) if uploaded else None
            if first is not None:
                found[record.job.id] = first
        return found
