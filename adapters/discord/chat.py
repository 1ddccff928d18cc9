"""`ChatPlatform` on Discord: a job's message is the response to the interaction that asked for it, while that lives.

Whatever becomes of that message, how the job ended is told: in it, else in a new message in the channel, else in a
direct message; where none of these can be had it stays in /history, and the noticeboard is told that it is gone.
"""

from collections.abc import Callable, Sequence
from time import time

from adapters.discord.calls import Upload
from adapters.discord.origins import PLATFORM
from adapters.discord.refusals import Refusal, Refused
from adapters.discord.replies import DEFAULT_LIMIT, Replies, Reply
from adapters.discord.rest import Rest
from adapters.discord.sending import Sending
from adapters.discord.shapes import Json
from adapters.discord.standing import (
    BY_TOKEN_S,
    YOUNG_S,
    Kind,
    Posted,
    Way,
    budget_of,
    only_token,
    posted_of,
    way_of,
)
from bot.budgets import Budget
from bot.errors import ChatError
from bot.jobs import DIRECT, Job, MessageRef, nonce_of
from bot.status import StatusCard

_LOST = frozenset({Refusal.GONE, Refusal.FORBIDDEN, Refusal.TOO_OLD, Refusal.TOKEN_DEAD})
"""What no later try of the same call mends."""

_MOVED = "It could not be shown where you asked for it."


