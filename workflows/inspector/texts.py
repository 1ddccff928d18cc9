"""Prompts: found by following what samplers and guiders call positive and negative back to the words."""

from collections.abc import Iterable, Iterator
from functools import partial
from re import compile as compile_pattern
from typing import Literal

from workflows.graph import JsonValue, Link, Node
from workflows.inspector.sketch import Sketch, Widget, is_reroute, named
from workflows.parameters import TEXT_MAX, Binding, Text

Side = Literal["prompt", "negative_prompt"]

_HELP: dict[Side, str] = {"prompt": "What to paint.", "negative_prompt": "What to keep out of the picture."}

# Inputs that carry a conditioning (ComfyUI 0.3.64: conditioning, conditioning_1, conditioning_to, cond1, positive …).
_CONDITIONING = compile_pattern(r"(positive|negative|conditioning|cond)(_?\w{1,5})?")
_GUIDES = compile_pattern(r"positive|negative|conditioning|cond[12]|empty_conditioning")

# The words of the stock encoders, and what custom ones usually call theirs.
_WORDS = compile_pattern(
    r"text(_[gl]|_positive|_negative)?|clip_[lg]|t5xxl|llama|(user_|positive_|negative_)?prompt|bert|mt5xl|tags"
)
_STRINGS = compile_pattern(r"(string|text)(_?[a-z0-9])?|value|prompt")
_LOOSE_WORDS = compile_pattern(r"prompt|text|positive(_prompt)?|negative(_prompt)?|text_(positive|negative)")

_SILENT = frozenset({"ConditioningZeroOut"})
"""Classes behind which words have no effect."""

_LONGEST = 100_000  # of a manifest's max_length


def find_texts(sketch: Sketch) -> None:
    """Add `prompt` and `negative_prompt`; more of them where a graph has several that differ."""
    ends = [node for node in sketch.order if _is_end(sketch, node)]
    sides: dict[Side, list[list[Widget]]] = {"prompt": [], "negative_prompt": []}
    for node in ends:
        for name, link in node.links():
            if _GUIDES.fullmatch(name):
                side: Side = "negative_prompt" if name in ("negative", "empty_conditioning") else "prompt"
                sides[side].extend(_said_through(sketch, link, side))
    if not ends:
        _find_loose(sketch, sides)
    for side, said in sides.items():
        _add_texts(sketch, side, said)


def _is_end(sketch: Sketch, node: Node) -> bool:
    # Where conditioning is used: a sampler or a guider. A node between (ControlNet, FluxGuidance, WanImageToVideo)
    # hands it on, which shows in what takes it.
    if not any(_GUIDES.fullmatch(name) for name, _ in node.links()):
        return False
    return not any(_CONDITIONING.fullmatch(name) for _, name, _ in sketch.consumers(node))


def _said_through(sketch: Sketch, link: Link, side: Side) -> Iterator[list[Widget]]:
    """Walk back from a conditioning to every node that turns words into it."""
    waiting, seen = [link], set()
    while waiting:
        link = waiting.pop()
        node = sketch.graph.nodes[link.node]
        if link in seen:
            continue
        seen.add(link)
        widgets = [
            widget for name in _word_inputs(sketch, node, side) if (widget := _text_widget(sketch, node, name, side))
        ]
        if node.class_type in _SILENT:
            sketch.leave(f"The {_spoken(side)} is switched off by {named(node)}.")
            continue
        if widgets:
            yield widgets
        waiting.extend(reversed(list(_sources(node, link.slot))))


def _sources(node: Node, slot: int) -> Iterator[Link]:
    linked = dict(node.links())
    if "positive" in linked and "negative" in linked:
        # What takes both hands both on: first the positive, then the negative, then other things.
        yield from [[linked["positive"]], [linked["negative"]]][slot] if slot < 2 else []
        return
    for name, link in linked.items():
        if is_reroute(node) or _CONDITIONING.fullmatch(name):
            yield link


