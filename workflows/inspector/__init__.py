"""Reads an exported graph and drafts its manifest by following links. Nothing is guessed in silence."""

from collections.abc import Iterator
from math import ceil, floor, log10

from workflows.cost import cost_of
from workflows.definitions import Definitions
from workflows.graph import Graph
from workflows.inspector.amounts import find_amounts
from workflows.inspector.draft import Draft
from workflows.inspector.files import find_files
from workflows.inspector.models import find_methods, find_models
from workflows.inspector.outputs import find_outputs, result_nodes
from workflows.inspector.sizes import find_sizes
from workflows.inspector.sketch import Sketch, named
from workflows.inspector.texts import find_texts
from workflows.manifest import Cost
from workflows.parameters import FileParameter, Integer, Number
from workflows.tracing import in_order, upstream
from workflows.values import Size, Value

__all__ = ["Draft", "inspect"]

_ROOM = 8
"""How far above the defaults a job may go: somewhat larger, somewhat longer and a few more, but not all at once."""

_USUAL_PICTURE = Size(width=1024, height=1024)
_FINDERS = (find_files, find_texts, find_amounts, find_sizes, find_methods, find_models)


def inspect(graph: Graph, definitions: Definitions | None = None) -> Draft:
    """Draft a manifest; `definitions`, which a server gives, narrow the bounds and tell about custom nodes."""
    results = result_nodes(graph, definitions or {})
    sketch = Sketch(
        graph=graph,
        definitions=definitions or {},
        order=in_order(graph, upstream(graph, (node.id for node in results))),
    )
    outputs = find_outputs(sketch, results)
    for find in _FINDERS:
        find(sketch)
    _note_the_rest(sketch)
    return Draft(
        parameters=sketch.parameters,
        outputs=outputs,
        cost=_cost(sketch),
        found=tuple(sketch.found),
        left_alone=tuple(sketch.left_alone),
    )


def _note_the_rest(sketch: Sketch) -> None:
    for node in sketch.order:
        kept = [name for name in node.inputs if sketch.is_open(node, name)]
        if kept:
            sketch.leave(f"Node {named(node).removeprefix('node ')} keeps {', '.join(kept[:12])}.")
    working = {node.id for node in sketch.order}
    for node in sketch.graph.nodes.values():
        if node.id not in working:
            sketch.leave(f"Node {named(node).removeprefix('node ')} works for no result.")


def _cost(sketch: Sketch) -> Cost:
    factors = [*sketch.factors, *_picture_factor(sketch)]
    usual = {name: _usual(sketch, name) for name in factors}
    amount = cost_of(Cost(limit=1, factors=tuple(factors)), usual)
    return Cost(limit=_readable(amount * _ROOM) if factors else 1, factors=tuple(factors))


def _picture_factor(sketch: Sketch) -> Iterator[str]:
    # Where nothing else says how large the work is, the attached picture does.
    if {"width", "height", "megapixels"} & sketch.parameters.keys():
        return
    for name in ("image", "control_image", "video", "mask"):
        if name in sketch.parameters:
            yield name
            return


def _usual(sketch: Sketch, name: str) -> Value:
    match sketch.parameters[name]:
        case FileParameter():
            return _USUAL_PICTURE
        case Integer(default=default) | Number(default=default):
            return default
    return None


def _readable(amount: float) -> float:
    """Round up to two digits: a limit that a person can read and change."""
    unit = 10.0 ** (floor(log10(amount)) - 1)
    rounded = ceil(amount / unit) * unit
    # Below one the tenth power is no exact number; nine places are more than a limit needs.
    return float(round(rounded)) if rounded >= 1 and unit >= 1 else max(round(rounded, 9), amount)
