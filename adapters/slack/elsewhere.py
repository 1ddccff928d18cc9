"""What could not be shown where it was asked for: kept for whoever asked, and done in their direct messages instead.

What they did is kept as it was understood, and taken up again as if they had done it there. So it is one way for
commands, mentions, forms, clicks and the shortcut of a message; and one wish, whatever its length, is one job.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from adapters.slack import answers
from adapters.slack.answering import Answering
from adapters.slack.blocks import actions, plain_text
from adapters.slack.filled import asks_where, recalled
from adapters.slack.origins import Kind, Origin
from adapters.slack.rooms import INVITE, NOT_THERE, NotThere, Rooms
from adapters.slack.shapes import Json
from adapters.slack.standing import Conversation
from adapters.slack.views import remembered
from bot.answers import Tone
from bot.asides import Asides
from bot.errors import SubmissionError
from bot.refusals import OUTDATED

DIRECT = "fairbrush_direct"
"""What the button that sends a picture to somebody's direct messages says of itself."""

_FOUND = "You find it in your messages with me."
_OF_DATA = ("files", "message", "api_app_id")
_OF_VIEW = ("id", "type", "callback_id", "private_metadata", "state")
"""What is kept of what Slack sent; what is good for once, such as a trigger, the click brings anew."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Elsewhere:
    """Offers direct messages, and takes up there what was asked for."""

    asides: Asides
    rooms: Rooms

    async def offer(self, answering: Answering, refusal: NotThere) -> None:
        """Say how we get there, and offer to paint in private; raises the refusal where that would be no help."""
        origin = answering.origin
        if origin.view is not None and asks_where(origin.view):
            raise refusal  # whoever fills in a form says there where else
        source = await self.asides.keep(origin.occasion(), _kept(origin))
        words = plain_text("Send it to my DM", 75)
        button = {"type": "button", "text": words, "action_id": DIRECT, "value": source}
        told = answers.note(NOT_THERE, INVITE, tone=Tone.BAD)
        await answering.whisper({**told, "blocks": [*told["blocks"], actions([button])]})

    async def again(self, answering: Answering) -> Answering:
        """Return what was asked for, as if it were asked in direct messages. Raises SubmissionError or StoreLost."""
        click = answering.origin
        kept = await self.asides.recall(click.occasion(), click.value)
        talk = await self.rooms.direct(click.workspace, click.requester.id)
        moved = replace(answering, origin=_moved(kept, click, talk))
        # What is said of it is said beside the click: a form, if it was one, is closed.
        moved.acknowledge()
        return moved

    async def point(self, answering: Answering) -> None:
        """Say where the picture is to be found; whoever clicked in their direct messages sees it."""
        if answering.origin.is_ephemeral:
            await answering.change(answers.note(_FOUND))


def _kept(origin: Origin) -> Mapping[str, object]:
    words = (origin.text, origin.command, origin.name, origin.value)
    view = None if origin.view is None else {name: origin.view.get(name) for name in _OF_VIEW}
    data = {name: origin.data[name] for name in _OF_DATA if name in origin.data}
    return {"id": origin.id, "kind": origin.kind, "words": words, "data": data, "view": view}


def _moved(kept: Mapping[str, object], click: Origin, talk: Conversation) -> Origin:
    match kept:
        case {"id": str(id), "kind": str(kind), "words": [text, command, name, value], "data": dict(data)}:
            view = kept.get("view")
            return replace(
                click,
                id=id,
                kind=Kind(kind),
                talk=talk,
                data=data,
                text=str(text),
                command=str(command),
                name=str(name),
                value=str(value),
                view=_turned(view, talk) if isinstance(view, dict) else None,
            )
    raise SubmissionError(OUTDATED)


def _turned(view: Json, talk: Conversation) -> Json:
    memo = recalled(view)
    if memo is None:
        raise SubmissionError(OUTDATED)
    return {**view, "private_metadata": remembered(replace(memo, channel=talk.channel, thread=None))}