def _word_inputs(sketch: Sketch, node: Node, side: Side) -> list[str]:
    definition = sketch.definitions.get(node.class_type)
    names = [
        name
        for name in node.inputs
        if _WORDS.fullmatch(name) or (isinstance(node.literal(name), str) and _LOOSE_WORDS.fullmatch(name))
    ]
    if not names and definition:
        names = [name for name in node.inputs if name in definition.inputs and definition.inputs[name].multiline]
    return _of_side(names, side)


def _of_side(names: list[str], side: Side) -> list[str]:
    """Leave out what is named for the other side: a custom node may hold both texts."""
    if side == "prompt":
        return [name for name in names if "neg" not in name.casefold()]
    return [name for name in names if "neg" in name.casefold()] or [
        name for name in names if "pos" not in name.casefold()
    ]


def _text_widget(sketch: Sketch, node: Node, name: str, side: Side) -> Widget | None:
    """Follow a text through reroutes, primitives and nodes that join or change texts to the words themselves."""
    waiting = [(node, name)]
    seen = set()
    while waiting:
        holder, at = waiting.pop()
        value = holder.inputs[at]
        if not isinstance(value, Link):
            if isinstance(value, str) and len(value) <= _LONGEST:
                return Widget(holder, at)
            continue
        source = sketch.graph.nodes[value.node]
        if source.id not in seen:
            seen.add(source.id)
            strings = _strings(source, side)
            _note_neighbours(sketch, source, strings)
            waiting.extend((source, each) for each in reversed(strings))
    sketch.leave(f"{name} of {named(node)} is no text that could be set.", node, name)
    return None


def _strings(node: Node, side: Side) -> list[str]:
    """Order the inputs of a text node: what comes from elsewhere first, an empty text last."""
    if is_reroute(node):
        return [name for name, _ in node.links()]
    texts = _of_side([name for name, value in node.inputs.items() if isinstance(value, Link | str)], side)
    sided = [name for name in texts if _LOOSE_WORDS.fullmatch(name.casefold())]
    chosen = sided or [name for name in texts if _STRINGS.fullmatch(name.casefold())]
    lone = texts if len(node.inputs) == 1 else []
    return sorted(chosen or lone, key=lambda name: _rank(node.inputs[name]))


def _rank(value: Link | JsonValue) -> int:
    return 0 if isinstance(value, Link) else 1 if value else 2


def _note_neighbours(sketch: Sketch, node: Node, strings: list[str]) -> None:
    if not node.class_type.startswith("String"):
        return
    for name in strings[1:]:
        if str(node.literal(name) or "").strip():
            sketch.leave(f"{name} of {named(node)} goes with the words that people write.", node, name)


def _find_loose(sketch: Sketch, sides: dict[Side, list[list[Widget]]]) -> None:
    # No sampler in sight: a node that does all by itself, and calls its words what they are.
    for node in sketch.order:
        for name in node.inputs:
            if _LOOSE_WORDS.fullmatch(name):
                side: Side = "negative_prompt" if "negative" in name else "prompt"
                widget = _text_widget(sketch, node, name, side)
                sides[side].extend([[widget]] if widget else [])


def _add_texts(sketch: Sketch, side: Side, said: Iterable[list[Widget]]) -> None:
    groups: dict[JsonValue, list[Widget]] = {}
    for widgets in said:
        # The inputs of one node belong together, whatever each says: text_g and text_l, clip_l and t5xxl.
        groups.setdefault(_first_text(widgets), []).extend(widgets)
    for text, widgets in groups.items():
        if all(sketch.owners.get(widget.key) == "prompt" for widget in widgets) and side == "negative_prompt":
            sketch.leave("The negative prompt is the same text as the prompt: there is only prompt.")
            continue
        required = side == "prompt" and "prompt" not in sketch.parameters
        sketch.add(side, widgets, partial(_text, side, len(str(text)), required))


def _first_text(widgets: list[Widget]) -> JsonValue:
    return widgets[0].value


def _text(side: Side, length: int, required: bool, bind: tuple[Binding, ...]) -> Text:
    return Text(kind="text", help=_HELP[side], required=required, max_length=max(TEXT_MAX, length), bind=bind)


def _spoken(side: Side) -> str:
    return side.replace("_", " ")
