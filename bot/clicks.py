"""From a click under a job, or a form, to what is asked. Pure; intake judges it as whoever clicked."""

from collections.abc import Mapping
from dataclasses import dataclass

from bot.errors import SubmissionError, UnknownWorkflow
from bot.images import Admitted
from bot.jobs import JobRecord, Place, Requester
from bot.ports import Cancelling
from bot.status import Button
from bot.submissions import InputOf, Picture, Submission, followed_up, repeated
from workflows.catalog import Catalog
from workflows.parameters import Seed
from workflows.values import FileHandle
from workflows.workflow import Workflow

CANCELLED: Mapping[Cancelling, str] = {
    Cancelling.CANCELLED: "",
    Cancelling.REQUESTED: "",
    Cancelling.TOO_LATE: "It had ended already.",
    Cancelling.UNKNOWN: "That job is not kept any more.",
}
"""What whoever clicked Cancel is told; where it says nothing, the card does."""

STOPPED: Mapping[Cancelling, str] = {
    Cancelling.CANCELLED: "Cancelled.",
    Cancelling.REQUESTED: "It stops as soon as the GPU lets go of it.",
}
"""What whoever cancelled is told where they see no card."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Click:
    """Who clicked what, where, on which of a job's pictures."""

    event: str
    requester: Requester
    place: Place
    button: Button
    number: int = 0


def submission_of_click(click: Click, record: JobRecord, catalog: Catalog) -> Submission:
    """Ask for what Reroll, Vary or Upscale means. Raises UnknownWorkflow or SubmissionError."""
    workflow = workflow_of(record, catalog)
    if click.button is Button.REROLL:
        seeds = {name: "random" for name, each in workflow.manifest.parameters.items() if isinstance(each, Seed)}
        return repeated(record, seeds, event=click.event, requester=click.requester, place=click.place)
    action = next((each for name, each in workflow.manifest.actions.items() if name == click.button.value), None)
    target = catalog.workflows.get(action.workflow) if action else None
    if action is None or target is None:
        raise SubmissionError("This workflow does not offer that.")
    return followed_up(
        record,
        action,
        target,
        index=click.number,
        event=click.event,
        requester=click.requester,
        place=click.place,
    )


def workflow_of(record: JobRecord, catalog: Catalog) -> Workflow:
    """Return the workflow of a job as it is today; raises UnknownWorkflow."""
    workflow = catalog.workflows.get(record.job.workflow)
    if workflow is None:
        raise UnknownWorkflow("The workflow of this job is no longer here.")
    return workflow


def pictures_of_form(
    workflow: Workflow, parent: JobRecord | None, attached: Mapping[str, Admitted]
) -> dict[str, Picture]:
    """Return the pictures of a form: those attached now, and where none is, those of the job that is edited."""
    kept: dict[str, Picture] = {}
    if parent is not None and parent.job.workflow == workflow.name:
        kept = {
            name: InputOf(job_id=parent.job.id, parameter=name)
            for name, value in parent.job.values.items()
            if isinstance(value, FileHandle)
        }
    return {**kept, **attached}
