"""Whatever becomes of a job's message, how the job ended is told: on every platform down the same ladder.

In its message; else in a new one where the job was asked for; else to the requester alone. Where none of these can be
had it stays in the history, and whoever keeps the message true is told that it is gone.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, StrEnum, auto
from typing import Protocol

from bot.errors import ChatError
from bot.jobs import Job, MessageRef, nonce_of
from bot.status import StatusCard

MOVED = "It could not be shown where you asked for it."
"""What is said above what was told in private instead."""


class Kind(StrEnum):
    """What a message is to its platform; the first part of a `MessageRef.id`."""

    RESPONSE = "i"  #: the platform's own response to what somebody did, in the job's channel
    CHANNEL = "c"  #: a message of the bot's in the job's channel or thread
    DIRECT = "d"  #: a message of the bot's to the requester alone
    LOST = "lost"  #: none that can be changed: the end is told in another one


@dataclass(frozen=True, slots=True, kw_only=True)
class Posted:
    """One message as its ref names it."""

    kind: Kind
    channel: str = ""
    message: str = ""

    def ref(self, job: Job) -> MessageRef:
        """Return how it is remembered."""
        parts = (self.kind, self.channel, self.message) if self.kind is Kind.DIRECT else (self.kind, self.message)
        return MessageRef(place=job.place, id="/".join(part for part in parts if part))


def posted_of(ref: MessageRef) -> Posted:
    """Read a ref; one that no version of us wrote is lost."""
    match ref.id.split("/"):
        case [(Kind.RESPONSE | Kind.CHANNEL) as kind, message]:
            return Posted(kind=Kind(kind), channel=ref.place.channel, message=message)
        case [Kind.DIRECT, channel, message]:
            return Posted(kind=Kind.DIRECT, channel=channel, message=message)
        case _:
            return Posted(kind=Kind.LOST)


class Loss(Enum):
    """Why no later try of the same call mends it."""

    GONE = auto()  #: the message, or our right to write there
    STUCK = auto()  #: the message is there and is not changed any more: a new one can answer it


class Rungs(Protocol):
    """What a platform does on each rung; a call raises ChatError, of which the platform knows whether it may pass."""

    def loss(self, error: ChatError) -> Loss | None:
        """Tell what is lost by an error of these calls; None: the same call may succeed later."""
        ...

    async def change(self, job: Job, posted: Posted, card: StatusCard, *, remarks: Sequence[str]) -> None:
        """Make the message show the card, with our own sentences beside it."""
        ...

    async def post(self, job: Job, card: StatusCard, *, nonce: str, answers: Posted | None) -> Posted:
        """Post a message where the job was asked for, once by its nonce; as an answer to one that is stuck."""
        ...

    async def post_alone(self, job: Job, card: StatusCard, *, nonce: str, remarks: Sequence[str]) -> Posted:
        """Post a message to the requester alone, once by its nonce."""
        ...


class Ladder:
    """Goes down it for all jobs of a platform."""

    def __init__(self, rungs: Rungs) -> None:
        self._rungs = rungs

    async def edit(self, job: Job, ref: MessageRef, card: StatusCard) -> MessageRef:
        """Change the message; an end that cannot be shown there is told in another one. Raises ChatError."""
        posted = posted_of(ref)
        loss = await self._change(job, posted, card)
        if loss is None:
            return ref
        if not card.is_final:
            return Posted(kind=Kind.LOST).ref(job)
        # A nonce of its own: by the first one the platform would find the message that is lost.
        return await self.anew(job, card, f"{nonce_of(job.id)}e", answers=posted if loss is Loss.STUCK else None)

    async def anew(self, job: Job, card: StatusCard, nonce: str, *, answers: Posted | None = None) -> MessageRef:
        """Post a message where the job was asked for, else to the requester alone, if it has ended. Raises ChatError.

        `answers`: a message that stands there and is not changed any more.
        """
        try:
            return (await self._rungs.post(job, card, nonce=nonce, answers=answers)).ref(job)
        except ChatError as error:
            if self._rungs.loss(error) is None:
                raise
        if not card.is_final:
            return Posted(kind=Kind.LOST).ref(job)
        return await self._tell_alone(job, card, f"{nonce}d")

    async def _change(self, job: Job, posted: Posted, card: StatusCard) -> Loss | None:
        if posted.kind is Kind.LOST:
            return Loss.GONE
        try:
            await self._rungs.change(job, posted, card, remarks=(MOVED,) if posted.kind is Kind.DIRECT else ())
        except ChatError as error:
            loss = self._rungs.loss(error)
            if loss is None:
                raise
            return loss
        return None

    async def _tell_alone(self, job: Job, card: StatusCard, nonce: str) -> MessageRef:
        try:
            return (await self._rungs.post_alone(job, card, nonce=nonce, remarks=(MOVED,))).ref(job)
        except ChatError as error:
            if self._rungs.loss(error) is None:
                raise
            reason = f"neither there nor in private: {error.reason}".rstrip(": ")
            raise ChatError(gone=True, reason=reason, detail=f"neither there nor in private: {error.detail}") from error
