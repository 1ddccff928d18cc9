"""Brushes: gradients, glows, soft shapes, ridges."""

import itertools
import math
import random
from collections.abc import Sequence

from PIL import Image, ImageDraw, ImageFilter, ImageOps

from adapters.simulator.painting.palette import Color, mix

Point = tuple[float, float]


def gradient(size: tuple[int, int], colors: Sequence[Color]) -> Image.Image:
    """Colours from top to bottom."""
    steps = 64
    strip = Image.new("RGB", (1, steps))
    for row in range(steps):
        place = row / (steps - 1) * (len(colors) - 1)
        index = min(int(place), len(colors) - 2)
        share = place - index
        strip.putpixel(
            (0, row), mix(colors[index], colors[index + 1], share * share * (3 - 2 * share) * 0.5 + share / 2)
        )
    return strip.resize(size, Image.Resampling.BICUBIC)


def glow(canvas: Image.Image, center: Point, radius: float, color: Color, strength: float, power: float = 2.0) -> None:
    """Light that fades from a point."""
    side = max(4, int(radius * 2))
    # Pillow's gradient reaches 181 in the middle of its sides; nothing may be left there, or the square shows.
    curve = [round(255 * strength * max(0.0, (value - 78) / 177) ** power) for value in range(256)]
    mask = ImageOps.invert(Image.radial_gradient("L")).point(curve).resize((side, side), Image.Resampling.BICUBIC)
    canvas.paste(color, (int(center[0] - side / 2), int(center[1] - side / 2)), mask)


def soft(canvas: Image.Image, shapes: Sequence[tuple[Sequence[Point], int]], color: Color, blur: float) -> None:
    """Blurred polygons (points, opacity), painted small and enlarged, which is much cheaper."""
    shrink = 4
    mask = Image.new("L", (max(1, canvas.width // shrink), max(1, canvas.height // shrink)))
    draw = ImageDraw.Draw(mask)
    for points, opacity in shapes:
        draw.polygon([(x / shrink, y / shrink) for x, y in points], fill=opacity)
    mask = mask.filter(ImageFilter.GaussianBlur(blur / shrink)).resize(canvas.size, Image.Resampling.BILINEAR)
    canvas.paste(color, (0, 0), mask)


def ellipse(center: Point, width: float, height: float, count: int = 20) -> list[Point]:
    """The outline of an ellipse."""
    turns = [2 * math.pi * step / count for step in range(count)]
    return [(center[0] + width / 2 * math.cos(turn), center[1] + height / 2 * math.sin(turn)) for turn in turns]


def rolling(width: int, base: float, height: float, rng: random.Random, waves: float = 1.6) -> list[Point]:
    """A ridge of soft hills."""
    parts = [
        (rng.uniform(0.7, 1.3) * waves * factor, rng.uniform(0, 2 * math.pi), weight)
        for factor, weight in ((1.0, 0.6), (2.3, 0.28), (5.1, 0.09), (11.0, 0.03))
    ]
    count = 160
    ridge = []
    for step in range(count + 1):
        place = step / count
        rise = sum(weight * math.sin(2 * math.pi * waves_ * place + phase) for waves_, phase, weight in parts)
        ridge.append((place * width, base - height * (0.5 + 0.5 * rise)))
    return ridge


def jagged(width: int, base: float, height: float, rng: random.Random, roughness: float = 0.52) -> list[Point]:
    """A ridge of peaks, by halving lines and moving their middles."""
    heights = [rng.uniform(0.1, 0.5), rng.uniform(0.5, 1.0), rng.uniform(0.2, 0.6), rng.uniform(0.5, 0.95), 0.3]
    sway = 0.24
    for _ in range(6):
        halved = []
        for left, right in itertools.pairwise(heights):
            halved += [left, (left + right) / 2 + rng.uniform(-sway, sway)]
        heights = [*halved, heights[-1]]
        sway *= roughness
    last = len(heights) - 1
    return [(width * index / last, base - height * max(0.0, rise)) for index, rise in enumerate(heights)]


def fill_below(canvas: Image.Image, ridge: Sequence[Point], top: Color, bottom: Color) -> None:
    """Everything under a ridge, from one colour down to another."""
    mask = Image.new("L", canvas.size)
    ImageDraw.Draw(mask).polygon([*ridge, (canvas.width, canvas.height), (0, canvas.height)], fill=255)
    highest = max(0, int(min(y for _, y in ridge)))
    if highest >= canvas.height:
        return
    shade = gradient((canvas.width, canvas.height - highest), (top, bottom))
    canvas.paste(shade, (0, highest), mask.crop((0, highest, canvas.width, canvas.height)))


def height_at(ridge: Sequence[Point], x: float) -> float:
    """How high a ridge is at x, as a y."""
    for (left, upper), (right, lower) in itertools.pairwise(ridge):
        if left <= x <= right:
            share = (x - left) / (right - left) if right > left else 0.0
            return upper + (lower - upper) * share
    return ridge[-1][1]
