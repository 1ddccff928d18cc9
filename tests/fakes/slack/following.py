"""What follows from an acknowledgement: what a command is answered with, and what becomes of a form that was sent.

https://docs.slack.dev/interactivity/implementing-slash-commands#responding_immediate_response and
https://docs.slack.dev/surfaces/modals#updating_response.
"""

from . import responding, views
from .given import refused
from .shapes import Json, anything, fields, one_of, text
from .state import Response, View, World

_OF_FORMS = {
    "errors": fields({"response_action": anything, "errors": anything}),
    "update": fields({"response_action": anything, "view": anything}),
    "push": fields({"response_action": anything, "view": anything}),
    "clear": fields({"response_action": anything}),
}
_OF_COMMANDS = fields(
    {},
    {
        "text": text(0, 40_000),
        "response_type": one_of("ephemeral", "in_channel"),
        "blocks": anything,
        "attachments": anything,
        "unfurl_links": anything,
        "unfurl_media": anything,
        "mrkdwn": anything,
        "thread_ts": anything,
    },
)


def answered(world: World, response: Response, answer: Json | None) -> None:
    """Show what a command was acknowledged with, if with anything; raises Refused."""
    if not answer or answer == {"text": ""}:
        return
    if faults := [*_OF_COMMANDS(answer, ())]:
        raise refused("invalid_command_response", faults)
    responding.carry_out(world, response, answer)


def submitted(world: World, view: View, answer: Json | None) -> None:
    """Close a form that was sent, or do with it what the acknowledgement says; raises Refused."""
    if not answer or answer == {"text": ""}:
        views.close(world, view)
        return
    action = str(answer.get("response_action"))
    check = _OF_FORMS.get(action)
    if check is None or (faults := [*check(answer, ())]):
        raise refused("invalid_response_action", [] if check is None else faults)
    match action:
        case "clear":
            views.close(world, view, whole=True)
        case "update":
            views.change(world, view, views.judged(world, view.team, answer["view"], "modal"))
        case "push":
            views.push(world, view, views.judged(world, view.team, answer["view"], "modal"))
        case _:
            _check_errors(view, answer["errors"])


def _check_errors(view: View, errors: object) -> None:
    inputs = {each["block_id"] for each in view.shape["blocks"] if each["type"] == "input"}
    if not isinstance(errors, dict) or not errors or not errors.keys() <= inputs:
        raise refused("invalid_errors", [f"errors name blocks of type input: {', '.join(sorted(inputs))}"])
    if not all(isinstance(each, str) and each for each in errors.values()):
        raise refused("invalid_errors", ["errors are texts"])


def closed(world: World, view: View, *, is_all: bool) -> list[View]:
    """Close a form, or all that lie on one another; returns them, the topmost first."""
    gone = [*reversed(views.stack(world, view))] if is_all else [view]
    views.close(world, view, whole=is_all)
    return gone
