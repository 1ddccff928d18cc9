"""From a submission to a job: who asks, whether it could be shown there, what is wrong with it; then its pictures.

The message that shows the job is the noticeboard's to post.
"""

from dataclasses import dataclass, field, replace
from functools import partial

from adapters.slack.answering import Answering
from adapters.slack.calls import Calls, Tokens
from adapters.slack.outside import Outside
from adapters.slack.refusals import Refusal, Refused
from adapters.slack.rooms import Rooms
from adapters.slack.shapes import Json
from adapters.slack.standing import conversation_of
from bot.bundles import NOT_TO_BE_HAD, Bundle, handed_in, promise
from bot.desk import Desk
from bot.errors import ImageRefused
from bot.images import Admitted
from bot.submissions import Promised


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """A file that somebody sent, as Slack tells of it."""

    address: str = field(repr=False)
    media_type: str = ""
    width: int = 0
    height: int = 0
    bytes: int = 0

    def promised(self) -> Promised:
        """Return it as far as Slack tells of it."""
        return promise(media_type=self.media_type, width=self.width, height=self.height, size=self.bytes)


def sent_of(file: Json) -> Sent:
    """Read what Slack tells of a file."""
    return Sent(
        address=str(file.get("url_private_download") or file.get("url_private") or ""),
        media_type=str(file.get("mimetype") or ""),
        width=_number(file.get("original_w")),
        height=_number(file.get("original_h")),
        bytes=_number(file.get("size")),
    )


def _number(value: object) -> int:
    return value if isinstance(value, int) and 0 <= value < 2**40 else 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Submitting:
    """Makes jobs."""

    desk: Desk
    rooms: Rooms
    calls: Calls
    outside: Outside
    tokens: Tokens

    async def submit(self, answering: Answering, bundle: Bundle[Sent]) -> None:
        """Make a job. Raises what whoever asked has to be told."""
        origin, occasion = answering.origin, bundle.submission.occasion
        person = await self.rooms.member(origin.workspace, origin.requester.id)
        await self.rooms.check(conversation_of(occasion.place))
        await self.desk.check(bundle.submission)
        submission = await handed_in(bundle, partial(self._admitted, origin.workspace))
        requester = replace(occasion.requester, name=person.name)
        roles = await self.rooms.roles_of(person, origin.workspace, origin.requester.id)
        known = replace(occasion, requester=requester, roles=roles)
        await self.desk.submit(replace(submission, occasion=known))
        answering.settle()

    async def sent(self, workspace: str, file: str) -> Sent:
        """Return what Slack tells of a file, which stands in a channel of ours. Raises ImageRefused or Refused."""
        try:
            told = (await self.calls.ask(workspace, "files.info", {"file": file})).get("file") or {}
        except Refused as refused:
            if refused.refusal is not Refusal.FILE_GONE:
                raise
            raise ImageRefused(NOT_TO_BE_HAD, detail=refused.detail) from refused
        return sent_of(told)

    async def _admitted(self, workspace: str, sent: Sent) -> Admitted:
        token = await self.tokens.token(workspace)
        if token is None:
            raise Refused(Refusal.REVOKED, detail=f"not installed in {workspace}")
        return await self.desk.admit(await self.outside.fetch(sent.address, token))
