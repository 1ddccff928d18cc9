"""The sheet of paper on which a draft comes into being: who has claimed which input, and what there is to say."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import count

from workflows.definitions import Definitions, InputDefinition
from workflows.graph import Graph, JsonValue, Link, Node
from workflows.inspector.toml import is_writable
from workflows.manifest import COSTLY_INPUTS
from workflows.parameters import Binding, Parameter
from workflows.text import clean

ALIKE_MAX = 3
"""How many parameters of one sort a draft has (`steps`, `steps_2`, `steps_3`): more of them nobody could tell apart."""

_BINDINGS_MAX = 64
_PLACE_LENGTH_MAX = 400
"""Characters of a node's id, class and input together; longer ones are nobody's, and a manifest has a limit."""

_FORWARDING = frozenset({"", "value", "any", "anything", "input", "source", "*"})
_SUPPLYING = frozenset({"value", "text", "string", "int", "float", "number"})


@dataclass(frozen=True, slots=True)
class Widget:
    """An input that the graph itself gives a value, as ComfyUI's canvas shows it in a widget of the node."""

    node: Node
    input: str

    @property
    def value(self) -> JsonValue:
        """Return what the graph says there."""
        return self.node.literal(self.input)

    @property
    def key(self) -> tuple[str, str]:
        """Return what tells this one from others."""
        return self.node.id, self.input

    def binding(self) -> Binding:
        """Return the binding that fills it."""
        return Binding(node=self.node.id, class_type=self.node.class_type, input=self.input)


@dataclass(frozen=True, slots=True)
class Spot:
    """An input that wants a value, and the widget that supplies it: its own or a primitive's."""

    node: Node
    input: str
    widget: Widget


@dataclass(slots=True, kw_only=True)
class Sketch:
    """What has been found so far. `order` holds the nodes that work for a result, sources first."""

    graph: Graph
    definitions: Definitions
    order: tuple[Node, ...]
    parameters: dict[str, Parameter] = field(default_factory=dict)
    factors: list[str] = field(default_factory=list)
    found: list[str] = field(default_factory=list)
    left_alone: dict[str, None] = field(default_factory=dict)  #: sentences, each once, in their order
    owners: dict[tuple[str, str], str] = field(default_factory=dict)
    explained: set[tuple[str, str]] = field(default_factory=set)
    _fed: dict[str, list[tuple[Node, str, Link]]] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        for node in self.graph.nodes.values():
            for name, link in node.links():
                self._fed.setdefault(link.node, []).append((node, name, link))

    def consumers(self, node: Node) -> Sequence[tuple[Node, str, Link]]:
        """Return (node, input, link) of every input that a node feeds; collected once, because many ask."""
        return self._fed.get(node.id, ())

    def add(
        self,
        stem: str,
        widgets: Iterable[Widget],
        make: Callable[[tuple[Binding, ...]], Parameter],
        *,
        costly: bool = False,
    ) -> str | None:
        """Add a parameter that fills the widgets which are still free; return its name, None if there are none.

        A costly one multiplies the work, so it becomes a factor of the joint bound.
        """
        free = [
            widget for widget in {widget.key: widget for widget in widgets}.values() if self._may_bind(stem, widget)
        ][:_BINDINGS_MAX]
        name = self._free_name(stem)
        if not free or name is None:
            self._leave_rest(stem, free)
            return None
        self.parameters[name] = make(tuple(widget.binding() for widget in free))
        self.owners.update((widget.key, name) for widget in free)
        if costly:
            self.factors.append(name)
        self.found.append(f"{name}: {_where(free)}.")
        return name

    def leave(self, sentence: str, about: Node | None = None, name: str = "") -> None:
        """Note something that stays as it is, once; `about` and `name` tell which input is explained by it."""
        if about:
            self.explained.add((about.id, name))
        self.left_alone[sentence] = None

    def is_open(self, node: Node, name: str) -> bool:
        """Tell whether an input holds a literal of which nothing has been said yet."""
        key = (node.id, name)
        return not isinstance(node.inputs[name], Link) and key not in self.owners and key not in self.explained

    def spots(self, inputs: Iterable[str], fits: Callable[[JsonValue], bool]) -> Iterator[Spot]:
        """Iterate over the inputs of these names whose value is a fitting literal, here or at the end of links."""
        wanted = frozenset(inputs)
        for node in self.order:
            for name in node.inputs:
                spot = self.spot(node, name, fits, wanted) if name in wanted else None
                if spot:
                    yield spot

    def spot(self, node: Node, name: str, fits: Callable[[JsonValue], bool], wanted: frozenset[str]) -> Spot | None:
        """Follow an input to the literal behind it; what is computed is noted and left alone."""
        holder, at = node, name
        while isinstance(link := holder.inputs[at], Link):
            holder = self.graph.nodes[link.node]
            forward = next((each for each, _ in holder.links()), None) if is_reroute(holder) else None
            source = forward or _supply(holder, fits, wanted)
            if source is None:
                self.leave(f"{name} of {named(node)} comes from {named(holder)}.", node, name)
                return None
            at = source
        if not fits(holder.literal(at)):
            self.leave(f"{name} of {named(node)} is no value that could be offered.", node, name)
            return None
        return Spot(node, name, Widget(holder, at))

    def definitions_of(self, spots: Iterable[Spot]) -> Iterator[InputDefinition]:
        """Iterate over what the server says about the inputs that want the value and about its widgets."""
        for spot in spots:
            for node, name in ((spot.node, spot.input), (spot.widget.node, spot.widget.input)):
                definition = self.definitions.get(node.class_type)
                if definition and name in definition.inputs:
                    yield definition.inputs[name]

    def _may_bind(self, stem: str, widget: Widget) -> bool:
        owner = self.owners.get(widget.key)
        if owner is not None:
            self.leave(f"{stem} comes from the same place as {owner}: both follow {owner}.")
            return False
        texts = (widget.node.id, widget.node.class_type, widget.input)
        if not all(map(is_writable, texts)) or sum(map(len, texts)) > _PLACE_LENGTH_MAX:
            self.leave(f"{named(widget.node)} has a name that a manifest cannot hold.")
            return False
        return True

    def _free_name(self, stem: str) -> str | None:
        names = (stem if number == 1 else f"{stem}_{number}" for number in count(1))
        name = next(name for name in names if name not in self.parameters)
        return None if name == f"{stem}_{ALIKE_MAX + 1}" else name

    def _leave_rest(self, stem: str, widgets: list[Widget]) -> None:
        for widget in widgets:
            sentence = f"{widget.input} of {named(widget.node)} stays: there are {ALIKE_MAX} of {stem} already."
            self.leave(sentence, widget.node, widget.input)


