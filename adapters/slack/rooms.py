"""Whether a picture could be shown where it is asked for: known before a job costs anything."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from time import monotonic
from typing import TypeVar

from adapters.slack.calls import Calls
from adapters.slack.notes import Notes
from adapters.slack.refusals import Refusal, Refused
from adapters.slack.shapes import Json
from adapters.slack.standing import Conversation
from bot.errors import SubmissionError

KNOWN_S = 60.0
"""For so long it is believed that we are in a channel, unless a post there is refused: a busy one would use up Slack's
limit otherwise."""

_MOST_KNOWN = 5000
_PAGE, _PAGES = 999, 5
_Known = TypeVar("_Known")
_OUTSIDE = frozenset({Refusal.GONE, Refusal.NOT_IN_CHANNEL, Refusal.FORBIDDEN})

SHUT = _OUTSIDE | {Refusal.REVOKED}
"""Refusals of a post after which nothing is believed of its channel any more."""

NOT_THERE = "I am not in this conversation, so I could not show you the picture."
INVITE = "Somebody who is in the channel can let me in: type /invite and my name there."


class Unpostable(SubmissionError):
    """The place speaks against it, not what was asked."""


class NotThere(Unpostable):
    """We could not post there, and somebody could let us in."""

    sentence = f"{NOT_THERE} {INVITE}"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Room:
    """A channel that we are in."""

    until: float
    is_private: bool
    doubt: str  #: as it was when we looked: with another one, a post was refused since


@dataclass(frozen=True, slots=True, kw_only=True)
class Rooms:
    """What is known of conversations. Every method may raise Refused or StoreLost."""

    calls: Calls
    notes: Notes
    clock: Callable[[], float] = monotonic
    _rooms: dict[tuple[str, str], _Room] = field(default_factory=dict, init=False)
    _doors: dict[tuple[str, str], asyncio.Lock] = field(default_factory=dict, init=False, repr=False)
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


def _bound(known: dict[tuple[str, str], _Known]) -> None:
    if len(known) >= _MOST_KNOWN:
        known.clear()
