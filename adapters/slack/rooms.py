"""Whether a picture could be shown where it is asked for, and who asks: known before a job costs anything."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from time import monotonic
from typing import TypeVar

from adapters.slack.calls import Calls
from adapters.slack.groups import Groups
from adapters.slack.notes import Notes
from adapters.slack.refusals import Refusal, Refused
from adapters.slack.shapes import Json
from adapters.slack.standing import Conversation
from bot.errors import SubmissionError
from bot.policy.tiers import GUEST

KNOWN_S = 60.0
"""For so long it is believed that we are in a channel, unless a post there is refused: a busy one would use up Slack's
limit otherwise."""

PERSON_S = 900.0
"""The same for who somebody is."""

_MOST_KNOWN = 5000
_PAGE, _PAGES = 999, 5
_Known = TypeVar("_Known")
_OUTSIDE = frozenset({Refusal.GONE, Refusal.NOT_IN_CHANNEL, Refusal.FORBIDDEN})

SHUT = _OUTSIDE | {Refusal.REVOKED}
"""Refusals of a post after which nothing is believed of its channel any more."""

NOT_THERE = "I am not in this conversation, so I could not show you the picture."
INVITE = "Somebody who is in the channel can let me in: type /invite and my name there."
_GUEST = "I paint for members of this workspace only. Ask one of them to ask me."


class Unpostable(SubmissionError):
    """The place speaks against it, not what was asked."""


class NotThere(Unpostable):
    """We could not post there, and somebody could let us in."""

    sentence = f"{NOT_THERE} {INVITE}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Who somebody is to a workspace."""

    name: str
    is_guest: bool  #: of another organisation, or let in for a few channels only
    moderates: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Rights:
    """What somebody is by Slack's word, to tiers and to whoever asks for their rank."""

    roles: tuple[str, ...] = ()  #: their user groups that settings name, and whether they are a guest
    moderates: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class _Room:
    """A channel that we are in."""

    until: float
    is_private: bool
    doubt: str  #: as it was when we looked: with another one, a post was refused since


@dataclass(frozen=True, slots=True, kw_only=True)
class Rooms:
    """What is known of conversations and people. Every method may raise Refused or StoreLost."""

    calls: Calls
    notes: Notes
    groups: Groups
    takes_guests: bool = False
    clock: Callable[[], float] = monotonic
    _rooms: dict[tuple[str, str], _Room] = field(default_factory=dict, init=False)
    _doors: dict[tuple[str, str], asyncio.Lock] = field(default_factory=dict, init=False, repr=False)
    _people: dict[tuple[str, str], tuple[float, Person]] = field(default_factory=dict, init=False)
    _directs: dict[tuple[str, str], str] = field(default_factory=dict, init=False)

    async def check(self, talk: Conversation) -> bool:
        """Raise Unpostable where pictures cannot be posted, NotThere if somebody could let us in.

        Returns whether only some of the workspace read there.
        """
        key = (talk.workspace, talk.channel)
        # One after the other: of a crowd that asks at once, the first one finds out for all.
        _bound(self._doors)
        async with self._doors.setdefault(key, asyncio.Lock()):
            # Asked before we look: a post that is refused meanwhile leaves another doubt, and we look once more.
            doubt, known = await self.notes.doubted(*key), self._rooms.get(key)
            is_believed = known is not None and known.until > self.clock() and known.doubt == doubt
            return known.is_private if known is not None and is_believed else await self._look(talk, doubt)

    async def _look(self, talk: Conversation, doubt: str) -> bool:
        try:
            told = await self.calls.ask(talk.workspace, "conversations.info", {"channel": talk.channel})
        except Refused as refused:
            if refused.refusal not in _OUTSIDE:
                raise
            raise NotThere(detail=refused.detail) from refused
        room: Json = told.get("channel") or {}
        check_room(room)
        is_private = bool(room.get("is_private") or room.get("is_im") or room.get("is_mpim"))
        _bound(self._rooms)
        known = _Room(until=self.clock() + KNOWN_S, is_private=is_private, doubt=doubt)
        self._rooms[talk.workspace, talk.channel] = known
        return is_private

    async def check_member(self, talk: Conversation, user: str) -> None:
        """Raise NotThere where somebody may not read: in what is private and not theirs, as where we cannot post."""
        if not await self.check(talk):
            return
        cursor: str | None = None
        for _ in range(_PAGES):
            args = {"channel": talk.channel, "limit": _PAGE, "cursor": cursor}
            told = await self.calls.ask(talk.workspace, "conversations.members", args)
            if user in (told.get("members") or ()):
                return
            cursor = (told.get("response_metadata") or {}).get("next_cursor") or None
            if cursor is None:
                break
        raise NotThere(detail="whoever asks is no member")

    async def person(self, workspace: str, user: str) -> Person:
        """Return who somebody is."""
        key = (workspace, user)
        until, known = self._people.get(key, (0.0, None))
        if known is not None and until > self.clock():
            return known
        told = await self.calls.ask(workspace, "users.info", {"user": user})
        person = person_of(told.get("user") or {}, workspace)
        _bound(self._people)
        self._people[key] = (self.clock() + PERSON_S, person)
        return person

    async def rights(self, workspace: str, user: str) -> Rights:
        """Return what somebody is; where Slack does not say who they are, they have no rights: one's own needs none."""
        try:
            person = await self.person(workspace, user)
        except Refused:
            return Rights()
        return Rights(roles=await self.roles_of(person, workspace, user), moderates=person.moderates)

    async def member(self, workspace: str, user: str) -> Person:
        """Return who somebody is; raises SubmissionError for guests, unless they may ask here."""
        person = await self.person(workspace, user)
        if person.is_guest and not self.takes_guests:
            raise SubmissionError(_GUEST)
        return person

    async def roles_of(self, person: Person, workspace: str, user: str) -> tuple[str, ...]:
        """Return who somebody is to a tier."""
        return (*((GUEST,) if person.is_guest else ()), *await self.groups.of(workspace, user))

    async def direct(self, workspace: str, user: str) -> Conversation:
        """Return the direct messages between us and somebody."""
        key = (workspace, user)
        if key not in self._directs:
            told = await self.calls.ask(workspace, "conversations.open", {"users": user})
            _bound(self._directs)
            self._directs[key] = str((told.get("channel") or {}).get("id") or "")
        return Conversation(workspace=workspace, channel=self._directs[key])


def check_room(room: Json) -> None:
    """Raise Unpostable for a channel, as Slack tells of it, in which we cannot post."""
    if room.get("is_archived"):
        raise Unpostable("This channel is archived: nothing can be posted here. Ask me in another one.")
    if room.get("is_im"):
        return
    if not room.get("is_member") and not room.get("is_mpim"):
        raise NotThere(detail="no member")
    if room.get("is_read_only"):
        raise Unpostable("Only some may post in this channel, and I may not. Ask me in another one.")


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


def _bound(known: dict[tuple[str, str], _Known]) -> None:
    if len(known) >= _MOST_KNOWN:
        known.clear()
