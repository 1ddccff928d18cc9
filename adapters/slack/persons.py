"""Who asks, as Slack tells it: their name, whether they are a guest, and what they are to tiers and moderation."""

from dataclasses import asdict, dataclass, replace

from adapters.slack.calls import Calls
from adapters.slack.groups import Groups
from adapters.slack.notes import Notes
from adapters.slack.refusals import PASSING, Refused
from adapters.slack.shapes import Json
from bot.errors import SubmissionError
from bot.policy.tiers import GUEST
from bot.submissions import Occasion

KNOWN_S = 900.0
"""For so long somebody is believed to be who they were."""

MODERATES_S = 60.0
"""And that they moderate: whoever is no admin any more soon cannot act as one."""

_WHO_ASKS = "Slack does not tell me at the moment who you are. Try again in a minute."


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Who somebody is to a workspace."""

    name: str
    is_guest: bool  #: of another organisation, or let in for a few channels only
    moderates: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Rights:
    """What somebody is by Slack's word, to tiers and to whoever asks for their rank."""

    name: str = ""  #: empty where Slack does not say it
    roles: tuple[str, ...] = ()  #: their user groups that settings name, and whether they are a guest
    moderates: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Persons:
    """What is known of them, by all processes. Every method may raise Refused or StoreLost."""

    calls: Calls
    groups: Groups
    notes: Notes

    async def person(self, workspace: str, user: str) -> Person:
        """Return who somebody is."""
        name = f"person/{workspace}/{user}"
        known = await self.notes.known(name)
        if known is not None:
            return Person(**known)
        told = await self.calls.ask(workspace, "users.info", {"user": user})
        person = person_of(told.get("user") or {}, workspace)
        await self.notes.note_known(name, asdict(person), for_s=MODERATES_S if person.moderates else KNOWN_S)
        return person

    async def known(self, occasion: Occasion) -> Occasion:
        """Return an occasion with who asks: their name, and what they are to rules and tiers.

        Raises SubmissionError where Slack does not tell in time: nobody is let in unseen.
        """
        asks = occasion.requester
        try:
            person = await self.person(asks.tenant.id, asks.id)
        except Refused as refused:
            if refused.refusal not in PASSING:
                raise
            raise SubmissionError(_WHO_ASKS, detail=refused.detail) from refused
        roles = await self._roles(person, asks.tenant.id, asks.id)
        return replace(occasion, requester=replace(asks, name=person.name), roles=roles)

    async def rights(self, workspace: str, user: str) -> Rights:
        """Return what somebody is; where Slack does not say who they are, they have no rights: one's own needs none."""
        try:
            person = await self.person(workspace, user)
        except Refused:
            return Rights()
        roles = await self._roles(person, workspace, user)
        return Rights(name=person.name, roles=roles, moderates=person.moderates)

    async def _roles(self, person: Person, workspace: str, user: str) -> tuple[str, ...]:
        return (*((GUEST,) if person.is_guest else ()), *await self.groups.of(workspace, user))


def person_of(user: Json, workspace: str) -> Person:
    """Read who somebody is. Strangers are told by their team: of those in channels we share Slack says no more."""
    profile, enterprise = user.get("profile") or {}, user.get("enterprise_user") or {}
    homes = {user.get("team_id") or workspace, enterprise.get("enterprise_id"), *(enterprise.get("teams") or ())}
    is_outside = bool(user.get("is_stranger")) or workspace not in homes
    name = profile.get("display_name") or profile.get("real_name") or user.get("name") or "somebody"
    return Person(
        name=str(name)[:80],
        is_guest=is_outside or bool(user.get("is_restricted") or user.get("is_ultra_restricted")),
        moderates=not is_outside and bool(user.get("is_admin") or user.get("is_owner")),
    )
