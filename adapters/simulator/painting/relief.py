"""Light and shade on ridges: snow caps, rock faces, the lee of dunes."""

import math
import random
from collections.abc import Iterator, Sequence

from PIL import Image, ImageDraw

from adapters.simulator.painting.canvas import Point
from adapters.simulator.painting.palette import Color

_WINDOW = 9
"""A peak is higher than this many points of the ridge on both sides."""


def paint_snow(canvas: Image.Image, ridge: Sequence[Point], color: Color, rng: random.Random) -> None:
    """White caps with torn edges on every peak."""
    draw = ImageDraw.Draw(canvas)
    for left, peak, right in _peaks(ridge):
        top = ridge[peak][1]
        line = top + (max(ridge[left][1], ridge[right][1]) - top) * 0.5
        cap = [point for point in ridge[left : right + 1] if point[1] <= line]
        if len(cap) < 4:
            continue
        edge, teeth = [], max(4, len(cap) // 3)
        for tooth in range(teeth + 1):
            x = cap[-1][0] + (cap[0][0] - cap[-1][0]) * tooth / teeth
            drop = (line - top) * (rng.uniform(0.12, 0.42) if tooth % 2 else rng.uniform(-0.16, 0.02))
            edge.append((x, line + (drop if 0 < tooth < teeth else 0.0)))
        draw.polygon([*cap, *edge], fill=color)


def paint_shade(
    canvas: Image.Image, ridge: Sequence[Point], light_x: float, color: tuple[int, int, int, int], rng: random.Random
) -> None:
    """The faces turned away from the light, along a spine that falls from each peak."""
    draw = ImageDraw.Draw(canvas, "RGBA")
    for left, peak, right in _peaks(ridge):
        x, top = ridge[peak]
        away = 1 if light_x < x else -1
        face = ridge[peak : right + 1] if away > 0 else ridge[left : peak + 1][::-1]
        foot = face[-1][1]
        spine, bends = [], 6
        for bend in range(bends, 0, -1):
            share = bend / bends
            wander = (face[-1][0] - x) * (0.34 * share + rng.uniform(-0.05, 0.05))
            spine.append((x + wander, top + (foot - top) * 1.25 * share))
        draw.polygon([*face, *spine], fill=color)


def paint_lee(canvas: Image.Image, ridge: Sequence[Point], light_x: float, color: tuple[int, int, int, int]) -> None:
    """The shadow side of dunes: a crescent from the crest down."""
    draw = ImageDraw.Draw(canvas, "RGBA")
    for left, peak, right in _peaks(ridge):
        x, top = ridge[peak]
        face = ridge[peak : right + 1] if light_x < x else ridge[left : peak + 1][::-1]
        reach = face[-1][0] - x
        fall = min(canvas.height * 0.16, abs(reach) * 0.3)
        crescent = [
            (x + reach * share**2, top + fall * math.sin(math.pi * share) + (face[-1][1] - top) * share)
            for share in (step / 14 for step in range(14, -1, -1))
        ]
        draw.polygon([*face, *crescent], fill=color)


def _peaks(ridge: Sequence[Point]) -> Iterator[tuple[int, int, int]]:
    """(left foot, peak, right foot) as indexes, for every peak."""
    heights = [y for _, y in ridge]
    tops = [
        index
        for index in range(2, len(heights) - 2)
        if heights[index] == min(heights[max(0, index - _WINDOW) : index + _WINDOW + 1])
        and heights[index] < heights[index - 1]
    ]
    ends = [0, *tops, len(heights) - 1]
    for before, peak, after in zip(ends, tops, ends[2:], strict=False):
        left = max(range(before, peak), key=heights.__getitem__)
        right = max(range(peak + 1, after + 1), key=heights.__getitem__)
        yield left, peak, right
