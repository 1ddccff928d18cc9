"""`ChatPlatform` on Slack: one message in the channel or thread, changed until the pictures stand in it.

Where its end is told if that is lost, the ladder says, which all platforms have; here stands what each rung does.
"""

from collections.abc import Awaitable, Callable, Sequence
from time import time

from adapters.slack.calls import Calls
from adapters.slack.cards import card_message
from adapters.slack.files import Link, Pictures
from adapters.slack.posting import Posting
from adapters.slack.refusals import SHUT, Refusal, Refused
from adapters.slack.rooms import Rooms
from adapters.slack.shapes import Json
from adapters.slack.standing import PLATFORM, Conversation, budget_of, conversation_of, where
from bot.budgets import Budget
from bot.cards import THERE
from bot.errors import ChatError
from bot.jobs import Job, MessageRef
from bot.ladder import Kind, Ladder, Loss, Posted, posted_of
from bot.ports import FileStore
from bot.status import StatusCard

_NOT_TAKEN = frozenset({Refusal.INVALID, Refusal.NO_FILES, Refusal.FILE_GONE})
"""What may be for the pictures' sake."""

Put = Callable[[Json], Awaitable[str]]
"""Posts or changes a message; returns its `ts`. Raises Refused."""


class SlackChat:
    """What the noticeboard needs of Slack; any number of processes may have one each."""

    def __init__(
        self,
        calls: Calls,
        rooms: Rooms,
        files: FileStore,
        *,
        link: Link = lambda _: None,
        now: Callable[[], float] = time,
    ) -> None:
        notes = rooms.notes
        self._calls = calls
        self._rooms = rooms
        self._posting = Posting(calls, notes, now)
        self._pictures = Pictures(calls, notes, files, link=link, now=now)
        self._ladder = Ladder(self)

    @property
    def name(self) -> str:
        """Return the platform's name."""
        return PLATFORM

    def bucket(self, job: Job, ref: MessageRef | None) -> Budget:
        """Return the budget of the channel's posts while there is no message, then that of the workspace's updates."""
        return budget_of(job, ref)

    async def create(self, job: Job, card: StatusCard, *, nonce: str) -> MessageRef:
        """Post the job's message; asked again for the same nonce it is found, not posted again."""
        return await self._ladder.anew(job, card, nonce)

    async def edit(self, job: Job, ref: MessageRef, card: StatusCard) -> MessageRef:
        """Change the message; an end that cannot be shown there is told in another one."""
        return await self._ladder.edit(job, ref, card)

    async def ping(self, job: Job, ref: MessageRef) -> None:
        """Name the requester in a short message under the picture; in private every message notifies by itself."""
        posted, talk = posted_of(ref), conversation_of(job.place)
        if posted.kind is not Kind.CHANNEL or talk.is_direct:
            return
        under = Conversation(workspace=talk.workspace, channel=talk.channel, thread=talk.thread or posted.message)
        await self._posting.say(under, {"text": f"<@{job.requester.id}> {THERE}"})

    async def remove(self, job: Job, ref: MessageRef) -> None:
        """Take a job's message away, and its files; what is gone, or out of reach for good, is left alone."""
        posted = posted_of(ref)
        try:
            if posted.kind is not Kind.LOST:
                await self._calls.ask(job.place.tenant.id, "chat.delete", where(posted))
        except Refused as refused:
            if refused.refusal not in SHUT:
                raise
        await self._leave_no_file(job)

    # ---- The rungs of the ladder ----

    def loss(self, error: ChatError) -> Loss | None:
        """Tell what is lost by a refusal; one of a file does not come here, but the token's end does."""
        return Loss.GONE if isinstance(error, Refused) and error.refusal in SHUT else None

    async def change(self, job: Job, posted: Posted, card: StatusCard, *, remarks: Sequence[str]) -> None:
        """Change a message."""

        async def put(body: Json) -> str:
            await self._calls.ask(job.place.tenant.id, "chat.update", {**where(posted), **body})
            return posted.message

        await self._show(job, card, put, remarks=remarks)

    async def post(self, job: Job, card: StatusCard, *, nonce: str, answers: Posted | None) -> Posted:
        """Post into the channel or thread; what cannot be changed any more is gone to us, so it is never answered."""
        return Posted(kind=Kind.CHANNEL, message=await self._post(job, card, conversation_of(job.place), nonce))

    async def post_alone(self, job: Job, card: StatusCard, *, nonce: str, remarks: Sequence[str]) -> Posted:
        """Post a direct message; where that cannot be had either, nothing will ever show the files."""
        workspace = job.place.tenant.id
        try:
            talk = await self._rooms.direct(workspace, job.requester.id)
            ts = await self._post(job, card, talk, nonce, remarks=remarks)
        except Refused as refused:
            if self.loss(refused) is not None:
                await self._leave_no_file(job)
            raise
        return Posted(kind=Kind.DIRECT, channel=talk.channel, message=ts)

    # ---- What they share ----

    async def _post(
        self, job: Job, card: StatusCard, talk: Conversation, nonce: str, *, remarks: Sequence[str] = ()
    ) -> str:
        async def put(body: Json) -> str:
            return await self._posting.post(talk, body, nonce=nonce)

        return await self._show(job, card, put, remarks=remarks)

    async def _show(self, job: Job, card: StatusCard, put: Put, *, remarks: Sequence[str] = ()) -> str:
        """Show a card, without its pictures if Slack does not take them."""
        shown = await self._pictures.shown(job, card, remarks)
        try:
            return await put(_body(card_message(card, shown)))
        except Refused as refused:
            if not shown.files or not await self._is_not_taken(job, refused):
                raise
        return await put(_body(card_message(card, await self._pictures.without(job, card, remarks))))

    async def _is_not_taken(self, job: Job, refused: Refused) -> bool:
        # Of a file that files.info calls ready a message may be told for a moment, or for good, that it is not.
        is_given_up = refused.refusal is Refusal.NOT_READY and await self._pictures.is_last_try(job)
        return is_given_up or refused.refusal in _NOT_TAKEN

    async def _leave_no_file(self, job: Job) -> None:
        try:
            await self._pictures.forget(job)
        except Refused as refused:
            # With a token that is revoked nobody can delete them: they are the workspace's.
            if refused.refusal is not Refusal.REVOKED:
                raise


def _body(message: Json) -> Json:
    """Leave the metadata out: it names the message since it was posted, and stays what it is."""
    return {name: value for name, value in message.items() if name != "metadata"}
