"""From a submission to a job: who asks, whether it could be shown there, what is wrong with it; then its pictures.

The message that shows the job is the noticeboard's to post.
"""

from dataclasses import dataclass, replace
from functools import partial

from adapters.slack.answering import Answering
from adapters.slack.attachments import Attachment, attachment_of
from adapters.slack.calls import Calls, Tokens
from adapters.slack.outside import Outside
from adapters.slack.persons import Persons
from adapters.slack.refusals import Refusal, Refused
from adapters.slack.rooms import Rooms
from adapters.slack.standing import conversation_of
from bot.bundles import NOT_TO_BE_HAD, Bundle, handed_in
from bot.desk import Desk
from bot.errors import ImageRefused
from bot.images import Admitted


@dataclass(frozen=True, slots=True, kw_only=True)
class Submitting:
    """Makes jobs."""

    desk: Desk
    rooms: Rooms
    persons: Persons
    calls: Calls
    outside: Outside
    tokens: Tokens

    async def submit(self, answering: Answering, bundle: Bundle[Attachment]) -> None:
        """Make a job. Raises what whoever asked has to be told."""
        known = await self.persons.known(bundle.submission.occasion)
        self.desk.welcome(known)
        await self.rooms.check(conversation_of(known.place))
        asked = replace(bundle, submission=replace(bundle.submission, occasion=known))
        if asked.attached or asked.loose:
            # Nothing is fetched for what is refused anyway; where nothing is, making the job finds the same.
            await self.desk.check(asked.submission)
        await self.desk.submit(await handed_in(asked, partial(self._admitted, answering.origin.workspace)))
        answering.settle()

    async def attachment(self, workspace: str, file: str) -> Attachment:
        """Return what Slack tells of a file, which stands in a channel of ours. Raises ImageRefused or Refused."""
        try:
            told = (await self.calls.ask(workspace, "files.info", {"file": file})).get("file") or {}
        except Refused as refused:
            if refused.refusal is not Refusal.FILE_GONE:
                raise
            raise ImageRefused(NOT_TO_BE_HAD, detail=refused.detail) from refused
        return attachment_of(told)

    async def _admitted(self, workspace: str, attachment: Attachment) -> Admitted:
        token = await self.tokens.token(workspace)
        if token is None:
            raise Refused(Refusal.REVOKED, detail=f"not installed in {workspace}")
        return await self.desk.admit(await self.outside.fetch(attachment.address, token))
