"""Whether somebody may ask for something: every rule, in the order in which it is told. Pure.

What is about the person comes first, then what is asked for, then its words: nobody mends their steps to learn only
then that they are banned. What is used up comes last of all and is not here: the queue charges quotas in the step that
adds a job, for only there nobody can come in between.
"""

from dataclasses import dataclass, field

from bot.errors import SubmissionError
from bot.jobs import Requester
from bot.policy.bans import refusal_of_ban, refusal_of_pause
from bot.policy.blocklist import Ruling, refusal_of_texts
from bot.policy.rulebook import Books
from bot.policy.terms import Terms, refusal_of_values, refusal_of_workflow
from workflows.parameters import Text
from workflows.values import Values
from workflows.workflow import Workflow


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What is asked for, as far as rules look at it."""

    requester: Requester
    workflow: str
    values: Values
    ruling: Ruling = field(default_factory=Ruling)  #: of its texts


def refusal(books: Books, terms: Terms | None, asked: Asked, now_ms: int) -> SubmissionError | None:
    """Say why something may not be asked for; None when it may, as far as it is not used up."""
    return (
        refusal_at_the_door(books, terms, asked.requester, asked.workflow, now_ms)
        or refusal_of_values(terms, asked.values)
        or refusal_of_texts(asked.ruling)
    )


def refusal_at_the_door(
    books: Books, terms: Terms | None, requester: Requester, workflow: str, now_ms: int
) -> SubmissionError | None:
    """Say what is known before anything was filled in, so that nobody fills in a form in vain."""
    return (
        refusal_of_ban(books, requester, now_ms)
        or refusal_of_pause(books, workflow)
        or refusal_of_workflow(terms, workflow)
    )


def texts_of(workflow: Workflow, values: Values) -> dict[str, str]:
    """Return what a blocklist has to judge: every text that somebody may have written."""
    parameters = workflow.manifest.parameters
    return {
        name: value
        for name, value in values.items()
        if isinstance(value, str) and isinstance(parameters.get(name), Text)
    }
