"""A workflow: a manifest and a graph that belong together. Values go in, a new graph comes out."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256

from workflows.cost import cost_of
from workflows.graph import Graph, GraphFault, JsonValue, Link, read_graph
from workflows.manifest import Manifest, Output, read_manifest
from workflows.parameters import (
    Binding,
    Choice,
    Context,
    FileParameter,
    Parameter,
    Refused,
    Seed,
    SizeParameter,
    Text,
    default_value,
)
from workflows.problems import WorkflowFault as WorkflowFault  # what load_workflow raises
from workflows.validation import usual_values, validate
from workflows.values import FileHandle, RawValue, Size, Value, Values
from workflows.vocabulary import Vocabulary


@dataclass(frozen=True, slots=True, kw_only=True)
class Workflow:
    """A recipe that an operator installed. Made by `load_workflow`, which has checked it."""

    name: str
    manifest: Manifest
    graph: Graph = field(repr=False)
    digest: str  #: SHA-256 over both files: a job names the version that it was made for
    manifest_file: bytes = field(repr=False)  #: both files as they were read: kept under the digest, for workers
    graph_file: bytes = field(repr=False)

    def validate(self, raw: Mapping[str, RawValue], vocabulary: Vocabulary) -> Values:
        """Turn what somebody gave into a value for every parameter; raises InvalidValues with all faults at once."""
        return validate(self.name, self.manifest, self.literals(), raw, vocabulary)

    def usual(self, vocabulary: Vocabulary) -> Values:
        """Return the value of every parameter that has one without being set."""
        return usual_values(self.name, self.manifest, self.literals(), vocabulary)

    def draw_seeds(self, values: Values, draw: Callable[[int], int]) -> Values:
        """Replace every random seed by `draw(max)`, so that trying again paints the same picture."""
        drawn = {
            name: draw(parameter.max)
            for name, parameter in self.manifest.parameters.items()
            if isinstance(parameter, Seed) and values[name] is None
        }
        return {**values, **drawn}

    def bind(self, values: Values) -> Graph:
        """Return a new graph with the values in their places; this workflow's own graph stays as it is."""
        return self.graph.with_inputs(
            {
                (bound.node, bound.input): _written(values[name], bound)
                for name, parameter in self.manifest.parameters.items()
                for bound in parameter.bind
            }
        )

    def literals(self) -> dict[str, Value]:
        """Return what the graph itself says for each parameter, where it says anything."""
        return {name: _literal(self.graph, parameter) for name, parameter in self.manifest.parameters.items()}


def load_workflow(name: str, manifest_text: str | bytes, graph_text: str | bytes) -> Workflow:
    """Read and check both files against each other; raises WorkflowFault with every problem found."""
    problems: list[str] = []
    manifest = graph = None
    try:
        manifest = read_manifest(manifest_text)
    except WorkflowFault as fault:
        problems.extend(fault.problems)
    try:
        graph = read_graph(graph_text)
    except GraphFault as fault:
        problems.append(f"graph.json: {fault}")
    if manifest is None or graph is None:
        raise WorkflowFault(problems)
    files = _content(manifest_text), _content(graph_text)
    workflow = Workflow(
        name=name,
        manifest=manifest,
        graph=graph,
        digest=_digest(*files),
        manifest_file=files[0],
        graph_file=files[1],
    )
    # Defaults come second: without its places a parameter has no literal to fall back on.
    problems = [*_place_problems(workflow)] or [*_default_problems(workflow)]
    if problems:
        raise WorkflowFault(dict.fromkeys(problems))  # a default that fits no family is one problem
    return workflow


def _content(text: str | bytes) -> bytes:
    return text.encode() if isinstance(text, str) else text


def _digest(*contents: bytes) -> str:
    digest = sha256()
    for content in contents:
        # The length first: otherwise a byte could move from one file to the other unnoticed.
        digest.update(len(content).to_bytes(8, "big") + content)
    return digest.hexdigest()


def _written(value: Value, bound: Binding) -> JsonValue:
    match value:
        case Size():
            return value.height if bound.part == "height" else value.width
        case FileHandle():
            return value.name
        case None:
            raise ValueError(f"the seed for node {bound.node} has not been drawn")
    return value


def _literal(graph: Graph, parameter: Parameter) -> Value:
    found = {bound.part: graph.nodes[bound.node].literal(bound.input) for bound in reversed(parameter.bind)}
    if isinstance(parameter, SizeParameter):
        width, height = found.get("width"), found.get("height")
        return Size(width=width, height=height) if isinstance(width, int) and isinstance(height, int) else None
    value = found.get(None)
    return value if isinstance(value, str | int | float) else None


def _place_problems(workflow: Workflow) -> Iterator[str]:
    taken: dict[tuple[str, str], str] = {}
    for name, parameter in workflow.manifest.parameters.items():
        for bound in parameter.bind:
            owner, place = f"parameters.{name}", (bound.node, bound.input)
            problem = _node_problem(workflow.graph, owner, bound) or _input_problem(workflow.graph, owner, bound)
            if problem:
                yield problem
            elif place in taken:
                doing = f"{owner} fills twice:" if taken[place] == owner else f"{owner} and {taken[place]} both fill"
                yield f"{doing} input {bound.input!r} of node {bound.node}."
            taken.setdefault(place, owner)
    for output in workflow.manifest.outputs:
        problem = _node_problem(workflow.graph, "outputs", output)
        if problem:
            yield problem


def _node_problem(graph: Graph, owner: str, place: Binding | Output) -> str | None:
    node = graph.nodes.get(place.node)
    if node and node.class_type == place.class_type:
        return None
    found = f"node {place.node} is {node.class_type} now" if node else f"the graph has no node {place.node}"
    elsewhere = [f'"{other.id}"' for other in graph.of_class(place.class_type)]
    hint = f" {place.class_type} stands at {' and '.join(elsewhere)}." if elsewhere else ""
    return f"{owner} names node {place.node} as {place.class_type}, but {found}.{hint}"


def _input_problem(graph: Graph, owner: str, bound: Binding) -> str | None:
    node = graph.nodes[bound.node]
    if bound.input not in node.inputs:
        there = ", ".join(node.inputs) or "none at all"
        return f"{owner} fills input {bound.input!r}, but node {node.id} ({node.class_type}) has not: it has {there}."
    source = node.inputs[bound.input]
    if isinstance(source, Link):
        return (
            f"{owner} fills input {bound.input!r} of node {node.id} ({node.class_type}), but that is fed by node "
            f"{source.node} ({graph.nodes[source.node].class_type}): bind the parameter there."
        )
    return None


def _default_problems(workflow: Workflow) -> Iterator[str]:
    """Check that what nobody sets has a value within bounds, alone and together, for every family."""
    parameters, literals = workflow.manifest.parameters, workflow.literals()
    families = {family for each in parameters.values() for family in getattr(each, "default_for", ())}
    for family in (None, *sorted(families)):
        values: dict[str, Value] = {}
        for name, parameter in parameters.items():
            if _is_open(parameter):
                continue
            try:
                values[name] = default_value(parameter, Context(Vocabulary(), family, literals[name]))
            except Refused as refusal:
                yield f"parameters.{name} has no default that fits: it {refusal}"
        if cost_of(workflow.manifest.cost, values) > workflow.manifest.cost.limit:
            yield f"cost.limit is below what the defaults{f' for {family}' if family else ''} cost together."


def _is_open(parameter: Parameter) -> bool:
    # What the person or the servers have to supply.
    return isinstance(parameter, FileParameter | Choice) or (isinstance(parameter, Text) and parameter.required)
