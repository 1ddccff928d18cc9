"""A form that Slack closed before anybody knew what speaks against it: opened again, as it was filled.

Slack closes a form three seconds after it was sent, and what was written in it is nowhere then.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from adapters.slack.answering import Answering
from adapters.slack.blocks import actions, button, small
from adapters.slack.filled import attached_files
from adapters.slack.persons import Persons
from adapters.slack.shapes import Json
from bot.asides import Asides
from bot.desk import Desk
from bot.errors import StoreLost, SubmissionError
from bot.forms import EDIT_AGAIN
from bot.meanings import EditAgain
from bot.reimagining import TOO_OLD

_ATTACH = "What was attached has to be attached again."
_KEPT = ("type", "callback_id", "private_metadata", "title", "submit", "close")


@dataclass(frozen=True, slots=True, kw_only=True)
class Refilling:
    """Keeps what was written for whoever wrote it, and opens the form again for them."""

    desk: Desk
    asides: Asides
    persons: Persons

    async def offer(self, answering: Answering) -> Sequence[Json]:
        """Return what stands below a refusal: the button that opens the form again; nothing while the store is away."""
        origin, view = answering.origin, answering.origin.view or {}
        try:
            source = await self.asides.keep(origin.occasion(), {"view": refilled(view)})
        except StoreLost:
            return ()
        told = [small(_ATTACH)] if attached_files(view) else []
        return (*told, actions([button(EDIT_AGAIN, EditAgain(source=source))]))

    async def open(self, answering: Answering, source: str) -> None:
        """Open the form again. Raises what whoever sent it has to be told."""
        origin = answering.origin
        self.desk.welcome(await self.persons.known(origin.occasion()))
        view = (await self.asides.recall(origin.occasion(), source)).get("view")
        if not isinstance(view, dict):
            raise SubmissionError(TOO_OLD)
        await answering.open(view)


def refilled(view: Json) -> Json:
    """Return the form to open; what was attached has to be attached anew, for Slack fills in no files."""
    values: Json = (view.get("state") or {}).get("values") or {}
    blocks = [_refilled(block, values.get(block.get("block_id")) or {}) for block in view.get("blocks") or ()]
    return {**{name: view[name] for name in _KEPT if view.get(name)}, "blocks": blocks}


def _refilled(block: Json, state: Mapping[str, Json]) -> Json:
    element: Json = block.get("element") or {}
    said = state.get(element.get("action_id", ""))
    if block.get("type") != "input" or said is None:
        return block
    bare = {name: each for name, each in element.items() if not name.startswith("initial_")}
    return {**block, "element": {**bare, **_initial(element, said)}}


def _initial(element: Json, said: Json) -> Json:
    match said:
        case {"selected_option": {"value": value} as chosen}:
            # Slack wants the very option that the form offers; one that was looked up while typing is in no list.
            return {
                "initial_option": next(
                    (each for each in element.get("options") or () if each["value"] == value), chosen
                )
            }
        case {"selected_conversation": str(channel)}:
            return {"initial_conversation": channel}
        case {"value": str(value)} if value:
            return {"initial_value": value}
    return {}
