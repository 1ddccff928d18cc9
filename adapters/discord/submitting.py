"""From a submission to a job: what is known at once is told at once, and Discord is answered within its three seconds.

check (at the store, in time) → keep the way to answer → within a second: the job and its card
                                               later: "thinking …", which the noticeboard fills in
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from adapters.discord.answering import DECIDE_BY_S, Answering
from adapters.discord.cards import Shown, card_message
from adapters.discord.cdn import Cdn
from adapters.discord.origins import Origin
from adapters.discord.reading import Attachment
from adapters.discord.replies import Replies, Reply
from bot.bundles import Bundle, handed_in
from bot.desk import Desk
from bot.errors import FairbrushError, SubmissionError
from bot.images import Admitted
from bot.jobs import JobId, JobRecord
from bot.status import StatusCard
from bot.submissions import Submission
from workflows.faults import InvalidValues


@dataclass(frozen=True, slots=True, kw_only=True)
class Submitting:
    """Makes jobs, whose message is the answer to the interaction that asked for them."""

    desk: Desk
    replies: Replies
    cdn: Cdn
    card: Callable[[JobRecord], Awaitable[StatusCard]]

    async def submit(self, answering: Answering, bundle: Bundle[Attachment]) -> None:
        """Make a job, and answer. Raises what whoever asked has to be told: nothing is seen of it then."""
        check_rights(answering.origin)
        await answering.in_time(self.desk.check(bundle.submission))
        with self.replies.answering(bundle.submission.job_id):
            await self._keep_reply(answering, bundle.submission.job_id)
            if bundle.attached or answering.is_late:
                # Answered first: whoever was told by Discord that nothing came has asked again, or has gone.
                if await answering.later():
                    await self.desk.submit(await handed_in(bundle, self._admitted))
                    answering.is_owed = False
            else:
                await self._decide(answering, bundle.submission)

    async def _keep_reply(self, answering: Answering, job_id: JobId) -> None:
        origin = answering.origin
        reply = Reply(application=origin.application, token=origin.token, attachment_limit=origin.attachment_limit)
        await answering.in_time(self.replies.keep(job_id, reply))

    async def _admitted(self, attachment: Attachment) -> Admitted:
        return await self.desk.admit(await self.cdn.fetch(attachment.url))

    async def _decide(self, answering: Answering, submission: Submission) -> None:
        """Show the job's first card if it is there in time; deciding goes on in any case, and is never cut short."""
        async with asyncio.TaskGroup() as tasks:
            deciding = tasks.create_task(self._first_card(submission))
            left_s = answering.heard_at + DECIDE_BY_S - asyncio.get_running_loop().time()
            await asyncio.wait({deciding}, timeout=max(0.0, left_s))
            if not deciding.done():
                await answering.later()  # from here on the noticeboard fills it in
        answering.is_owed = False
        match deciding.result():
            case StatusCard() as card if not answering.is_later:
                await answering.show(card_message(card, Shown()))
            case None if not answering.is_later and await answering.later():
                answering.is_owed = False  # the noticeboard brings it
            case FairbrushError() | InvalidValues() as refused:
                raise refused

    async def _first_card(self, submission: Submission) -> StatusCard | FairbrushError | InvalidValues | None:
        """Make the job; its card is None where it cannot be had now, which the noticeboard mends."""
        try:
            receipt = await self.desk.submit(submission)
        except (FairbrushError, InvalidValues) as refused:
            return refused
        try:
            return await self.card(receipt.record)
        except FairbrushError:
            return None


def check_rights(origin: Origin) -> None:
    """Raise SubmissionError where pictures could not be posted."""
    if not origin.missing:
        return
    rights = ", ".join(origin.missing)
    if origin.is_only_token or origin.is_private:
        raise SubmissionError(f"I cannot post pictures here: {rights} is not allowed. Ask me somewhere else.")
    raise SubmissionError(
        f"I cannot post pictures here. A moderator can allow it: in this channel's settings, under Permissions, "
        f"I need {rights}."
    )