def named(node: Node) -> str:
    """Name a node as a person finds it on the canvas: by its number and its title."""
    return f"node {node.id[:20]} “{clean(node.title or node.class_type)[:48]}”"


def agreeing(spots: Iterable[Spot]) -> list[list[Spot]]:
    """Put spots of the same value together, in the order in which each value comes first."""
    groups: dict[JsonValue, list[Spot]] = {}
    for spot in spots:
        key = spot.widget.value
        if isinstance(key, str | int | float):
            groups.setdefault(key, []).append(spot)
    return list(groups.values())


def is_reroute(node: Node) -> bool:
    """Tell whether a node hands on what it gets: a reroute of any make."""
    links = [name for name, _ in node.links()]
    if len(links) != 1 or len(node.inputs) != 1:
        return False
    return "reroute" in node.class_type.casefold() or links[0].casefold() in _FORWARDING


def _supply(node: Node, fits: Callable[[JsonValue], bool], wanted: frozenset[str]) -> str | None:
    """Find the input of a value node (PrimitiveInt, `easy int`, a seed node …) that supplies what is wanted."""
    if any(True for _ in node.links()):
        return None
    fitting = [name for name in node.inputs if fits(node.literal(name))]
    for names in (wanted, _SUPPLYING):
        for name in fitting:
            if name.casefold() in names:
                return name
    # A costly word for something that costs nothing would have to be bounded as if it did.
    lone = len(fitting) == 1 and len(node.inputs) == 1 and fitting[0] not in COSTLY_INPUTS
    return fitting[0] if lone else None


def _where(widgets: list[Widget]) -> str:
    shown = [f"{widget.input} of {named(widget.node)}" for widget in widgets[:4]]
    more = f" and {len(widgets) - 4} more" if len(widgets) > 4 else ""
    return ", ".join(shown) + more
