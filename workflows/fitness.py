"""Whether a server can serve a workflow: every sentence names one thing that it lacks, or that the files get wrong.

What ComfyUI 0.3.64 checks before it takes a graph is checked here beforehand, by what it says about its node classes.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from workflows.choices import listed
from workflows.definitions import Definitions, InputDefinition, NodeDefinition
from workflows.faults import shown
from workflows.graph import JsonValue, Link, Node
from workflows.models import model_kind
from workflows.numbers import written
from workflows.parameters import Binding, Choice, Integer, Number, Parameter, Seed, SizeParameter
from workflows.requirements import lacks_needs
from workflows.tracing import in_order, upstream
from workflows.vocabulary import Vocabulary, vocabulary_of
from workflows.workflow import Workflow

_TYPES: tuple[tuple[type, frozenset[str]], ...] = (
    (Integer, frozenset({"INT", "FLOAT"})),
    (Seed, frozenset({"INT"})),
    (SizeParameter, frozenset({"INT"})),
    (Number, frozenset({"FLOAT"})),
)
"""What numbers of a manifest may fill: a fraction is cut off where a node wants a whole number."""


def lacks(workflow: Workflow, definitions: Definitions, vocabulary: Vocabulary | None = None) -> tuple[str, ...]:
    """Name what a server lacks for a workflow; empty when it can serve it.

    `vocabulary` is what may be chosen there, with the server's labels and memory; left out, it is everything that the
    definitions list, and what the manifest needs beside it is not looked at.
    """
    fitting = _Fitting(workflow, definitions, vocabulary or vocabulary_of(definitions, {}))
    needs = lacks_needs(workflow.manifest.needs, vocabulary) if vocabulary else ()
    return tuple(dict.fromkeys((*fitting.sentences(), *needs)))


@dataclass(frozen=True, slots=True)
class _Fitting:
    workflow: Workflow
    definitions: Definitions
    vocabulary: Vocabulary

    def sentences(self) -> Iterator[str]:
        """Iterate over everything that is wrong, from the sources of the graph to its results."""
        graph = self.workflow.graph
        # A missing class stops a server wherever it stands; all else only where it works for a result.
        for node in graph.nodes.values():
            if node.class_type not in self.definitions:
                yield f"{_named(node)} is a node class that is not installed."
        for node in in_order(graph, upstream(graph, (output.node for output in self.workflow.manifest.outputs))):
            definition = self.definitions.get(node.class_type)
            if definition:
                yield from self._of_node(node, definition)
        for name, parameter in self.workflow.manifest.parameters.items():
            yield from self._of_parameter(name, parameter)
        yield from self._of_outputs()

    def _of_node(self, node: Node, definition: NodeDefinition) -> Iterator[str]:
        bound = self._bound()
        for name, expected in definition.inputs.items():
            if name not in node.inputs:
                if expected.required:
                    yield f"{_named(node)} needs an input {name}, which the graph does not fill."
                continue
            value = node.inputs[name]
            if isinstance(value, Link):
                yield from self._of_link(node, name, expected, value)
            elif (node.id, name) not in bound:
                yield from _of_literal(node, name, expected, value)

    def _bound(self) -> frozenset[tuple[str, str]]:
        parameters = self.workflow.manifest.parameters.values()
        return frozenset((bound.node, bound.input) for parameter in parameters for bound in parameter.bind)

    def _of_link(self, node: Node, name: str, expected: InputDefinition, link: Link) -> Iterator[str]:
        source = self.workflow.graph.nodes[link.node]
        definition = self.definitions.get(source.class_type)
        if definition is None:
            return  # Named already.
        if link.slot >= len(definition.outputs):
            yield f"{_named(source)} has no output {link.slot}, which feeds {name} of {_named(node)}."
        elif not _agree(definition.outputs[link.slot], expected.type):
            given = definition.outputs[link.slot]
            yield f"{name} of {_named(node)} takes {expected.type}, but {_named(source)} gives {given}."

    def _of_parameter(self, name: str, parameter: Parameter) -> Iterator[str]:
        if isinstance(parameter, Choice):
            yield from self._of_choice(name, parameter)
        for bound, expected in self._expectations(parameter):
            yield from _of_type(name, parameter, bound, expected)
            yield from _of_bounds(name, parameter, bound, expected)

    def _expectations(self, parameter: Parameter) -> Iterator[tuple[Binding, InputDefinition]]:
        """Iterate over the bindings whose inputs the server describes."""
        for bound in parameter.bind:
            definition = self.definitions.get(bound.class_type)
            if definition and bound.input in definition.inputs:
                yield bound, definition.inputs[bound.input]

    def _of_choice(self, name: str, parameter: Choice) -> Iterator[str]:
        offered = parameter.offered(self.vocabulary)
        listed = [expected.options for _, expected in self._expectations(parameter) if expected.options is not None]
        if offered is None or not listed:
            return
        if not any(all(option in options for options in listed) for option in offered):
            yield _nothing_to_choose(name, parameter, any(listed))

    def _of_outputs(self) -> Iterator[str]:
        for output in self.workflow.manifest.outputs:
            definition = self.definitions.get(output.class_type)
            if definition and not definition.is_output:
                node = self.workflow.graph.nodes[output.node]
                yield f"outputs names {_named(node)}, which is no output node."


def _of_literal(node: Node, name: str, expected: InputDefinition, value: JsonValue) -> Iterator[str]:
    if isinstance(value, str) and expected.type == "COMBO" and expected.options is not None:
        if value not in expected.options and not expected.uploads_image:
            yield _not_on_offer(node, name, value, expected.options)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        if expected.minimum is not None and value < expected.minimum:
            yield f"{name} of {_named(node)} is {written(value)}, and at least {written(expected.minimum)} is allowed."
        if expected.maximum is not None and value > expected.maximum:
            yield f"{name} of {_named(node)} is {written(value)}, and at most {written(expected.maximum)} is allowed."


def _not_on_offer(node: Node, name: str, value: str, options: tuple[str, ...]) -> str:
    model = model_kind(node.class_type, name)
    if model:
        return f"the {model} {shown(value)} is not installed ({node.class_type}.{name})."
    there_is = f"there is {listed(options)}" if options else "there is nothing to choose"
    return f"{name} of {_named(node)} is {shown(value)}, and {there_is}."


def _nothing_to_choose(name: str, parameter: Choice, has_some: bool) -> str:
    bound = parameter.bind[0]
    what = model_kind(bound.class_type, bound.input) or f"choice for {name}"
    which = " that the manifest allows" if has_some else ""
    return f"no {what}{which} is installed ({bound.source})."


def _of_type(name: str, parameter: Parameter, bound: Binding, expected: InputDefinition) -> Iterator[str]:
    for kind, types in _TYPES:
        if isinstance(parameter, kind) and not types & _split(expected.type) and "*" not in _split(expected.type):
            yield f"{name} is a {parameter.kind}, but {bound.source} takes {expected.type}."


def _of_bounds(name: str, parameter: Parameter, bound: Binding, expected: InputDefinition) -> Iterator[str]:
    match parameter:
        case Integer() | Number() | SizeParameter():
            least, most = parameter.min, parameter.max
        case Seed():
            least, most = 0, parameter.max
        case _:
            return
    if expected.minimum is not None and least < expected.minimum:
        yield f"{name} begins at {written(least)}, but {bound.source} takes {written(expected.minimum)} at least."
    if expected.maximum is not None and most > expected.maximum:
        yield f"{name} goes to {written(most)}, but {bound.source} takes {written(expected.maximum)} at most."


def _agree(given: str, taken: str) -> bool:
    # As ComfyUI 0.3.64 compares them: lists of types agree when they share one. An output may also be a list of
    # choices, which older nodes write down whole, and any choice may fill any other.
    if given.startswith("["):
        given = "COMBO"
    return bool({"*"} & (_split(given) | _split(taken)) or _split(given) & _split(taken))


def _split(types: str) -> frozenset[str]:
    return frozenset(each.strip() for each in types.split(","))


def _named(node: Node) -> str:
    return f"node {node.id} ({node.class_type})"
