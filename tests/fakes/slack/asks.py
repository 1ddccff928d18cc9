"""What one member sees of what they did: the acknowledgement, messages, forms and faults at their fields."""

from collections.abc import Iterator
from dataclasses import dataclass

from tests.fakes.waiting import PATIENCE_S

from .seeing import read, sees
from .sendings import Sent
from .shapes import Json
from .state import Channel, Message, Response, User, View, World


class NoAnswer(Exception):
    """The member reads that it did not work: operation_timeout, dispatch_failed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Something that a member did with the application."""

    world: World
    user: User
    sent: Sent
    channel: Channel | None = None
    response: Response | None = None
    source: Message | None = None  #: the message that was clicked
    said: Message | None = None  #: what they wrote
    view: View | None = None  #: the form or App Home that it was done in

    @property
    def took_s(self) -> float:
        """How long the acknowledgement took."""
        assert self.sent.acked_at is not None, f"{self.sent.name} was not acknowledged"
        return self.sent.acked_at - self.sent.born

    @property
    def errors(self) -> dict[str, str]:
        """The faults that stand at the fields of a form that was sent, by block_id."""
        answer = self.sent.answer or {}
        return dict(answer.get("errors", {})) if answer.get("response_action") == "errors" else {}

    @property
    def options(self) -> list[Json]:
        """What is offered for what was typed."""
        answer = self.sent.answer or {}
        groups = answer.get("option_groups") or [answer]
        return [each for group in groups for each in group.get("options", ())]

    @property
    def modal(self) -> View:
        """The form that is before the member since then."""
        found = self._form()
        assert found is not None, "no form was opened"
        return found

    def _form(self) -> View | None:
        mine = [each for each in self.world.views.values() if each.user is self.user and each.kind == "modal"]
        shown = [each for each in mine if each.is_open]
        return shown[-1] if shown else None

    @property
    def messages(self) -> list[Message]:
        """The application's messages in answer to it that are still there, oldest first.

        Those to its response_url, the message that was clicked, and what it has said since where the member asked and
        in their direct messages.
        """
        return [each for each in self._all() if each.deleted_at is None]

    def _all(self) -> Iterator[Message]:
        own = [*(self.response.messages if self.response else ()), *([self.source] if self.source else ())]
        yield from own
        for channel in (self.channel, self.world.dm(self.user)):
            for each in channel.messages.values() if channel else ():
                is_since = each.versions[0].at >= self.sent.born
                if is_since and each not in own and each.author is self.user.team.bot and sees(self.user, each):
                    yield each

    @property
    def message(self) -> Message:
        """The newest of them."""
        found = self.messages
        assert found, "no message was shown"
        return found[-1]

    @property
    def ephemerals(self) -> list[Message]:
        """Those that nobody else sees."""
        return [each for each in self.messages if each.is_ephemeral]

    @property
    def text(self) -> str:
        """All that can be read in them."""
        return "\n".join(each.text for each in self.messages)

    async def shows(self, *words: str, within_s: float = PATIENCE_S) -> Message:
        """Return the message that shows all these words, as soon as one does."""
        found: list[Message] = []

        def holds() -> bool:
            found[:] = [each for each in self.messages if all(word in each.text for word in words)]
            return bool(found)

        await self.world.until(holds, within_s)
        return found[-1]

    async def opens(self, *words: str, within_s: float = PATIENCE_S) -> View:
        """Return the form that shows all these words, as soon as one is before the member."""
        found: list[View] = []

        def holds() -> bool:
            form = self._form()
            found[:] = [form] if form and all(word in read(form) for word in words) else []
            return bool(found)

        await self.world.until(holds, within_s)
        return found[0]
