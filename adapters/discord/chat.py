"""`ChatPlatform` on Discord: a job's message is the response to the interaction that asked for it, while that lives.

Where its end is told if that is lost, the ladder says, which all platforms have; here stands what each rung does.
"""

from collections.abc import Callable, Mapping, Sequence
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
    Way,
    budget_of,
    only_token,
    way_of,
)
from bot.budgets import Budget
from bot.cards import THERE
from bot.errors import ChatError
from bot.jobs import DIRECT, Job, MessageRef, nonce_of
from bot.ladder import Kind, Ladder, Loss, Posted, posted_of
from bot.status import StatusCard

_LOSSES: Mapping[Refusal, Loss] = {
    Refusal.GONE: Loss.GONE,
    Refusal.FORBIDDEN: Loss.GONE,
    Refusal.TOKEN_DEAD: Loss.GONE,
    Refusal.TOO_OLD: Loss.STUCK,
}


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
        self._ladder = Ladder(self)

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
                if self.loss(refused) is None or self._age_s(job) < YOUNG_S:
                    raise
        return await self._ladder.anew(job, card, nonce)

    # ---- Editing ----

    async def edit(self, job: Job, ref: MessageRef, card: StatusCard) -> MessageRef:
        """Change the message by whichever token may; an end that cannot be shown there is told in another one."""
        return await self._ladder.edit(job, ref, card)

    def loss(self, error: ChatError) -> Loss | None:
        """Tell what is lost by a refusal."""
        return _LOSSES.get(error.refusal) if isinstance(error, Refused) else None

    async def change(self, job: Job, posted: Posted, card: StatusCard, *, remarks: Sequence[str]) -> None:
        """Change a message by whichever token may at the job's age."""
        match way_of(job, posted, self._age_s(job)):
            case Way.NONE:
                raise Refused(Refusal.GONE, detail="no token is good for it any more")
            case Way.BETWEEN:
                raise ChatError(reason="an edit by the interaction's token may still be on its way")
            case Way.TOKEN if reply := await self._replies.of(job.id):
                await self._by_token_or_bot(job, card, reply, posted)
            case _ if posted.kind is Kind.RESPONSE and only_token(job):
                raise Refused(Refusal.TOKEN_DEAD, detail="no token is known")
            case _:
                await self._by_bot(job, card, posted, remarks)

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

    async def _by_bot(self, job: Job, card: StatusCard, posted: Posted, remarks: Sequence[str] = ()) -> None:
        async def put(body: Json, files: Sequence[Upload]) -> Json:
            return await self._rest.edit(posted.channel, posted.message, body, files, essential=card.is_final)

        limit = DEFAULT_LIMIT if posted.kind is Kind.DIRECT else await self._replies.attachment_limit(job.id)
        await self._sending.send(job.id, card, put, limit=limit, remarks=remarks)

    # ---- In another message ----

    async def post(self, job: Job, card: StatusCard, *, nonce: str, answers: Posted | None) -> Posted:
        """Post a message of the bot's own into the channel, if the bot is there."""
        if only_token(job):
            raise Refused(Refusal.FORBIDDEN, detail="only the interaction's token may write there")

        async def put(body: Json, files: Sequence[Upload]) -> Json:
            return await self._answering(job, body, files, nonce, answers, essential=card.is_final)

        limit = await self._replies.attachment_limit(job.id)
        message = await self._sending.send(job.id, card, put, limit=limit)
        return Posted(kind=Kind.CHANNEL, message=str(message["id"]))

    async def post_alone(self, job: Job, card: StatusCard, *, nonce: str, remarks: Sequence[str]) -> Posted:
        """Post a direct message."""
        channel = await self._rest.open_dm(job.requester.id)

        async def put(body: Json, files: Sequence[Upload]) -> Json:
            return await self._rest.send(channel, body, files, nonce=nonce)

        message = await self._sending.send(job.id, card, put, limit=DEFAULT_LIMIT, remarks=remarks)
        return Posted(kind=Kind.DIRECT, channel=channel, message=str(message["id"]))

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
        body = {"content": f"<@{who}> {THERE}", "allowed_mentions": {"parse": [], "users": [who]}}
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
