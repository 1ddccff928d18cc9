"""Posts a message once: Slack's chat.postMessage knows no way to say that it is asked for the second time.

So it is written down before it is asked for. Where that was done before and no answer is known, the message is looked
for first, by the metadata that it carries; it is asked for again only when it did not turn up within some seconds.
"""

from collections.abc import Callable
from typing import Any

from adapters.slack.calls import Calls
from adapters.slack.cards import EVENT, metadata
from adapters.slack.notes import Making, Notes
from adapters.slack.refusals import SHUT, Refusal, Refused
from adapters.slack.shapes import Json
from adapters.slack.standing import Conversation

SETTLED_S = 10.0
"""For so long a request that nobody waits for any more may still arrive, and a message may be on its way to those who
look for it."""

_SKEW_S = 60.0
"""By so much Slack's clock and ours may differ."""

_PAGE, _PAGES = 100, 5


class Posting:
    """Posts for this process; `now`: the time of day in seconds."""

    def __init__(self, calls: Calls, notes: Notes, now: Callable[[], float]) -> None:
        self._calls, self._notes, self._now = calls, notes, now

    async def post(self, talk: Conversation, body: Json, *, nonce: str) -> str:
        """Return the `ts` of the one message of that nonce, made if need be. Raises Refused."""
        making = await self._notes.making(nonce)
        if making is not None:
            ts = making.ts or await self._found(talk, nonce, making.at_s)
            if ts:
                return ts
            if self._now() - making.at_s < SETTLED_S:
                raise Refused(Refusal.AWAY, may_be_done=True, detail="it may still appear")
        return await self._made(talk, body, nonce)

    async def _made(self, talk: Conversation, body: Json, nonce: str) -> str:
        at_s = self._now()
        await self._notes.note_making(nonce, Making(at_s=at_s))
        try:
            ts = await self.say(talk, {**body, "metadata": metadata(nonce)})
        except Refused as refused:
            if not refused.may_be_done:
                await self._notes.forget_making(nonce)
            raise
        await self._notes.note_making(nonce, Making(at_s=at_s, ts=ts))
        return ts

    async def say(self, talk: Conversation, body: Json) -> str:
        """Post without a look at what was posted before; returns the `ts`. Raises Refused."""
        said = {"channel": talk.channel, "thread_ts": talk.thread, "unfurl_links": False, "unfurl_media": False, **body}
        try:
            answer = await self._calls.ask(talk.workspace, "chat.postMessage", said)
        except Refused as refused:
            if refused.refusal in SHUT:
                await self._notes.doubt(talk.workspace, talk.channel)
            raise
        return str(answer.get("ts", ""))

    # ---- Looking for it ----

    async def _found(self, talk: Conversation, nonce: str, at_s: float) -> str:
        """Return the message that was asked for then; empty when it is not there. Raises Refused if nobody can tell."""
        try:
            return await self._sought(talk, nonce, at_s)
        except Refused as refused:
            # An old installation, which may not read there. That is no word about the message, which may stand there
            # and never be found: better a second one that is kept true than none.
            if refused.refusal is not Refusal.FORBIDDEN:
                raise
            return ""

    async def _sought(self, talk: Conversation, nonce: str, at_s: float) -> str:
        cursor = ""
        for _ in range(_PAGES):
            page = await self._page(talk, at_s, cursor)
            for message in page.get("messages", ()):
                if _nonce_of(message) == nonce:
                    return str(message["ts"])
            cursor = (page.get("response_metadata") or {}).get("next_cursor", "")
            if not cursor:
                return ""
        raise Refused(Refusal.AWAY, may_be_done=True, detail="too much was said there to find a message")

    async def _page(self, talk: Conversation, at_s: float, cursor: str) -> Json:
        method = "conversations.history" if talk.thread is None else "conversations.replies"
        args = {
            "channel": talk.channel,
            "ts": talk.thread,
            "oldest": f"{at_s - _SKEW_S:.6f}",
            "latest": f"{at_s + SETTLED_S + _SKEW_S:.6f}",
            "inclusive": True,
            "include_all_metadata": True,
            "limit": _PAGE,
            "cursor": cursor or None,
        }
        return await self._calls.ask(talk.workspace, method, args)


def _nonce_of(message: Any) -> str | None:
    match message:
        case {"ts": str(), "metadata": {"event_type": str(kind), "event_payload": {"job": str(nonce)}}} if (
            kind == EVENT
        ):
            return nonce
    return None
