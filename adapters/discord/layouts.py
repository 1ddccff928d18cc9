"""Which of a workflow's parameters stands where in a form. Pure.

Discord gives a form five fields. A workflow with more parameters shows its prompt, three more in the manifest's order,
and everything else as one text in the command grammar: so every parameter can be reached, and each stands in one place.

A value that does not fit its field is never cut: it stays out of the form and is kept as it is (`Layout.kept`). What a
form leaves out follows from the workflow and the values alone, so that whoever reads the form finds the same again.
"""

from dataclasses import dataclass

from adapters.discord.text import MOST_TEXT
from bot.inert import length
from workflows.command import PROMPT
from workflows.parameters import FileParameter
from workflows.values import Values
from workflows.vocabulary import Vocabulary
from workflows.workflow import Workflow
from workflows.writing import write_command

FIELDS = 5
"""Fields of a form."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """Where a form shows each of a workflow's parameters, by name; pictures stand nowhere, they stay what they were."""

    fields: tuple[str, ...]
    rest: tuple[str, ...] | None  #: together as one text; None: the form has no such field
    kept: tuple[str, ...]  #: too long to be shown


def layout_of(workflow: Workflow, values: Values, most: int = FIELDS) -> Layout:
    """Decide which of the values stand where, with at most so many fields."""
    declared = workflow.manifest.parameters
    names = [name for name, each in declared.items() if not isinstance(each, FileParameter)]
    names.sort(key=lambda name: name != PROMPT)
    kept = {name for name in names if length(str(values.get(name, ""))) > MOST_TEXT}
    fitting = [name for name in names if name not in kept]
    if fitting and len(fitting) <= most:
        return Layout(fields=tuple(fitting), rest=None, kept=_ordered(names, kept))
    rest = fitting[most - 1 :]
    while length(_command(workflow, values, rest)) > MOST_TEXT:
        longest = max(rest, key=lambda name: length(_command(workflow, values, [name])))
        rest.remove(longest)
        kept.add(longest)
    return Layout(fields=tuple(fitting[: most - 1]), rest=tuple(rest), kept=_ordered(names, kept))


def _ordered(names: list[str], kept: set[str]) -> tuple[str, ...]:
    return tuple(name for name in names if name in kept)


def _command(workflow: Workflow, values: Values, names: list[str]) -> str:
    # The vocabulary only tells whether a prompt stays itself, and the prompt never stands here.
    return write_command({name: values[name] for name in names if name in values}, workflow, Vocabulary())
