"""The catalog: every workflow of a folder. The one module of this package that reads files.

A folder is `<name>/{manifest.toml, graph.json}`. Loading again keeps the last good version of a workflow whose files
are broken now, and names every fault of every file at once, so that a slip in one recipe stops nobody.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from re import compile as compile_pattern

from workflows.graph import MAX_GRAPH_BYTES
from workflows.manifest import MAX_MANIFEST_BYTES
from workflows.parameters import FileParameter
from workflows.workflow import Workflow, WorkflowFault, load_workflow

LIBRARY = Path(str(files("workflows"))) / "library"
"""The workflows that ship with Fairbrush; they run on a stock ComfyUI."""

NAME = compile_pattern(r"[a-z][a-z0-9_-]{0,31}")
"""What a workflow's folder may be called: it is typed in commands on every platform."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogFault:
    """One problem of one workflow's files."""

    workflow: str
    reason: str

    def __str__(self) -> str:
        return f"{self.workflow}: {self.reason}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalog:
    """Workflows by name, and what is wrong with those that could not be read."""

    workflows: Mapping[str, Workflow] = field(default_factory=dict)
    faults: tuple[CatalogFault, ...] = ()


def load_catalog(folder: Path, previous: Catalog | None = None) -> Catalog:
    """Read a folder of workflows; `previous` supplies the last good version of what is broken now."""
    workflows: dict[str, Workflow] = {}
    faults: list[CatalogFault] = []
    places = _places(folder, faults)
    if places is None:
        return Catalog(workflows=previous.workflows if previous else {}, faults=tuple(faults))
    for place in places:
        try:
            workflows[place.name] = _load(place)
        except WorkflowFault as fault:
            faults.extend(CatalogFault(workflow=place.name, reason=problem) for problem in fault.problems)
            if previous and place.name in previous.workflows:
                workflows[place.name] = previous.workflows[place.name]
    return Catalog(workflows=workflows, faults=(*faults, *_dangling_actions(workflows)))


def _places(folder: Path, faults: list[CatalogFault]) -> list[Path] | None:
    try:
        places = sorted(place for place in folder.iterdir() if place.is_dir() and not place.name.startswith((".", "_")))
    except OSError as error:
        faults.append(CatalogFault(workflow=folder.name, reason=f"the folder cannot be read: {error.strerror}."))
        return None
    problem = "a name has lower-case letters, digits, - and _, begins with a letter and ends within 32."
    misnamed = [place for place in places if not NAME.fullmatch(place.name)]
    faults.extend(CatalogFault(workflow=place.name, reason=problem) for place in misnamed)
    return [place for place in places if place not in misnamed]


def _load(place: Path) -> Workflow:
    texts, problems = [], []
    for name, limit in (("manifest.toml", MAX_MANIFEST_BYTES), ("graph.json", MAX_GRAPH_BYTES)):
        try:
            with (place / name).open("rb") as file:
                # One byte more than the limit: enough for the reader to refuse it, never the whole of a huge file.
                texts.append(file.read(limit + 1))
        except OSError as error:
            problems.append(f"{name} cannot be read: {error.strerror}.")
    if problems:
        raise WorkflowFault(problems)
    return load_workflow(place.name, *texts)


def _dangling_actions(workflows: Mapping[str, Workflow]) -> Iterator[CatalogFault]:
    # Not fatal: the workflow paints without the button, and the operator is told why it is missing.
    for workflow in workflows.values():
        for button, action in workflow.manifest.actions.items():
            target = workflows.get(action.workflow)
            parameters = target.manifest.parameters if target else {}
            unknown = [name for name in action.values if name not in parameters]
            if not target:
                problem = f"actions.{button} needs the workflow {action.workflow!r}, which is not here."
            elif not isinstance(parameters.get(action.parameter), FileParameter):
                problem = f"actions.{button}: {action.workflow} takes no picture as {action.parameter!r}."
            elif unknown:
                problem = f"actions.{button}: {action.workflow} has no parameter {unknown[0]!r}."
            else:
                continue
            yield CatalogFault(workflow=workflow.name, reason=problem)