class DiscordChat:
    """What the noticeboard needs of Discord; any number of processes may have one each."""

    def __init__(
        self,
        rest: Rest,
        replies: Replies,
        sending: Sending,
        *,
        now: Callable[[], float] = time,
    ) -> None:
        self._rest, self._replies, self._sending, self._now = rest, replies, sending, now

    @property
    def name(self) -> str:
        """Return the platform's name."""
        return PLATFORM

    def bucket(self, job: Job, ref: MessageRef | None) -> Budget:
        """Return the budget of the interaction's token while that is used, else the channel's."""
        return budget_of(job, ref, self._age_s(job))

    # ---- Creating ----

    async def create(self, job: Job, card: StatusCard, *, nonce: str) -> MessageRef:
        """Fill in the response to the interaction; where there is none, post into the channel."""
        await self._replies.answered(job.id)
        reply = await self._replies.of(job.id) if self._age_s(job) < BY_TOKEN_S else None
        if reply is not None:
            try:
                message = await self._by_token(job, card, reply, "@original")
                return Posted(kind=Kind.RESPONSE, message=str(message["id"])).ref(job)
            except Refused as refused:
                # Young, the first answer may still be on its way, from here or from another process.
                if refused.refusal not in _LOST or self._age_s(job) < YOUNG_S:
                    raise
        return await self._anew(job, card, nonce)

    # ---- Editing ----

    async def edit(self, job: Job, ref: MessageRef, card: StatusCard) -> MessageRef:
        """Change the message by whichever token may; an end that cannot be shown there is told in another one."""
        posted = posted_of(ref)
        try:
            await self._change(job, posted, card)
        except Refused as refused:
            if refused.refusal not in _LOST:
                raise
            if not card.is_final:
                return Posted(kind=Kind.LOST).ref(job)
            still_there = posted if refused.refusal is Refusal.TOO_OLD else None
            # A nonce of its own: by the first one Discord would find the message that is lost.
            return await self._anew(job, card, f"{nonce_of(job.id)}e", answers=still_there)
        return ref

    async def _change(self, job: Job, posted: Posted, card: StatusCard) -> None:
        match way_of(job, posted, self._age_s(job)):
            case Way.NONE:
                raise Refused(Refusal.GONE, detail="known to be lost")
            case Way.BETWEEN:
                raise ChatError(reason="an edit by the interaction's token may still be on its way")
            case Way.TOKEN if reply := await self._replies.of(job.id):
                await self._by_token_or_bot(job, card, reply, posted)
            case _ if posted.kind is Kind.RESPONSE and only_token(job):
                raise Refused(Refusal.TOKEN_DEAD, detail="no token is known")
            case _:
                await self._by_bot(job, card, posted)

    async def _by_token_or_bot(self, job: Job, card: StatusCard, reply: Reply, posted: Posted) -> None:
        try:
            await self._by_token(job, card, reply, posted.message)
        except Refused as refused:
            if refused.refusal is not Refusal.TOKEN_DEAD or only_token(job):
                raise
            # Dead before its time, by Discord's clock. Asked again, each try would count as an invalid request.
            await self._replies.forget(job.id)
            await self._by_bot(job, card, posted)

    async def _by_token(self, job: Job, card: StatusCard, reply: Reply, message: str) -> Json:
        async def put(body: Json, files: Sequence[Upload]) -> Json:
            return await self._rest.edit_reply(
                reply.application, reply.token, body, files, message=message, essential=card.is_final
            )

        return await self._sending.send(job.id, card, put, limit=reply.attachment_limit)

    async def _by_bot(self, job: Job, card: StatusCard, posted: Posted) -> None:
        async def put(body: Json, files: Sequence[Upload]) -> Json:
            return await self._rest.edit(posted.channel, posted.message, body, files, essential=card.is_final)

        is_direct = posted.kind is Kind.DIRECT
        limit = DEFAULT_LIMIT if is_direct else await self._replies.attachment_limit(job.id)
        await self._sending.send(job.id, card, put, limit=limit, remarks=(_MOVED,) if is_direct else ())

    # ---- In another message ----

    async def _anew(self, job: Job, card: StatusCard, nonce: str, *, answers: Posted | None = None) -> MessageRef:
        """Post a message of the bot's own: in the channel, else to the requester alone."""
        if not only_token(job):
            try:
                return await self._post(job, card, nonce, answers)
            except Refused as refused:
                if refused.refusal not in _LOST:
                    raise
        if not card.is_final:
            return Posted(kind=Kind.LOST).ref(job)
        return await self._tell_alone(job, card, nonce)

    async def _post(self, job: Job, card: StatusCard, nonce: str, answers: Posted | None) -> MessageRef:
        async def put(body: Json, files: Sequence[Upload]) -> Json:
            return await self._answering(job, body, files, nonce, answers, essential=card.is_final)

        limit = await self._replies.attachment_limit(job.id)
        message = await self._sending.send(job.id, card, put, limit=limit)
        return Posted(kind=Kind.CHANNEL, message=str(message["id"])).ref(job)

    async def _answering(
        self, job: Job, body: Json, files: Sequence[Upload], nonce: str, answers: Posted | None, *, essential: bool
    ) -> Json:
        """Post as a reply to a message, where there is one and we may read it."""
        channel = job.place.channel
        if answers is not None:
            reference = {"message_id": answers.message, "fail_if_not_exists": False}
            replying = {**body, "message_reference": reference}
            try:
                return await self._rest.send(channel, replying, files, nonce=nonce, essential=essential)
            except Refused as refused:
                if refused.discord_code != _MAY_NOT_REPLY:
                    raise
        return await self._rest.send(channel, body, files, nonce=nonce, essential=essential)

    async def _tell_alone(self, job: Job, card: StatusCard, nonce: str) -> MessageRef:
        try:
            channel = await self._rest.open_dm(job.requester.id)

            async def put(body: Json, files: Sequence[Upload]) -> Json:
                return await self._rest.send(channel, body, files, nonce=f"{nonce}d")

            message = await self._sending.send(job.id, card, put, limit=DEFAULT_LIMIT, remarks=(_MOVED,))
        except Refused as refused:
            if refused.refusal not in _LOST:
                raise
            reason = f"neither there nor in private: {refused.reason}"
            raise ChatError(gone=True, reason=reason, detail=refused.detail) from refused
        return Posted(kind=Kind.DIRECT, channel=channel, message=str(message["id"])).ref(job)

    # ---- Pinging ----

    async def ping(self, job: Job, ref: MessageRef) -> None:
        """Name the requester in a short message under the picture.

        In private every message notifies by itself. Where only the token may write nobody is called: it would take one
        of the five messages that such a token has, and say nothing that the picture does not.
        """
        posted = posted_of(ref)
        is_private = posted.kind is Kind.DIRECT or job.place.tenant.id == DIRECT
        if is_private or only_token(job) or posted.kind is Kind.LOST:
            return
        who = job.requester.id
        body = {"content": f"<@{who}> your picture is there.", "allowed_mentions": {"parse": [], "users": [who]}}
        await self._answering(job, body, (), f"{nonce_of(job.id)}p", posted, essential=False)

    # ---- Removing ----

    async def remove(self, job: Job, ref: MessageRef) -> None:
        """Take a job's message away by whichever token may; nothing is left to do where no token may, or it is gone."""
        try:
            await self._take_away(job, posted_of(ref))
        except Refused as refused:
            if refused.refusal not in (Refusal.GONE, Refusal.TOKEN_DEAD):
                raise

    async def _take_away(self, job: Job, posted: Posted) -> None:
        match way_of(job, posted, self._age_s(job)):
            case Way.NONE:
                return
            case Way.TOKEN if reply := await self._replies.of(job.id):
                await self._take_away_by_token_or_bot(job, reply, posted)
            case _ if posted.kind is Kind.RESPONSE and only_token(job):
                return
            case _:
                # At any age: an edit by token that arrives later finds nothing, and does no harm.
                await self._rest.delete(posted.channel, posted.message)

    async def _take_away_by_token_or_bot(self, job: Job, reply: Reply, posted: Posted) -> None:
        try:
            await self._rest.delete_reply(reply.application, reply.token, message=posted.message)
        except Refused as refused:
            if refused.refusal is not Refusal.TOKEN_DEAD or only_token(job):
                raise
            await self._rest.delete(posted.channel, posted.message)

    def _age_s(self, job: Job) -> float:
        return self._now() - job.created_ms / 1000


_MAY_NOT_REPLY = 160002
"""Discord's code where we may write and not read what was written."""
