"""What can be made of a picture that stands in a channel, whoever posted it: the same on every platform. Pure."""

from collections.abc import Iterable, Mapping

from bot.errors import SubmissionError
from bot.jobs import JobId
from bot.meanings import Press, decode
from bot.status import Button
from bot.submissions import Occasion, Plain, ResultOf, Submission
from workflows.catalog import Catalog
from workflows.manifest import Action
from workflows.parameters import FileParameter
from workflows.workflow import Workflow

REIMAGINE = "Reimagine this picture"
UPSCALE = "Upscale this picture"
MENUS: Mapping[str, str] = {REIMAGINE: "vary", UPSCALE: "upscale"}
"""The entries of a picture's menu, with the action of the default workflow that each stands for."""

BUTTONS: Mapping[str, Button] = {menu: Button(action) for menu, action in MENUS.items()}
"""The button that does the same under a job."""

NO_PICTURE = "There is no picture in that message that I could take: a PNG, JPEG or WebP."
TOO_OLD = "That form was open for too long. Use the menu of the message again."
_NOT_OFFERED = "Nothing is set up for that here. Ask for a workflow that begins with a picture, and attach it there."


def menu_action(menu: str, catalog: Catalog, default: str) -> Action | None:
    """Return what an entry of a picture's menu does; None where the default workflow does not offer it."""
    usual = catalog.workflows.get(default)
    action = usual.manifest.action(MENUS.get(menu, "")) if usual else None
    target = catalog.workflows.get(action.workflow) if action else None
    if action is None or target is None:
        return None
    takes = target.manifest.parameters.get(action.parameter)
    return action if isinstance(takes, FileParameter) else None


def meant(menu: str, catalog: Catalog, default: str) -> tuple[Action, Workflow]:
    """Return what an entry does, and the workflow that does it; raises SubmissionError where it is not offered."""
    action = menu_action(menu, catalog, default)
    if action is None:
        raise SubmissionError(_NOT_OFFERED)
    return action, catalog.workflows[action.workflow]


def job_among(ids: Iterable[object]) -> JobId | None:
    """Return the job that a message is of, by what its buttons say; anybody can write that, so it grants nothing."""
    meanings = map(decode, ids)
    return next((each.job_id for each in meanings if isinstance(each, Press)), None)


def submission_of_picture(
    occasion: Occasion, action: Action, raw: Mapping[str, Plain], *, result: ResultOf | None = None, text: str = ""
) -> Submission:
    """Ask for what an action makes of a picture: a job's result, or one that its platform still has to hand in."""
    return Submission(
        occasion=occasion,
        text=text,
        raw=raw,
        pictures={action.parameter: result} if result else {},
        workflow=action.workflow,
        parent=result.job_id if result else None,
    )
