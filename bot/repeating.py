"""From a job that was painted, or a form about one, to what is asked next. Pure; intake judges it as whoever asks."""

from collections.abc import Mapping
from types import MappingProxyType

from bot.errors import SubmissionError, UnknownWorkflow
from bot.images import Admitted
from bot.jobs import JobRecord
from bot.status import Button
from bot.submissions import InputOf, Occasion, Picture, Plain, Submission, followed_up, refusal_of_withheld, repeated
from workflows.catalog import Catalog
from workflows.parameters import Seed
from workflows.values import FileHandle
from workflows.vocabulary import Vocabulary
from workflows.workflow import Workflow
from workflows.writing import write_command


def submission_of_click(
    occasion: Occasion, button: Button, record: JobRecord, catalog: Catalog, *, number: int = 0
) -> Submission:
    """Ask for what Reroll, Vary or Upscale means, of a job's picture of that number.

    Raises UnknownWorkflow or SubmissionError.
    """
    if refused := refusal_of_withheld(record):
        raise refused
    workflow = workflow_of(record, catalog)
    if button is Button.REROLL:
        seeds = {name: "random" for name, each in workflow.manifest.parameters.items() if isinstance(each, Seed)}
        return repeated(occasion, record, seeds)
    action = workflow.manifest.action(button.value)
    target = catalog.workflows.get(action.workflow) if action else None
    if action is None or target is None:
        raise SubmissionError("This workflow does not offer that.")
    return followed_up(occasion, record, action, target, index=number)


def workflow_of(record: JobRecord, catalog: Catalog) -> Workflow:
    """Return the workflow of a job as it is today; raises UnknownWorkflow."""
    workflow = catalog.workflows.get(record.job.workflow)
    if workflow is None:
        raise UnknownWorkflow("The workflow of this job is no longer here.")
    return workflow


def command_of(record: JobRecord, workflow: Workflow, vocabulary: Vocabulary) -> tuple[str, str]:
    """Return a job's workflow, and the words that make it paint the same again."""
    known = {name: value for name, value in record.job.values.items() if name in workflow.manifest.parameters}
    return workflow.name, write_command(known, workflow, vocabulary)


def submission_of_form(
    occasion: Occasion,
    workflow: Workflow,
    parent: JobRecord | None,
    raw: Mapping[str, Plain],
    *,
    text: str = "",
    attached: Mapping[str, Admitted] = MappingProxyType({}),
    attachments: tuple[Admitted, ...] = (),
) -> Submission:
    """Ask for what a form says: `parent` is the job that is edited, `attachments` are those that no field names.

    Where nothing is attached to a field, the picture of the job that is edited stays.
    """
    return Submission(
        occasion=occasion,
        text=text,
        raw=raw,
        pictures={**_pictures_of(parent, workflow), **attached},
        attachments=attachments,
        workflow=workflow.name,
        parent=parent.job.id if parent else None,
    )


def _pictures_of(parent: JobRecord | None, workflow: Workflow) -> dict[str, Picture]:
    if parent is None or parent.job.workflow != workflow.name:
        return {}
    return {
        name: InputOf(job_id=parent.job.id, parameter=name)
        for name, value in parent.job.values.items()
        if isinstance(value, FileHandle)
    }
