"""Width, height and the length of a video: set where the empty picture is made, and wherever a graph repeats them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from math import gcd
from re import Pattern
from re import compile as compile_pattern

from workflows.graph import JsonValue, Node
from workflows.inspector.amounts import bounds, is_number, number_at
from workflows.inspector.sketch import Sketch, Spot, agreeing, named
from workflows.parameters import Binding, Integer

_LONGEST_SIDE = 2048
_SHORTEST_SIDE = 64

# Steps of the sides, in pixels, by node class (ComfyUI 0.3.64); elsewhere a latent's 8.
_SIDE_STEPS = (
    (compile_pattern(r".*(LTXV|Wan22|HunyuanImageLatent).*"), 32),
    (compile_pattern(r".*(SD3|Hunyuan|Wan|Mochi|Cosmos|Chroma).*"), 16),
)
_SIDE_STEP = 8

# Steps of a video's length in frames: one picture of a latent holds so many, and the first stands alone.
_FRAME_STEPS = (
    (compile_pattern(r".*(LTXV|Cosmos).*"), 8),
    (compile_pattern(r".*Mochi.*"), 6),
    (compile_pattern(r".*(Wan|Hunyuan).*"), 4),
)

_FRAMES = frozenset({"length", "num_frames", "frames", "video_frames"})
_MAKES = frozenset({"batch_size", *_FRAMES})
_SIDES = ("width", "height")
_PAIRS = (_SIDES, ("target_width", "target_height"), ("empty_latent_width", "empty_latent_height"))
_SIDE_POSSIBLE = (1, 16384)
_FRAMES_POSSIBLE = (1, 16384)


@dataclass(frozen=True, slots=True)
class _Shape:
    node: Node
    width: Spot | None
    height: Spot | None

    def values(self) -> tuple[JsonValue, JsonValue]:
        """Return what the graph says, None for a side that is computed."""
        return (self.width.widget.value if self.width else None, self.height.widget.value if self.height else None)


def find_sizes(sketch: Sketch) -> None:
    """Add `width`, `height` and `frames`."""
    shapes = sorted(_shapes(sketch), key=lambda shape: not _MAKES & shape.node.inputs.keys())
    if shapes:
        first = shapes[0].values()
        for shape in shapes:
            if shape.values() != first:
                sketch.leave(f"{named(shape.node)} keeps a size of its own, whatever width and height say.")
        alike = [shape for shape in shapes if shape.values() == first]
        _add_side(sketch, "width", [shape.width for shape in alike if shape.width])
        _add_side(sketch, "height", [shape.height for shape in alike if shape.height])
    for group in agreeing(_frame_spots(sketch)):
        sketch.add("frames", [spot.widget for spot in group], partial(_frames, sketch, group), costly=True)


def _shapes(sketch: Sketch) -> Iterator[_Shape]:
    for node in sketch.order:
        for pair in _PAIRS:
            if set(pair) <= node.inputs.keys():
                shape = _Shape(
                    node,
                    *(
                        sketch.spot(node, name, _is_side, frozenset({name, side}))
                        for name, side in zip(pair, _SIDES, strict=True)
                    ),
                )
                if shape.width or shape.height:
                    yield shape


def _add_side(sketch: Sketch, name: str, spots: list[Spot]) -> None:
    widgets = [spot.widget for spot in spots]
    if name == "height" and any(sketch.owners.get(widget.key) == "width" for widget in widgets):
        # A square from one number: its side counts twice.
        sketch.factors.append("width")
    if spots:
        sketch.add(name, widgets, partial(_side, sketch, name, spots), costly=True)


def _side(sketch: Sketch, name: str, spots: list[Spot], bind: tuple[Binding, ...]) -> Integer:
    own = int(number_at(spots[0]))
    least, most = bounds(sketch, (_SHORTEST_SIDE, _LONGEST_SIDE), spots)
    step = gcd(own, max(_step(spot.node, _SIDE_STEPS, _SIDE_STEP) for spot in spots))
    return Integer(
        kind="integer",
        help=f"{name.capitalize()} in pixels.",
        min=int(least),
        max=int(most),
        step=step,
        default=own,
        bind=bind,
    )


def _frame_spots(sketch: Sketch) -> Iterator[Spot]:
    for spot in sketch.spots(_FRAMES, _is_length):
        if spot.input != "length" or {"width", "height"} & spot.node.inputs.keys():
            yield spot


def _frames(sketch: Sketch, group: list[Spot], bind: tuple[Binding, ...]) -> Integer:
    own = int(number_at(group[0]))
    # A length that does not fit the steps is the graph's own affair: then every length is offered.
    step = gcd(own - 1, max(_step(spot.node, _FRAME_STEPS, 1) for spot in group))
    least, most = bounds(sketch, (1 + step if step > 1 else 1, (own - 1) * 2 + 1), group)
    return Integer(
        kind="integer",
        help="How long: the number of frames.",
        min=int(least),
        max=int(most),
        step=max(step, 1),
        offset=1 if step > 1 else 0,
        default=own,
        bind=bind,
    )


def _step(node: Node, table: Iterable[tuple[Pattern[str], int]], otherwise: int) -> int:
    return next((step for pattern, step in table if pattern.match(node.class_type)), otherwise)


def _is_side(value: JsonValue) -> bool:
    return is_number(value) and _SIDE_POSSIBLE[0] <= value <= _SIDE_POSSIBLE[1] and value == int(value)


def _is_length(value: JsonValue) -> bool:
    return is_number(value) and _FRAMES_POSSIBLE[0] <= value <= _FRAMES_POSSIBLE[1] and value == int(value)
