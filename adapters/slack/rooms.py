"""Whether a picture could be shown where it is asked for: known before a job costs anything."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from time import monotonic

from adapters.slack.calls import Calls
from adapters.slack.notes import BELIEVED_S, Notes
from adapters.slack.refusals import OUTSIDE, PASSING, Refused
from adapters.slack.shapes import Json
from adapters.slack.standing import Conversation
from bot.errors import SubmissionError

_log = logging.getLogger(__name__)

KNOWN_S = 6 * 3600.0
"""For so long it is believed that we are in a channel, unless a post there is refused or Slack tells that it is shut.
Of hundreds of channels only so many can be looked at in a minute as Slack's limit takes."""

_LOOK_S = 5.0
"""For so long somebody waits for a look at where they are."""

_UNTOLD_S = 10.0
"""For so long nobody asks again what Slack did not tell: of a crowd, only the first one waits."""

_MOST_KNOWN = 5000
_PAGE, _PAGES = 999, 5
_WHO_READS = "Slack does not tell me at the moment who reads there. Try again in a minute."

NOT_THERE = "I am not in this conversation, so I could not show you the picture."
INVITE = "Somebody who is in the channel can let me in: type /invite and my name there."


class Unpostable(SubmissionError):
    """The place speaks against it, not what was asked."""


class NotThere(Unpostable):
    """We could not post there, and somebody could let us in."""

    sentence = f"{NOT_THERE} {INVITE}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rooms:
    """What is known of conversations, by all processes. Every method may raise Refused or StoreLost."""

    calls: Calls
    notes: Notes
    clock: Callable[[], float] = monotonic
    _untold: dict[str, float] = field(default_factory=dict, init=False)  #: until when nobody asks again
    _doors: dict[str, asyncio.Lock] = field(default_factory=dict, init=False, repr=False)

    async def check(self, talk: Conversation) -> None:
        """Raise Unpostable where pictures cannot be posted, NotThere if somebody could let us in.

        Where Slack does not tell in time nothing is raised: at worst the picture comes as a direct message.
        """
        name = _name(talk)
        # One after the other: of a crowd that asks at once, the first one finds out for all.
        if len(self._doors) >= _MOST_KNOWN:
            self._doors.clear()
        async with self._doors.setdefault(name, asyncio.Lock()):
            # Asked before we look: a doubt that arises meanwhile is another one, and we look once more.
            doubt, known = await self.notes.doubted(talk.workspace, talk.channel), await self.notes.known(name)
            is_believed = known is not None and known["doubt"] == doubt
            if not is_believed and self._untold.get(name, 0.0) <= self.clock():
                await self._look_in_time(talk, doubt)

    async def _look_in_time(self, talk: Conversation, doubt: str) -> None:
        try:
            await self._look(talk, doubt)
        except Refused as refused:
            if refused.refusal not in PASSING:
                raise
            _log.info("a conversation is taken as it is: %s", refused.brief)
            if len(self._untold) >= _MOST_KNOWN:
                self._untold.clear()
            self._untold[_name(talk)] = self.clock() + _UNTOLD_S

    async def _look(self, talk: Conversation, doubt: str) -> bool:
        """Return whether only some of the workspace read there."""
        asked = {"channel": talk.channel}
        try:
            told = await self.calls.ask(talk.workspace, "conversations.info", asked, within_s=_LOOK_S)
        except Refused as refused:
            if refused.refusal not in OUTSIDE:
                raise
            raise NotThere(detail=refused.detail) from refused
        room: Json = told.get("channel") or {}
        check_room(room)
        # Nobody takes us out of our own direct messages.
        for_s = BELIEVED_S if room.get("is_im") else KNOWN_S
        await self.notes.note_known(_name(talk), {"doubt": doubt}, for_s=for_s)
        return bool(room.get("is_private") or room.get("is_im") or room.get("is_mpim"))

    async def check_member(self, talk: Conversation, user: str) -> None:
        """Raise NotThere where somebody may not read: in what is private and not theirs, as where we cannot post.

        That is looked up each time, and Unpostable is raised where Slack does not tell.
        """
        try:
            doubt = await self.notes.doubted(talk.workspace, talk.channel)
            if await self._look(talk, doubt) and not await self._reads(talk, user):
                raise NotThere(detail="whoever asks is no member")
        except Refused as refused:
            if refused.refusal not in PASSING:
                raise
            raise Unpostable(_WHO_READS, detail=refused.detail) from refused

    async def _reads(self, talk: Conversation, user: str) -> bool:
        cursor: str | None = None
        for _ in range(_PAGES):
            args = {"channel": talk.channel, "limit": _PAGE, "cursor": cursor}
            told = await self.calls.ask(talk.workspace, "conversations.members", args)
            if user in (told.get("members") or ()):
                return True
            cursor = (told.get("response_metadata") or {}).get("next_cursor") or None
            if cursor is None:
                break
        return False

    async def direct(self, workspace: str, user: str) -> Conversation:
        """Return the direct messages between us and somebody."""
        name = f"direct/{workspace}/{user}"
        known = await self.notes.known(name)
        if known is None:
            told = await self.calls.ask(workspace, "conversations.open", {"users": user})
            known = {"channel": str((told.get("channel") or {}).get("id") or "")}
            await self.notes.note_known(name, known, for_s=BELIEVED_S)
        return Conversation(workspace=workspace, channel=known["channel"])


def _name(talk: Conversation) -> str:
    return f"room/{talk.workspace}/{talk.channel}"


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
